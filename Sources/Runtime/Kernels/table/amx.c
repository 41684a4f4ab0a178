// AMX: tiles of 16 × 16 sums, for pairs of bfloat16 and for 8-bit integers. All else is what AVX-512 has.

#define _GNU_SOURCE  // syscall

#include "kernels.h"

#if defined(__x86_64__) && defined(__linux__)

#include <cpuid.h>
#include <immintrin.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#pragma clang attribute push(                                                                         \
    __attribute__((                                                                                   \
        target("avx512f,avx512bw,avx512dq,avx512vl,avx512bf16,avx512vnni,avx2,fma,amx-tile,amx-bf16," \
               "amx-int8"),                                                                           \
        min_vector_width(512))),                                                                      \
    apply_to = function)

#define ZOO_LANES 16
#define ZOO_ROWS 4
#define ZOO_VECTORS 2
#include "../common/bfloat16.h"
#include "../common/vec.h"
#include "../common/activation.h"
#include "../platform/amx_tiles.h"

#define GEMM(name) amx_##name
#include "../matrix/gemm_tile_amx_body.h"
#include "../quantized/tile_amx_body.h"

#pragma clang attribute pop

/// Whether the processor has the tiles, and the system lets this process use them (Linux' `ARCH_REQ_XCOMP_PERM`: what
/// they hold is large, so that it is saved for those alone who ask).
static bool has_tiles(void) {
  enum { BFLOAT16 = 1 << 22, TILES = 1 << 24, INTEGERS = 1 << 25, REQUEST = 0x1023, TILE_DATA = 18 };
  const unsigned wanted = BFLOAT16 | TILES | INTEGERS;
  unsigned a, b, c, d;
  if (!__get_cpuid_count(7, 0, &a, &b, &c, &d) || (d & wanted) != wanted) return false;
  return syscall(SYS_arch_prctl, REQUEST, TILE_DATA) == 0;
}

bool zoo_fill_amx(zoo_kernels *kernels) {
  // Behind AVX-512 with its products of bfloat16 and bytes, whose panels these tiles read.
  if (!kernels->gemm_pairs.mr || kernels->gemm_pairs.nr != AMX_COLUMNS || kernels->quantized.nr != AMX_COLUMNS ||
      !__builtin_cpu_supports("avx512bf16") || !__builtin_cpu_supports("avx512vnni") || !has_tiles())
    return false;
  kernels->gemm_pairs = gemm_amx_tiles;
  kernels->quantized = quantized_amx_tiles;
  return true;
}

#else

bool zoo_fill_amx(zoo_kernels *kernels) {
  (void)kernels;
  return false;
}

#endif

// AVX-512: 28 of 32 registers hold the tile of a matrix product. Pairs of bfloat16 and 8-bit integers are multiplied
// where the processor has instructions for them.

#include "kernels.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define ZOO_AVX512 "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma"

#pragma clang attribute push(__attribute__((target(ZOO_AVX512 ",avx512vnni"))), apply_to = function)
#include "../quantized/tile_vnni_body.h"
#pragma clang attribute pop

#pragma clang attribute push(__attribute__((target(ZOO_AVX512), min_vector_width(512))), apply_to = function)
#define ZOO_LANES 16
#define ZOO_ROWS 14
#define ZOO_VECTORS 2
#include "bodies.h"
#pragma clang attribute pop

#pragma clang attribute push( \
    __attribute__((target(ZOO_AVX512 ",avx512bf16"), min_vector_width(512))), apply_to = function)
#define GEMM(name) gemm_pairs_##name
#define ZOO_MULTIPLY_ADD(x, y, sum) ((vec)_mm512_dpbf16_ps((__m512)(sum), (__m512bh)(x), (__m512bh)(y)))
#include "../matrix/gemm_tile_body.h"
#pragma clang attribute pop

bool zoo_fill_avx512(zoo_kernels *kernels) {
  if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma") || !__builtin_cpu_supports("avx512f") ||
      !__builtin_cpu_supports("avx512bw") || !__builtin_cpu_supports("avx512dq") || !__builtin_cpu_supports("avx512vl"))
    return false;
  zoo_kernels without = *kernels;
  fill_entries(kernels);
  if (__builtin_cpu_supports("avx512bf16")) kernels->gemm_pairs = gemm_pairs_tiles;
  if (!__builtin_cpu_supports("avx512vnni")) {
    // AVX-512 without `vpdpbusd` has nothing over AVX2 here.
    kernels->quantized = without.quantized;
    kernels->quantized_depthwise = without.quantized_depthwise;
  }
  return true;
}
#else
bool zoo_fill_avx512(zoo_kernels *kernels) {
  (void)kernels;
  return false;
}
#endif

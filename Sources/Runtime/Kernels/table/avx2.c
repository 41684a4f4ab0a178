// AVX2 with fused multiply-add: 12 of 16 registers hold the tile of a matrix product.

#include "kernels.h"

#if defined(__x86_64__)
#include <immintrin.h>

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define ZOO_LANES 8
#define ZOO_ROWS 6
#define ZOO_HALF_ROWS 12
#define ZOO_VECTORS 2
#include "../quantized/tile_avx2_body.h"
#include "bodies.h"
#pragma clang attribute pop

bool zoo_fill_avx2(zoo_kernels *kernels) {
  if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) return false;
  fill_entries(kernels);
  return true;
}
#else
bool zoo_fill_avx2(zoo_kernels *kernels) {
  (void)kernels;
  return false;
}
#endif

// The matrix multiplication for AVX2 with fused multiply-add: 12 of 16 registers hold the tile.

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define ZOO_LANES 8
#define ZOO_ROWS 6
#define ZOO_VECTORS 2
#define ZOO_TABLE zoo_gemm_avx2
#include "GemmTile.h"
#pragma clang attribute pop
#endif

// The matrix multiplication for AVX-512: 28 of 32 registers hold the tile.

#if defined(__x86_64__)
#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma"), min_vector_width(512))), apply_to = function)
#define ZOO_LANES 16
#define ZOO_ROWS 14
#define ZOO_VECTORS 2
#define ZOO_TABLE zoo_gemm_avx512
#include "GemmTile.h"
#pragma clang attribute pop
#endif

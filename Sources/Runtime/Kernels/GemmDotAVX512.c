// The matrix multiplication for AVX-512 on pairs of bfloat16: each 32 bits of A and of a panel hold two neighbours along k.

#if defined(__x86_64__)
#include <immintrin.h>

#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512bf16,avx2,fma"), min_vector_width(512))), \
    apply_to = function)
#define ZOO_LANES 16
#define ZOO_ROWS 14
#define ZOO_VECTORS 2
#define ZOO_TABLE zoo_gemm_dot_avx512
#define ZOO_MULTIPLY_ADD(x, y, sum) ((vec)_mm512_dpbf16_ps((__m512)(sum), (__m512bh)(x), (__m512bh)(y)))
#include "GemmTile.h"
#pragma clang attribute pop
#endif

#if defined(__x86_64__)
#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma"), min_vector_width(512))), apply_to = function)
#define ZOO_NARROW 1
#define ZOO_LANES 16
#define ZOO_TABLE zoo_convolution_narrow_vectors_avx512
#include "ConvolutionVectorsBody.h"
#pragma clang attribute pop
#endif

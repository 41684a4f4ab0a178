#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define ZOO_NARROW 1
#define ZOO_LANES 8
#define ZOO_TABLE zoo_convolution_narrow_vectors_avx2
#include "ConvolutionVectorsBody.h"
#pragma clang attribute pop
#endif

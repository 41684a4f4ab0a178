// Recurrent gates for AVX2.

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define ZOO_LANES 8
#define ZOO_TABLE zoo_recurrent_avx2
#include "RecurrentGates.h"
#pragma clang attribute pop
#endif

// Chooses among the variants of a function by what the processor has.
#ifndef ZOO_DISPATCH_H
#define ZOO_DISPATCH_H

#include "variant.h"

// 0: portable (on ARM that is NEON, which every processor has), 1: AVX2 with FMA, 2: AVX-512.
int zoo_variant_level(void);

#if ZOO_HAS_X86_VARIANTS
#define ZOO_DISPATCH(name, ...)                  \
  do {                                           \
    int level = zoo_variant_level();             \
    if (level == 2) name##_avx512(__VA_ARGS__);  \
    else if (level == 1) name##_avx2(__VA_ARGS__); \
    else name##_portable(__VA_ARGS__);           \
  } while (0)
#define ZOO_DECLARE(name, ...)        \
  void name##_portable(__VA_ARGS__);  \
  void name##_avx2(__VA_ARGS__);      \
  void name##_avx512(__VA_ARGS__);    \
  void name(__VA_ARGS__)
#else
#define ZOO_DISPATCH(name, ...) name##_portable(__VA_ARGS__)
#define ZOO_DECLARE(name, ...)        \
  void name##_portable(__VA_ARGS__);  \
  void name(__VA_ARGS__)
#endif

#endif

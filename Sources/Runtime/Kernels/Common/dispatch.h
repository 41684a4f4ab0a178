// Chooses among the variants of a function by the instruction set.
#ifndef ZOO_DISPATCH_H
#define ZOO_DISPATCH_H

#include "variant.h"
#include "zoo_isa.h"

// On ARM the portable variant is compiled for NEON, which every processor has.
#if ZOO_HAS_X86_VARIANTS
#define ZOO_DISPATCH(name, ...)                                           \
  do {                                                                    \
    switch (zoo_isa_current()) {                                          \
    case ZOO_ISA_AVX512: name##_avx512(__VA_ARGS__); break;               \
    case ZOO_ISA_AVX2: name##_avx2(__VA_ARGS__); break;                   \
    default: name##_portable(__VA_ARGS__); break;                         \
    }                                                                     \
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

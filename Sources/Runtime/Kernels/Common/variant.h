// One source, several instruction sets: the body of a family is compiled once for each of them.
//
// A file such as elementwise_avx2.c sets ZOO_VARIANT_NAME and the target, then includes the body. Inside, ZOO_V(name) is
// the name of this variant's function. The compiler vectorises the plain loops of the body for the target.
#ifndef ZOO_VARIANT_H
#define ZOO_VARIANT_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define ZOO_PASTE_(a, b) a##_##b
#define ZOO_PASTE(a, b) ZOO_PASTE_(a, b)

// For loops whose result may lie on an operand, and which read each element before they write it and touch no other: the
// compiler's own check of addresses would send such calls to a loop of single elements.
#define ZOO_IN_PLACE _Pragma("clang loop vectorize(assume_safety)")

#if defined(__x86_64__)
#define ZOO_HAS_X86_VARIANTS 1
#define ZOO_TARGET_AVX2 "avx2,fma"
#define ZOO_TARGET_AVX512 "avx512f,avx512bw,avx512vl,avx512dq,avx2,fma"
#else
#define ZOO_HAS_X86_VARIANTS 0
#endif

#endif

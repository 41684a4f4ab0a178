#include "../Common/variant.h"

#if ZOO_HAS_X86_VARIANTS
#define ZOO_NARROW 1
#define ZOO_LANES 8
#pragma clang attribute push(__attribute__((target(ZOO_TARGET_AVX2))), apply_to = function)
#define ZOO_V(name) name##_narrow_avx2
#include "normalization_body.h"
#pragma clang attribute pop
#endif

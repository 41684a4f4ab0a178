#include "../Common/variant.h"

#if ZOO_HAS_X86_VARIANTS
#pragma clang attribute push(__attribute__((target(ZOO_TARGET_AVX512))), apply_to = function)
#define ZOO_V(name) name##_avx512
#include "QuantizedLoopsBody.h"
#pragma clang attribute pop
#endif

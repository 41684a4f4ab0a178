#include "../Common/variant.h"

#define ZOO_V(name) name##_portable
#include "unary_f32_body.h"
#include "binary_f32_body.h"

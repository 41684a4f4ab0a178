#include "../Common/variant.h"

#define ZOO_NARROW 1
#define ZOO_LANES 4
#define ZOO_V(name) name##_narrow_portable
#include "normalization_body.h"

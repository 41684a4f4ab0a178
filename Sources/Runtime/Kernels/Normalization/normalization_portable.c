#include "../Common/variant.h"

#define ZOO_LANES 4
#define ZOO_V(name) name##_wide_portable
#include "normalization_body.h"

#include "../Common/variant.h"

#define ZOO_LANES 4
#define ZOO_V(name) name##_portable
#include "normalization_body.h"

#include "../Common/variant.h"

#define ZOO_LANES 4
#define ZOO_V(name) name##_portable
#include "optimizer_body.h"

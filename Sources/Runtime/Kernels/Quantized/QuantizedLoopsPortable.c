#include "../Common/variant.h"

#define ZOO_V(name) name##_portable
#include "QuantizedLoopsBody.h"

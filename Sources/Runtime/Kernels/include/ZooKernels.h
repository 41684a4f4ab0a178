// Kernels of the runtime. Every header of this folder is named here.
#include "zoo_elementwise.h"
#include "zoo_normalization.h"
#include "zoo_processor.h"
#include "zoo_reduction.h"
#include "zoo_shape.h"

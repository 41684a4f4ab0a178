// The specification: plain C and the compiler's vectors of four, on every processor.

#include "kernels.h"

#define ZOO_LANES 4
#define ZOO_ROWS 4
#define ZOO_VECTORS 2
#include "../quantized/tile_portable_body.h"
#include "bodies.h"

bool zoo_fill_portable(zoo_kernels *kernels) {
  fill_entries(kernels);
  return true;
}

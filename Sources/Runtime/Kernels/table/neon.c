// NEON: 24 of 32 registers hold the tile of a matrix product. Products of 8-bit integers are the portable ones.

#include "kernels.h"

#if defined(__aarch64__)
#define ZOO_LANES 4
#define ZOO_ROWS 8
#define ZOO_VECTORS 3
#include "../quantized/tile_portable_body.h"
#include "bodies.h"

bool zoo_fill_neon(zoo_kernels *kernels) {
  fill_entries(kernels);
  return true;
}
#else
bool zoo_fill_neon(zoo_kernels *kernels) {
  (void)kernels;
  return false;
}
#endif

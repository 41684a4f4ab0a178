// The matrix multiplication for NEON: 24 of 32 registers hold the tile.

#if defined(__aarch64__)
#define ZOO_LANES 4
#define ZOO_ROWS 8
#define ZOO_VECTORS 3
#define ZOO_TABLE zoo_gemm_neon
#include "GemmTile.h"
#endif

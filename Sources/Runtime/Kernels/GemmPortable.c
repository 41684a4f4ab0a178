// The matrix multiplication in plain C.

#define ZOO_LANES 4
#define ZOO_ROWS 4
#define ZOO_VECTORS 2
#define ZOO_TABLE zoo_gemm_portable
#include "GemmTile.h"

// Reductions of blocks of rows.
#ifndef ZOO_REDUCTION_H
#define ZOO_REDUCTION_H

#include <stddef.h>
#include <stdint.h>

#include "zoo_isa.h"

enum zoo_reduction {
  ZOO_REDUCE_SUM,
  ZOO_REDUCE_SUM_SQUARE,
  ZOO_REDUCE_SUM_ABS,
  ZOO_REDUCE_SUM_PRODUCT,  // of two inputs, element by element
  ZOO_REDUCE_MAX,
  ZOO_REDUCE_MIN,
  ZOO_REDUCE_PRODUCT,
};

// `zoo_reduce_f32` for any number type. Returns 0 if the type is not supported.
int zoo_reduce_any(
    zoo_isa isa, int op, int type, const void *a, const void *b, size_t rows, size_t columns, size_t stride, void *y);

#endif

// Reductions of blocks of rows.
#ifndef ZOO_REDUCTION_H
#define ZOO_REDUCTION_H

#include <stddef.h>
#include <stdint.h>

enum zoo_reduction {
  ZOO_REDUCE_SUM,
  ZOO_REDUCE_SUM_SQUARE,
  ZOO_REDUCE_SUM_ABS,
  ZOO_REDUCE_SUM_PRODUCT,  // of two inputs, element by element
  ZOO_REDUCE_MAX,
  ZOO_REDUCE_MIN,
  ZOO_REDUCE_PRODUCT,
};

// y[c] = reduction over r < rows of a[r · stride + c] (with b alike for the sum of products), for c < columns.
// Sums are taken in two levels of at most 256 terms, so rounding errors grow with the root of the number of terms.
void zoo_reduce_f32(
    int op, const float *a, const float *b, size_t rows, size_t columns, size_t stride, float *y);

// The same for any other number type. Returns 0 if the type is not supported.
int zoo_reduce_any(
    int op, int type, const void *a, const void *b, size_t rows, size_t columns, size_t stride, void *y);

#endif

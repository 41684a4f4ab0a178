// Transposition of matrices, the core of every change of layout.

#ifndef ZOO_MATRIX_TRANSPOSE_H
#define ZOO_MATRIX_TRANSPOSE_H

#include <stddef.h>
#include <stdint.h>

/// to[c * to_stride + r] = from[r * from_stride + c]
void zoo_transpose(
    int64_t rows, int64_t columns, const float *from, ptrdiff_t from_stride, float *to, ptrdiff_t to_stride);

/// sums[c] = Σ from[r * stride + c] over `rows` rows, in the order of the rows.
void zoo_column_sums(int64_t rows, int64_t columns, const float *from, ptrdiff_t stride, float *sums);

#endif

// Packed matrix multiplication, single precision.
//
// C[m × n] = epilogue(A[m × k] · B[k × n]). B is packed once into panels of `zoo_gemm_nr` columns; A is read where it
// lies, either by rows (element (i, p) at a[i * stride + p]) or by columns (at a[p * stride + i]).

#ifndef ZOO_GEMM_H
#define ZOO_GEMM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "zoo_isa.h"

/// What is applied to a result after bias and residual are added.
typedef enum zoo_activation {
  ZOO_ACTIVATION_NONE = 0,
  ZOO_ACTIVATION_RELU = 1,
  /// max(x, alpha · x) for 0 ≤ alpha ≤ 1.
  ZOO_ACTIVATION_LEAKY_RELU = 2,
  /// min(max(x, alpha), beta)
  ZOO_ACTIVATION_CLIP = 3,
  ZOO_ACTIVATION_SIGMOID = 4,
  /// x · sigmoid(x)
  ZOO_ACTIVATION_SILU = 5,
  /// min(max(alpha · x + beta, 0), 1)
  ZOO_ACTIVATION_HARD_SIGMOID = 6,
  /// x · min(max(x / 6 + 1/2, 0), 1)
  ZOO_ACTIVATION_HARD_SWISH = 7,
  /// x · Φ(x), by the error function
  ZOO_ACTIVATION_GELU = 8,
} zoo_activation;

/// What happens to a tile of the result while it is still in registers: activation(C + bias + residual).
typedef struct zoo_epilogue {
  /// One number for each column, or NULL.
  const float *bias;
  /// A matrix of C's shape, or NULL; bfloat16 if the result is.
  const void *residual;
  /// Elements from one row of `residual` to the next.
  ptrdiff_t residual_stride;
  zoo_activation activation;
  float alpha, beta;
  /// Whether the result goes past the caches: for one that is read only after it would have been evicted.
  bool streamed;
  /// Where the finished rows go as bfloat16, C staying as it is, or NULL; and elements from one row to the next.
  void *narrow;
  ptrdiff_t narrow_stride;
} zoo_epilogue;

/// The number of columns in a packed panel.
int64_t zoo_gemm_nr(zoo_isa isa);

/// The number of rows in a full register tile; blocks of rows are best a multiple of it.
int64_t zoo_gemm_mr(zoo_isa isa);

/// The number of floats that packing a k × n matrix takes.
int64_t zoo_gemm_packed_count(zoo_isa isa, int64_t k, int64_t n);

/// Packs the panels `first_panel ..< last_panel` of B, whose element (p, j) is b[p * row_stride + j * column_stride].
void zoo_gemm_pack(
    zoo_isa isa, int64_t k, int64_t n, const float *b, ptrdiff_t row_stride, ptrdiff_t column_stride, float *packed,
    int64_t first_panel, int64_t last_panel);

/// Multiplies a block of rows with the packed panels `first_panel ..< last_panel`.
///
/// - `a_by_columns`: how A lies (see the top of this file), `a_stride` being its stride.
/// - `accumulate`: C is added to the product before the epilogue.
/// - `c`: row 0, column 0 of the block; `epilogue` (may be NULL) is relative to the same row and column 0.
///
/// The order of the sum depends on k alone.
void zoo_gemm(
    zoo_isa isa, int64_t m, int64_t n, int64_t k, const float *a, ptrdiff_t a_stride, bool a_by_columns,
    const float *packed, float *c, ptrdiff_t c_stride, bool accumulate, const zoo_epilogue *epilogue,
    int64_t first_panel, int64_t last_panel);

#endif

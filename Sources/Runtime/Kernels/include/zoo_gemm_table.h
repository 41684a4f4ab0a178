// What each instruction set gives to the matrix multiplication.

#ifndef ZOO_GEMM_TABLE_H
#define ZOO_GEMM_TABLE_H

#include "zoo_gemm.h"

/// One register tile: C[m × n] (+)= A · B with `k` products for each element.
/// `b` has rows of at least as many columns as full vectors need, `b_stride` apart. From `ahead` on (unless NULL), k
/// lines of memory are fetched on the way, which a later tile reads.
typedef void (*zoo_gemm_tile)(
    int64_t n, int64_t k, const float *a, ptrdiff_t a_stride, const float *ahead, const float *b, ptrdiff_t b_stride,
    float *c, ptrdiff_t c_stride, bool accumulate, const zoo_epilogue *epilogue);

enum { ZOO_GEMM_MAX_ROWS = 32 };

typedef struct zoo_gemm_table {
  /// Rows of a tile and columns of a panel.
  int mr, nr;
  /// Columns up to which the first half of a panel is enough, and the rows of such a tile: where registers are few,
  /// twice as many as of a whole one, so that there are sums enough to wait for none.
  int half, half_mr;
  /// Whether one instruction multiplies whole tiles: so many products that none is worth saving by sums.
  bool in_tiles;
  /// Called by a thread before its tiles and after them, or NULL.
  void (*begin)(void), (*end)(void);
  /// Writes `columns` columns of A, `rows` numbers each, as rows `to_stride` apart: for tiles that want A by rows and
  /// bring columns of it into rows again and again otherwise. NULL where they take both as they are.
  void (*turn)(int64_t rows, int64_t columns, const float *from, ptrdiff_t from_stride, float *to, ptrdiff_t to_stride);
  /// By [A by columns][half or whole panel][rows − 1].
  zoo_gemm_tile tiles[2][2][ZOO_GEMM_MAX_ROWS];
} zoo_gemm_table;

const zoo_gemm_table *zoo_gemm_table_for(zoo_isa isa);

/// The tiles that multiply pairs of bfloat16, of panels with as many columns, where the processor can; else NULL. What
/// is a float of A or of a panel elsewhere is a pair of neighbours along k here, and `k` counts pairs.
const zoo_gemm_table *zoo_gemm_pairs_table_for(zoo_isa isa);

/// Products summed in registers before they are added to C: a panel of this number of rows stays in the nearest cache.
enum { ZOO_GEMM_DEPTH = 384 };

/// `zoo_gemm` for `depth` rows of panels that are `panel_stride` apart, `packed` pointing to the first of those rows
/// in the first panel. `ahead` (may be NULL): memory that is read soon, without gaps, which the products of the
/// first panel fetch on their way.
void zoo_gemm_part(
    const zoo_gemm_table *table, int64_t m, int64_t n, int64_t depth, const float *a, ptrdiff_t a_stride,
    bool a_by_columns, const float *ahead, const float *packed, int64_t panel_stride, float *c, ptrdiff_t c_stride,
    bool accumulate, const zoo_epilogue *epilogue, int64_t first_panel, int64_t last_panel);

#endif

#include <string.h>

#include "zoo_gemm_table.h"

int64_t zoo_gemm_nr(zoo_isa isa) { return zoo_gemm_table_for(isa)->nr; }
int64_t zoo_gemm_mr(zoo_isa isa) { return zoo_gemm_table_for(isa)->mr; }

int64_t zoo_gemm_packed_count(zoo_isa isa, int64_t k, int64_t n) {
  int64_t nr = zoo_gemm_nr(isa);
  return (n + nr - 1) / nr * nr * k;
}

void zoo_gemm_pack(
    zoo_isa isa, int64_t k, int64_t n, const float *b, ptrdiff_t row_stride, ptrdiff_t column_stride, float *packed,
    int64_t first_panel, int64_t last_panel) {
  int64_t nr = zoo_gemm_nr(isa);
  for (int64_t panel = first_panel; panel < last_panel; panel++) {
    float *out = packed + panel * k * nr;
    const float *in = b + panel * nr * column_stride;
    int64_t columns = n - panel * nr < nr ? n - panel * nr : nr;
    if (columns < nr) memset(out, 0, (size_t)(k * nr) * sizeof(float));
    if (column_stride == 1) {
      for (int64_t p = 0; p < k; p++) memcpy(out + p * nr, in + p * row_stride, (size_t)columns * sizeof(float));
    } else {
      // Eight rows at a time: as many as one line of a column holds when rows are adjacent.
      for (int64_t first = 0; first < k; first += 8) {
        int64_t last = first + 8 < k ? first + 8 : k;
        for (int64_t j = 0; j < columns; j++)
          for (int64_t p = first; p < last; p++) out[p * nr + j] = in[p * row_stride + j * column_stride];
      }
    }
  }
}

void zoo_gemm_part(
    const zoo_gemm_table *table, int64_t m, int64_t n, int64_t depth, const float *a, ptrdiff_t a_stride,
    bool a_by_columns, const float *ahead, const float *packed, int64_t panel_stride, float *c, ptrdiff_t c_stride,
    bool accumulate, const zoo_epilogue *epilogue, int64_t first_panel, int64_t last_panel) {
  if (table->begin) table->begin();
  for (int64_t panel = first_panel; panel < last_panel; panel++) {
    int64_t first_column = panel * table->nr;
    int64_t columns = n - first_column < table->nr ? n - first_column : table->nr;
    bool is_whole = columns > table->half;
    const zoo_gemm_tile *tiles = table->tiles[a_by_columns][is_whole];
    int64_t mr = is_whole ? table->mr : table->half_mr;
    const float *next = panel + 1 < last_panel ? packed + (panel + 1) * panel_stride : NULL;
    for (int64_t i = 0; i < m; i += mr) {
      int64_t rows = m - i < mr ? m - i : mr;
      // The tile asks for a line of memory with each product: those of the next tile's rows, if they lie side by side,
      // or of what the caller says; else those of the panel that comes next, which the first few tiles fetch.
      const float *tile_ahead = NULL;
      if (panel == first_panel && ahead) tile_ahead = ahead + i / mr * depth * 16;
      if (panel == first_panel && !a_by_columns && a_stride == depth) tile_ahead = a + (i + rows) * a_stride;
      if (!tile_ahead && next && i / mr < table->nr / 16) tile_ahead = next + i / mr * depth * 16;
      zoo_epilogue shifted;
      if (epilogue) {
        shifted = *epilogue;
        if (shifted.bias) shifted.bias += first_column;
        if (shifted.residual)
          shifted.residual =
              (const char *)shifted.residual + (i * shifted.residual_stride + first_column) * (shifted.narrow ? 2 : 4);
        if (shifted.narrow) shifted.narrow = (uint16_t *)shifted.narrow + i * shifted.narrow_stride + first_column;
      }
      tiles[rows - 1](
          columns, depth, a_by_columns ? a + i : a + i * a_stride, a_stride, tile_ahead, packed + panel * panel_stride,
          table->nr, c + i * c_stride + first_column, c_stride, accumulate, epilogue ? &shifted : NULL);
    }
  }
  if (table->end) table->end();
}

void zoo_gemm(
    zoo_isa isa, int64_t m, int64_t n, int64_t k, const float *a, ptrdiff_t a_stride, bool a_by_columns,
    const float *packed, float *c, ptrdiff_t c_stride, bool accumulate, const zoo_epilogue *epilogue,
    int64_t first_panel, int64_t last_panel) {
  const zoo_gemm_table *table = zoo_gemm_table_for(isa);
  int64_t blocks = k > ZOO_GEMM_DEPTH ? (k + ZOO_GEMM_DEPTH - 1) / ZOO_GEMM_DEPTH : 1;
  int64_t size = (k + blocks - 1) / blocks;
  for (int64_t block = 0; block < blocks; block++) {
    int64_t p = block * size;
    int64_t depth = k - p < size ? k - p : size;
    zoo_gemm_part(
        table, m, n, depth, a_by_columns ? a + p * a_stride : a + p, a_stride, a_by_columns, NULL,
        packed + p * table->nr, k * table->nr, c, c_stride, accumulate || block > 0,
        block + 1 == blocks ? epilogue : NULL, first_panel, last_panel);
  }
}

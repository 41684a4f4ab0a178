// The register tiles of the matrix multiplication.
//
// The including file defines GEMM(name), ZOO_ROWS (rows of a full tile), ZOO_VECTORS (vectors in a row of a panel) and,
// where a tile of half a panel has more rows, ZOO_HALF_ROWS; it is ZOO_ROWS otherwise, and no more than twice as many.
// What one step along k does is a product of floats, or what ZOO_MULTIPLY_ADD makes of pairs of bfloat16 in their
// place.

#define gemm_tile GEMM(tile)

#ifndef ZOO_HALF_ROWS
#define ZOO_HALF_ROWS ZOO_ROWS
#endif

#ifndef ZOO_MULTIPLY_ADD
#define ZOO_MULTIPLY_ADD(x, y, sum) ((sum) + (x) * (y))
#endif

#include "gemm_finish_body.h"

ZOO_INLINE void gemm_tile(
    int rows, int vectors, bool by_columns, bool partly, int64_t n, int64_t k, const float *a, ptrdiff_t a_stride,
    const float *ahead, const float *b, ptrdiff_t b_stride, float *c, ptrdiff_t c_stride, bool accumulate,
    const zoo_epilogue *epilogue) {
  vec acc[ZOO_HALF_ROWS][ZOO_VECTORS];
#pragma clang loop unroll(full)
  for (int i = 0; i < rows; i++)
#pragma clang loop unroll(full)
    for (int j = 0; j < vectors; j++)
      acc[i][j] = accumulate ? vec_load_some(c + i * c_stride + j * ZOO_LANES, ZOO_LANES_OF(j)) : vec_splat(0);
  const float *line = ahead ? ahead : a;
  ptrdiff_t line_step = ahead ? 16 : 0;
  for (int64_t p = 0; p < k; p++) {
    __builtin_prefetch(line);
    line += line_step;
    vec row[ZOO_VECTORS];
#pragma clang loop unroll(full)
    for (int j = 0; j < vectors; j++) row[j] = vec_load(b + j * ZOO_LANES);
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++) {
      vec x = vec_splat(by_columns ? a[i] : a[i * a_stride]);
#pragma clang loop unroll(full)
      for (int j = 0; j < vectors; j++) acc[i][j] = ZOO_MULTIPLY_ADD(x, row[j], acc[i][j]);
    }
    a += by_columns ? a_stride : 1;
    b += b_stride;
  }
  gemm_finish(rows, vectors, partly, n, acc, c, c_stride, epilogue);
}

#define ZOO_TILE(rows, vectors, by_columns, name)                                                                      \
  static void GEMM(name)(                                                                                              \
      int64_t n, int64_t k, const float *a, ptrdiff_t a_stride, const float *ahead, const float *b,                    \
      ptrdiff_t b_stride, float *c, ptrdiff_t c_stride, bool accumulate, const zoo_epilogue *epilogue) {               \
    if (n < ZOO_LANES * (vectors))                                                                                     \
      gemm_tile(                                                                                                       \
          rows, vectors, by_columns, true, n, k, a, a_stride, ahead, b, b_stride, c, c_stride, accumulate, epilogue);  \
    else                                                                                                               \
      gemm_tile(                                                                                                       \
          rows, vectors, by_columns, false, n, k, a, a_stride, ahead, b, b_stride, c, c_stride, accumulate, epilogue); \
  }

#define ZOO_PASTE(a, b) a##b
#define ZOO_WHOLE_TILES(rows)                       \
  ZOO_TILE(rows, ZOO_VECTORS, 0, rows_whole_##rows) \
  ZOO_TILE(rows, ZOO_VECTORS, 1, columns_whole_##rows)
#define ZOO_HALF_TILES(rows)                                 \
  ZOO_TILE(rows, (ZOO_VECTORS + 1) / 2, 0, rows_half_##rows) \
  ZOO_TILE(rows, (ZOO_VECTORS + 1) / 2, 1, columns_half_##rows)
#define ZOO_EACH_4(of) of(1) of(2) of(3) of(4)
#define ZOO_EACH_6(of) ZOO_EACH_4(of) of(5) of(6)
#define ZOO_EACH_8(of) ZOO_EACH_6(of) of(7) of(8)
#define ZOO_EACH_12(of) ZOO_EACH_8(of) of(9) of(10) of(11) of(12)
#define ZOO_EACH_14(of) ZOO_EACH_12(of) of(13) of(14)
#define ZOO_EACH_UP_TO(rows, of) ZOO_PASTE(ZOO_EACH_, rows)(of)

ZOO_EACH_UP_TO(ZOO_ROWS, ZOO_WHOLE_TILES)
ZOO_EACH_UP_TO(ZOO_HALF_ROWS, ZOO_HALF_TILES)

// Entries of the table for tiles of up to as many rows.
#define ZOO_4(kind) GEMM(kind##_1), GEMM(kind##_2), GEMM(kind##_3), GEMM(kind##_4)
#define ZOO_6(kind) ZOO_4(kind), GEMM(kind##_5), GEMM(kind##_6)
#define ZOO_8(kind) ZOO_6(kind), GEMM(kind##_7), GEMM(kind##_8)
#define ZOO_12(kind) ZOO_8(kind), GEMM(kind##_9), GEMM(kind##_10), GEMM(kind##_11), GEMM(kind##_12)
#define ZOO_14(kind) ZOO_12(kind), GEMM(kind##_13), GEMM(kind##_14)
#define ZOO_UP_TO(rows, kind) ZOO_PASTE(ZOO_, rows)(kind)

static const zoo_gemm_table GEMM(tiles) = {
    .mr = ZOO_ROWS,
    .nr = ZOO_LANES * ZOO_VECTORS,
    .half = (ZOO_VECTORS + 1) / 2 * ZOO_LANES,
    .half_mr = ZOO_HALF_ROWS,
    .tiles =
        {{{ZOO_UP_TO(ZOO_HALF_ROWS, rows_half)}, {ZOO_UP_TO(ZOO_ROWS, rows_whole)}},
         {{ZOO_UP_TO(ZOO_HALF_ROWS, columns_half)}, {ZOO_UP_TO(ZOO_ROWS, columns_whole)}}},
};

#undef ZOO_TILE
#undef ZOO_WHOLE_TILES
#undef ZOO_HALF_TILES
#undef ZOO_MULTIPLY_ADD

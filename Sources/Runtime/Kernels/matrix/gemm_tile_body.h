// The register tiles of the matrix multiplication.
//
// The including file defines GEMM(name), ZOO_ROWS (rows of a full tile) and ZOO_VECTORS (vectors in a row of a panel).
// What one step along k does is a product of floats, or what ZOO_MULTIPLY_ADD makes of pairs of bfloat16 in their
// place.

#define gemm_lanes_of GEMM(lanes_of)
#define gemm_finish GEMM(finish)
#define gemm_tile GEMM(tile)

#ifndef ZOO_MULTIPLY_ADD
#define ZOO_MULTIPLY_ADD(x, y, sum) ((sum) + (x) * (y))
#endif

/// How many of the columns of vector `j` there are in a tile of `n` columns; none if they end before it.
ZOO_INLINE size_t gemm_lanes_of(int64_t n, int j) {
  int64_t rest = n - j * ZOO_LANES;
  return (size_t)(rest < 0 ? 0 : rest < ZOO_LANES ? rest : ZOO_LANES);
}

/// The finished tile, written with what the epilogue says. All vectors are whole unless `partly`.
ZOO_INLINE void gemm_finish(
    int rows, int vectors, bool partly, int64_t n, vec acc[ZOO_ROWS][ZOO_VECTORS], float *c, ptrdiff_t c_stride,
    const zoo_epilogue *epilogue) {
// The columns may end in each vector of half a panel, and in those of a whole one that half a panel lacks.
#define ZOO_LANES_OF(j) (partly && j + (ZOO_VECTORS + 1) / 2 >= vectors ? gemm_lanes_of(n, j) : ZOO_LANES)
  uint16_t *narrow = epilogue ? epilogue->narrow : NULL;
  if (epilogue) {
    if (epilogue->bias) {
#pragma clang loop unroll(full)
      for (int j = 0; j < vectors; j++) {
        vec bias = vec_load_some(epilogue->bias + j * ZOO_LANES, ZOO_LANES_OF(j));
#pragma clang loop unroll(full)
        for (int i = 0; i < rows; i++) acc[i][j] += bias;
      }
    }
    if (epilogue->residual) {
#pragma clang loop unroll(full)
      for (int i = 0; i < rows; i++)
#pragma clang loop unroll(full)
        for (int j = 0; j < vectors; j++) {
          ptrdiff_t at = i * epilogue->residual_stride + j * ZOO_LANES;
          acc[i][j] += narrow ? narrow_load_some((const uint16_t *)epilogue->residual + at, ZOO_LANES_OF(j))
                              : vec_load_some((const float *)epilogue->residual + at, ZOO_LANES_OF(j));
        }
    }
    if (epilogue->activation == ZOO_ACTIVATION_RELU) {
#pragma clang loop unroll(full)
      for (int i = 0; i < rows; i++)
#pragma clang loop unroll(full)
        for (int j = 0; j < vectors; j++) acc[i][j] = vec_at_least(acc[i][j], 0);
    }
  }
  bool streamed =
      !partly && epilogue && epilogue->streamed && !narrow && c_stride % ZOO_LANES == 0 && vec_is_aligned(c);
  if (epilogue && epilogue->activation > ZOO_ACTIVATION_RELU) {
    // The rarer activations go over the tile once more, while it is in the first-level cache.
    vec tile[ZOO_ROWS * ZOO_VECTORS];
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++)
#pragma clang loop unroll(full)
      for (int j = 0; j < vectors; j++) tile[i * vectors + j] = acc[i][j];
    vec_activate_all(tile, rows * vectors, epilogue->activation, epilogue->alpha, epilogue->beta, narrow != NULL);
    for (int i = 0; i < rows; i++)
      for (int j = 0; j < vectors; j++) {
        vec value = tile[i * vectors + j];
        float *p = c + i * c_stride + j * ZOO_LANES;
        if (narrow)
          narrow_store_some(narrow + i * epilogue->narrow_stride + j * ZOO_LANES, value, ZOO_LANES_OF(j));
        else if (streamed)
          vec_stream(p, value);
        else
          vec_store_some(p, value, ZOO_LANES_OF(j));
      }
  } else if (narrow) {
    // Two vectors of a row fill a line.
    bool whole_lines = !partly && vectors * ZOO_LANES % 32 == 0 && epilogue->streamed &&
                       epilogue->narrow_stride % 32 == 0 && (uintptr_t)narrow % 64 == 0;
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++)
#pragma clang loop unroll(full)
      for (int j = 0; j < vectors; j++) {
        uint16_t *p = narrow + i * epilogue->narrow_stride + j * ZOO_LANES;
        if (whole_lines)
          narrow_stream(p, acc[i][j]);
        else
          narrow_store_some(p, acc[i][j], ZOO_LANES_OF(j));
      }
  } else if (streamed) {
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++)
#pragma clang loop unroll(full)
      for (int j = 0; j < vectors; j++) vec_stream(c + i * c_stride + j * ZOO_LANES, acc[i][j]);
  } else {
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++)
#pragma clang loop unroll(full)
      for (int j = 0; j < vectors; j++) vec_store_some(c + i * c_stride + j * ZOO_LANES, acc[i][j], ZOO_LANES_OF(j));
  }
}

ZOO_INLINE void gemm_tile(
    int rows, int vectors, bool by_columns, bool partly, int64_t n, int64_t k, const float *a, ptrdiff_t a_stride,
    const float *ahead, const float *b, ptrdiff_t b_stride, float *c, ptrdiff_t c_stride, bool accumulate,
    const zoo_epilogue *epilogue) {
  vec acc[ZOO_ROWS][ZOO_VECTORS];
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
#undef ZOO_LANES_OF
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

#define ZOO_TILES(rows)                                      \
  ZOO_TILE(rows, ZOO_VECTORS, 0, rows_whole_##rows)          \
  ZOO_TILE(rows, (ZOO_VECTORS + 1) / 2, 0, rows_half_##rows) \
  ZOO_TILE(rows, ZOO_VECTORS, 1, columns_whole_##rows)       \
  ZOO_TILE(rows, (ZOO_VECTORS + 1) / 2, 1, columns_half_##rows)

ZOO_TILES(1)
ZOO_TILES(2)
ZOO_TILES(3)
ZOO_TILES(4)
#if ZOO_ROWS > 4
ZOO_TILES(5)
ZOO_TILES(6)
#endif
#if ZOO_ROWS > 6
ZOO_TILES(7)
ZOO_TILES(8)
#endif
#if ZOO_ROWS > 8
ZOO_TILES(9)
ZOO_TILES(10)
ZOO_TILES(11)
ZOO_TILES(12)
ZOO_TILES(13)
ZOO_TILES(14)
#endif

// Entries of the table for tiles of up to ZOO_ROWS rows.
#define ZOO_4(kind) GEMM(kind##_1), GEMM(kind##_2), GEMM(kind##_3), GEMM(kind##_4)
#define ZOO_6(kind) ZOO_4(kind), GEMM(kind##_5), GEMM(kind##_6)
#define ZOO_8(kind) ZOO_6(kind), GEMM(kind##_7), GEMM(kind##_8)
#define ZOO_12(kind) ZOO_8(kind), GEMM(kind##_9), GEMM(kind##_10), GEMM(kind##_11), GEMM(kind##_12)
#define ZOO_14(kind) ZOO_12(kind), GEMM(kind##_13), GEMM(kind##_14)
#define ZOO_UP_TO(rows, kind) ZOO_PASTE(ZOO_, rows)(kind)
#define ZOO_PASTE(a, b) a##b

static const zoo_gemm_table GEMM(tiles) = {
    .mr = ZOO_ROWS,
    .nr = ZOO_LANES * ZOO_VECTORS,
    .half = (ZOO_VECTORS + 1) / 2 * ZOO_LANES,
    .tiles =
        {{{ZOO_UP_TO(ZOO_ROWS, rows_half)}, {ZOO_UP_TO(ZOO_ROWS, rows_whole)}},
         {{ZOO_UP_TO(ZOO_ROWS, columns_half)}, {ZOO_UP_TO(ZOO_ROWS, columns_whole)}}},
};

#undef ZOO_TILE
#undef ZOO_TILES
#undef ZOO_MULTIPLY_ADD

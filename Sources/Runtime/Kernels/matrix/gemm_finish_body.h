// What becomes of a finished register tile of the matrix multiplication.
//
// The including file defines GEMM(name), ZOO_ROWS (the most rows of a tile) and ZOO_VECTORS (vectors in a row of a
// panel).

#define gemm_lanes_of GEMM(lanes_of)
#define gemm_finish GEMM(finish)

// The columns may end in each vector of half a panel, and in those of a whole one that half a panel lacks.
#ifndef ZOO_LANES_OF
#define ZOO_LANES_OF(j) (partly && j + (ZOO_VECTORS + 1) / 2 >= vectors ? gemm_lanes_of(n, j) : ZOO_LANES)
#endif

/// How many of the columns of vector `j` there are in a tile of `n` columns; none if they end before it.
ZOO_INLINE size_t gemm_lanes_of(int64_t n, int j) {
  int64_t rest = n - j * ZOO_LANES;
  return (size_t)(rest < 0 ? 0 : rest < ZOO_LANES ? rest : ZOO_LANES);
}

/// The finished tile, written with what the epilogue says. All vectors are whole unless `partly`.
ZOO_INLINE void gemm_finish(
    int rows, int vectors, bool partly, int64_t n, vec acc[][ZOO_VECTORS], float *c, ptrdiff_t c_stride,
    const zoo_epilogue *epilogue) {
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
    if (whole_lines) {
#pragma clang loop unroll(full)
      for (int i = 0; i < rows; i++)
#pragma clang loop unroll(full)
        for (int j = 0; j + 1 < vectors; j += 2)
          narrow_stream_two(narrow + i * epilogue->narrow_stride + j * ZOO_LANES, acc[i][j], acc[i][j + 1]);
    } else {
#pragma clang loop unroll(full)
      for (int i = 0; i < rows; i++)
#pragma clang loop unroll(full)
        for (int j = 0; j < vectors; j++)
          narrow_store_some(narrow + i * epilogue->narrow_stride + j * ZOO_LANES, acc[i][j], ZOO_LANES_OF(j));
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

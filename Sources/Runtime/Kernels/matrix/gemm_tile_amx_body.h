// Products of pairs of bfloat16 by AMX: 32 rows and 32 columns in four tiles of 16 × 16 sums (Intel 64 and IA-32
// Architectures Software Developer's Manual, volume 1, chapter 18). The panels are those of the other sets: a row of
// pairs for each step along k is what `tdpbf16ps` reads as its second factor.

#include "gemm_finish_body.h"

/// The sums of a block, before they are finished.
typedef struct amx_sums {
  float rows[AMX_ROWS][AMX_COLUMNS];
} __attribute__((aligned(64))) amx_sums;

/// The last pairs of 32 rows, or 16 rows of pairs of a panel, with zeros around them.
typedef struct amx_factor {
  float first[AMX_ROWS][AMX_SIDE], second[AMX_SIDE][AMX_COLUMNS];
} __attribute__((aligned(64))) amx_factor;

/// Adds the products of one step: sixteen pairs of all rows with those of all columns. Strides are bytes.
#define AMX_STEP(a, a_stride, b, b_stride)                                 \
  do {                                                                     \
    _tile_loadd(6, b, b_stride);                                           \
    _tile_loadd(4, a, a_stride);                                           \
    _tile_dpbf16ps(0, 4, 6);                                               \
    if (whole) {                                                           \
      _tile_loadd(7, (b) + AMX_SIDE, b_stride);                            \
      _tile_dpbf16ps(1, 4, 7);                                             \
    }                                                                      \
    if (tall) {                                                            \
      _tile_loadd(5, (const char *)(a) + AMX_SIDE * (a_stride), a_stride); \
      _tile_dpbf16ps(2, 5, 6);                                             \
      if (whole) _tile_dpbf16ps(3, 5, 7);                                  \
    }                                                                      \
  } while (0)

/// Sixteen columns of sixteen numbers as rows; what lies beyond `columns` and `rows` is zero.
static void amx_turn_block(
    int64_t rows, int64_t columns, const float *from, ptrdiff_t from_stride, float *to, ptrdiff_t to_stride) {
  __m512i r[AMX_SIDE], t[AMX_SIDE];
  __mmask16 mask = (__mmask16)((1u << columns) - 1);
#pragma clang loop unroll(full)
  for (int i = 0; i < AMX_SIDE; i++)
    r[i] = i < rows ? _mm512_maskz_loadu_epi32(mask, from + i * from_stride) : _mm512_setzero_si512();
    // Four rows become columns within each 128 bits, then the quarters change places.
#pragma clang loop unroll(full)
  for (int i = 0; i < AMX_SIDE; i += 2) {
    t[i] = _mm512_unpacklo_epi32(r[i], r[i + 1]);
    t[i + 1] = _mm512_unpackhi_epi32(r[i], r[i + 1]);
  }
#pragma clang loop unroll(full)
  for (int i = 0; i < AMX_SIDE; i += 4) {
    r[i] = _mm512_unpacklo_epi64(t[i], t[i + 2]);
    r[i + 1] = _mm512_unpackhi_epi64(t[i], t[i + 2]);
    r[i + 2] = _mm512_unpacklo_epi64(t[i + 1], t[i + 3]);
    r[i + 3] = _mm512_unpackhi_epi64(t[i + 1], t[i + 3]);
  }
#pragma clang loop unroll(full)
  for (int i = 0; i < 4; i++) {
    __m512i low = _mm512_shuffle_i32x4(r[i], r[i + 4], 0x88), high = _mm512_shuffle_i32x4(r[i], r[i + 4], 0xDD);
    __m512i low2 = _mm512_shuffle_i32x4(r[i + 8], r[i + 12], 0x88);
    __m512i high2 = _mm512_shuffle_i32x4(r[i + 8], r[i + 12], 0xDD);
    t[i] = _mm512_shuffle_i32x4(low, low2, 0x88);
    t[i + 8] = _mm512_shuffle_i32x4(low, low2, 0xDD);
    t[i + 4] = _mm512_shuffle_i32x4(high, high2, 0x88);
    t[i + 12] = _mm512_shuffle_i32x4(high, high2, 0xDD);
  }
#pragma clang loop unroll(full)
  for (int i = 0; i < AMX_SIDE; i++) _mm512_storeu_si512(to + i * to_stride, t[i]);
}

/// Whole blocks are written: `to` has room for rows and columns up to multiples of sixteen.
static void gemm_amx_turn(
    int64_t rows, int64_t columns, const float *from, ptrdiff_t from_stride, float *to, ptrdiff_t to_stride) {
  for (int64_t column = 0; column < columns; column += AMX_SIDE)
    for (int64_t row = 0; row < rows; row += AMX_SIDE)
      amx_turn_block(
          rows - row < AMX_SIDE ? rows - row : AMX_SIDE, columns - column < AMX_SIDE ? columns - column : AMX_SIDE,
          from + row * from_stride + column, from_stride, to + column * to_stride + row, to_stride);
}

/// Writes the sums with what the epilogue says, four rows at a time.
ZOO_INLINE void gemm_amx_finish(
    int rows, int vectors, bool partly, int64_t n, const amx_sums *sums, float *c, ptrdiff_t c_stride,
    const zoo_epilogue *epilogue) {
  zoo_epilogue shifted;
  if (epilogue) shifted = *epilogue;
  for (int i = 0; i < rows;) {
    int count = rows - i >= ZOO_ROWS ? ZOO_ROWS : 1;
    vec acc[ZOO_ROWS][ZOO_VECTORS];
    for (int row = 0; row < count; row++)
      for (int j = 0; j < vectors; j++) acc[row][j] = vec_load(sums->rows[i + row] + j * ZOO_LANES);
    if (count == ZOO_ROWS)
      gemm_finish(ZOO_ROWS, vectors, partly, n, acc, c + i * c_stride, c_stride, epilogue ? &shifted : NULL);
    else
      gemm_finish(1, vectors, partly, n, acc, c + i * c_stride, c_stride, epilogue ? &shifted : NULL);
    i += count;
    if (!epilogue) continue;
    if (shifted.residual)
      shifted.residual = (const char *)shifted.residual + count * shifted.residual_stride * (shifted.narrow ? 2 : 4);
    if (shifted.narrow) shifted.narrow = (uint16_t *)shifted.narrow + count * shifted.narrow_stride;
  }
}

ZOO_INLINE void gemm_amx_tile(
    int rows, bool tall, bool whole, bool by_columns, int64_t n, int64_t k, const float *a, ptrdiff_t a_stride,
    const float *ahead, const float *b, ptrdiff_t b_stride, float *c, ptrdiff_t c_stride, bool accumulate,
    const zoo_epilogue *epilogue) {
  const bool partly = n < (whole ? AMX_COLUMNS : AMX_SIDE);
  const ptrdiff_t a_bytes = a_stride * 4, b_bytes = b_stride * 4;
  amx_sums sums;
  amx_use(rows);
  const float *before = c;
  ptrdiff_t before_bytes = c_stride * 4;
  if (accumulate && partly) {
    for (int i = 0; i < rows; i++) {
      vec_store(sums.rows[i], vec_load_some(c + i * c_stride, gemm_lanes_of(n, 0)));
      if (whole) vec_store(sums.rows[i] + AMX_SIDE, vec_load_some(c + i * c_stride + AMX_SIDE, gemm_lanes_of(n, 1)));
    }
    before = sums.rows[0];
    before_bytes = sizeof sums.rows[0];
  }
  if (accumulate) {
    _tile_loadd(0, before, before_bytes);
    if (whole) _tile_loadd(1, before + AMX_SIDE, before_bytes);
    if (tall) _tile_loadd(2, (const char *)before + AMX_SIDE * before_bytes, before_bytes);
    if (tall && whole) _tile_loadd(3, (const char *)(before + AMX_SIDE) + AMX_SIDE * before_bytes, before_bytes);
  } else {
    _tile_zero(0);
    if (whole) _tile_zero(1);
    if (tall) _tile_zero(2);
    if (tall && whole) _tile_zero(3);
  }
  int64_t p = 0;
  if (!by_columns)
    for (; p + AMX_SIDE <= k; p += AMX_SIDE) {
      if (ahead) {
#pragma clang loop unroll(full)
        for (int i = 0; i < AMX_SIDE; i++) __builtin_prefetch(ahead + i * 16);
        ahead += AMX_SIDE * 16;
      }
      AMX_STEP(a + p, a_bytes, b + p * b_stride, b_bytes);
    }
  for (; p < k; p += AMX_SIDE) {
    amx_factor some;
    int64_t left = k - p < AMX_SIDE ? k - p : AMX_SIDE;
    if (by_columns) {
      gemm_amx_turn(left, rows, a + p * a_stride, a_stride, some.first[0], AMX_SIDE);
    } else {
      for (int i = 0; i < rows; i++) vec_store(some.first[i], vec_load_some(a + i * a_stride + p, (size_t)left));
    }
    for (int64_t i = 0; i < AMX_SIDE; i++)
      for (int j = 0; j < (whole ? 2 : 1); j++)
        vec_store(
            some.second[i] + j * AMX_SIDE, i < left ? vec_load(b + (p + i) * b_stride + j * AMX_SIDE) : vec_splat(0));
    AMX_STEP(some.first[0], (ptrdiff_t)sizeof some.first[0], some.second[0], (ptrdiff_t)sizeof some.second[0]);
  }
  bool stays = !epilogue && !partly;
  float *to = stays ? c : sums.rows[0];
  ptrdiff_t to_bytes = stays ? c_stride * 4 : (ptrdiff_t)sizeof sums.rows[0];
  _tile_stored(0, to, to_bytes);
  if (whole) _tile_stored(1, to + AMX_SIDE, to_bytes);
  if (tall) _tile_stored(2, (char *)to + AMX_SIDE * to_bytes, to_bytes);
  if (tall && whole) _tile_stored(3, (char *)(to + AMX_SIDE) + AMX_SIDE * to_bytes, to_bytes);
  if (stays) return;
  if (partly)
    gemm_amx_finish(rows, whole ? 2 : 1, true, n, &sums, c, c_stride, epilogue);
  else
    gemm_amx_finish(rows, whole ? 2 : 1, false, n, &sums, c, c_stride, epilogue);
}

/// With the loops for the tiles that the block has.
static void gemm_amx_any(
    int rows, bool whole, bool by_columns, int64_t n, int64_t k, const float *a, ptrdiff_t a_stride, const float *ahead,
    const float *b, ptrdiff_t b_stride, float *c, ptrdiff_t c_stride, bool accumulate, const zoo_epilogue *epilogue) {
#define AMX_CASE(tall, whole) \
  gemm_amx_tile(rows, tall, whole, by_columns, n, k, a, a_stride, ahead, b, b_stride, c, c_stride, accumulate, epilogue)
  if (rows > AMX_SIDE && whole)
    AMX_CASE(true, true);
  else if (rows > AMX_SIDE)
    AMX_CASE(true, false);
  else if (whole)
    AMX_CASE(false, true);
  else
    AMX_CASE(false, false);
#undef AMX_CASE
}

#define AMX_TILE(rows, whole, by_columns, name)                                                                      \
  static void gemm_amx_##name(                                                                                       \
      int64_t n, int64_t k, const float *a, ptrdiff_t a_stride, const float *ahead, const float *b,                  \
      ptrdiff_t b_stride, float *c, ptrdiff_t c_stride, bool accumulate, const zoo_epilogue *epilogue) {             \
    gemm_amx_any(rows, whole, by_columns, n, k, a, a_stride, ahead, b, b_stride, c, c_stride, accumulate, epilogue); \
  }
#define AMX_TILES(rows)                     \
  AMX_TILE(rows, 0, 0, rows_half_##rows)    \
  AMX_TILE(rows, 1, 0, rows_whole_##rows)   \
  AMX_TILE(rows, 0, 1, columns_half_##rows) \
  AMX_TILE(rows, 1, 1, columns_whole_##rows)
AMX_EACH_ROWS(AMX_TILES)

#define AMX_ROWS_HALF(rows) gemm_amx_rows_half_##rows,
#define AMX_ROWS_WHOLE(rows) gemm_amx_rows_whole_##rows,
#define AMX_COLUMNS_HALF(rows) gemm_amx_columns_half_##rows,
#define AMX_COLUMNS_WHOLE(rows) gemm_amx_columns_whole_##rows,
static const zoo_gemm_table gemm_amx_tiles = {
    .mr = AMX_ROWS,
    .nr = AMX_COLUMNS,
    .half = AMX_SIDE,
    .half_mr = AMX_ROWS,
    .in_tiles = true,
    .begin = amx_begin,
    .end = amx_end,
    .turn = gemm_amx_turn,
    .tiles =
        {{{AMX_EACH_ROWS(AMX_ROWS_HALF)}, {AMX_EACH_ROWS(AMX_ROWS_WHOLE)}},
         {{AMX_EACH_ROWS(AMX_COLUMNS_HALF)}, {AMX_EACH_ROWS(AMX_COLUMNS_WHOLE)}}},
};

// Products of 8-bit integers by AMX: 32 rows and 32 columns in four tiles of 16 × 16 sums. The panels are those of
// `vpdpbusd`: four bytes of each column for each step are what `tdpbusd` reads as its second factor.

#include "requantize_avx512_body.h"

/// The sums of a block.
typedef struct amx_integers {
  int32_t rows[AMX_ROWS][AMX_COLUMNS];
} __attribute__((aligned(64))) amx_integers;

/// The last bytes of 32 rows and the rows of a panel that they are multiplied with, with zeros around them.
typedef struct amx_bytes {
  uint8_t first[AMX_ROWS][64];
  int8_t second[AMX_SIDE][4 * AMX_COLUMNS];
} __attribute__((aligned(64))) amx_bytes;

#define AMX_STEP_BYTES(a, a_stride, b)                       \
  do {                                                       \
    _tile_loadd(6, b, 4 * AMX_COLUMNS);                      \
    _tile_loadd(4, a, a_stride);                             \
    _tile_dpbusd(0, 4, 6);                                   \
    if (whole) {                                             \
      _tile_loadd(7, (b) + 64, 4 * AMX_COLUMNS);             \
      _tile_dpbusd(1, 4, 7);                                 \
    }                                                        \
    if (tall) {                                              \
      _tile_loadd(5, (a) + AMX_SIDE * (a_stride), a_stride); \
      _tile_dpbusd(2, 5, 6);                                 \
      if (whole) _tile_dpbusd(3, 5, 7);                      \
    }                                                        \
  } while (0)

ZOO_INLINE void quantized_amx_tile(
    int rows, bool tall, bool whole, int64_t columns, int64_t depth, const uint8_t *a, ptrdiff_t a_stride,
    const int8_t *panel, uint8_t *y, ptrdiff_t y_stride, const zoo_requantization *r) {
  amx_use(rows);
  _tile_zero(0);
  if (whole) _tile_zero(1);
  if (tall) _tile_zero(2);
  if (tall && whole) _tile_zero(3);
  int64_t p = 0;
  for (; p + 64 <= depth; p += 64) AMX_STEP_BYTES(a + p, a_stride, panel + p * AMX_COLUMNS);
  if (p < depth) {
    amx_bytes some;
    int64_t left = depth - p;
    __mmask64 mask = (1ull << left) - 1;
    for (int i = 0; i < rows; i++)
      _mm512_store_si512(some.first[i], _mm512_maskz_loadu_epi8(mask, a + i * a_stride + p));
    memcpy(some.second, panel + p * AMX_COLUMNS, (size_t)(left * AMX_COLUMNS));
    memset((int8_t *)some.second + left * AMX_COLUMNS, 0, (size_t)((64 - left) * AMX_COLUMNS));
    AMX_STEP_BYTES(some.first[0], 64, some.second[0]);
  }
  amx_integers sums;
  _tile_stored(0, sums.rows[0], sizeof sums.rows[0]);
  if (whole) _tile_stored(1, sums.rows[0] + AMX_SIDE, sizeof sums.rows[0]);
  if (tall) _tile_stored(2, sums.rows[AMX_SIDE], sizeof sums.rows[0]);
  if (tall && whole) _tile_stored(3, sums.rows[AMX_SIDE] + AMX_SIDE, sizeof sums.rows[0]);
#pragma clang loop unroll(full)
  for (int j = 0; j < (whole ? 2 : 1); j++) {
    int64_t left = columns - j * AMX_SIDE;
    __mmask16 mask = left >= AMX_SIDE ? 0xFFFF : (__mmask16)((1u << left) - 1);
    __m512i bias = _mm512_loadu_si512(r->bias + j * AMX_SIDE);
    for (int i = 0; i < rows; i++)
      quantized_finish(
          _mm512_add_epi32(_mm512_load_si512(sums.rows[i] + j * AMX_SIDE), bias), mask, r->multiplier + j * AMX_SIDE,
          r->residual ? r->residual + i * y_stride + j * AMX_SIDE : 0, y + i * y_stride + j * AMX_SIDE, r);
  }
  if (r->table) quantized_look_up(rows, columns, y, y_stride, r->table);
}

/// With the loops for the tiles that the block has.
static void quantized_amx_any(
    int rows, int64_t columns, int64_t depth, const uint8_t *a, ptrdiff_t a_stride, const int8_t *panel, uint8_t *y,
    ptrdiff_t y_stride, const zoo_requantization *r) {
#define AMX_CASE(tall, whole) quantized_amx_tile(rows, tall, whole, columns, depth, a, a_stride, panel, y, y_stride, r)
  if (rows > AMX_SIDE && columns > AMX_SIDE)
    AMX_CASE(true, true);
  else if (rows > AMX_SIDE)
    AMX_CASE(true, false);
  else if (columns > AMX_SIDE)
    AMX_CASE(false, true);
  else
    AMX_CASE(false, false);
#undef AMX_CASE
}

#define QUANTIZED_AMX_TILE(rows)                                                                             \
  static void quantized_amx_tile_##rows(                                                                     \
      int64_t columns, int64_t depth, const uint8_t *a, ptrdiff_t a_stride, const int8_t *panel, uint8_t *y, \
      ptrdiff_t y_stride, const zoo_requantization *r) {                                                     \
    quantized_amx_any(rows, columns, depth, a, a_stride, panel, y, y_stride, r);                             \
  }
AMX_EACH_ROWS(QUANTIZED_AMX_TILE)

#define QUANTIZED_AMX_ENTRY(rows) quantized_amx_tile_##rows,
static const zoo_quantized_table quantized_amx_tiles = {
    .mr = AMX_ROWS,
    .nr = AMX_COLUMNS,
    .begin = amx_begin,
    .end = amx_end,
    .tiles = {AMX_EACH_ROWS(QUANTIZED_AMX_ENTRY)},
};

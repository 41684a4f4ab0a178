// Products of 8-bit integers by `vpdpbusd`.

#include "requantize_avx512_body.h"

enum { QUANTIZED_ROWS = 14, QUANTIZED_VECTORS = 2, QUANTIZED_COLUMNS = QUANTIZED_VECTORS * 16 };

ZOO_INLINE void quantized_tile(
    int rows, int vectors, int64_t columns, int64_t depth, const uint8_t *a, ptrdiff_t a_stride, const int8_t *panel,
    uint8_t *y, ptrdiff_t y_stride, const zoo_requantization *r) {
  __m512i sums[QUANTIZED_ROWS][QUANTIZED_VECTORS];
#pragma clang loop unroll(full)
  for (int j = 0; j < vectors; j++) {
    __m512i bias = _mm512_loadu_si512(r->bias + j * 16);
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++) sums[i][j] = bias;
  }
  for (int64_t p = 0; p < depth; p += 4) {
    __m512i b[QUANTIZED_VECTORS];
#pragma clang loop unroll(full)
    for (int j = 0; j < vectors; j++) b[j] = _mm512_loadu_si512(panel + j * 64);
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++) {
      int32_t four;
      __builtin_memcpy(&four, a + i * a_stride, 4);
      __m512i x = _mm512_set1_epi32(four);
#pragma clang loop unroll(full)
      for (int j = 0; j < vectors; j++) sums[i][j] = _mm512_dpbusd_epi32(sums[i][j], x, b[j]);
    }
    a += 4;
    panel += QUANTIZED_COLUMNS * 4;
  }
#pragma clang loop unroll(full)
  for (int j = 0; j < vectors; j++) {
    int64_t left = columns - j * 16;
    __mmask16 mask = left >= 16 ? 0xFFFF : (__mmask16)((1u << left) - 1);
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++)
      quantized_finish(
          sums[i][j], mask, r->multiplier + j * 16, r->residual ? r->residual + i * y_stride + j * 16 : 0,
          y + i * y_stride + j * 16, r);
  }
  if (r->table) quantized_look_up(rows, columns, y, y_stride, r->table);
}

#define QUANTIZED_TILE(rows)                                                                                 \
  static void quantized_tile_##rows(                                                                         \
      int64_t columns, int64_t depth, const uint8_t *a, ptrdiff_t a_stride, const int8_t *panel, uint8_t *y, \
      ptrdiff_t y_stride, const zoo_requantization *r) {                                                     \
    if (columns > 16)                                                                                        \
      quantized_tile(rows, 2, columns, depth, a, a_stride, panel, y, y_stride, r);                           \
    else                                                                                                     \
      quantized_tile(rows, 1, columns, depth, a, a_stride, panel, y, y_stride, r);                           \
  }

QUANTIZED_TILE(1)
QUANTIZED_TILE(2)
QUANTIZED_TILE(3)
QUANTIZED_TILE(4)
QUANTIZED_TILE(5)
QUANTIZED_TILE(6)
QUANTIZED_TILE(7)
QUANTIZED_TILE(8)
QUANTIZED_TILE(9)
QUANTIZED_TILE(10)
QUANTIZED_TILE(11)
QUANTIZED_TILE(12)
QUANTIZED_TILE(13)
QUANTIZED_TILE(14)

/// The bytes of four rows of 64 channels brought side by side for `vpdpbusd`: result q holds the channels 4q … 4q + 3
/// of each sixteen.
ZOO_INLINE void quantized_interleave(const __m512i rows[4], __m512i groups[4]) {
  __m512i low = _mm512_unpacklo_epi8(rows[0], rows[1]), high = _mm512_unpackhi_epi8(rows[0], rows[1]);
  __m512i low2 = _mm512_unpacklo_epi8(rows[2], rows[3]), high2 = _mm512_unpackhi_epi8(rows[2], rows[3]);
  groups[0] = _mm512_unpacklo_epi16(low, low2);
  groups[1] = _mm512_unpackhi_epi16(low, low2);
  groups[2] = _mm512_unpacklo_epi16(high, high2);
  groups[3] = _mm512_unpackhi_epi16(high, high2);
}

/// Sums in the order of ``interleave`` to sums of 16 adjacent channels each.
ZOO_INLINE void quantized_bring_back(__m512i s[4]) {
  __m512i a = _mm512_shuffle_i32x4(s[0], s[1], 0x44), b = _mm512_shuffle_i32x4(s[2], s[3], 0x44);
  __m512i c = _mm512_shuffle_i32x4(s[0], s[1], 0xEE), d = _mm512_shuffle_i32x4(s[2], s[3], 0xEE);
  s[0] = _mm512_shuffle_i32x4(a, b, 0x88);
  s[1] = _mm512_shuffle_i32x4(a, b, 0xDD);
  s[2] = _mm512_shuffle_i32x4(c, d, 0x88);
  s[3] = _mm512_shuffle_i32x4(c, d, 0xDD);
}

enum { QUANTIZED_GROUPS = (ZOO_QUANTIZED_MOST_TAPS + 3) / 4 };

/// 64 channels at a time, four taps at a time.
static void quantized_depthwise(
    int64_t channels, int64_t padded_channels, int64_t taps, int64_t count, const uint8_t *const *pixels,
    const int8_t *weights, uint8_t *y, const zoo_requantization *r) {
  __m512i w[QUANTIZED_GROUPS][4];
  int64_t groups = (taps + 3) / 4;
  for (int64_t c = 0; c < channels; c += 64) {
    int64_t left = channels - c < 64 ? channels - c : 64;
    __mmask64 mask = left == 64 ? ~0ull : (1ull << left) - 1;
    for (int64_t group = 0; group < groups; group++) {
      __m512i rows[4];
      for (int64_t t = 0; t < 4; t++)
        rows[t] = group * 4 + t < taps ? _mm512_loadu_si512(weights + (group * 4 + t) * padded_channels + c)
                                       : _mm512_setzero_si512();
      quantized_interleave(rows, w[group]);
    }
    for (int64_t i = 0; i < count; i++) {
      const uint8_t *const *own = pixels + i * taps;
      __m512i sums[4] = {
          _mm512_setzero_si512(), _mm512_setzero_si512(), _mm512_setzero_si512(), _mm512_setzero_si512()};
      for (int64_t group = 0; group < groups; group++) {
        __m512i rows[4], x[4];
        // Past the last tap the weights are zero: any pixel will do.
        int64_t last = taps - 1 - group * 4;
#pragma clang loop unroll(full)
        for (int64_t t = 0; t < 4; t++)
          rows[t] = _mm512_maskz_loadu_epi8(mask, own[group * 4 + (t < last ? t : last)] + c);
        quantized_interleave(rows, x);
#pragma clang loop unroll(full)
        for (int q = 0; q < 4; q++) sums[q] = _mm512_dpbusd_epi32(sums[q], x[q], w[group][q]);
      }
      quantized_bring_back(sums);
      int64_t position = i * channels + c;
#pragma clang loop unroll(full)
      for (int q = 0; q < 4; q++) {
        __mmask16 some = (__mmask16)(mask >> (16 * q));
        if (!some) break;
        quantized_finish(
            _mm512_add_epi32(sums[q], _mm512_loadu_si512(r->bias + c + 16 * q)), some, r->multiplier + c + 16 * q,
            r->residual ? r->residual + position + 16 * q : 0, y + position + 16 * q, r);
      }
    }
    if (r->table) quantized_look_up(count, left, y + c, channels, r->table);
  }
}

static const zoo_quantized_table quantized_tiles = {
    .mr = QUANTIZED_ROWS,
    .nr = QUANTIZED_COLUMNS,
    .tiles = {
        quantized_tile_1, quantized_tile_2, quantized_tile_3, quantized_tile_4, quantized_tile_5, quantized_tile_6,
        quantized_tile_7, quantized_tile_8, quantized_tile_9, quantized_tile_10, quantized_tile_11, quantized_tile_12,
        quantized_tile_13, quantized_tile_14}};

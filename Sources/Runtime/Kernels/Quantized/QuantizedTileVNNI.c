#include "QuantizedTile.h"

#if defined(__x86_64__)
#include <immintrin.h>

#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,avx2,fma"))), apply_to = function)

enum { ROWS = 14, VECTORS = 2, COLUMNS = VECTORS * 16 };

#define ZOO_INLINE static inline __attribute__((always_inline))

/// Requantizes 16 sums into the channels of `mask`. The multiplication and the addition stay two operations.
ZOO_INLINE void finish(
    __m512i sums, __mmask16 mask, const float *multiplier, const uint8_t *residual, uint8_t *y,
    const zoo_requantization *r) {
  __m512 t = _mm512_mul_ps(_mm512_cvtepi32_ps(sums), _mm512_loadu_ps(multiplier));
  if (residual) {
    __m512i other = _mm512_cvtepu8_epi32(_mm_maskz_loadu_epi8(mask, residual));
    other = _mm512_sub_epi32(other, _mm512_set1_epi32(r->residual_zero));
    __m512 scaled = _mm512_mul_ps(_mm512_cvtepi32_ps(other), _mm512_set1_ps(r->residual_multiplier));
    __asm__("" : "+v"(scaled));
    t = _mm512_add_ps(t, scaled);
  }
  t = _mm512_min_ps(_mm512_max_ps(t, _mm512_set1_ps(r->low)), _mm512_set1_ps(r->high));
  __m512i q = _mm512_add_epi32(_mm512_cvtps_epi32(t), _mm512_set1_epi32(r->zero));
  _mm512_mask_cvtepi32_storeu_epi8(y, mask, q);
}

/// Looks up what was written just now.
ZOO_INLINE void look_up(int64_t count, uint8_t *y, const uint8_t *table) {
  for (int64_t j = 0; j < count; j++) y[j] = table[y[j]];
}

ZOO_INLINE void tile(
    int rows, int vectors, int64_t columns, int64_t depth, const uint8_t *a, ptrdiff_t a_stride, const int8_t *panel,
    uint8_t *y, ptrdiff_t y_stride, const zoo_requantization *r) {
  __m512i sums[ROWS][VECTORS];
#pragma clang loop unroll(full)
  for (int j = 0; j < vectors; j++) {
    __m512i bias = _mm512_loadu_si512(r->bias + j * 16);
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++) sums[i][j] = bias;
  }
  for (int64_t p = 0; p < depth; p += 4) {
    __m512i b[VECTORS];
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
    panel += COLUMNS * 4;
  }
#pragma clang loop unroll(full)
  for (int j = 0; j < vectors; j++) {
    int64_t left = columns - j * 16;
    __mmask16 mask = left >= 16 ? 0xFFFF : (__mmask16)((1u << left) - 1);
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++)
      finish(
          sums[i][j], mask, r->multiplier + j * 16, r->residual ? r->residual + i * y_stride + j * 16 : 0,
          y + i * y_stride + j * 16, r);
  }
  if (r->table)
    for (int i = 0; i < rows; i++) look_up(columns, y + i * y_stride, r->table);
}

#define ZOO_TILE(rows)                                                                                             \
  static void tile_##rows(                                                                                         \
      int64_t columns, int64_t depth, const uint8_t *a, ptrdiff_t a_stride, const int8_t *panel, uint8_t *y,       \
      ptrdiff_t y_stride, const zoo_requantization *r) {                                                           \
    if (columns > 16)                                                                                              \
      tile(rows, 2, columns, depth, a, a_stride, panel, y, y_stride, r);                                           \
    else                                                                                                           \
      tile(rows, 1, columns, depth, a, a_stride, panel, y, y_stride, r);                                           \
  }

ZOO_TILE(1)
ZOO_TILE(2)
ZOO_TILE(3)
ZOO_TILE(4)
ZOO_TILE(5)
ZOO_TILE(6)
ZOO_TILE(7)
ZOO_TILE(8)
ZOO_TILE(9)
ZOO_TILE(10)
ZOO_TILE(11)
ZOO_TILE(12)
ZOO_TILE(13)
ZOO_TILE(14)

/// Four taps of 16 channels at a time: the bytes of four pixels are brought side by side for `vpdpbusd`.
static void depthwise(
    int64_t channels, int64_t padded_channels, int64_t taps, const uint8_t *const *pixels, const int8_t *weights,
    uint8_t *y, const zoo_requantization *r) {
  for (int64_t c = 0; c < channels; c += 16) {
    int64_t left = channels - c;
    __mmask16 mask = left >= 16 ? 0xFFFF : (__mmask16)((1u << left) - 1);
    __m512i sums = _mm512_loadu_si512(r->bias + c);
    for (int64_t tap = 0; tap < taps; tap++) {
      __m512i x = _mm512_cvtepu8_epi32(_mm_maskz_loadu_epi8(mask, pixels[tap] + c));
      __m512i w = _mm512_cvtepi8_epi32(_mm_loadu_si128((const void *)(weights + tap * padded_channels + c)));
      // Both fit in 16 bits, so that one multiplication of pairs (whose other half is zero) is exact.
      sums = _mm512_add_epi32(sums, _mm512_madd_epi16(x, w));
    }
    finish(sums, mask, r->multiplier + c, r->residual ? r->residual + c : 0, y + c, r);
  }
  if (r->table) look_up(channels, y, r->table);
}

const zoo_quantized_table zoo_quantized_vnni = {
    .mr = ROWS,
    .nr = COLUMNS,
    .tiles = {tile_1, tile_2, tile_3, tile_4, tile_5, tile_6, tile_7, tile_8, tile_9, tile_10, tile_11, tile_12,
              tile_13, tile_14},
    .depthwise = depthwise};

#pragma clang attribute pop
#endif

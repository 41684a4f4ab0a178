// Products of 8-bit integers for AVX2.

#include "requantize.h"

enum { QUANTIZED_ROWS = 4, QUANTIZED_VECTORS = 2, QUANTIZED_COLUMNS = QUANTIZED_VECTORS * 8 };

/// Requantizes 8 sums into `y`, which has room for 8. The multiplication and the addition stay two operations.
ZOO_INLINE void quantized_finish(
    __m256i sums, const float *multiplier, const uint8_t *residual, uint8_t *y, const zoo_requantization *r) {
  __m256 t = _mm256_mul_ps(_mm256_cvtepi32_ps(sums), _mm256_loadu_ps(multiplier));
  if (residual) {
    __m256i other = _mm256_cvtepu8_epi32(_mm_loadl_epi64((const void *)residual));
    other = _mm256_sub_epi32(other, _mm256_set1_epi32(r->residual_zero));
    __m256 scaled = _mm256_mul_ps(_mm256_cvtepi32_ps(other), _mm256_set1_ps(r->residual_multiplier));
    __asm__("" : "+x"(scaled));
    t = _mm256_add_ps(t, scaled);
  }
  t = _mm256_min_ps(_mm256_max_ps(t, _mm256_set1_ps(r->low)), _mm256_set1_ps(r->high));
  __m256i q = _mm256_add_epi32(_mm256_cvtps_epi32(t), _mm256_set1_epi32(r->zero));
  __m128i narrow = _mm_packus_epi32(_mm256_castsi256_si128(q), _mm256_extracti128_si256(q, 1));
  _mm_storel_epi64((void *)y, _mm_packus_epi16(narrow, narrow));
}

/// The same for `count` ≤ 8 channels, through copies that are wide enough.
ZOO_INLINE void quantized_finish_part(
    int64_t count, __m256i sums, const float *multiplier, const uint8_t *residual, uint8_t *y,
    const zoo_requantization *r) {
  uint8_t wide[8] = {0}, result[8];
  if (residual) __builtin_memcpy(wide, residual, (size_t)count);
  quantized_finish(sums, multiplier, residual ? wide : 0, result, r);
  __builtin_memcpy(y, result, (size_t)count);
}

ZOO_INLINE void quantized_look_up(int64_t count, uint8_t *y, const uint8_t *table) {
  for (int64_t j = 0; j < count; j++) y[j] = table[y[j]];
}

/// Bytes are widened to 16 bits, the even and the odd ones of each group of four apart, and multiplied in pairs: there
/// is no exact multiplication of bytes.
ZOO_INLINE void quantized_tile(
    int rows, int64_t columns, int64_t depth, const uint8_t *a, ptrdiff_t a_stride, const int8_t *panel, uint8_t *y,
    ptrdiff_t y_stride, const zoo_requantization *r) {
  const __m256i low_bytes = _mm256_set1_epi32(0x00FF00FF);
  __m256i sums[QUANTIZED_ROWS][QUANTIZED_VECTORS];
#pragma clang loop unroll(full)
  for (int j = 0; j < QUANTIZED_VECTORS; j++) {
    __m256i bias = _mm256_loadu_si256((const void *)(r->bias + j * 8));
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++) sums[i][j] = bias;
  }
  for (int64_t p = 0; p < depth; p += 4) {
    __m256i even[QUANTIZED_VECTORS], odd[QUANTIZED_VECTORS];
#pragma clang loop unroll(full)
    for (int j = 0; j < QUANTIZED_VECTORS; j++) {
      __m256i b = _mm256_loadu_si256((const void *)(panel + j * 32));
      even[j] = _mm256_srai_epi16(_mm256_slli_epi16(b, 8), 8);
      odd[j] = _mm256_srai_epi16(b, 8);
    }
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++) {
      int32_t four;
      __builtin_memcpy(&four, a + i * a_stride, 4);
      __m256i x = _mm256_set1_epi32(four);
      __m256i x_even = _mm256_and_si256(x, low_bytes);
      __m256i x_odd = _mm256_srli_epi16(x, 8);
#pragma clang loop unroll(full)
      for (int j = 0; j < QUANTIZED_VECTORS; j++) {
        sums[i][j] = _mm256_add_epi32(sums[i][j], _mm256_madd_epi16(x_even, even[j]));
        sums[i][j] = _mm256_add_epi32(sums[i][j], _mm256_madd_epi16(x_odd, odd[j]));
      }
    }
    a += 4;
    panel += QUANTIZED_COLUMNS * 4;
  }
  for (int j = 0; j < QUANTIZED_VECTORS && j * 8 < columns; j++) {
    int64_t count = columns - j * 8;
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++) {
      const uint8_t *residual = r->residual ? r->residual + i * y_stride + j * 8 : 0;
      if (count >= 8)
        quantized_finish(sums[i][j], r->multiplier + j * 8, residual, y + i * y_stride + j * 8, r);
      else
        quantized_finish_part(count, sums[i][j], r->multiplier + j * 8, residual, y + i * y_stride + j * 8, r);
    }
  }
  if (r->table)
    for (int i = 0; i < rows; i++) quantized_look_up(columns, y + i * y_stride, r->table);
}

#define QUANTIZED_TILE(rows)                                                                                 \
  static void quantized_tile_##rows(                                                                         \
      int64_t columns, int64_t depth, const uint8_t *a, ptrdiff_t a_stride, const int8_t *panel, uint8_t *y, \
      ptrdiff_t y_stride, const zoo_requantization *r) {                                                     \
    quantized_tile(rows, columns, depth, a, a_stride, panel, y, y_stride, r);                                \
  }

QUANTIZED_TILE(1)
QUANTIZED_TILE(2)
QUANTIZED_TILE(3)
QUANTIZED_TILE(4)

ZOO_INLINE void quantized_depthwise_pixel(
    int64_t channels, int64_t padded_channels, int64_t taps, const uint8_t *const *pixels, const int8_t *weights,
    uint8_t *y, const zoo_requantization *r) {
  int64_t c = 0;
  for (; c + 8 <= channels; c += 8) {
    __m256i sums = _mm256_loadu_si256((const void *)(r->bias + c));
    for (int64_t tap = 0; tap < taps; tap++) {
      __m256i x = _mm256_cvtepu8_epi32(_mm_loadl_epi64((const void *)(pixels[tap] + c)));
      __m256i w = _mm256_cvtepi8_epi32(_mm_loadl_epi64((const void *)(weights + tap * padded_channels + c)));
      // Both fit in 16 bits, so that one multiplication of pairs (whose other half is zero) is exact.
      sums = _mm256_add_epi32(sums, _mm256_madd_epi16(x, w));
    }
    quantized_finish(sums, r->multiplier + c, r->residual ? r->residual + c : 0, y + c, r);
  }
  for (int64_t d = c; d < channels; d++) {
    int32_t sum = r->bias[d];
    for (int64_t tap = 0; tap < taps; tap++) sum += pixels[tap][d] * weights[tap * padded_channels + d];
    zoo_requantization plain = *r;
    plain.table = 0;
    y[d] = zoo_requantize(sum, d, d, &plain);
  }
  if (r->table) quantized_look_up(channels, y, r->table);
}

static void quantized_depthwise(
    int64_t channels, int64_t padded_channels, int64_t taps, int64_t count, const uint8_t *const *pixels,
    const int8_t *weights, uint8_t *y, const zoo_requantization *r) {
  zoo_requantization own = *r;
  for (int64_t i = 0; i < count; i++, pixels += taps, y += channels) {
    quantized_depthwise_pixel(channels, padded_channels, taps, pixels, weights, y, &own);
    if (own.residual) own.residual += channels;
  }
}

static const zoo_quantized_table quantized_tiles = {
    .mr = QUANTIZED_ROWS,
    .nr = QUANTIZED_COLUMNS,
    .tiles = {quantized_tile_1, quantized_tile_2, quantized_tile_3, quantized_tile_4}};

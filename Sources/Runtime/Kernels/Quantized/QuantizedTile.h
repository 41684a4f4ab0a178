// The inner loops of quantized convolutions for one instruction set.

#ifndef ZOO_QUANTIZED_TILE_H
#define ZOO_QUANTIZED_TILE_H

#include "zoo_quantized.h"

/// The most rows that any instruction set's tile has.
enum { ZOO_QUANTIZED_ROWS = 16 };

/// Multiplies rows of `depth` numbers (`a_stride` apart) with one packed panel and requantizes the sums into `columns`
/// channels of y, whose rows are `y_stride` apart, as those of the residual are.
typedef void (*zoo_quantized_tile)(
    int64_t columns, int64_t depth, const uint8_t *a, ptrdiff_t a_stride, const int8_t *panel, uint8_t *y,
    ptrdiff_t y_stride, const zoo_requantization *requantization);

/// For each of `count` output pixels sums the products of its `taps` input pixels (`pixels`, `taps` after each other)
/// with the weights [taps][padded channels], channel by channel, and requantizes. Padded channels are a multiple of 64.
typedef void (*zoo_quantized_depthwise)(
    int64_t channels, int64_t padded_channels, int64_t taps, int64_t count, const uint8_t *const *pixels,
    const int8_t *weights, uint8_t *y, const zoo_requantization *requantization);

typedef struct zoo_quantized_table {
  /// Rows of a full tile and columns of a panel.
  int64_t mr, nr;
  /// By rows − 1.
  zoo_quantized_tile tiles[ZOO_QUANTIZED_ROWS];
  zoo_quantized_depthwise depthwise;
} zoo_quantized_table;

extern const zoo_quantized_table zoo_quantized_portable;
#if defined(__x86_64__)
extern const zoo_quantized_table zoo_quantized_avx2;
extern const zoo_quantized_table zoo_quantized_vnni;
#endif

/// The table for `isa`; AVX-512 without `vpdpbusd` has nothing over AVX2 here.
const zoo_quantized_table *zoo_quantized_table_for(zoo_isa isa);

/// One result of the formula at `zoo_requantization`, for the portable tiles and the ends of vectors.
static inline uint8_t zoo_requantize(int32_t sum, int64_t channel, int64_t position, const zoo_requantization *r) {
#pragma STDC FP_CONTRACT OFF
  float t = (float)sum * r->multiplier[channel];
  if (r->residual) t = t + (float)((int32_t)r->residual[position] - r->residual_zero) * r->residual_multiplier;
  t = t < r->low ? r->low : t;
  t = t > r->high ? r->high : t;
  // Adding and subtracting 1.5 · 2²³ rounds to even; |t| is at most 255.
  float rounded = (t + 12582912.0f) - 12582912.0f;
  int32_t y = (int32_t)rounded + r->zero;
  return r->table ? r->table[y] : (uint8_t)y;
}

#endif

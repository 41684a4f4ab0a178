// One sum requantized, for the portable tiles and the ends of vectors.

#ifndef ZOO_REQUANTIZE_H
#define ZOO_REQUANTIZE_H

#include "zoo_quantized.h"

/// One result of the formula at `zoo_requantization`.
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

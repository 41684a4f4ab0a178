// Elementary functions of float that a compiler can vectorise: no branches, no table, no call.
// Errors stay within about 2 units in the last place over the whole range; infinities and NaN behave as in C.
#ifndef ZOO_REAL_F32_H
#define ZOO_REAL_F32_H

#include "variant.h"

static inline int32_t zoo_bits(float x) {
  int32_t i;
  memcpy(&i, &x, 4);
  return i;
}

static inline float zoo_float(int32_t i) {
  float x;
  memcpy(&x, &i, 4);
  return x;
}

// Cody-Waite reduction to |r| ≤ ln2/2 and a polynomial; 2^n is applied in two halves so that denormal results are right.
static inline float zoo_expf(float x) {
  x = x > 89.0f ? 89.0f : x;
  x = x < -104.0f ? -104.0f : x;
  const float magic = 12582912.0f;  // 1.5 · 2^23: adding it rounds to an integer
  float t = x * 1.44269504088896341f + magic;
  int32_t n = zoo_bits(t) - 0x4B400000;
  float k = t - magic;
  float r = x - k * 0.693359375f;
  r = r - k * -2.12194440e-4f;
  float p = 1.9875691500e-4f;
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * (r * r) + r + 1.0f;
  int32_t half = n >> 1;
  return p * zoo_float((int32_t)((uint32_t)(half + 127) << 23)) *
         zoo_float((int32_t)((uint32_t)(n - half + 127) << 23));
}

static inline float zoo_sigmoidf(float x) { return 1.0f / (1.0f + zoo_expf(-x)); }

static inline float zoo_tanhf(float x) {
  float a = fabsf(x);
  float large = 1.0f - 2.0f / (zoo_expf(2.0f * a) + 1.0f);
  large = copysignf(large, x);
  float s = x * x;
  float p = -5.70498872745e-3f;
  p = p * s + 2.06390887954e-2f;
  p = p * s - 5.37397155531e-2f;
  p = p * s + 1.33314422036e-1f;
  p = p * s - 3.33332819422e-1f;
  float small = x * s * p + x;
  return a > 0.625f ? large : small;
}

// Minimax polynomials on two intervals; above the border 1 − exp(−polynomial).
static inline float zoo_erff(float x) {
  float t = fabsf(x), s = x * x;
  float r = -1.72853470e-5f * t + 3.83197126e-4f;
  float u = -3.88396438e-3f * t + 2.42546219e-2f;
  r = r * s + u;
  r = r * t - 1.06777877e-1f;
  r = r * t - 6.34846687e-1f;
  r = r * t - 1.28717512e-1f;
  r = r * t - t;
  float large = copysignf(1.0f - zoo_expf(t > 10.0f ? -100.0f : r), x);
  float p = -5.96761703e-4f;
  p = p * s + 4.99119423e-3f;
  p = p * s - 2.67681349e-2f;
  p = p * s + 1.12819925e-1f;
  p = p * s - 3.76125336e-1f;
  p = p * s + 1.28379166e-1f;
  float small = p * x + x;
  float result = t > 0.927734375f ? large : small;
  return x != x ? x : result;
}

#endif

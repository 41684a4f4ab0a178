#include "../Common/lanes.h"
#include "../Common/real_f32.h"
#include "zoo_normalization.h"

// The derivative of z · sigmoid(z).
static inline float zoo_silu_factor(float z) {
  float s = zoo_sigmoidf(z);
  return s * (1.0f + z * (1.0f - s));
}

// Deviations are taken from the first element of each position, so a large mean does no harm.
static void moments_column(const float *x, size_t rows, size_t period, float *mean, float *deviation) {
  float first = rows ? x[0] : 0, sum = 0, square = 0;
  for (size_t r = 0; r < rows; r++) {
    float d = x[r * period] - first;
    sum += d;
    square += d * d;
  }
  float shift = rows ? sum / (float)rows : 0;
  *mean = first + shift;
  *deviation = square - sum * shift;
}

void ZOO_V(zoo_moments_f32)(const float *x, size_t count, size_t period, float *mean, float *deviation) {
  size_t rows = count / period, rest = count % period, c = 0;
  for (; rows && c + 2 * ZOO_LANES <= period; c += 2 * ZOO_LANES) {
    const float *p = x + c;
    zoo_lanes first0 = zoo_load(p), first1 = zoo_load(p + ZOO_LANES);
    zoo_lanes sum0 = {0}, sum1 = {0}, square0 = {0}, square1 = {0};
    for (size_t r = 0; r < rows; r++, p += period) {
      zoo_lanes d0 = zoo_load(p) - first0, d1 = zoo_load(p + ZOO_LANES) - first1;
      sum0 += d0;
      sum1 += d1;
      square0 += d0 * d0;
      square1 += d1 * d1;
    }
    zoo_lanes shift0 = sum0 / (float)rows, shift1 = sum1 / (float)rows;
    zoo_store(mean + c, first0 + shift0);
    zoo_store(mean + c + ZOO_LANES, first1 + shift1);
    zoo_store(deviation + c, square0 - sum0 * shift0);
    zoo_store(deviation + c + ZOO_LANES, square1 - sum1 * shift1);
  }
  for (; c < period; c++) moments_column(x + c, rows, period, mean + c, deviation + c);
  for (size_t i = 0; i < period; i++) deviation[i] = deviation[i] > 0 || deviation[i] != deviation[i] ? deviation[i] : 0;
  const float *last = x + rows * period;
  for (size_t i = 0; i < rest; i++) {
    float d = last[i] - mean[i];
    mean[i] += d / (float)(rows + 1);
    deviation[i] += d * (last[i] - mean[i]);
  }
}

// Runs the body for each stretch of at most one period: `n` elements from `start`.
#define ZOO_STRETCHES(...)                                               \
  for (size_t start = 0; start < count; start += period) {               \
    size_t n = start + period < count ? period : count - start;          \
    __VA_ARGS__                                                               \
  }

void ZOO_V(zoo_normalize_f32)(
    const float *x, const float *residual, float *y, size_t count, size_t period, const float *mean,
    const float *factor, const float *offset, int activation) {
#define ZOO_APPLY(RESIDUAL, ACTIVATION)                                            \
  ZOO_STRETCHES({                                                                  \
    const float *p = x + start;                                                    \
    const float *q = RESIDUAL ? residual + start : 0;                              \
    float *w = y + start;                                                          \
    (void)q;                                                                       \
    for (size_t i = 0; i < n; i++) {                                               \
      float z = (p[i] - mean[i]) * factor[i] + offset[i];                          \
      if (RESIDUAL) z += q[i];                                                     \
      w[i] = ACTIVATION;                                                           \
    }                                                                              \
  })                                                                               \
  return;
#define ZOO_CASES(ACTIVATION) \
  if (residual) { ZOO_APPLY(1, ACTIVATION) } else { ZOO_APPLY(0, ACTIVATION) }
  switch (activation) {
  case ZOO_ACTIVATION_RELU: ZOO_CASES(z < 0 ? 0 : z)
  case ZOO_ACTIVATION_SILU: ZOO_CASES(z * zoo_sigmoidf(z))
  default: ZOO_CASES(z)
  }
}

void ZOO_V(zoo_normalize_sums_f32)(
    const float *dy, const float *x, const float *y, size_t count, size_t period, const float *mean,
    const float *factor, const float *offset, int activation, float *sum, float *product) {
  size_t rows = (count + period - 1) / period;
  // Columns are taken in groups whose sums stay in registers.
  enum { GROUP = 4 * ZOO_LANES };
#define ZOO_SUMS(DZ)                                                                         \
  for (size_t c = 0; c < period; c += GROUP) {                                               \
    size_t width = c + GROUP <= period ? GROUP : period - c;                                 \
    float s[GROUP] = {0}, t[GROUP] = {0}, m[GROUP] = {0}, a[GROUP] = {0}, b[GROUP] = {0};    \
    memcpy(m, mean + c, width * 4);                                                          \
    memcpy(a, factor + c, width * 4);                                                        \
    memcpy(b, offset + c, width * 4);                                                        \
    for (size_t r = 0; r < rows; r++) {                                                      \
      size_t at = r * period + c;                                                            \
      size_t n = at + width <= count ? width : (at < count ? count - at : 0);                \
      const float *g = dy + at, *p = x + at, *q = y + at;                                    \
      (void)q;                                                                               \
      if (n == GROUP) {                                                                      \
        for (int i = 0; i < GROUP; i++) {                                                    \
          float d = p[i] - m[i], z = d * a[i] + b[i];                                        \
          (void)z;                                                                           \
          float dz = DZ;                                                                     \
          s[i] += dz;                                                                        \
          t[i] += dz * d;                                                                    \
        }                                                                                    \
      } else {                                                                               \
        for (size_t i = 0; i < n; i++) {                                                     \
          float d = p[i] - m[i], z = d * a[i] + b[i];                                        \
          (void)z;                                                                           \
          float dz = DZ;                                                                     \
          s[i] += dz;                                                                        \
          t[i] += dz * d;                                                                    \
        }                                                                                    \
      }                                                                                      \
    }                                                                                        \
    memcpy(sum + c, s, width * 4);                                                           \
    memcpy(product + c, t, width * 4);                                                       \
  }                                                                                          \
  return;
  switch (activation) {
  case ZOO_ACTIVATION_RELU: ZOO_SUMS(q[i] > 0 ? g[i] : 0)
  case ZOO_ACTIVATION_SILU: ZOO_SUMS(g[i] * zoo_silu_factor(z))
  default: ZOO_SUMS(g[i])
  }
}

void ZOO_V(zoo_normalize_gradient_f32)(
    const float *dy, const float *x, const float *y, float *dx, float *dresidual, size_t count, size_t period,
    const float *mean, const float *factor, const float *offset, const float *constant, const float *slope,
    int activation) {
#define ZOO_GRADIENT(DZ, RESIDUAL)                                     \
  ZOO_STRETCHES({                                                      \
    const float *g = dy + start, *p = x + start, *q = y + start;       \
    float *w = dx + start, *v = RESIDUAL ? dresidual + start : 0;                     \
    (void)q;                                                           \
    (void)v;                                                           \
    for (size_t i = 0; i < n; i++) {                                   \
      float d = p[i] - mean[i], z = d * factor[i] + offset[i];         \
      (void)z;                                                         \
      float dz = DZ;                                                   \
      if (RESIDUAL) v[i] = dz;                                         \
      w[i] = dz * factor[i] - constant[i] - d * slope[i];              \
    }                                                                  \
  })                                                                   \
  return;
#define ZOO_RESIDUAL_ONLY(DZ)                                          \
  ZOO_STRETCHES({                                                      \
    const float *g = dy + start, *p = x + start, *q = y + start;       \
    float *v = dresidual + start;                                      \
    (void)q;                                                           \
    for (size_t i = 0; i < n; i++) {                                   \
      float z = (p[i] - mean[i]) * factor[i] + offset[i];              \
      (void)z;                                                         \
      v[i] = DZ;                                                       \
    }                                                                  \
  })                                                                   \
  return;
#define ZOO_GRADIENTS(DZ)                          \
  if (dx && dresidual) { ZOO_GRADIENT(DZ, 1) }     \
  if (dx) { ZOO_GRADIENT(DZ, 0) }                  \
  if (dresidual) { ZOO_RESIDUAL_ONLY(DZ) }         \
  return;
  switch (activation) {
  case ZOO_ACTIVATION_RELU: ZOO_GRADIENTS(q[i] > 0 ? g[i] : 0)
  case ZOO_ACTIVATION_SILU: ZOO_GRADIENTS(g[i] * zoo_silu_factor(z))
  default: ZOO_GRADIENTS(g[i])
  }
}

#include "../Common/lanes.h"
#include "../Common/real_f32.h"
#include "zoo_softmax.h"

// Sums over the columns in an order that depends on `size` alone.
static float sum_of(const float *x, size_t size) {
  zoo_lanes lanes = {0};
  size_t i = 0;
  for (; i + ZOO_LANES <= size; i += ZOO_LANES) lanes += zoo_load(x + i);
  float sum = zoo_lanes_sum(lanes);
  for (; i < size; i++) sum += x[i];
  return sum;
}

static void softmax_contiguous(const float *x, float *y, size_t size, int logarithm) {
  float largest = -INFINITY;
  for (size_t i = 0; i < size; i++) largest = x[i] > largest ? x[i] : largest;
  // A row of −∞ alone has no distribution: NaN, as the definition gives.
  if (logarithm) {
    double sum = 0;
    float part[256];
    for (size_t start = 0; start < size; start += 256) {
      size_t n = size - start < 256 ? size - start : 256;
      for (size_t i = 0; i < n; i++) part[i] = zoo_expf(x[start + i] - largest);
      sum += sum_of(part, n);
    }
    float shift = (float)log(sum);
    for (size_t i = 0; i < size; i++) y[i] = (x[i] - largest) - shift;
    return;
  }
  for (size_t i = 0; i < size; i++) y[i] = zoo_expf(x[i] - largest);
  float share = 1.0f / sum_of(y, size);
  for (size_t i = 0; i < size; i++) y[i] *= share;
}

void ZOO_V(zoo_softmax_f32)(const float *x, float *y, size_t size, size_t inner, int logarithm) {
  if (inner == 1) {
    softmax_contiguous(x, y, size, logarithm);
    return;
  }
  for (size_t start = 0; start < inner; start += 64) {
    size_t n = inner - start < 64 ? inner - start : 64;
    float largest[64], sum[64] = {0};
    for (size_t c = 0; c < n; c++) largest[c] = -INFINITY;
    for (size_t i = 0; i < size; i++) {
      const float *p = x + i * inner + start;
      for (size_t c = 0; c < n; c++) largest[c] = p[c] > largest[c] ? p[c] : largest[c];
    }
    for (size_t i = 0; i < size; i++) {
      const float *p = x + i * inner + start;
      for (size_t c = 0; c < n; c++) sum[c] += zoo_expf(p[c] - largest[c]);
    }
    for (size_t c = 0; c < n; c++) sum[c] = logarithm ? logf(sum[c]) : 1.0f / sum[c];
    for (size_t i = 0; i < size; i++) {
      const float *p = x + i * inner + start;
      float *q = y + i * inner + start;
      if (logarithm)
        for (size_t c = 0; c < n; c++) q[c] = (p[c] - largest[c]) - sum[c];
      else
        for (size_t c = 0; c < n; c++) q[c] = zoo_expf(p[c] - largest[c]) * sum[c];
    }
  }
}

void ZOO_V(zoo_softmax_gradient_f32)(
    const float *y, const float *dy, float *dx, size_t size, size_t inner, int logarithm) {
  for (size_t start = 0; start < inner; start += 64) {
    size_t n = inner - start < 64 ? inner - start : 64;
    float sum[64] = {0};
    for (size_t i = 0; i < size; i++) {
      const float *p = y + i * inner + start, *g = dy + i * inner + start;
      for (size_t c = 0; c < n; c++) sum[c] += logarithm ? g[c] : p[c] * g[c];
    }
    for (size_t i = 0; i < size; i++) {
      const float *p = y + i * inner + start, *g = dy + i * inner + start;
      float *q = dx + i * inner + start;
      if (logarithm)
        for (size_t c = 0; c < n; c++) q[c] = g[c] - zoo_expf(p[c]) * sum[c];
      else
        for (size_t c = 0; c < n; c++) q[c] = p[c] * (g[c] - sum[c]);
    }
  }
}

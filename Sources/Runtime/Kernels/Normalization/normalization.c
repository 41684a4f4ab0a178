#include "zoo_normalization.h"

#include "../Common/dispatch.h"

ZOO_DECLARE(zoo_moments_f32, const float *x, size_t count, size_t period, float *mean, float *deviation);
ZOO_DECLARE(
    zoo_normalize_f32, const float *x, const float *residual, float *y, size_t count, size_t period,
    const float *mean, const float *factor, const float *offset, int activation, bool streamed);
ZOO_DECLARE(
    zoo_normalize_sums_f32, const float *dy, const float *x, const float *y, size_t count, size_t period,
    const float *mean, const float *factor, const float *offset, int activation, float *sum, float *product);
ZOO_DECLARE(
    zoo_normalize_gradient_f32, const float *dy, const float *x, const float *y, float *dx, float *dresidual,
    size_t count, size_t period, const float *mean, const float *factor, const float *offset, const float *constant,
    const float *slope, int activation);

void zoo_moments_f32(const float *x, size_t count, size_t period, float *mean, float *deviation) {
  ZOO_DISPATCH(zoo_moments_f32, x, count, period, mean, deviation);
}

void zoo_normalize_f32(
    const float *x, const float *residual, float *y, size_t count, size_t period, const float *mean,
    const float *factor, const float *offset, int activation, bool streamed) {
  ZOO_DISPATCH(zoo_normalize_f32, x, residual, y, count, period, mean, factor, offset, activation, streamed);
}

void zoo_normalize_sums_f32(
    const float *dy, const float *x, const float *y, size_t count, size_t period, const float *mean,
    const float *factor, const float *offset, int activation, float *sum, float *product) {
  ZOO_DISPATCH(
      zoo_normalize_sums_f32, dy, x, y, count, period, mean, factor, offset, activation, sum, product);
}

void zoo_normalize_gradient_f32(
    const float *dy, const float *x, const float *y, float *dx, float *dresidual, size_t count, size_t period,
    const float *mean, const float *factor, const float *offset, const float *constant, const float *slope,
    int activation) {
  ZOO_DISPATCH(
      zoo_normalize_gradient_f32, dy, x, y, dx, dresidual, count, period, mean, factor, offset, constant, slope,
      activation);
}

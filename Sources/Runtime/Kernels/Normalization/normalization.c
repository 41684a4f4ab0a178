#include "zoo_normalization.h"

#include "../Common/dispatch.h"

// Each function stands for two: one for float images, one for bfloat16 images.
#define ZOO_DECLARE_BOTH(name, ...)     \
  ZOO_DECLARE(name##_wide, __VA_ARGS__); \
  ZOO_DECLARE(name##_narrow, __VA_ARGS__)
#define ZOO_DISPATCH_BOTH(name, ...)                  \
  do {                                                \
    if (narrow)                                       \
      ZOO_DISPATCH(name##_narrow, __VA_ARGS__);       \
    else                                              \
      ZOO_DISPATCH(name##_wide, __VA_ARGS__);         \
  } while (0)

ZOO_DECLARE_BOTH(zoo_moments, const void *x, size_t count, size_t period, float *mean, float *deviation);
ZOO_DECLARE_BOTH(
    zoo_normalize, const void *x, const void *residual, void *y, size_t count, size_t period, const float *mean,
    const float *factor, const float *offset, int activation, bool streamed);
ZOO_DECLARE_BOTH(
    zoo_normalize_sums, const void *dy, const void *x, const void *y, size_t count, size_t period, const float *mean,
    const float *factor, const float *offset, int activation, float *sum, float *product);
ZOO_DECLARE_BOTH(
    zoo_normalize_gradient, const void *dy, const void *x, const void *y, void *dx, void *dresidual, size_t count,
    size_t period, const float *mean, const float *factor, const float *offset, const float *constant,
    const float *slope, int activation);

void zoo_moments(bool narrow, const void *x, size_t count, size_t period, float *mean, float *deviation) {
  ZOO_DISPATCH_BOTH(zoo_moments, x, count, period, mean, deviation);
}

void zoo_normalize(
    bool narrow, const void *x, const void *residual, void *y, size_t count, size_t period, const float *mean,
    const float *factor, const float *offset, int activation, bool streamed) {
  ZOO_DISPATCH_BOTH(zoo_normalize, x, residual, y, count, period, mean, factor, offset, activation, streamed);
}

void zoo_normalize_sums(
    bool narrow, const void *dy, const void *x, const void *y, size_t count, size_t period, const float *mean,
    const float *factor, const float *offset, int activation, float *sum, float *product) {
  ZOO_DISPATCH_BOTH(
      zoo_normalize_sums, dy, x, y, count, period, mean, factor, offset, activation, sum, product);
}

void zoo_normalize_gradient(
    bool narrow, const void *dy, const void *x, const void *y, void *dx, void *dresidual, size_t count, size_t period,
    const float *mean, const float *factor, const float *offset, const float *constant, const float *slope,
    int activation) {
  ZOO_DISPATCH_BOTH(
      zoo_normalize_gradient, dy, x, y, dx, dresidual, count, period, mean, factor, offset, constant, slope,
      activation);
}

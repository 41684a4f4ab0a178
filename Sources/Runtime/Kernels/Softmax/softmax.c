#include "zoo_softmax.h"

#include "../Common/dispatch.h"

ZOO_DECLARE(zoo_softmax_f32, const float *x, float *y, size_t size, size_t inner, int logarithm);
ZOO_DECLARE(
    zoo_softmax_gradient_f32, const float *y, const float *dy, float *dx, size_t size, size_t inner, int logarithm);

void zoo_softmax_f32(const float *x, float *y, size_t size, size_t inner, int logarithm) {
  ZOO_DISPATCH(zoo_softmax_f32, x, y, size, inner, logarithm);
}

void zoo_softmax_gradient_f32(
    const float *y, const float *dy, float *dx, size_t size, size_t inner, int logarithm) {
  ZOO_DISPATCH(zoo_softmax_gradient_f32, y, dy, dx, size, inner, logarithm);
}

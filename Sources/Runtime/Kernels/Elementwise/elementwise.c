#include "zoo_elementwise.h"

#include "../Common/dispatch.h"

ZOO_DECLARE(zoo_unary_f32, int op, const float *x, float *y, size_t count, float a, float b);
ZOO_DECLARE(
    zoo_unary_gradient_f32, int op, const float *v, const float *dy, float *dx, size_t count, float a, float b);
ZOO_DECLARE(zoo_binary_f32, int op, const float *a, const float *b, float *y, struct zoo_rows shape);

void zoo_unary_f32(int op, const float *x, float *y, size_t count, float a, float b) {
  ZOO_DISPATCH(zoo_unary_f32, op, x, y, count, a, b);
}

void zoo_unary_gradient_f32(int op, const float *v, const float *dy, float *dx, size_t count, float a, float b) {
  ZOO_DISPATCH(zoo_unary_gradient_f32, op, v, dy, dx, count, a, b);
}

void zoo_binary_f32(int op, const float *a, const float *b, float *y, struct zoo_rows shape) {
  ZOO_DISPATCH(zoo_binary_f32, op, a, b, y, shape);
}

#include "zoo_optimizer.h"

#include "../Common/dispatch.h"

ZOO_DECLARE(
    zoo_adamw_f32, const float *parameter, const float *gradient, const float *m, const float *v,
    float *new_parameter, float *new_m, float *new_v, size_t count, const struct zoo_adamw *step);
ZOO_DECLARE(
    zoo_sgd_f32, const float *parameter, const float *gradient, const float *buffer, float *new_parameter,
    float *new_buffer, size_t count, const struct zoo_sgd *step);

void zoo_adamw_f32(
    const float *parameter, const float *gradient, const float *m, const float *v, float *new_parameter, float *new_m,
    float *new_v, size_t count, const struct zoo_adamw *step) {
  ZOO_DISPATCH(zoo_adamw_f32, parameter, gradient, m, v, new_parameter, new_m, new_v, count, step);
}

void zoo_sgd_f32(
    const float *parameter, const float *gradient, const float *buffer, float *new_parameter, float *new_buffer,
    size_t count, const struct zoo_sgd *step) {
  ZOO_DISPATCH(zoo_sgd_f32, parameter, gradient, buffer, new_parameter, new_buffer, count, step);
}

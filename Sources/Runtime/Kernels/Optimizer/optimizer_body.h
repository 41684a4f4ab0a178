#include "zoo_optimizer.h"

void ZOO_V(zoo_adamw_f32)(
    const float *parameter, const float *gradient, const float *m, const float *v, float *new_parameter, float *new_m,
    float *new_v, size_t count, const struct zoo_adamw *step) {
  const struct zoo_adamw s = *step;
  for (size_t i = 0; i < count; i++) {
    float g = gradient[i] * s.scale;
    float p = parameter[i] * s.keep;
    float mi = m[i] + (g - m[i]) * s.new1;
    float vi = v[i] * s.beta2 + g * g * s.new2;
    float denominator = sqrtf(vi) / s.correction + s.epsilon;
    new_m[i] = mi;
    new_v[i] = vi;
    new_parameter[i] = p - s.step_size * (mi / denominator);
  }
}

void ZOO_V(zoo_sgd_f32)(
    const float *parameter, const float *gradient, const float *buffer, float *new_parameter, float *new_buffer,
    size_t count, const struct zoo_sgd *step) {
  const struct zoo_sgd s = *step;
  for (size_t i = 0; i < count; i++) {
    float g = gradient[i] * s.scale;
    float p = parameter[i] * s.keep;
    float b = s.first ? g : s.momentum * buffer[i] + g;
    float direction = s.nesterov ? g + s.momentum * b : b;
    new_buffer[i] = b;
    new_parameter[i] = p - s.learning_rate * direction;
  }
}

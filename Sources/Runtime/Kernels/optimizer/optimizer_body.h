// Steps of optimizers. Results may lie on the operands: each vector is read before it is written.

static void adamw_f32(
    const float *parameter, const float *gradient, const float *m, const float *v, float *new_parameter, float *new_m,
    float *new_v, size_t count, const struct zoo_adamw *step) {
  const struct zoo_adamw s = *step;
#define ZOO_STEP(i, lanes)                                                          \
  {                                                                                 \
    vec g = vec_load_some(gradient + i, lanes) * s.scale;                           \
    vec p = vec_load_some(parameter + i, lanes) * s.keep;                           \
    vec mi = vec_load_some(m + i, lanes);                                           \
    mi = mi + (g - mi) * s.new1;                                                    \
    vec vi = vec_load_some(v + i, lanes) * s.beta2 + g * g * s.new2;                \
    vec denominator = __builtin_elementwise_sqrt(vi) / s.correction + s.epsilon;    \
    vec_store_some(new_m + i, mi, lanes);                                           \
    vec_store_some(new_v + i, vi, lanes);                                           \
    vec_store_some(new_parameter + i, p - s.step_size * (mi / denominator), lanes); \
  }
  ZOO_EACH_VECTOR(count, ZOO_STEP)
#undef ZOO_STEP
}

static void sgd_f32(
    const float *parameter, const float *gradient, const float *buffer, float *new_parameter, float *new_buffer,
    size_t count, const struct zoo_sgd *step) {
  const struct zoo_sgd s = *step;
#define ZOO_STEP(i, lanes)                                                     \
  {                                                                            \
    vec g = vec_load_some(gradient + i, lanes) * s.scale;                      \
    vec p = vec_load_some(parameter + i, lanes) * s.keep;                      \
    vec b = s.first ? g : s.momentum * vec_load_some(buffer + i, lanes) + g;   \
    vec direction = s.nesterov ? g + s.momentum * b : b;                       \
    vec_store_some(new_buffer + i, b, lanes);                                  \
    vec_store_some(new_parameter + i, p - s.learning_rate * direction, lanes); \
  }
  ZOO_EACH_VECTOR(count, ZOO_STEP)
#undef ZOO_STEP
}

// Normalisation of channels for images of one kind of element.

#define silu_factor IMAGE(silu_factor)
#define before_activation IMAGE(before_activation)
#define add_deviations IMAGE(add_deviations)
#define normalize_row IMAGE(normalize_row)
#define fetch_ahead IMAGE(fetch_ahead)
#define add_gradients IMAGE(add_gradients)
#define gradient_row IMAGE(gradient_row)

// The derivative of z · sigmoid(z).
ZOO_INLINE vec silu_factor(vec z) {
  vec s = image_sigmoid(z);
  return s * (1.0f + z * (1.0f - s));
}

#ifndef RELU_OF_Z
// ReLU of z alone, whose sign says what the result would.
#define RELU_OF_Z (-1)
#endif

// dy · activation'(z), where `y` is the activated result, read for ReLU of more than z alone.
ZOO_INLINE vec before_activation(int activation, vec dy, vec z, const element *y, size_t lanes) {
  if (activation == RELU_OF_Z) return z > 0 ? dy : vec_splat(0);
  if (activation == ZOO_ACTIVATION_RELU) return image_load_some(y, lanes) > 0 ? dy : vec_splat(0);
  return activation == ZOO_ACTIVATION_SILU ? dy * silu_factor(z) : dy;
}

// The same code for each activation, which is then a constant.
#define ZOO_EACH_ACTIVATION(activation, CALL)                 \
  switch (activation) {                                       \
  case ZOO_ACTIVATION_RELU: CALL(ZOO_ACTIVATION_RELU); break; \
  case ZOO_ACTIVATION_SILU: CALL(ZOO_ACTIVATION_SILU); break; \
  default: CALL(ZOO_ACTIVATION_NONE);                         \
  }

// The same for gradients; without the result, ReLU's comes from z.
#define ZOO_EACH_GRADIENT(activation, result, CALL)   \
  if (activation == ZOO_ACTIVATION_RELU && !(result)) \
    CALL(RELU_OF_Z)                                   \
  else                                                \
    ZOO_EACH_ACTIVATION(activation, CALL)

ZOO_INLINE void add_deviations(const element *x, size_t n, const element *first, float *sum, float *square) {
#define ZOO_STEP(c, lanes)                                                       \
  {                                                                              \
    vec d = image_load_some(x + c, lanes) - image_load_some(first + c, lanes);   \
    vec_store_some(sum + c, vec_load_some(sum + c, lanes) + d, lanes);           \
    vec_store_some(square + c, vec_load_some(square + c, lanes) + d * d, lanes); \
  }
  ZOO_EACH_VECTOR(n, ZOO_STEP)
#undef ZOO_STEP
}

// Deviations are taken from the first row, so a large mean does no harm.
static void IMAGE(moments)(const void *image, size_t count, size_t period, float *mean, float *deviation) {
  const element *x = image;
  size_t rows = count / period, rest = count % period;
  memset(mean, 0, period * sizeof(float));
  memset(deviation, 0, period * sizeof(float));
  // Row by row, as memory lies: sums wait in the first-level cache. Several rows at a time would fetch each sum less
  // often, but the processor doesn't foresee such steps.
  for (size_t r = 1; r < rows; r++) add_deviations(x + r * period, period, x, mean, deviation);
  for (size_t i = 0; i < period && rows > 0; i++) {
    float shift = mean[i] / (float)rows, squares = deviation[i] - mean[i] * shift;
    mean[i] = image_element(x + i) + shift;
    deviation[i] = squares > 0 || squares != squares ? squares : 0;
  }
  const element *last = x + rows * period;
  for (size_t i = 0; i < rest; i++) {
    float d = image_element(last + i) - mean[i];
    mean[i] += d / (float)(rows + 1);
    deviation[i] += d * (image_element(last + i) - mean[i]);
  }
}

ZOO_INLINE void normalize_row(
    int activation, bool streamed, const element *x, const element *residual, element *y, size_t n, const float *mean,
    const float *factor, const float *offset) {
#define ZOO_STEP(c, lanes)                                                                                        \
  {                                                                                                               \
    vec z = (image_load_some(x + c, lanes) - vec_load_some(mean + c, lanes)) * vec_load_some(factor + c, lanes) + \
            vec_load_some(offset + c, lanes);                                                                     \
    if (residual) z += image_load_some(residual + c, lanes);                                                      \
    if (activation == ZOO_ACTIVATION_RELU) z = vec_at_least(z, 0);                                                \
    if (activation == ZOO_ACTIVATION_SILU) z = z * image_sigmoid(z);                                              \
    if (streamed && lanes == ZOO_LANES)                                                                           \
      image_stream(y + c, z);                                                                                     \
    else                                                                                                          \
      image_store_some(y + c, z, lanes);                                                                          \
  }
  ZOO_EACH_VECTOR(n, ZOO_STEP)
#undef ZOO_STEP
}

static void IMAGE(normalize)(
    const void *image, const void *added, void *result, size_t count, size_t period, const float *mean,
    const float *factor, const float *offset, int activation, bool streamed) {
  const element *x = image, *residual = added;
  element *y = result;
  streamed = streamed && image_is_aligned(y) && period % ZOO_LANES == 0;
  for (size_t at = 0; at < count; at += period) {
    size_t n = at + period < count ? period : count - at;
    const element *r = residual ? residual + at : NULL;
#define ZOO_CALL(a)                                                     \
  if (streamed)                                                         \
    normalize_row(a, true, x + at, r, y + at, n, mean, factor, offset); \
  else                                                                  \
    normalize_row(a, false, x + at, r, y + at, n, mean, factor, offset)
    ZOO_EACH_ACTIVATION(activation, ZOO_CALL)
#undef ZOO_CALL
  }
  if (streamed) vec_stream_end();
}

/// Asks for what the gradients read soon: of several images side by side, the processor doesn't foresee all.
ZOO_INLINE void fetch_ahead(const element *p) { __builtin_prefetch((const char *)p + 2048); }

ZOO_INLINE void add_gradients(
    int activation, const element *dy, const element *x, const element *y, size_t n, const float *mean,
    const float *factor, const float *offset, float *sum, float *product) {
#define ZOO_STEP(c, lanes)                                                                   \
  {                                                                                          \
    vec d = image_load_some(x + c, lanes) - vec_load_some(mean + c, lanes);                  \
    vec z = d * vec_load_some(factor + c, lanes) + vec_load_some(offset + c, lanes);         \
    vec dz = before_activation(activation, image_load_some(dy + c, lanes), z, y + c, lanes); \
    fetch_ahead(x + c);                                                                      \
    fetch_ahead(dy + c);                                                                     \
    vec_store_some(sum + c, vec_load_some(sum + c, lanes) + dz, lanes);                      \
    vec_store_some(product + c, vec_load_some(product + c, lanes) + dz * d, lanes);          \
  }
  ZOO_EACH_VECTOR(n, ZOO_STEP)
#undef ZOO_STEP
}

static void IMAGE(normalize_sums)(
    const void *gradient, const void *image, const void *result, size_t count, size_t period, const float *mean,
    const float *factor, const float *offset, int activation, float *sum, float *product) {
  const element *dy = gradient, *x = image, *y = result ? result : image;
  memset(sum, 0, period * sizeof(float));
  memset(product, 0, period * sizeof(float));
  for (size_t at = 0; at < count; at += period) {
    size_t n = at + period < count ? period : count - at;
#define ZOO_CALL(a) add_gradients(a, dy + at, x + at, y + at, n, mean, factor, offset, sum, product);
    ZOO_EACH_GRADIENT(activation, result, ZOO_CALL)
#undef ZOO_CALL
  }
}

ZOO_INLINE void gradient_row(
    int activation, bool wants_dx, bool wants_dresidual, const element *dy, const element *x, const element *y,
    element *dx, element *dresidual, size_t n, const float *mean, const float *factor, const float *offset,
    const float *constant, const float *slope) {
#define ZOO_STEP(c, lanes)                                                                                   \
  {                                                                                                          \
    vec d = image_load_some(x + c, lanes) - vec_load_some(mean + c, lanes);                                  \
    vec f = vec_load_some(factor + c, lanes), z = d * f + vec_load_some(offset + c, lanes);                  \
    vec dz = before_activation(activation, image_load_some(dy + c, lanes), z, y + c, lanes);                 \
    fetch_ahead(x + c);                                                                                      \
    fetch_ahead(dy + c);                                                                                     \
    if (wants_dx)                                                                                            \
      image_store_some(                                                                                      \
          dx + c, dz * f - vec_load_some(constant + c, lanes) - d * vec_load_some(slope + c, lanes), lanes); \
    if (wants_dresidual) image_store_some(dresidual + c, dz, lanes);                                         \
  }
  ZOO_EACH_VECTOR(n, ZOO_STEP)
#undef ZOO_STEP
}

static void IMAGE(normalize_gradient)(
    const void *gradient, const void *image, const void *result, void *dx_image, void *dresidual_image, size_t count,
    size_t period, const float *mean, const float *factor, const float *offset, const float *constant,
    const float *slope, int activation) {
  const element *dy = gradient, *x = image, *y = result ? result : image;
  element *dx = dx_image, *dresidual = dresidual_image;
  for (size_t at = 0; at < count; at += period) {
    size_t n = at + period < count ? period : count - at;
#define ZOO_ROW(a, wants_dx, wants_dresidual)                                           \
  gradient_row(                                                                         \
      a, wants_dx, wants_dresidual, dy + at, x + at, y + at, wants_dx ? dx + at : NULL, \
      wants_dresidual ? dresidual + at : NULL, n, mean, factor, offset, constant, slope)
#define ZOO_CALL(a)            \
  {                            \
    if (dx && dresidual)       \
      ZOO_ROW(a, true, true);  \
    else if (dx)               \
      ZOO_ROW(a, true, false); \
    else if (dresidual)        \
      ZOO_ROW(a, false, true); \
  }
    ZOO_EACH_GRADIENT(activation, result, ZOO_CALL)
#undef ZOO_CALL
#undef ZOO_ROW
  }
}

// Softmax over the middle dimension.

// Sums over the columns in an order that depends on `size` alone.
static float sum_of(const float *x, size_t size) {
  vec lanes = {0};
  size_t i = 0;
  for (; i + ZOO_LANES <= size; i += ZOO_LANES) lanes += vec_load(x + i);
  float sum = vec_sum(lanes);
  for (; i < size; i++) sum += x[i];
  return sum;
}

/// y = e^(x − shift); y may be x.
ZOO_INLINE void exponentials(const float *x, float shift, float *y, size_t count) {
#define ZOO_STEP(i, lanes) vec_store_some(y + i, vec_exp(vec_load_some(x + i, lanes) - shift), lanes)
  ZOO_EACH_VECTOR(count, ZOO_STEP)
#undef ZOO_STEP
}

static void softmax_contiguous(const float *x, float *y, size_t size, int logarithm) {
  float largest = -INFINITY;
  size_t whole = size / ZOO_LANES * ZOO_LANES;
  if (whole) {
    vec most = vec_load(x);
    for (size_t i = 0; i < whole; i += ZOO_LANES) {
      vec v = vec_load(x + i);
      most = v > most ? v : most;
    }
    for (size_t i = 0; i < ZOO_LANES; i++) largest = most[i] > largest ? most[i] : largest;
  }
  for (size_t i = whole; i < size; i++) largest = x[i] > largest ? x[i] : largest;
  // A row of −∞ alone has no distribution: NaN, as the definition gives.
  if (logarithm) {
    double sum = 0;
    float part[256];
    for (size_t start = 0; start < size; start += 256) {
      size_t n = size - start < 256 ? size - start : 256;
      exponentials(x + start, largest, part, n);
      sum += sum_of(part, n);
    }
    float shift = (float)log(sum);
    for (size_t i = 0; i < size; i++) y[i] = (x[i] - largest) - shift;
    return;
  }
  exponentials(x, largest, y, size);
  float share = 1.0f / sum_of(y, size);
  for (size_t i = 0; i < size; i++) y[i] *= share;
}

static void softmax_f32(const float *x, float *y, size_t size, size_t inner, int logarithm) {
  if (inner == 1) {
    softmax_contiguous(x, y, size, logarithm);
    return;
  }
#define ZOO_STEP(c, lanes)                                                                               \
  {                                                                                                      \
    vec largest = vec_splat(-INFINITY), sum = vec_splat(0);                                              \
    for (size_t i = 0; i < size; i++) {                                                                  \
      vec value = vec_load_some(x + i * inner + c, lanes);                                               \
      largest = value > largest ? value : largest;                                                       \
    }                                                                                                    \
    for (size_t i = 0; i < size; i++) sum += vec_exp(vec_load_some(x + i * inner + c, lanes) - largest); \
    vec share = logarithm ? vec_log(sum) : 1.0f / sum;                                                   \
    for (size_t i = 0; i < size; i++) {                                                                  \
      vec value = vec_load_some(x + i * inner + c, lanes) - largest;                                     \
      vec_store_some(y + i * inner + c, logarithm ? value - share : vec_exp(value) * share, lanes);      \
    }                                                                                                    \
  }
  ZOO_EACH_VECTOR(inner, ZOO_STEP)
#undef ZOO_STEP
}

static void softmax_gradient_contiguous(const float *y, const float *dy, float *dx, size_t size, int logarithm) {
  float sum;
  if (logarithm) {
    sum = sum_of(dy, size);
  } else {
    vec lanes = {0};
    size_t i = 0;
    for (; i + ZOO_LANES <= size; i += ZOO_LANES) lanes += vec_load(y + i) * vec_load(dy + i);
    sum = vec_sum(lanes);
    for (; i < size; i++) sum += y[i] * dy[i];
  }
#define ZOO_STEP(i, lanes)                                                           \
  {                                                                                  \
    vec p = vec_load_some(y + i, lanes), g = vec_load_some(dy + i, lanes);           \
    vec_store_some(dx + i, logarithm ? g - vec_exp(p) * sum : p * (g - sum), lanes); \
  }
  ZOO_EACH_VECTOR(size, ZOO_STEP)
#undef ZOO_STEP
}

static void softmax_gradient_f32(const float *y, const float *dy, float *dx, size_t size, size_t inner, int logarithm) {
  if (inner == 1) {
    softmax_gradient_contiguous(y, dy, dx, size, logarithm);
    return;
  }
#define ZOO_STEP(c, lanes)                                                                           \
  {                                                                                                  \
    vec sum = vec_splat(0);                                                                          \
    for (size_t i = 0; i < size; i++) {                                                              \
      vec g = vec_load_some(dy + i * inner + c, lanes);                                              \
      sum += logarithm ? g : vec_load_some(y + i * inner + c, lanes) * g;                            \
    }                                                                                                \
    for (size_t i = 0; i < size; i++) {                                                              \
      vec p = vec_load_some(y + i * inner + c, lanes), g = vec_load_some(dy + i * inner + c, lanes); \
      vec_store_some(dx + i * inner + c, logarithm ? g - vec_exp(p) * sum : p * (g - sum), lanes);   \
    }                                                                                                \
  }
  ZOO_EACH_VECTOR(inner, ZOO_STEP)
#undef ZOO_STEP
}

// Normalisation of rows, each by its own mean and deviation.

/// Sums of `size` numbers, or of the squares of their distances from `mean`, in an order that depends on `size` alone.
ZOO_INLINE float layer_sum(const float *x, size_t size, float mean, bool squares) {
  float means[ZOO_LANES];
  vec_store(means, vec_splat(mean));
  vec sums[4] = {vec_splat(0), vec_splat(0), vec_splat(0), vec_splat(0)};
  size_t i = 0;
#define ZOO_ADD(at, part, lanes)                                          \
  {                                                                       \
    vec v = vec_load_some(x + (at), lanes) - vec_load_some(means, lanes); \
    sums[part] += squares ? v * v : v;                                    \
  }
  for (; i + 4 * ZOO_LANES <= size; i += 4 * ZOO_LANES) {
    ZOO_ADD(i, 0, ZOO_LANES)
    ZOO_ADD(i + ZOO_LANES, 1, ZOO_LANES)
    ZOO_ADD(i + 2 * ZOO_LANES, 2, ZOO_LANES)
    ZOO_ADD(i + 3 * ZOO_LANES, 3, ZOO_LANES)
  }
  for (; i + ZOO_LANES <= size; i += ZOO_LANES) ZOO_ADD(i, 0, ZOO_LANES)
  if (i < size) ZOO_ADD(i, 1, size - i)
#undef ZOO_ADD
  return vec_sum((sums[0] + sums[1]) + (sums[2] + sums[3]));
}

static void layer_normalize_f32(
    const float *x, float *y, size_t rows, size_t size, const float *scale, const float *bias, float epsilon,
    bool centred) {
  for (size_t row = 0; row < rows; row++, x += size, y += size) {
    float count = (float)size, mean = centred ? layer_sum(x, size, 0, false) / count : 0;
    float factor = 1 / sqrtf(layer_sum(x, size, mean, true) / count + epsilon);
#define ZOO_STEP(i, lanes)                                                                   \
  {                                                                                          \
    vec v = (vec_load_some(x + i, lanes) - mean) * factor * vec_load_some(scale + i, lanes); \
    if (bias) v += vec_load_some(bias + i, lanes);                                           \
    vec_store_some(y + i, v, lanes);                                                         \
  }
    ZOO_EACH_VECTOR(size, ZOO_STEP)
#undef ZOO_STEP
  }
}

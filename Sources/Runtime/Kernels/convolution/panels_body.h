// Rows and panels of the factors of a product: as floats, as pairs of bfloat16, and times a gate.

static void widen(const uint16_t *in, int64_t count, float *out) {
  int64_t i = 0;
  for (; i + ZOO_LANES <= count; i += ZOO_LANES) vec_store(out + i, narrow_load_some(in + i, ZOO_LANES));
  if (i < count) {
    size_t lanes = (size_t)(count - i);
    vec_store_some(out + i, narrow_load_some(in + i, lanes), lanes);
  }
}

/// Pairs of bfloat16, `low` in the lower halves.
ZOO_INLINE vec vec_pairs(narrow_vec low, narrow_vec high) {
  uvec upper = __builtin_convertvector(high, uvec);
  return (vec)(__builtin_convertvector(low, uvec) | (upper << 16));
}

static void interleave(const uint16_t *low, const uint16_t *high, int64_t count, float *out) {
  int64_t i = 0;
  for (; high && i + ZOO_LANES <= count; i += ZOO_LANES) {
    const narrow_vec_unaligned *l = (const void *)(low + i), *h = (const void *)(high + i);
    vec_store(out + i, vec_pairs(*l, *h));
  }
  for (; i < count; i++) {
    uint32_t pair = (uint32_t)low[i] | (uint32_t)(high ? high[i] : 0) << 16;
    memcpy(out + i, &pair, sizeof pair);
  }
}

ZOO_INLINE void gate_rows(
    bool pairs, const float *panel, int64_t depth, int64_t columns, const float *by_row, const float *by_column,
    float *out) {
  for (int64_t p = 0; p < depth; p += pairs ? 2 : 1, out += columns)
    for (int64_t j = 0; j < columns; j += ZOO_LANES) {
      const float *in = panel + p * columns + j;
      vec value = vec_load(in) * (by_row ? vec_splat(by_row[p]) : vec_load(by_column + j));
      if (pairs) {
        vec high = vec_splat(0);
        if (p + 1 < depth)
          high = vec_load(in + columns) * (by_row ? vec_splat(by_row[p + 1]) : vec_load(by_column + j));
        value = vec_pairs(vec_narrow(value), vec_narrow(high));
      }
      vec_store(out + j, value);
    }
}

static void gate_panel(
    const float *panel, int64_t depth, int64_t columns, const float *by_row, const float *by_column, bool pairs,
    float *out) {
  if (by_row && pairs)
    gate_rows(true, panel, depth, columns, by_row, NULL, out);
  else if (by_row)
    gate_rows(false, panel, depth, columns, by_row, NULL, out);
  else if (pairs)
    gate_rows(true, panel, depth, columns, NULL, by_column, out);
  else
    gate_rows(false, panel, depth, columns, NULL, by_column, out);
}

static void gate_sums(
    const float *sums, const float *weights, int64_t rows, int64_t columns, const float *gate, bool accumulate,
    float *partial, float *gate_gradient) {
  for (int64_t row = 0; row < rows; row++) {
    vec total = vec_splat(0);
#define ZOO_STEP(j, lanes)                                                \
  {                                                                       \
    size_t at = (size_t)(row * columns) + (j);                            \
    vec sum = vec_load_some(sums + at, lanes), product = gate[row] * sum; \
    if (accumulate) product += vec_load_some(partial + at, lanes);        \
    vec_store_some(partial + at, product, lanes);                         \
    total += sum * vec_load_some(weights + at, lanes);                    \
  }
    ZOO_EACH_VECTOR((size_t)columns, ZOO_STEP)
#undef ZOO_STEP
    float gradient = 0;
    for (int lane = 0; lane < ZOO_LANES; lane++) gradient += total[lane];
    gate_gradient[row] = gradient;
  }
}

// Reductions of rows of float.

#define ZOO_LEVEL 256

// Sums of TERM over rows for each column. TERM is written for vectors and for single elements alike, in terms of
// `u` (from a) and `v` (from b).
#define ZOO_COLUMN_SUMS(NAME, READ_B, TERM)                                                                          \
  static void NAME##_columns(const float *a, const float *b, size_t rows, size_t columns, size_t stride, float *y) { \
    size_t c = 0;                                                                                                    \
    for (; c + 4 * ZOO_LANES <= columns; c += 4 * ZOO_LANES) {                                                       \
      vec total[4] = {{0}};                                                                                          \
      for (size_t start = 0; start < rows; start += ZOO_LEVEL) {                                                     \
        size_t end = start + ZOO_LEVEL < rows ? start + ZOO_LEVEL : rows;                                            \
        vec sum0 = {0}, sum1 = {0}, sum2 = {0}, sum3 = {0};                                                          \
        for (size_t r = start; r < end; r++) {                                                                       \
          const float *p = a + r * stride + c, *q = b + r * (READ_B ? stride : 0) + (READ_B ? c : 0);                \
          vec u, v = {0};                                                                                            \
          u = vec_load(p);                                                                                           \
          if (READ_B) v = vec_load(q);                                                                               \
          sum0 += TERM;                                                                                              \
          u = vec_load(p + ZOO_LANES);                                                                               \
          if (READ_B) v = vec_load(q + ZOO_LANES);                                                                   \
          sum1 += TERM;                                                                                              \
          u = vec_load(p + 2 * ZOO_LANES);                                                                           \
          if (READ_B) v = vec_load(q + 2 * ZOO_LANES);                                                               \
          sum2 += TERM;                                                                                              \
          u = vec_load(p + 3 * ZOO_LANES);                                                                           \
          if (READ_B) v = vec_load(q + 3 * ZOO_LANES);                                                               \
          sum3 += TERM;                                                                                              \
        }                                                                                                            \
        total[0] += sum0;                                                                                            \
        total[1] += sum1;                                                                                            \
        total[2] += sum2;                                                                                            \
        total[3] += sum3;                                                                                            \
      }                                                                                                              \
      for (int l = 0; l < 4; l++) vec_store(y + c + l * ZOO_LANES, total[l]);                                        \
    }                                                                                                                \
    /* The last columns: whole vectors that may overlap what is done already, since columns don't mix. */            \
    for (; c < columns && columns >= ZOO_LANES; c += ZOO_LANES) {                                                    \
      size_t at = c + ZOO_LANES <= columns ? c : columns - ZOO_LANES;                                                \
      vec total = {0};                                                                                               \
      for (size_t start = 0; start < rows; start += ZOO_LEVEL) {                                                     \
        size_t end = start + ZOO_LEVEL < rows ? start + ZOO_LEVEL : rows;                                            \
        vec sum = {0};                                                                                               \
        for (size_t r = start; r < end; r++) {                                                                       \
          vec u = vec_load(a + r * stride + at), v = {0};                                                            \
          if (READ_B) v = vec_load(b + r * stride + at);                                                             \
          (void)v;                                                                                                   \
          sum += TERM;                                                                                               \
        }                                                                                                            \
        total += sum;                                                                                                \
      }                                                                                                              \
      vec_store(y + at, total);                                                                                      \
    }                                                                                                                \
    if (columns < ZOO_LANES) {                                                                                       \
      float total[ZOO_LANES] = {0};                                                                                  \
      for (size_t start = 0; start < rows; start += ZOO_LEVEL) {                                                     \
        size_t end = start + ZOO_LEVEL < rows ? start + ZOO_LEVEL : rows;                                            \
        float sum[ZOO_LANES] = {0};                                                                                  \
        for (size_t r = start; r < end; r++)                                                                         \
          for (size_t i = 0; i < columns; i++) {                                                                     \
            float u = a[r * stride + i], v = READ_B ? b[r * stride + i] : 0;                                         \
            (void)v;                                                                                                 \
            sum[i] += TERM;                                                                                          \
          }                                                                                                          \
        for (size_t i = 0; i < columns; i++) total[i] += sum[i];                                                     \
      }                                                                                                              \
      for (size_t i = 0; i < columns; i++) y[i] = total[i];                                                          \
    }                                                                                                                \
  }                                                                                                                  \
  static float NAME##_contiguous(const float *a, const float *b, size_t count) {                                     \
    float total = 0;                                                                                                 \
    size_t i = 0;                                                                                                    \
    while (i + 4 * ZOO_LANES <= count) {                                                                             \
      vec sum0 = {0}, sum1 = {0}, sum2 = {0}, sum3 = {0};                                                            \
      for (size_t level = 0; level < ZOO_LEVEL && i + 4 * ZOO_LANES <= count; level++, i += 4 * ZOO_LANES) {         \
        const float *p = a + i, *q = b + (READ_B ? i : 0);                                                           \
        vec u, v = {0};                                                                                              \
        u = vec_load(p);                                                                                             \
        if (READ_B) v = vec_load(q);                                                                                 \
        sum0 += TERM;                                                                                                \
        u = vec_load(p + ZOO_LANES);                                                                                 \
        if (READ_B) v = vec_load(q + ZOO_LANES);                                                                     \
        sum1 += TERM;                                                                                                \
        u = vec_load(p + 2 * ZOO_LANES);                                                                             \
        if (READ_B) v = vec_load(q + 2 * ZOO_LANES);                                                                 \
        sum2 += TERM;                                                                                                \
        u = vec_load(p + 3 * ZOO_LANES);                                                                             \
        if (READ_B) v = vec_load(q + 3 * ZOO_LANES);                                                                 \
        sum3 += TERM;                                                                                                \
      }                                                                                                              \
      total += vec_sum((sum0 + sum1) + (sum2 + sum3));                                                               \
    }                                                                                                                \
    float rest = 0;                                                                                                  \
    for (; i < count; i++) {                                                                                         \
      float u = a[i], v = READ_B ? b[i] : 0;                                                                         \
      (void)v;                                                                                                       \
      rest += TERM;                                                                                                  \
    }                                                                                                                \
    return total + rest;                                                                                             \
  }

ZOO_COLUMN_SUMS(sum, 0, u)
ZOO_COLUMN_SUMS(square, 0, u *u)
ZOO_COLUMN_SUMS(product, 1, u *v)

#define ZOO_FOLD(START, STEP)                        \
  for (size_t c = 0; c < columns; c++) y[c] = START; \
  for (size_t r = 0; r < rows; r++) {                \
    const float *p = a + r * stride;                 \
    for (size_t c = 0; c < columns; c++) {           \
      float u = y[c], v = p[c];                      \
      y[c] = STEP;                                   \
    }                                                \
  }                                                  \
  return;

#define ZOO_SUMS(NAME)                              \
  if (columns == 1 && stride == 1)                  \
    y[0] = NAME##_contiguous(a, b, rows);           \
  else                                              \
    NAME##_columns(a, b, rows, columns, stride, y); \
  return;

static void reduce_f32(int op, const float *a, const float *b, size_t rows, size_t columns, size_t stride, float *y) {
  switch (op) {
  case ZOO_REDUCE_SUM: ZOO_SUMS(sum)
  case ZOO_REDUCE_SUM_SQUARE: ZOO_SUMS(square)
  case ZOO_REDUCE_SUM_PRODUCT: ZOO_SUMS(product)
  case ZOO_REDUCE_SUM_ABS: ZOO_FOLD(0, u + fabsf(v))
  case ZOO_REDUCE_MAX: ZOO_FOLD(-INFINITY, v > u || v != v ? v : u)
  case ZOO_REDUCE_MIN: ZOO_FOLD(INFINITY, v < u || v != v ? v : u)
  case ZOO_REDUCE_PRODUCT: ZOO_FOLD(1, u * v)
  default: return;
  }
}

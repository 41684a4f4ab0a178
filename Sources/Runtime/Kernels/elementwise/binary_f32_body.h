// Arithmetic of float on blocks of rows: the cases that training spends its time in.
#define EACH_ROW(EXPRESSION)                                \
  for (size_t r = 0; r < s.rows; r++) {                     \
    const float *p = a + r * s.a_row, *q = b + r * s.b_row; \
    float *z = y + r * s.y_row;                             \
    if (s.a_column == 1 && s.b_column == 1) {               \
      ZOO_IN_PLACE for (size_t c = 0; c < s.columns; c++) { \
        float u = p[c], v = q[c];                           \
        z[c] = EXPRESSION;                                  \
      }                                                     \
    } else if (s.a_column == 1 && s.b_column == 0) {        \
      float v = q[0];                                       \
      ZOO_IN_PLACE for (size_t c = 0; c < s.columns; c++) { \
        float u = p[c];                                     \
        z[c] = EXPRESSION;                                  \
      }                                                     \
    } else if (s.a_column == 0 && s.b_column == 1) {        \
      float u = p[0];                                       \
      ZOO_IN_PLACE for (size_t c = 0; c < s.columns; c++) { \
        float v = q[c];                                     \
        z[c] = EXPRESSION;                                  \
      }                                                     \
    } else {                                                \
      for (size_t c = 0; c < s.columns; c++) {              \
        float u = p[c * s.a_column], v = q[c * s.b_column]; \
        z[c] = EXPRESSION;                                  \
      }                                                     \
    }                                                       \
  }

static void binary_f32(int op, const float *a, const float *b, float *y, struct zoo_rows s) {
  switch (op) {
  case ZOO_ADD: EACH_ROW(u + v) return;
  case ZOO_SUB: EACH_ROW(u - v) return;
  case ZOO_MUL: EACH_ROW(u * v) return;
  case ZOO_DIV: EACH_ROW(u / v) return;
  case ZOO_MIN: EACH_ROW(u < v || u != u ? u : v) return;
  case ZOO_MAX: EACH_ROW(u > v || u != u ? u : v) return;
  default: return;
  }
}

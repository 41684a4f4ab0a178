// Needs REAL, R, ZOO_F(name) and the functions in capitals of unary_table.h.
#include "unary_table.h"

#define CLAMP(x, low, high) ((x) < (low) ? (low) : ((x) > (high) ? (high) : (x)))
#define GELU_INNER(x) (R(0.79788456080286536) * ((x) + R(0.044715) * (x) * (x) * (x)))

static inline REAL zoo_swish_factor(REAL x, REAL a) {
  REAL s = SIGMOID(a * x);
  return s * (1 + a * x * (1 - s));
}

static inline REAL zoo_gelu_tanh_factor(REAL x) {
  REAL t = TANH(GELU_INNER(x));
  REAL inner = R(0.79788456080286536) * (1 + 3 * R(0.044715) * x * x);
  return R(0.5) * (1 + t) + R(0.5) * x * (1 - t * t) * inner;
}

static inline REAL zoo_mish_factor(REAL x) {
  REAL t = TANH((x > 0 ? x : 0) + LOG1P(EXP(-ABS(x))));
  return t + x * SIGMOID(x) * (1 - t * t);
}

void ZOO_F(zoo_unary)(int op, const REAL *input, REAL *y, size_t count, REAL a, REAL b) {
  switch (op) {
#define X(NAME, FORWARD, FACTOR)               \
  case NAME:                                   \
    for (size_t i = 0; i < count; i++) {       \
      REAL x = input[i];                       \
      y[i] = FORWARD;                          \
    }                                          \
    return;
    ZOO_UNARY_TABLE(X)
#undef X
  default: return;
  }
}

void ZOO_F(zoo_unary_gradient)(int op, const REAL *saved, const REAL *dy, REAL *dx, size_t count, REAL a, REAL b) {
  switch (op) {
#define X(NAME, FORWARD, FACTOR)               \
  case NAME:                                   \
    for (size_t i = 0; i < count; i++) {       \
      REAL v = saved[i];                       \
      (void)v;                                 \
      dx[i] = dy[i] * (FACTOR);                \
    }                                          \
    return;
    ZOO_UNARY_TABLE(X)
#undef X
  default: return;
  }
}

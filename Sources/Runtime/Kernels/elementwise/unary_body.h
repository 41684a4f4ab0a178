// The functions of one variable. The including file defines NUMBER and REAL, the type of an element and of what is
// computed at a time, EACH(i, lanes, count) to go over them, LOAD and STORE, UNARY(name), and what unary_table.h needs.
#include "unary_table.h"

#define CLAMP(x, low, high) IF((x) < (low), low, IF((x) > (high), high, x))
#define GELU_INNER(x) (R(0.79788456080286536) * ((x) + R(0.044715) * (x) * (x) * (x)))

static inline REAL swish_factor(REAL x, REAL a) {
  REAL s = SIGMOID(a * x);
  return s * (1 + a * x * (1 - s));
}

static inline REAL gelu_tanh_factor(REAL x) {
  REAL t = TANH(GELU_INNER(x));
  REAL inner = R(0.79788456080286536) * (1 + 3 * R(0.044715) * x * x);
  return R(0.5) * (1 + t) + R(0.5) * x * (1 - t * t) * inner;
}

static inline REAL mish_factor(REAL x) {
  REAL t = TANH(IF(x > 0, x, 0) + LOG1P(EXP(-ABS(x))));
  return t + x * SIGMOID(x) * (1 - t * t);
}

// Results may lie on the operands: each number is read before it is written.

UNARY(unary)(int op, const NUMBER *input, NUMBER *y, size_t count, NUMBER alpha, NUMBER beta) {
  REAL a = R(alpha), b = R(beta);
  switch (op) {
#define X(NAME, FORWARD, FACTOR)       \
  case NAME:                           \
    EACH(i, lanes, count) {            \
      REAL x = LOAD(input + i, lanes); \
      STORE(y + i, FORWARD, lanes);    \
    }                                  \
    return;
    ZOO_UNARY_TABLE(X)
#undef X
  default: return;
  }
}

UNARY(unary_gradient)
(int op, const NUMBER *saved, const NUMBER *dy, NUMBER *dx, size_t count, NUMBER alpha, NUMBER beta) {
  REAL a = R(alpha), b = R(beta);
  switch (op) {
#define X(NAME, FORWARD, FACTOR)                            \
  case NAME:                                                \
    EACH(i, lanes, count) {                                 \
      REAL v = LOAD(saved + i, lanes);                      \
      (void)v;                                              \
      STORE(dx + i, LOAD(dy + i, lanes) * (FACTOR), lanes); \
    }                                                       \
    return;
    ZOO_UNARY_TABLE(X)
#undef X
  default: return;
  }
}

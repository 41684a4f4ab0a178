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

// The result may lie on the operand. Elements are worked on in copies, or the compiler's check of addresses would send
// them to a loop of single elements.
enum { ZOO_COPIED = 256 };

#define ZOO_EACH_COPY(count, BODY)                                                     \
  for (size_t start = 0; start < (count); start += ZOO_COPIED) {                       \
    size_t n = (count)-start < ZOO_COPIED ? (count)-start : ZOO_COPIED;                \
    BODY                                                                               \
  }

void ZOO_F(zoo_unary)(int op, const REAL *input, REAL *y, size_t count, REAL a, REAL b) {
  REAL in[ZOO_COPIED];
  switch (op) {
#define X(NAME, FORWARD, FACTOR)                        \
  case NAME:                                            \
    ZOO_EACH_COPY(count, {                              \
      memcpy(in, input + start, n * sizeof(REAL));      \
      for (size_t i = 0; i < n; i++) {                  \
        REAL x = in[i];                                 \
        y[start + i] = FORWARD;                         \
      }                                                 \
    })                                                  \
    return;
    ZOO_UNARY_TABLE(X)
#undef X
  default: return;
  }
}

void ZOO_F(zoo_unary_gradient)(int op, const REAL *saved, const REAL *dy, REAL *dx, size_t count, REAL a, REAL b) {
  REAL in[ZOO_COPIED], gradient[ZOO_COPIED];
  switch (op) {
#define X(NAME, FORWARD, FACTOR)                        \
  case NAME:                                            \
    ZOO_EACH_COPY(count, {                              \
      memcpy(in, saved + start, n * sizeof(REAL));      \
      memcpy(gradient, dy + start, n * sizeof(REAL));   \
      for (size_t i = 0; i < n; i++) {                  \
        REAL v = in[i];                                 \
        (void)v;                                        \
        dx[start + i] = gradient[i] * (FACTOR);         \
      }                                                 \
    })                                                  \
    return;
    ZOO_UNARY_TABLE(X)
#undef X
  default: return;
  }
}

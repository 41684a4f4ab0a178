// The functions of one variable. X(name, f(x), factor of the gradient in terms of v)
// v is what the gradient operator is given: the result y or x, whichever Swift's table says. IF(condition, a, b) and
// R(c) make a choice and a constant of the type; the functions in capitals are those of the type.
// clang-format off
#define ZOO_UNARY_TABLE(X)                                                                                        \
  X(ZOO_RELU, IF(x < 0, 0, x), IF(v > 0, 1, 0))                                                                   \
  X(ZOO_SIGMOID, SIGMOID(x), v * (1 - v))                                                                         \
  X(ZOO_TANH, TANH(x), 1 - v * v)                                                                                 \
  X(ZOO_SWISH, x * SIGMOID(a * x), swish_factor(v, a))                                                            \
  X(ZOO_HARD_SIGMOID, CLAMP(a * x + b, 0, 1), IF(v > 0 && v < 1, a, 0))                                           \
  X(ZOO_HARD_SWISH, x * CLAMP(x * R(0.16666666666666667) + R(0.5), 0, 1),                                         \
    IF(v <= -3, 0, IF(v >= 3, 1, v * R(0.33333333333333333) + R(0.5))))                                           \
  X(ZOO_GELU, R(0.5) * x * (1 + ERF(x * R(0.70710678118654752))),                                                 \
    R(0.5) * (1 + ERF(v * R(0.70710678118654752))) + v * EXP(R(-0.5) * v * v) * R(0.39894228040143268))           \
  X(ZOO_GELU_TANH, R(0.5) * x * (1 + TANH(GELU_INNER(x))), gelu_tanh_factor(v))                                   \
  X(ZOO_ELU, IF(x < 0, a * EXPM1(x), x), IF(v < 0, a * EXP(v), 1))                                                \
  X(ZOO_SELU, b * IF(x > 0, x, a * EXPM1(x)), b * IF(v > 0, 1, a * EXP(v)))                                       \
  X(ZOO_CELU, IF(x < 0, a * EXPM1(x / a), x), IF(v < 0, EXP(v / a), 1))                                           \
  X(ZOO_SOFTPLUS, IF(x > 0, x, 0) + LOG1P(EXP(-ABS(x))), SIGMOID(v))                                              \
  X(ZOO_SOFTSIGN, x / (1 + ABS(x)), 1 / ((1 + ABS(v)) * (1 + ABS(v))))                                            \
  X(ZOO_MISH, x * TANH(IF(x > 0, x, 0) + LOG1P(EXP(-ABS(x)))), mish_factor(v))                                    \
  X(ZOO_LEAKY_RELU, IF(x < 0, a * x, x), IF(v < 0, a, 1))                                                         \
  X(ZOO_THRESHOLDED_RELU, IF(x > a, x, 0), IF(v > a, 1, 0))                                                       \
  X(ZOO_SHRINK, IF(x < -b, x + a, IF(x > b, x - a, 0)), IF(v < -b || v > b, 1, 0))                                \
  X(ZOO_NEG, -x, R(-1))                                                                                           \
  X(ZOO_ABS, ABS(x), IF(v > 0, 1, IF(v < 0, -1, 0)))                                                              \
  X(ZOO_SQRT, SQRT(x), R(0.5) / v)                                                                                \
  X(ZOO_EXP, EXP(x), v)                                                                                           \
  X(ZOO_LOG, LOG(x), 1 / v)                                                                                       \
  X(ZOO_ERF, ERF(x), R(1.1283791670955126) * EXP(-v * v))                                                         \
  X(ZOO_RECIPROCAL, 1 / x, -v * v)                                                                                \
  X(ZOO_SIGN, IF(x != x, x, IF(x > 0, 1, IF(x < 0, -1, 0))), R(0))                                                \
  X(ZOO_FLOOR, FLOOR(x), R(0))                                                                                    \
  X(ZOO_CEIL, CEIL(x), R(0))                                                                                      \
  X(ZOO_ROUND, RINT(x), R(0))                                                                                     \
  X(ZOO_SIN, SIN(x), COS(v))                                                                                      \
  X(ZOO_COS, COS(x), -SIN(v))                                                                                     \
  X(ZOO_TAN, TAN(x), 1 + v * v)                                                                                   \
  X(ZOO_ASIN, ASIN(x), 1 / SQRT(1 - v * v))                                                                       \
  X(ZOO_ACOS, ACOS(x), -1 / SQRT(1 - v * v))                                                                      \
  X(ZOO_ATAN, ATAN(x), 1 / (1 + v * v))                                                                           \
  X(ZOO_SINH, SINH(x), COSH(v))                                                                                   \
  X(ZOO_COSH, COSH(x), SINH(v))                                                                                   \
  X(ZOO_ASINH, ASINH(x), 1 / SQRT(v * v + 1))                                                                     \
  X(ZOO_ACOSH, ACOSH(x), 1 / SQRT(v * v - 1))                                                                     \
  X(ZOO_ATANH, ATANH(x), 1 / (1 - v * v))                                                                         \
  X(ZOO_CLIP, IF(x > b || b < a, b, IF(x < a, a, x)), IF(v >= a && v <= b, 1, 0))
// clang-format on

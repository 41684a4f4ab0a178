// The functions of one variable in single precision. What the vectors have no function for is the C library's, lane by
// lane.

#define UNARY_LANES(name, function)                                           \
  static inline vec name(vec x) {                                             \
    for (int lane = 0; lane < ZOO_LANES; lane++) x[lane] = function(x[lane]); \
    return x;                                                                 \
  }

UNARY_LANES(vec_log, logf)
UNARY_LANES(vec_log1p, log1pf)
UNARY_LANES(vec_expm1, expm1f)
UNARY_LANES(vec_sin, sinf)
UNARY_LANES(vec_cos, cosf)
UNARY_LANES(vec_tan, tanf)
UNARY_LANES(vec_asin, asinf)
UNARY_LANES(vec_acos, acosf)
UNARY_LANES(vec_atan, atanf)
UNARY_LANES(vec_sinh, sinhf)
UNARY_LANES(vec_cosh, coshf)
UNARY_LANES(vec_asinh, asinhf)
UNARY_LANES(vec_acosh, acoshf)
UNARY_LANES(vec_atanh, atanhf)

/// 1 / (1 + e^-x) to three units in the last place over the whole range, of which `vec_sigmoid` loses some far below 0.
static inline vec vec_sigmoid_whole(vec x) { return 1.0f / (1.0f + vec_exp(-x)); }

#define NUMBER float
#define REAL vec
#define EACH(i, lanes, count) \
  for (size_t i = 0, lanes; i < count && (lanes = count - i < ZOO_LANES ? count - i : ZOO_LANES); i += ZOO_LANES)
#define LOAD vec_load_some
#define STORE vec_store_some
#define UNARY(name) static void name##_f32
#define R(c) vec_splat((float)(c))
#define IF(condition, yes, no) ((condition) ? (vec)(yes) : (vec)(no))
#define EXP vec_exp
#define SIGMOID vec_sigmoid_whole
#define TANH vec_tanh
#define ERF vec_erf
#define ABS __builtin_elementwise_abs
#define SQRT __builtin_elementwise_sqrt
#define FLOOR __builtin_elementwise_floor
#define CEIL __builtin_elementwise_ceil
#define RINT __builtin_elementwise_rint
#define LOG vec_log
#define LOG1P vec_log1p
#define EXPM1 vec_expm1
#define SIN vec_sin
#define COS vec_cos
#define TAN vec_tan
#define ASIN vec_asin
#define ACOS vec_acos
#define ATAN vec_atan
#define SINH vec_sinh
#define COSH vec_cosh
#define ASINH vec_asinh
#define ACOSH vec_acosh
#define ATANH vec_atanh

#include "unary_body.h"

// The functions of one variable in double precision: right rather than fast.
#include <math.h>
#include <string.h>

#include "zoo_elementwise.h"

static double sigmoid(double x) { return 1.0 / (1.0 + exp(-x)); }

#define NUMBER double
#define REAL double
#define EACH(i, lanes, count) for (size_t i = 0; i < count; i++)
#define LOAD(p, lanes) (*(p))
#define STORE(p, value, lanes) (*(p) = (value))
#define UNARY(name) void zoo_##name##_f64
#define R(c) ((double)(c))
#define IF(condition, yes, no) ((condition) ? (yes) : (no))
#define EXP exp
#define SIGMOID sigmoid
#define TANH tanh
#define ERF erf
#define ABS fabs
#define SQRT sqrt
#define LOG log
#define LOG1P log1p
#define EXPM1 expm1
#define FLOOR floor
#define CEIL ceil
#define RINT rint
#define SIN sin
#define COS cos
#define TAN tan
#define ASIN asin
#define ACOS acos
#define ATAN atan
#define SINH sinh
#define COSH cosh
#define ASINH asinh
#define ACOSH acosh
#define ATANH atanh

#include "unary_body.h"

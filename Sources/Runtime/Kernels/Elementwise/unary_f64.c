// The functions of one variable in double precision: right rather than fast.
#include "../Common/variant.h"
#include "zoo_elementwise.h"

static double zoo_sigmoid(double x) { return 1.0 / (1.0 + exp(-x)); }

#define REAL double
#define R(c) (c)
#define EXP exp
#define SIGMOID zoo_sigmoid
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
#define ZOO_F(name) name##_f64

#include "unary_body.h"

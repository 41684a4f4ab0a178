#include "../Common/real_f32.h"
#include "zoo_elementwise.h"

#define REAL float
#define R(c) ((float)(c))
#define EXP zoo_expf
#define SIGMOID zoo_sigmoidf
#define TANH zoo_tanhf
#define ERF zoo_erff
#define ABS fabsf
#define SQRT __builtin_elementwise_sqrt
#define LOG logf
#define LOG1P log1pf
#define EXPM1 expm1f
#define FLOOR floorf
#define CEIL ceilf
#define RINT rintf
#define SIN sinf
#define COS cosf
#define TAN tanf
#define ASIN asinf
#define ACOS acosf
#define ATAN atanf
#define SINH sinhf
#define COSH coshf
#define ASINH asinhf
#define ACOSH acoshf
#define ATANH atanhf
#define ZOO_F(name) ZOO_V(name##_f32)

#include "unary_body.h"

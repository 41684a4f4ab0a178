// Operators that work on each element by itself.
#ifndef ZOO_ELEMENTWISE_H
#define ZOO_ELEMENTWISE_H

#include <stddef.h>
#include <stdint.h>

#include "zoo_isa.h"

enum zoo_unary {
  ZOO_RELU,
  ZOO_SIGMOID,
  ZOO_TANH,
  ZOO_SWISH,
  ZOO_HARD_SIGMOID,
  ZOO_HARD_SWISH,
  ZOO_GELU,
  ZOO_GELU_TANH,
  ZOO_ELU,
  ZOO_SELU,
  ZOO_CELU,
  ZOO_SOFTPLUS,
  ZOO_SOFTSIGN,
  ZOO_MISH,
  ZOO_LEAKY_RELU,
  ZOO_THRESHOLDED_RELU,
  ZOO_SHRINK,
  ZOO_NEG,
  ZOO_ABS,
  ZOO_SQRT,
  ZOO_EXP,
  ZOO_LOG,
  ZOO_ERF,
  ZOO_RECIPROCAL,
  ZOO_SIGN,
  ZOO_FLOOR,
  ZOO_CEIL,
  ZOO_ROUND,
  ZOO_SIN,
  ZOO_COS,
  ZOO_TAN,
  ZOO_ASIN,
  ZOO_ACOS,
  ZOO_ATAN,
  ZOO_SINH,
  ZOO_COSH,
  ZOO_ASINH,
  ZOO_ACOSH,
  ZOO_ATANH,
  ZOO_CLIP
};

void zoo_unary_f64(int op, const double *x, double *y, size_t count, double a, double b);

void zoo_unary_gradient_f64(int op, const double *v, const double *dy, double *dx, size_t count, double a, double b);

enum zoo_binary {
  ZOO_ADD,
  ZOO_SUB,
  ZOO_MUL,
  ZOO_DIV,
  ZOO_MIN,
  ZOO_MAX,
  ZOO_POW,
  ZOO_MOD,   // the sign follows the divisor
  ZOO_FMOD,  // the sign follows the dividend
  ZOO_BIT_AND,
  ZOO_BIT_OR,
  ZOO_BIT_XOR,
  ZOO_SHIFT_LEFT,
  ZOO_SHIFT_RIGHT,
  ZOO_EQUAL,
  ZOO_LESS,
  ZOO_LESS_OR_EQUAL,
  ZOO_GREATER,
  ZOO_GREATER_OR_EQUAL,
};

// A block of rows of two operands and a result. Strides count elements; the column strides of a and b are 0 or 1 (any
// value is allowed, those two are fast), that of the result is 1.
struct zoo_rows {
  size_t rows, columns;
  size_t a_row, a_column, b_row, b_column, y_row;
};

// y = a op b for arithmetic and bits; for comparisons y holds bytes 0 or 1. `type` is ONNX's number of the element
// type. Division by zero of integers gives 0; overflow wraps around. Returns 0 if the type doesn't have the operation.
int zoo_binary(zoo_isa isa, int op, int type, const void *a, const void *b, void *y, struct zoo_rows shape);

// Integer forms of Neg, Abs, Sign, Relu and Clip (to a…b). Returns 0 if the type doesn't have the operation.
int zoo_unary_integer(int op, int type, const void *x, void *y, size_t count, int64_t a, int64_t b);

// y[i] = (to)x[i]: floats to integers truncate and saturate (NaN gives 0); half types round to nearest even.
int zoo_cast(int from, int to, const void *x, void *y, size_t count);

// How float8e8m0, which has powers of two alone, rounds.
enum { ZOO_ROUND_UP, ZOO_ROUND_DOWN, ZOO_ROUND_NEAREST };

// The same where one type is of 8 bits or less: float8 (17–20, 24), float4 (23), integers of 4 and 2 bits (21, 22, 25,
// 26), each element in a byte of its own. Without `saturate` what is too large for a float8 becomes infinity, or NaN.
int zoo_cast_small(int from, int to, const void *x, void *y, size_t count, int saturate, int rounding);

void zoo_fill(const void *element, size_t element_size, void *y, size_t count);

#endif

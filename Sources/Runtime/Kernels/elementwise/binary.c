// Two operands of any element type. Integer arithmetic wraps around and never traps.
#include <math.h>

#include "zoo_entries.h"

#define ZOO_LOOP(T, Y, EXPRESSION)                                            \
  for (size_t r = 0; r < s.rows; r++) {                                       \
    const T *p = (const T *)a + r * s.a_row, *q = (const T *)b + r * s.b_row; \
    Y *z = (Y *)y + r * s.y_row;                                              \
    for (size_t c = 0; c < s.columns; c++) {                                  \
      T u = p[c * s.a_column], v = q[c * s.b_column];                         \
      z[c] = (Y)(EXPRESSION);                                                 \
    }                                                                         \
  }                                                                           \
  return 1;

#define ZOO_COMPARISONS(T)                             \
  case ZOO_EQUAL: ZOO_LOOP(T, uint8_t, u == v)         \
  case ZOO_LESS: ZOO_LOOP(T, uint8_t, u < v)           \
  case ZOO_LESS_OR_EQUAL: ZOO_LOOP(T, uint8_t, u <= v) \
  case ZOO_GREATER: ZOO_LOOP(T, uint8_t, u > v)        \
  case ZOO_GREATER_OR_EQUAL: ZOO_LOOP(T, uint8_t, u >= v)

static double modulo(double u, double v) {
  double r = fmod(u, v);
  return r != 0 && (r < 0) != (v < 0) ? r + v : r;
}

#define ZOO_FLOATING(NAME, T, POW)                                                    \
  static int NAME(int op, const void *a, const void *b, void *y, struct zoo_rows s) { \
    switch (op) {                                                                     \
      ZOO_COMPARISONS(T)                                                              \
    case ZOO_ADD: ZOO_LOOP(T, T, u + v)                                               \
    case ZOO_SUB: ZOO_LOOP(T, T, u - v)                                               \
    case ZOO_MUL: ZOO_LOOP(T, T, (u * v))                                             \
    case ZOO_DIV: ZOO_LOOP(T, T, u / v)                                               \
    case ZOO_MIN: ZOO_LOOP(T, T, u < v || u != u ? u : v)                             \
    case ZOO_MAX: ZOO_LOOP(T, T, u > v || u != u ? u : v)                             \
    case ZOO_POW: ZOO_LOOP(T, T, POW(u, v))                                           \
    case ZOO_MOD: ZOO_LOOP(T, T, modulo(u, v))                                        \
    case ZOO_FMOD: ZOO_LOOP(T, T, fmod(u, v))                                         \
    default: return 0;                                                                \
    }                                                                                 \
  }

ZOO_FLOATING(floating_f32, float, powf)
ZOO_FLOATING(floating_f64, double, pow)

static int64_t power_signed(int64_t base, int64_t exponent) {
  if (exponent < 0) return base == 1 ? 1 : (base == -1 ? ((exponent & 1) ? -1 : 1) : 0);
  uint64_t result = 1, factor = (uint64_t)base;
  for (uint64_t e = (uint64_t)exponent; e; e >>= 1, factor *= factor)
    if (e & 1) result *= factor;
  return (int64_t)result;
}

static uint64_t power_unsigned(uint64_t base, uint64_t exponent) {
  uint64_t result = 1;
  for (; exponent; exponent >>= 1, base *= base)
    if (exponent & 1) result *= base;
  return result;
}

// Sums and products wrap around in the unsigned type of 64 bits.
// clang-format off
#define ZOO_INTEGER_COMMON(T)                                                          \
  ZOO_COMPARISONS(T)                                                                   \
  case ZOO_ADD: ZOO_LOOP(T, T, (uint64_t)u + (uint64_t)v)                              \
  case ZOO_SUB: ZOO_LOOP(T, T, (uint64_t)u - (uint64_t)v)                              \
  case ZOO_MUL: ZOO_LOOP(T, T, (uint64_t)u * (uint64_t)v)                              \
  case ZOO_MIN: ZOO_LOOP(T, T, u < v ? u : v)                                          \
  case ZOO_MAX: ZOO_LOOP(T, T, u > v ? u : v)                                          \
  case ZOO_BIT_AND: ZOO_LOOP(T, T, u & v)                                              \
  case ZOO_BIT_OR: ZOO_LOOP(T, T, u | v)                                               \
  case ZOO_BIT_XOR: ZOO_LOOP(T, T, u ^ v)                                              \
  default: return 0;
// clang-format on

#define ZOO_SIGNED(NAME, T)                                                                  \
  static T NAME##_remainder(T u, T v) {                                                      \
    if (v == 0 || v == -1) return 0;                                                         \
    return (T)(u % v);                                                                       \
  }                                                                                          \
  static T NAME##_modulo(T u, T v) {                                                         \
    T r = NAME##_remainder(u, v);                                                            \
    return r != 0 && (r < 0) != (v < 0) ? (T)(r + v) : r;                                    \
  }                                                                                          \
  static int NAME(int op, const void *a, const void *b, void *y, struct zoo_rows s) {        \
    switch (op) {                                                                            \
      ZOO_INTEGER_COMMON(T)                                                                  \
    case ZOO_DIV: ZOO_LOOP(T, T, v == 0 ? 0 : (v == -1 ? (T)(0 - (uint64_t)u) : (T)(u / v))) \
    case ZOO_POW: ZOO_LOOP(T, T, power_signed(u, v))                                         \
    case ZOO_MOD: ZOO_LOOP(T, T, NAME##_modulo(u, v))                                        \
    case ZOO_FMOD: ZOO_LOOP(T, T, NAME##_remainder(u, v))                                    \
    }                                                                                        \
  }

#define ZOO_UNSIGNED(NAME, T)                                                         \
  static int NAME(int op, const void *a, const void *b, void *y, struct zoo_rows s) { \
    const unsigned bits = 8 * sizeof(T);                                              \
    switch (op) {                                                                     \
      ZOO_INTEGER_COMMON(T)                                                           \
    case ZOO_DIV: ZOO_LOOP(T, T, v == 0 ? 0 : u / v)                                  \
    case ZOO_POW: ZOO_LOOP(T, T, power_unsigned(u, v))                                \
    case ZOO_MOD:                                                                     \
    case ZOO_FMOD: ZOO_LOOP(T, T, v == 0 ? 0 : u % v)                                 \
    case ZOO_SHIFT_LEFT: ZOO_LOOP(T, T, v < bits ? (uint64_t)u << v : 0)              \
    case ZOO_SHIFT_RIGHT: ZOO_LOOP(T, T, v < bits ? u >> v : 0)                       \
    }                                                                                 \
  }

ZOO_SIGNED(signed_8, int8_t)
ZOO_SIGNED(signed_16, int16_t)
ZOO_SIGNED(signed_32, int32_t)
ZOO_SIGNED(signed_64, int64_t)
ZOO_UNSIGNED(unsigned_8, uint8_t)
ZOO_UNSIGNED(unsigned_16, uint16_t)
ZOO_UNSIGNED(unsigned_32, uint32_t)
ZOO_UNSIGNED(unsigned_64, uint64_t)

int zoo_binary(zoo_isa isa, int op, int type, const void *a, const void *b, void *y, struct zoo_rows s) {
  switch (type) {
  case 1:
    if (op <= ZOO_MAX) {
      zoo_binary_f32(isa, op, a, b, y, s);
      return 1;
    }
    return floating_f32(op, a, b, y, s);
  case 11: return floating_f64(op, a, b, y, s);
  case 2:
  case 9: return unsigned_8(op, a, b, y, s);
  case 3: return signed_8(op, a, b, y, s);
  case 4: return unsigned_16(op, a, b, y, s);
  case 5: return signed_16(op, a, b, y, s);
  case 6: return signed_32(op, a, b, y, s);
  case 7: return signed_64(op, a, b, y, s);
  case 12: return unsigned_32(op, a, b, y, s);
  case 13: return unsigned_64(op, a, b, y, s);
  default: return 0;
  }
}

#define ZOO_INTEGER_UNARY(T)                                                            \
  {                                                                                     \
    const T *p = x;                                                                     \
    T *q = y, low = (T)a, high = (T)b;                                                  \
    for (size_t i = 0; i < count; i++) {                                                \
      T v = p[i];                                                                       \
      switch (op) {                                                                     \
      case ZOO_NEG: q[i] = (T)(0 - (uint64_t)v); break;                                 \
      case ZOO_ABS: q[i] = v < 0 ? (T)(0 - (uint64_t)v) : v; break;                     \
      case ZOO_SIGN: q[i] = (T)((v > 0) - (v < 0)); break;                              \
      case ZOO_RELU: q[i] = v < 0 ? 0 : v; break;                                       \
      case ZOO_CLIP: q[i] = v > high || high < low ? high : (v < low ? low : v); break; \
      default: return 0;                                                                \
      }                                                                                 \
    }                                                                                   \
    return 1;                                                                           \
  }

int zoo_unary_integer(int op, int type, const void *x, void *y, size_t count, int64_t a, int64_t b) {
  switch (type) {
  case 2: ZOO_INTEGER_UNARY(uint8_t)
  case 3: ZOO_INTEGER_UNARY(int8_t)
  case 4: ZOO_INTEGER_UNARY(uint16_t)
  case 5: ZOO_INTEGER_UNARY(int16_t)
  case 6: ZOO_INTEGER_UNARY(int32_t)
  case 7: ZOO_INTEGER_UNARY(int64_t)
  case 12: ZOO_INTEGER_UNARY(uint32_t)
  case 13: ZOO_INTEGER_UNARY(uint64_t)
  default: return 0;
  }
}

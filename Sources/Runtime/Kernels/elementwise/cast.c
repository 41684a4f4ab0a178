// Conversions between element types.
#include <math.h>
#include <string.h>

#include "../common/bfloat16.h"
#include "cast_small.h"
#include "zoo_elementwise.h"

static float from_half(uint16_t h) {
  uint32_t sign = (uint32_t)(h & 0x8000) << 16, exponent = (h >> 10) & 31, mantissa = h & 1023, bits;
  if (exponent == 0) {
    float value = (float)mantissa * 5.9604644775390625e-8f;  // 2^-24
    return sign ? -value : value;
  }
  bits = exponent == 31 ? 0x7F800000u | mantissa << 13 : (exponent + 112) << 23 | mantissa << 13;
  bits |= sign;
  float result;
  memcpy(&result, &bits, 4);
  return result;
}

static uint16_t to_half(float x) {
  uint32_t bits;
  memcpy(&bits, &x, 4);
  uint16_t sign = (uint16_t)(bits >> 16 & 0x8000);
  uint32_t magnitude = bits & 0x7FFFFFFF;
  if (magnitude > 0x7F800000) return sign | 0x7E00;
  if (magnitude >= 0x477FF000) return sign | 0x7C00;
  if (magnitude < 0x38800000) {
    // Adding 0.5 puts the last bit of a denormal half at the last bit of the sum, which rounds it.
    float shifted;
    memcpy(&shifted, &magnitude, 4);
    shifted += 0.5f;
    memcpy(&magnitude, &shifted, 4);
    return sign | (uint16_t)(magnitude - 0x3F000000);
  }
  magnitude += 0xFFF + (magnitude >> 13 & 1);
  return sign | (uint16_t)((magnitude - 0x38000000) >> 13);
}

static int64_t to_signed(double x, double low, double high) {
  if (!(x > low)) return x != x ? 0 : (int64_t)low;
  return x >= high ? (high >= 9.2e18 ? INT64_MAX : (int64_t)high) : (int64_t)x;
}

static uint64_t to_unsigned(double x, double high) {
  if (!(x > 0)) return 0;
  return x >= high ? (high >= 1.8e19 ? UINT64_MAX : (uint64_t)high) : (uint64_t)x;
}

#define EACH(F, T, VALUE)                                 \
  {                                                       \
    const F *p = x;                                       \
    T *q = y;                                             \
    for (size_t i = 0; i < count; i++) q[i] = (T)(VALUE); \
    return 1;                                             \
  }

// From a floating-point type, with READ giving the value of p[i].
#define FROM_FLOATING(F, READ)                                                             \
  switch (to) {                                                                            \
  case 1: EACH(F, float, READ)                                                             \
  case 11: EACH(F, double, READ)                                                           \
  case 10: EACH(F, uint16_t, to_half((float)READ))                                         \
  case 16: EACH(F, uint16_t, zoo_narrowed((float)READ))                                    \
  case 2: EACH(F, uint8_t, to_unsigned(READ, 255))                                         \
  case 3: EACH(F, int8_t, to_signed(READ, -128, 127))                                      \
  case 4: EACH(F, uint16_t, to_unsigned(READ, 65535))                                      \
  case 5: EACH(F, int16_t, to_signed(READ, -32768, 32767))                                 \
  case 6: EACH(F, int32_t, to_signed(READ, -2147483648.0, 2147483647.0))                   \
  case 7: EACH(F, int64_t, to_signed(READ, -9223372036854775808.0, 9223372036854775808.0)) \
  case 9: EACH(F, uint8_t, READ != 0)                                                      \
  case 12: EACH(F, uint32_t, to_unsigned(READ, 4294967295.0))                              \
  case 13: EACH(F, uint64_t, to_unsigned(READ, 18446744073709551616.0))                    \
  default: return 0;                                                                       \
  }

#define FROM_INTEGER(F)                                 \
  switch (to) {                                         \
  case 1: EACH(F, float, p[i])                          \
  case 11: EACH(F, double, p[i])                        \
  case 10: EACH(F, uint16_t, to_half((float)p[i]))      \
  case 16: EACH(F, uint16_t, zoo_narrowed((float)p[i])) \
  case 2: EACH(F, uint8_t, p[i])                        \
  case 3: EACH(F, int8_t, p[i])                         \
  case 4: EACH(F, uint16_t, p[i])                       \
  case 5: EACH(F, int16_t, p[i])                        \
  case 6: EACH(F, int32_t, p[i])                        \
  case 7: EACH(F, int64_t, p[i])                        \
  case 9: EACH(F, uint8_t, p[i] != 0)                   \
  case 12: EACH(F, uint32_t, p[i])                      \
  case 13: EACH(F, uint64_t, p[i])                      \
  default: return 0;                                    \
  }

int zoo_cast(int from, int to, const void *x, void *y, size_t count) {
  if (zoo_is_small(from) || zoo_is_small(to)) return zoo_cast_small(from, to, x, y, count, 1, ZOO_ROUND_UP);
  switch (from) {
  case 1: FROM_FLOATING(float, p[i])
  case 11: FROM_FLOATING(double, p[i])
  case 10: FROM_FLOATING(uint16_t, from_half(p[i]))
  case 16: FROM_FLOATING(uint16_t, zoo_widened(p[i]))
  case 2:
  case 9: FROM_INTEGER(uint8_t)
  case 3: FROM_INTEGER(int8_t)
  case 4: FROM_INTEGER(uint16_t)
  case 5: FROM_INTEGER(int16_t)
  case 6: FROM_INTEGER(int32_t)
  case 7: FROM_INTEGER(int64_t)
  case 12: FROM_INTEGER(uint32_t)
  case 13: FROM_INTEGER(uint64_t)
  default: return 0;
  }
}

void zoo_fill(const void *element, size_t element_size, void *y, size_t count) {
#define FILL(T)                                      \
  {                                                  \
    T value, *q = y;                                 \
    memcpy(&value, element, sizeof(T));              \
    for (size_t i = 0; i < count; i++) q[i] = value; \
    return;                                          \
  }
  switch (element_size) {
  case 1: memset(y, *(const unsigned char *)element, count); return;
  case 2: FILL(uint16_t)
  case 4: FILL(uint32_t)
  case 8: FILL(uint64_t)
  default: return;
  }
}

// Conversions from and to numbers of 8 bits and less, each stored in a byte.
#include "cast_small.h"

#include <math.h>
#include <string.h>

#include "zoo_elementwise.h"

// How a small floating-point type counts: value = (1 + fraction / 2^mantissa) · 2^(exponent − bias).
struct format {
  int mantissa, bias;
  // The largest finite code without its sign, what infinity and NaN are (−1 for none), and whether zero has one sign.
  int largest, infinity, nan, single_zero, sign;
};

static const struct format *format_of(int type) {
  static const struct format e4m3fn = {3, 7, 0x7E, -1, 0x7F, 0, 0x80}, e4m3fnuz = {3, 8, 0x7F, -1, 0x80, 1, 0x80},
                             e5m2 = {2, 15, 0x7B, 0x7C, 0x7E, 0, 0x80}, e5m2fnuz = {2, 16, 0x7F, -1, 0x80, 1, 0x80},
                             e2m1 = {1, 1, 0x7, -1, -1, 0, 0x8};
  switch (type) {
  case 17: return &e4m3fn;
  case 18: return &e4m3fnuz;
  case 19: return &e5m2;
  case 20: return &e5m2fnuz;
  case 23: return &e2m1;
  default: return 0;
  }
}

int zoo_is_small(int type) { return type >= 17 && type <= 26; }

static float decode_exponent(uint8_t code) { return code == 0xFF ? NAN : ldexpf(1, code - 127); }

static float decode(const struct format *f, uint8_t code) {
  int magnitude = code & (f->sign - 1);
  float sign = code & f->sign ? -1 : 1;
  if (f->nan == 0x80 ? code == 0x80 : f->infinity >= 0 ? magnitude > f->infinity : magnitude == f->nan) return NAN;
  if (magnitude == f->infinity) return sign * INFINITY;
  int exponent = magnitude >> f->mantissa, fraction = magnitude & ((1 << f->mantissa) - 1);
  if (exponent == 0) return sign * ldexpf((float)fraction, 1 - f->bias - f->mantissa);
  return sign * ldexpf((float)(fraction + (1 << f->mantissa)), exponent - f->bias - f->mantissa);
}

// Rounds to nearest even. What is too large becomes the largest number if `saturate`, else infinity or NaN.
static uint8_t encode(const struct format *f, float x, int saturate) {
  int sign = signbit(x) ? f->sign : 0;
  if (x != x) return (uint8_t)(f->nan == 0x80 ? 0x80 : f->nan < 0 ? f->sign : sign | f->nan);
  float magnitude = fabsf(x);
  int code = f->largest + 1;
  if (magnitude < 131072) {
    int exponent = 0;
    frexpf(magnitude, &exponent);
    exponent = magnitude == 0 || exponent - 1 < 1 - f->bias ? 1 - f->bias : exponent - 1;
    code = ((exponent + f->bias - 1) << f->mantissa) + (int)rintf(ldexpf(magnitude, f->mantissa - exponent));
  }
  if (code > f->largest) {
    int is_infinite = f->infinity >= 0;
    if (saturate || f->nan < 0)
      code = f->largest;
    else if (is_infinite)
      code = f->infinity;
    else
      return (uint8_t)(f->nan == 0x80 ? 0x80 : sign | f->nan);
  }
  return (uint8_t)(code == 0 && f->single_zero ? 0 : sign | code);
}

static uint8_t encode_exponent(float x, int saturate, int rounding) {
  uint32_t bits;
  memcpy(&bits, &x, 4);
  uint32_t exponent = bits >> 23 & 0xFF, fraction = bits & 0x7FFFFF;
  if (exponent == 0xFF) return 0xFF;
  int up = 0;
  if (rounding == ZOO_ROUND_UP) up = fraction > 0;
  if (rounding == ZOO_ROUND_NEAREST) up = fraction > 0x400000 || (fraction == 0x400000 && exponent > 0);
  if (up && exponent == 0xFE && saturate) up = 0;
  return (uint8_t)(exponent + (uint32_t)up);
}

// The integers of 2 and 4 bits are stored as 8-bit numbers in their range.
static int integer_as(int type) {
  switch (type) {
  case 21:
  case 25: return 2;
  case 22:
  case 26: return 3;
  default: return 0;
  }
}

// The lowest bits of a number, as integers of other widths keep them too.
static uint8_t wrap_integer(int type, int value) {
  int bits = type == 21 || type == 22 ? 4 : 2, low = value & ((1 << bits) - 1);
  int is_negative = (type == 22 || type == 26) && low >> (bits - 1);
  return (uint8_t)(is_negative ? low - (1 << bits) : low);
}

static void floats_from(int from, const void *x, size_t start, float *buffer, size_t count) {
  const uint8_t *codes = x;
  if (from == 24) {
    for (size_t i = 0; i < count; i++) buffer[i] = decode_exponent(codes[start + i]);
    return;
  }
  const struct format *f = format_of(from);
  if (f) {
    for (size_t i = 0; i < count; i++) buffer[i] = decode(f, codes[start + i]);
    return;
  }
  int plain = integer_as(from) ? integer_as(from) : from;
  zoo_cast(plain, 1, (const char *)x + start * zoo_element_size(plain), buffer, count);
}

int zoo_cast_small(int from, int to, const void *x, void *y, size_t count, int saturate, int rounding) {
  enum { CHUNK = 256 };
  float buffer[CHUNK];
  if (!zoo_element_size(from) || !zoo_element_size(to)) return 0;
  for (size_t start = 0; start < count; start += CHUNK) {
    size_t length = count - start < CHUNK ? count - start : CHUNK;
    floats_from(from, x, start, buffer, length);
    uint8_t *codes = (uint8_t *)y + start;
    const struct format *f = format_of(to);
    int integer = integer_as(to);
    if (f) {
      for (size_t i = 0; i < length; i++) codes[i] = encode(f, buffer[i], saturate);
    } else if (to == 24) {
      for (size_t i = 0; i < length; i++) codes[i] = encode_exponent(buffer[i], saturate, rounding);
    } else if (integer) {
      for (size_t i = 0; i < length; i++) {
        float value = buffer[i] != buffer[i] ? 0 : buffer[i] < -1e9f ? -1e9f : buffer[i] > 1e9f ? 1e9f : buffer[i];
        codes[i] = wrap_integer(to, (int)value);
      }
    } else {
      zoo_cast(1, to, buffer, (char *)y + start * zoo_element_size(to), length);
    }
  }
  return 1;
}

size_t zoo_element_size(int type) {
  if (zoo_is_small(type)) return 1;
  switch (type) {
  case 2:
  case 3:
  case 9: return 1;
  case 4:
  case 5:
  case 10:
  case 16: return 2;
  case 1:
  case 6:
  case 12: return 4;
  case 7:
  case 11:
  case 13: return 8;
  default: return 0;
  }
}

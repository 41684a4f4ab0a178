// One bfloat16, the upper half of a float, in a form that a compiler can vectorise.
#ifndef ZOO_BFLOAT16_H
#define ZOO_BFLOAT16_H

#include <stdint.h>
#include <string.h>

static inline float zoo_widened(uint16_t value) {
  uint32_t bits = (uint32_t)value << 16;
  float x;
  memcpy(&x, &bits, 4);
  return x;
}

// Rounds to the nearest, ties to even; a NaN stays one.
static inline uint16_t zoo_narrowed(float x) {
  uint32_t bits;
  memcpy(&bits, &x, 4);
  uint32_t rounded = (bits + 0x7FFF + (bits >> 16 & 1)) >> 16, quiet = bits >> 16 | 0x40;
  return (uint16_t)(x != x ? quiet : rounded);
}

#endif

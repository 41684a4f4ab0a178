// The simple loops over 8-bit numbers for one instruction set.

#ifndef ZOO_QUANTIZED_LOOPS_H
#define ZOO_QUANTIZED_LOOPS_H

#include "zoo_quantized.h"

typedef struct zoo_quantized_loops {
  void (*quantize)(int64_t count, const float *x, float scale, int32_t zero, uint8_t *y);
  void (*quantize_planes)(
      int64_t channels, int64_t pixels, const float *x, ptrdiff_t stride, float scale, int32_t zero, uint8_t *y);
  void (*max_pool)(const zoo_convolution *shape, const uint8_t *x, uint8_t *y, int64_t first, int64_t last);
  void (*average)(
      int64_t pixels, int64_t channels, const uint8_t *x, int32_t zero, float multiplier, float *y, int32_t *sums);
  void (*scale)(
      int64_t pixels, int64_t channels, const uint8_t *x, int32_t x_zero, const float *multiplier, int32_t zero,
      uint8_t *y);
} zoo_quantized_loops;

extern const zoo_quantized_loops zoo_quantized_loops_portable;
#if defined(__x86_64__)
extern const zoo_quantized_loops zoo_quantized_loops_avx2;
extern const zoo_quantized_loops zoo_quantized_loops_avx512;
#endif

#endif

#include "QuantizedLoops.h"

static const zoo_quantized_loops *loops(zoo_isa isa) {
  switch (isa) {
#if defined(__x86_64__)
  case ZOO_ISA_AVX2:
    return &zoo_quantized_loops_avx2;
  case ZOO_ISA_AVX512:
    return &zoo_quantized_loops_avx512;
#endif
  default:
    return &zoo_quantized_loops_portable;
  }
}

void zoo_quantize(zoo_isa isa, int64_t count, const float *x, float scale, int32_t zero, uint8_t *y) {
  loops(isa)->quantize(count, x, scale, zero, y);
}

void zoo_quantize_planes(
    zoo_isa isa, int64_t channels, int64_t pixels, const float *x, ptrdiff_t stride, float scale, int32_t zero,
    uint8_t *y) {
  loops(isa)->quantize_planes(channels, pixels, x, stride, scale, zero, y);
}

void zoo_quantized_max_pool(
    zoo_isa isa, const zoo_convolution *shape, const uint8_t *x, uint8_t *y, int64_t first, int64_t last) {
  loops(isa)->max_pool(shape, x, y, first, last);
}

void zoo_quantized_average(
    zoo_isa isa, int64_t pixels, int64_t channels, const uint8_t *x, int32_t zero, float multiplier, float *y,
    int32_t *sums) {
  loops(isa)->average(pixels, channels, x, zero, multiplier, y, sums);
}

void zoo_quantized_scale(
    zoo_isa isa, int64_t pixels, int64_t channels, const uint8_t *x, int32_t x_zero, const float *multiplier,
    int32_t zero, uint8_t *y) {
  loops(isa)->scale(pixels, channels, x, x_zero, multiplier, zero, y);
}

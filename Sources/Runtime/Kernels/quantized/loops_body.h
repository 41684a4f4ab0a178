// Loops over 8-bit numbers that the compiler vectorises. Fused multiply-add would round otherwise than the portable
// body.

/// zero + round to even(t), clamped to 0…255; a NaN becomes `zero`.
static inline uint8_t quantized_rounded(float t, float zero) {
#pragma STDC FP_CONTRACT OFF
  t = t == t ? t : 0.0f;
  t = t < -zero ? -zero : t;
  t = t > 255.0f - zero ? 255.0f - zero : t;
  // Adding and subtracting 1.5 · 2²³ rounds to even.
  t = (t + 12582912.0f) - 12582912.0f;
  return (uint8_t)(int32_t)(t + zero);
}

static void quantize(int64_t count, const float *x, float scale, int32_t zero, uint8_t *restrict y) {
  float z = (float)zero;
  for (int64_t i = 0; i < count; i++) y[i] = quantized_rounded(x[i] / scale, z);
}

enum { PLANES_PIXELS = 64, PLANES_CHANNELS = 32 };

static void quantize_planes(
    int64_t channels, int64_t pixels, const float *x, ptrdiff_t stride, float scale, int32_t zero,
    uint8_t *restrict y) {
  uint8_t planes[PLANES_CHANNELS][PLANES_PIXELS];
  for (int64_t first = 0; first < pixels; first += PLANES_PIXELS) {
    int64_t count = pixels - first < PLANES_PIXELS ? pixels - first : PLANES_PIXELS;
    for (int64_t c = 0; c < channels; c += PLANES_CHANNELS) {
      int64_t some = channels - c < PLANES_CHANNELS ? channels - c : PLANES_CHANNELS;
      for (int64_t d = 0; d < some; d++) quantize(count, x + (c + d) * stride + first, scale, zero, planes[d]);
      for (int64_t p = 0; p < count; p++)
        for (int64_t d = 0; d < some; d++) y[(first + p) * channels + c + d] = planes[d][p];
    }
  }
}

static void quantized_max_pool(
    const zoo_convolution *s, const uint8_t *x, uint8_t *restrict y, int64_t first, int64_t last) {
  int64_t channels = s->in_channels;
  for (int64_t oy = first; oy < last; oy++)
    for (int64_t ox = 0; ox < s->out_width; ox++) {
      uint8_t *out = y + (oy * s->out_width + ox) * channels;
      memset(out, 0, (size_t)channels);
      for (int64_t ky = 0; ky < s->kernel_height; ky++)
        for (int64_t kx = 0; kx < s->kernel_width; kx++) {
          int64_t iy = oy * s->stride_height - s->pad_top + ky, ix = ox * s->stride_width - s->pad_left + kx;
          if (iy < 0 || iy >= s->in_height || ix < 0 || ix >= s->in_width) continue;
          const uint8_t *in = x + (iy * s->in_width + ix) * channels;
          for (int64_t c = 0; c < channels; c++) out[c] = in[c] > out[c] ? in[c] : out[c];
        }
    }
}

static void quantized_average(
    int64_t pixels, int64_t channels, const uint8_t *x, int32_t zero, float multiplier, float *restrict y,
    int32_t *restrict sums) {
#pragma STDC FP_CONTRACT OFF
  memset(sums, 0, (size_t)channels * sizeof *sums);
  for (int64_t p = 0; p < pixels; p++)
    for (int64_t c = 0; c < channels; c++) sums[c] += x[p * channels + c];
  for (int64_t c = 0; c < channels; c++) y[c] = (float)(sums[c] - (int32_t)pixels * zero) * multiplier;
}

static void quantized_scale(
    int64_t pixels, int64_t channels, const uint8_t *x, int32_t x_zero, const float *multiplier, int32_t zero,
    uint8_t *restrict y) {
#pragma STDC FP_CONTRACT OFF
  float z = (float)zero;
  for (int64_t p = 0; p < pixels; p++)
    for (int64_t c = 0; c < channels; c++)
      y[p * channels + c] = quantized_rounded((float)(x[p * channels + c] - x_zero) * multiplier[c], z);
}

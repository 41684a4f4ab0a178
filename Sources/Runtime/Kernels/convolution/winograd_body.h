// The transforms of Winograd's F(4 × 4, 3 × 3) on vectors of channels.
//
// Form of the matrices as in Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks" (2015): with
// y = Aᵀ[(G g Gᵀ) ⊙ (Bᵀ d B)]A, the gradient by the kernel is Gᵀ[(Bᵀ d B) ⊙ (A y′ Aᵀ)]G. Their points are 0, ±1, ±2
// and ∞; with ±√½ and ±√2 instead, sums lose half as much to rounding (Barabasz et al. 2018, "Error analysis and
// improving the accuracy of Winograd convolution for deep neural networks").

#define ROOT_HALF 0.70710678118654752f
#define ROOT_TWO 1.41421356237309505f

/// Bᵀ on six values `step` apart.
ZOO_INLINE void transform_source(const vec *d, vec *t, int step) {
  vec d0 = d[0], d1 = d[step], d2 = d[2 * step], d3 = d[3 * step], d4 = d[4 * step], d5 = d[5 * step];
  vec a = d4 - 2.0f * d2, b = d3 - 2.0f * d1, c = d4 - 0.5f * d2, e = d3 - 0.5f * d1;
  t[0] = d0 + (d4 - 2.5f * d2);
  t[step] = a + ROOT_HALF * b;
  t[2 * step] = a - ROOT_HALF * b;
  t[3 * step] = c + ROOT_TWO * e;
  t[4 * step] = c - ROOT_TWO * e;
  t[5 * step] = d1 + (d5 - 2.5f * d3);
}

/// Aᵀ: six values to four.
ZOO_INLINE void transform_result(const vec *m, vec *y, int step, int out_step) {
  vec m0 = m[0], m1 = m[step], m2 = m[2 * step], m3 = m[3 * step], m4 = m[4 * step], m5 = m[5 * step];
  vec a = m1 + m2, b = m1 - m2, c = m3 + m4, d = m3 - m4;
  y[0] = m0 + a + c;
  y[out_step] = ROOT_HALF * b + ROOT_TWO * d;
  y[2 * out_step] = 0.5f * a + 2.0f * c;
  y[3 * out_step] = 0.5f * ROOT_HALF * b + (2.0f * ROOT_TWO * d + m5);
}

/// A: four values to six.
ZOO_INLINE void transform_gradient(const vec *y, vec *w, int step, int out_step) {
  vec y0 = y[0], y1 = y[step], y2 = y[2 * step], y3 = y[3 * step];
  vec even = y0 + 0.5f * y2, odd = ROOT_HALF * y1 + 0.5f * ROOT_HALF * y3;
  vec even2 = y0 + 2.0f * y2, odd2 = ROOT_TWO * y1 + 2.0f * ROOT_TWO * y3;
  w[0] = y0;
  w[out_step] = even + odd;
  w[2 * out_step] = even - odd;
  w[3 * out_step] = even2 + odd2;
  w[4 * out_step] = even2 - odd2;
  w[5 * out_step] = y3;
}

/// G: three values to six.
ZOO_INLINE void transform_weights(const vec *g, vec *u, int step, int out_step) {
  vec g0 = g[0], g1 = g[step], g2 = g[2 * step];
  vec a = g0 * (-2.0f / 3) - g2 * (1.0f / 3), b = g1 * (ROOT_HALF * 2 / 3);
  vec c = g0 * (1.0f / 6) + g2 * (1.0f / 3), d = g1 * (ROOT_TWO / 6);
  u[0] = g0;
  u[out_step] = a - b;
  u[2 * out_step] = a + b;
  u[3 * out_step] = c + d;
  u[4 * out_step] = c - d;
  u[5 * out_step] = g2;
}

/// Gᵀ: six values to three.
ZOO_INLINE void transform_weight_gradient(const vec *m, vec *o, int step, int out_step) {
  vec a = m[step] + m[2 * step], b = m[2 * step] - m[step];
  vec c = m[3 * step] + m[4 * step], d = m[3 * step] - m[4 * step];
  o[0] = m[0] - a * (2.0f / 3) + c * (1.0f / 6);
  o[out_step] = b * (ROOT_HALF * 2 / 3) + d * (ROOT_TWO / 6);
  o[2 * out_step] = (c - a) * (1.0f / 3) + m[5 * step];
}

/// G g Gᵀ of a vector of kernels.
ZOO_INLINE void transform_kernel(const vec g[9], float *out, int64_t point_stride) {
  vec t[18];
#pragma clang loop unroll(full)
  for (int column = 0; column < 3; column++) transform_weights(g + column, t + column, 3, 3);
#pragma clang loop unroll(full)
  for (int row = 0; row < 6; row++) {
    vec u[6];
    transform_weights(t + row * 3, u, 1, 1);
#pragma clang loop unroll(full)
    for (int column = 0; column < 6; column++) vec_store(out + (row * 6 + column) * point_stride, u[column]);
  }
}

static void winograd_weights(
    const float *weights, int64_t stride, int64_t count, bool flipped, float *out, int64_t point_stride) {
  for (int64_t first = 0; first < count; first += ZOO_LANES) {
    float taps[9][ZOO_LANES] __attribute__((aligned(64)));
    int64_t lanes = count - first < ZOO_LANES ? count - first : ZOO_LANES;
    if (lanes < ZOO_LANES) memset(taps, 0, sizeof taps);
    for (int64_t i = 0; i < lanes; i++) {
      const float *from = weights + (first + i) * stride;
      if (flipped)
        for (int tap = 0; tap < 9; tap++) taps[8 - tap][i] = from[tap];
      else
        for (int tap = 0; tap < 9; tap++) taps[tap][i] = from[tap];
    }
    vec g[9];
#pragma clang loop unroll(full)
    for (int tap = 0; tap < 9; tap++) g[tap] = vec_load(taps[tap]);
    transform_kernel(g, out + first, point_stride);
  }
}

static void winograd_packed_weights(
    const float *taps, int64_t stride, int64_t count, float *out, int64_t point_stride) {
  for (int64_t first = 0; first < count; first += ZOO_LANES) {
    vec g[9];
#pragma clang loop unroll(full)
    for (int tap = 0; tap < 9; tap++) g[tap] = vec_load(taps + tap * stride + first);
    transform_kernel(g, out + first, point_stride);
  }
}

static void winograd_weight_gradient(const float *in, int64_t point_stride, int64_t count, float *out, int64_t stride) {
  for (int64_t first = 0; first < count; first += ZOO_LANES) {
    vec t[18], o[9];
#pragma clang loop unroll(full)
    for (int column = 0; column < 6; column++) {
      vec m[6];
#pragma clang loop unroll(full)
      for (int row = 0; row < 6; row++) m[row] = vec_load(in + (row * 6 + column) * point_stride + first);
      transform_weight_gradient(m, t + column, 1, 6);
    }
#pragma clang loop unroll(full)
    for (int row = 0; row < 3; row++) transform_weight_gradient(t + row * 6, o + row * 3, 1, 1);
    float taps[9][ZOO_LANES] __attribute__((aligned(64)));
#pragma clang loop unroll(full)
    for (int tap = 0; tap < 9; tap++) vec_store(taps[tap], o[tap]);
    int64_t lanes = count - first < ZOO_LANES ? count - first : ZOO_LANES;
    for (int64_t i = 0; i < lanes; i++)
      for (int tap = 0; tap < 9; tap++) out[(first + i) * stride + tap] = taps[tap][i];
  }
}

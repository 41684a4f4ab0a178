// Winograd's transforms of images of one kind of element.

static void IMAGE(winograd_source_tile)(const void *const *pixels, int64_t channels, float *out, int64_t point_stride) {
  for (int64_t c = 0; c < channels; c += ZOO_LANES) {
    vec d[36], t[36];
#pragma clang loop unroll(full)
    for (int column = 0; column < 6; column++) {
#pragma clang loop unroll(full)
      for (int row = 0; row < 6; row++) d[row * 6 + column] = image_load((const element *)pixels[row * 6 + column] + c);
      transform_source(d + column, t + column, 6);
    }
#pragma clang loop unroll(full)
    for (int row = 0; row < 6; row++) {
      vec r[6];
      transform_source(t + row * 6, r, 1);
#pragma clang loop unroll(full)
      for (int column = 0; column < 6; column++) vec_store(out + (row * 6 + column) * point_stride + c, r[column]);
    }
  }
}

static void IMAGE(winograd_gradient_tile)(
    const void *const *pixels, int64_t channels, float *out, int64_t point_stride) {
  for (int64_t c = 0; c < channels; c += ZOO_LANES) {
    vec d[16], t[24];
#pragma clang loop unroll(full)
    for (int column = 0; column < 4; column++) {
#pragma clang loop unroll(full)
      for (int row = 0; row < 4; row++) d[row * 4 + column] = image_load((const element *)pixels[row * 4 + column] + c);
      transform_gradient(d + column, t + column, 4, 4);
    }
#pragma clang loop unroll(full)
    for (int row = 0; row < 6; row++) {
      vec r[6];
      transform_gradient(t + row * 4, r, 1, 1);
#pragma clang loop unroll(full)
      for (int column = 0; column < 6; column++) vec_store(out + (row * 6 + column) * point_stride + c, r[column]);
    }
  }
}

static void IMAGE(winograd_result_tile)(
    const float *in, int64_t point_stride, int64_t channels, void *const *out, const void *const *residual,
    const zoo_epilogue *epilogue) {
  // Half lines to sixteen places would not be joined on their way to memory.
  bool streamed = !ZOO_NARROW && epilogue->streamed && image_is_aligned(out[0]);
  for (int64_t c = 0; c < channels; c += ZOO_LANES) {
    vec t[24];
#pragma clang loop unroll(full)
    for (int column = 0; column < 6; column++) {
      vec m[6];
#pragma clang loop unroll(full)
      for (int row = 0; row < 6; row++) m[row] = vec_load(in + (row * 6 + column) * point_stride + c);
      transform_result(m, t + column, 1, 6);
    }
    vec bias = epilogue->bias ? vec_load(epilogue->bias + c) : vec_splat(0);
#pragma clang loop unroll(full)
    for (int row = 0; row < 4; row++) {
      vec y[4];
      transform_result(t + row * 6, y, 1, 1);
#pragma clang loop unroll(full)
      for (int column = 0; column < 4; column++) {
        int pixel = row * 4 + column;
        if (!out[pixel]) continue;
        vec value = y[column] + bias;
        if (residual) value += image_load((const element *)residual[pixel] + c);
        if (epilogue->activation != ZOO_ACTIVATION_NONE)
          value = vec_activate(value, epilogue->activation, epilogue->alpha, epilogue->beta, ZOO_NARROW);
        if (streamed)
          image_stream((element *)out[pixel] + c, value);
        else
          image_store_some((element *)out[pixel] + c, value, ZOO_LANES);
      }
    }
  }
}

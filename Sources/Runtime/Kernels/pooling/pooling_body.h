// Pools over the windows of one image.

static void max_pool_f32(const struct zoo_pool *p, const float *x, float *y, int64_t first, int64_t last) {
  const int64_t channels = p->channels;
  for (int64_t pixel = first; pixel < last; pixel++) {
    struct zoo_window w = zoo_window_at(p, pixel);
    float *out = y + pixel * channels;
    for (int64_t c = 0; c < channels; c++) out[c] = -INFINITY;
    ZOO_EACH_TAP(p, w, {
      const float *in = x + at * channels;
      for (int64_t c = 0; c < channels; c++) out[c] = in[c] > out[c] || in[c] != in[c] ? in[c] : out[c];
    })
  }
}

// Both sides of a comparison are exact, so no result is rounded.
static void max_pool_bf16(const struct zoo_pool *p, const uint16_t *x, uint16_t *y, int64_t first, int64_t last) {
  const int64_t channels = p->channels;
  for (int64_t pixel = first; pixel < last; pixel++) {
    struct zoo_window w = zoo_window_at(p, pixel);
    uint16_t *out = y + pixel * channels;
    for (int64_t c = 0; c < channels; c++) out[c] = 0xFF80;
    ZOO_EACH_TAP(p, w, {
      const uint16_t *in = x + at * channels;
      for (int64_t c = 0; c < channels; c++) {
        float value = zoo_widened(in[c]);
        out[c] = value > zoo_widened(out[c]) || value != value ? in[c] : out[c];
      }
    })
  }
}

static void average_pool_f32(const struct zoo_pool *p, const float *x, float *y, int64_t first, int64_t last) {
  const int64_t channels = p->channels;
  for (int64_t pixel = first; pixel < last; pixel++) {
    struct zoo_window w = zoo_window_at(p, pixel);
    float *out = y + pixel * channels, share = 1.0f / (float)zoo_window_count(p, &w);
    for (int64_t c = 0; c < channels; c++) out[c] = 0;
    ZOO_EACH_TAP(p, w, {
      const float *in = x + at * channels;
      for (int64_t c = 0; c < channels; c++) out[c] += in[c];
    })
    for (int64_t c = 0; c < channels; c++) out[c] *= share;
  }
}

// Channels are taken in groups, for which what is left of the gradient stays at hand.
#define POOL_GROUP ZOO_POOL_CHANNELS

static void max_pool_gradient_f32(
    const struct zoo_pool *p, const float *x, const float *y, const float *dy, float *dx, int64_t first, int64_t last) {
  const int64_t channels = p->channels;
  int64_t pixels = p->input[0] * p->input[1] * p->input[2], outputs = p->output[0] * p->output[1] * p->output[2];
  for (int64_t pixel = 0; pixel < pixels; pixel++)
    memset(dx + pixel * channels + first, 0, (size_t)(last - first) * sizeof(float));
  for (int64_t pixel = 0; pixel < outputs; pixel++) {
    struct zoo_window w = zoo_window_at(p, pixel);
    for (int64_t start = first; start < last; start += POOL_GROUP) {
      int64_t n = last - start < POOL_GROUP ? last - start : POOL_GROUP;
      const float *best = y + pixel * channels + start;
      float left[POOL_GROUP];
      memcpy(left, dy + pixel * channels + start, (size_t)n * sizeof(float));
      ZOO_EACH_TAP(p, w, {
        const float *in = x + at * channels + start;
        float *out = dx + at * channels + start;
        for (int64_t c = 0; c < n; c++) {
          float hit = in[c] == best[c] ? left[c] : 0;
          out[c] += hit;
          left[c] = in[c] == best[c] ? 0 : left[c];
        }
      })
    }
  }
}

static void max_pool_gradient_bf16(
    const struct zoo_pool *p, const uint16_t *x, const uint16_t *y, const uint16_t *dy, uint16_t *dx, float *sums,
    int64_t first, int64_t last) {
  const int64_t channels = p->channels, n = last - first;
  int64_t pixels = p->input[0] * p->input[1] * p->input[2], outputs = p->output[0] * p->output[1] * p->output[2];
  memset(sums, 0, (size_t)(pixels * n) * sizeof(float));
  for (int64_t pixel = 0; pixel < outputs; pixel++) {
    struct zoo_window w = zoo_window_at(p, pixel);
    const int64_t start = pixel * channels + first;
    float best[POOL_GROUP], left[POOL_GROUP];
    for (int64_t c = 0; c < n; c++) {
      best[c] = zoo_widened(y[start + c]);
      left[c] = zoo_widened(dy[start + c]);
    }
    ZOO_EACH_TAP(p, w, {
      const uint16_t *in = x + at * channels + first;
      float *out = sums + at * n;
      for (int64_t c = 0; c < n; c++) {
        int hit = zoo_widened(in[c]) == best[c];
        out[c] += hit ? left[c] : 0;
        left[c] = hit ? 0 : left[c];
      }
    })
  }
  for (int64_t pixel = 0; pixel < pixels; pixel++)
    for (int64_t c = 0; c < n; c++) dx[pixel * channels + first + c] = zoo_narrowed(sums[pixel * n + c]);
}

static void average_pool_gradient_f32(
    const struct zoo_pool *p, const float *dy, float *dx, int64_t first, int64_t last) {
  const int64_t channels = p->channels;
  int64_t pixels = p->input[0] * p->input[1] * p->input[2], outputs = p->output[0] * p->output[1] * p->output[2];
  for (int64_t pixel = 0; pixel < pixels; pixel++)
    memset(dx + pixel * channels + first, 0, (size_t)(last - first) * sizeof(float));
  for (int64_t pixel = 0; pixel < outputs; pixel++) {
    struct zoo_window w = zoo_window_at(p, pixel);
    float share = 1.0f / (float)zoo_window_count(p, &w);
    const float *in = dy + pixel * channels;
    ZOO_EACH_TAP(p, w, {
      float *out = dx + at * channels;
      for (int64_t c = first; c < last; c++) out[c] += in[c] * share;
    })
  }
}

// Depthwise convolution on vectors of channels.

/// Up to `most` results side by side, so that a source pixel is loaded once for all of them.
ZOO_INLINE void depthwise_vectors(
    const zoo_depthwise_tile *tile, int results, int taps, int stride, int64_t first, int64_t last) {
  int span = (results - 1) * stride + taps;
  const zoo_epilogue *epilogue = tile->epilogue;
  bool streamed = epilogue->streamed && tile->channels % ZOO_LANES == 0 && vec_is_aligned(tile->out[0]);
  for (int64_t c = first; c < last; c += ZOO_LANES) {
    vec acc[4];
    vec bias = epilogue->bias ? vec_load(epilogue->bias + c) : vec_splat(0);
#pragma clang loop unroll(full)
    for (int i = 0; i < results; i++) acc[i] = bias;
    const float *weights = tile->weights + c;
    const float *const *pixels = tile->pixels;
    for (int64_t row = 0; row < tile->tap_rows; row++) {
      vec w[5];
#pragma clang loop unroll(full)
      for (int tap = 0; tap < taps; tap++) w[tap] = vec_load(weights + tap * tile->weight_stride);
#pragma clang loop unroll(full)
      for (int pixel = 0; pixel < span; pixel++) {
        vec x = vec_load(pixels[pixel] + c);
#pragma clang loop unroll(full)
        for (int i = 0; i < results; i++) {
          int tap = pixel - i * stride;
          if (tap >= 0 && tap < taps) acc[i] += x * w[tap];
        }
      }
      weights += taps * tile->weight_stride;
      pixels += span;
    }
#pragma clang loop unroll(full)
    for (int i = 0; i < results; i++) {
      vec value = acc[i];
      if (tile->residual) value += vec_load(tile->residual[i] + c);
      if (epilogue->activation != ZOO_ACTIVATION_NONE)
        value = vec_activate(value, epilogue->activation, epilogue->alpha, epilogue->beta);
      if (streamed)
        vec_stream(tile->out[i] + c, value);
      else
        vec_store(tile->out[i] + c, value);
    }
  }
}

/// Any tile, vector by vector; with `lanes` < ZOO_LANES through copies, for the last channels.
static void depthwise_any(const zoo_depthwise_tile *tile, int64_t first, int64_t last) {
  const zoo_epilogue *epilogue = tile->epilogue;
  int64_t span = (tile->results - 1) * tile->stride + tile->tap_columns;
  for (int64_t c = first; c < last; c += ZOO_LANES) {
    size_t bytes = (size_t)(last - c < ZOO_LANES ? last - c : ZOO_LANES) * sizeof(float);
    for (int64_t i = 0; i < tile->results; i++) {
      vec acc = vec_splat(0), x = vec_splat(0), w = vec_splat(0);
      if (epilogue->bias) memcpy(&acc, epilogue->bias + c, bytes);
      for (int64_t row = 0; row < tile->tap_rows; row++)
        for (int64_t tap = 0; tap < tile->tap_columns; tap++) {
          memcpy(&x, tile->pixels[row * span + i * tile->stride + tap] + c, bytes);
          memcpy(&w, tile->weights + (row * tile->tap_columns + tap) * tile->weight_stride + c, bytes);
          acc += x * w;
        }
      if (tile->residual) {
        memcpy(&x, tile->residual[i] + c, bytes);
        acc += x;
      }
      acc = vec_activate(acc, epilogue->activation, epilogue->alpha, epilogue->beta);
      memcpy(tile->out[i] + c, &acc, bytes);
    }
  }
}

static void depthwise(const zoo_depthwise_tile *tile) {
  int64_t whole = tile->channels / ZOO_LANES * ZOO_LANES;
#define ZOO_CASE(results_, taps_, stride_)                                                                             \
  if (tile->results == results_ && tile->tap_columns == taps_ && tile->stride == stride_)                              \
    depthwise_vectors(tile, results_, taps_, stride_, 0, whole);                                                       \
  else
#define ZOO_CASES(taps_, stride_)                                                                                      \
  ZOO_CASE(4, taps_, stride_) ZOO_CASE(3, taps_, stride_) ZOO_CASE(2, taps_, stride_) ZOO_CASE(1, taps_, stride_)
  ZOO_CASES(3, 1)
  ZOO_CASES(5, 1)
  ZOO_CASES(3, 2)
  ZOO_CASES(5, 2)
  ZOO_CASES(1, 1)
  ZOO_CASES(2, 1)
  depthwise_any(tile, 0, whole);
  depthwise_any(tile, whole, tile->channels);
}

/// One result pixel that may hang over the border.
ZOO_INLINE void weights_at_border(
    const zoo_depthwise_lines *lines, vec *acc, int64_t taps, int64_t x, int64_t c, size_t bytes) {
  vec g = vec_splat(0), s = vec_splat(0);
  memcpy(&g, lines->gradient + x * lines->channels + c, bytes);
  for (int64_t tap = 0; tap < taps; tap++) {
    int64_t source = x * lines->stride + tap * lines->dilation - lines->pad;
    if (source < 0 || source >= lines->in_width) continue;
    memcpy(&s, lines->source + source * lines->channels + c, bytes);
    acc[tap] += g * s;
  }
}

/// Results whose taps all lie inside: first ..< last.
static void inner_results(const zoo_depthwise_lines *lines, int64_t *first, int64_t *last) {
  int64_t reach = (lines->taps - 1) * lines->dilation;
  int64_t begin = (lines->pad + lines->stride - 1) / lines->stride;
  int64_t room = lines->in_width - 1 + lines->pad - reach;
  int64_t end = room < 0 ? 0 : room / lines->stride + 1;
  *first = begin < lines->first ? lines->first : begin < lines->last ? begin : lines->last;
  *last = end < *first ? *first : end < lines->last ? end : lines->last;
}

/// A kernel row of `taps` taps held in registers while all lines pass by.
ZOO_INLINE void weights_row(
    const zoo_depthwise_lines *lines, int64_t line_count, int taps, float *sums, int64_t first, int64_t last) {
  int64_t channels = lines->channels;
  for (int64_t c = first; c < last; c += ZOO_LANES) {
    size_t bytes = (size_t)(last - c < ZOO_LANES ? last - c : ZOO_LANES) * sizeof(float);
    vec acc[2][5];
#pragma clang loop unroll(full)
    for (int tap = 0; tap < taps; tap++) acc[0][tap] = acc[1][tap] = vec_splat(0);
    for (int64_t index = 0; index < line_count; index++) {
      const zoo_depthwise_lines *line = lines + index;
      int64_t from, to;
      inner_results(line, &from, &to);
      if (bytes < sizeof(vec)) from = to = line->first;
      for (int64_t x = line->first; x < from; x++) weights_at_border(line, acc[0], taps, x, c, bytes);
      const float *source = line->source + (from * line->stride - line->pad) * channels + c;
      const float *gradient = line->gradient + from * channels + c;
      int64_t step = line->stride * channels, tap_step = line->dilation * channels, x = from;
      for (; x + 2 <= to; x += 2) {
        vec g0 = vec_load(gradient), g1 = vec_load(gradient + channels);
#pragma clang loop unroll(full)
        for (int tap = 0; tap < taps; tap++) {
          acc[0][tap] += g0 * vec_load(source + tap * tap_step);
          acc[1][tap] += g1 * vec_load(source + step + tap * tap_step);
        }
        source += 2 * step;
        gradient += 2 * channels;
      }
      for (; x < line->last; x++) weights_at_border(line, acc[1], taps, x, c, bytes);
    }
#pragma clang loop unroll(full)
    for (int tap = 0; tap < taps; tap++) {
      vec sum = vec_splat(0);
      memcpy(&sum, sums + tap * channels + c, bytes);
      sum += acc[0][tap] + acc[1][tap];
      memcpy(sums + tap * channels + c, &sum, bytes);
    }
  }
}

static void depthwise_weights(const zoo_depthwise_lines *lines, int64_t line_count, float *sums) {
  if (line_count == 0) return;
  int64_t channels = lines->channels, whole = channels / ZOO_LANES * ZOO_LANES;
  if (lines->taps == 3) {
    weights_row(lines, line_count, 3, sums, 0, whole);
    weights_row(lines, line_count, 3, sums, whole, channels);
  } else if (lines->taps == 5) {
    weights_row(lines, line_count, 5, sums, 0, whole);
    weights_row(lines, line_count, 5, sums, whole, channels);
  } else {
    for (int64_t c = 0; c < channels; c += ZOO_LANES) {
      size_t bytes = (size_t)(channels - c < ZOO_LANES ? channels - c : ZOO_LANES) * sizeof(float);
      for (int64_t tap = 0; tap < lines->taps; tap++) {
        vec acc = vec_splat(0);
        memcpy(&acc, sums + tap * channels + c, bytes);
        for (int64_t index = 0; index < line_count; index++) {
          zoo_depthwise_lines line = lines[index];
          line.pad -= tap * line.dilation;
          for (int64_t x = line.first; x < line.last; x++) weights_at_border(&line, &acc, 1, x, c, bytes);
        }
        memcpy(sums + tap * channels + c, &acc, bytes);
      }
    }
  }
}

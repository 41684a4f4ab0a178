// Depthwise convolution on vectors of channels, for images of one kind of element.

#define depthwise_any IMAGE(depthwise_any)
#define depthwise_finish IMAGE(depthwise_finish)
#define depthwise_vectors IMAGE(depthwise_vectors)
#define depthwise_channels IMAGE(depthwise_channels)
#define weights_at_border IMAGE(weights_at_border)
#define inner_results IMAGE(inner_results)
#define weights_row IMAGE(weights_row)
#define weights_row_any IMAGE(weights_row_any)

/// Any tile, vector by vector; with `lanes` < ZOO_LANES through copies, for the last channels.
static void depthwise_any(const zoo_depthwise_tile *tile, int64_t first, int64_t last) {
  const zoo_epilogue *epilogue = tile->epilogue;
  int64_t span = (tile->results - 1) * tile->stride + tile->tap_columns;
  for (int64_t c = first; c < last; c += ZOO_LANES) {
    size_t lanes = (size_t)(last - c < ZOO_LANES ? last - c : ZOO_LANES);
    for (int64_t i = 0; i < tile->results; i++) {
      vec acc = vec_splat(0), x = vec_splat(0), w = vec_splat(0);
      if (epilogue->bias) acc = vec_load_some(epilogue->bias + c, lanes);
      for (int64_t row = 0; row < tile->tap_rows; row++)
        for (int64_t tap = 0; tap < tile->tap_columns; tap++) {
          x = image_load_some((const element *)tile->pixels[row * span + i * tile->stride + tap] + c, lanes);
          w = vec_load_some(tile->weights + (row * tile->tap_columns + tap) * tile->weight_stride + c, lanes);
          acc += x * w;
        }
      if (tile->residual) acc += image_load_some((const element *)tile->residual[i] + c, lanes);
      acc = vec_activate(acc, epilogue->activation, epilogue->alpha, epilogue->beta, ZOO_NARROW);
      image_store_some((element *)tile->out[i] + c, acc, lanes);
    }
  }
}

/// Writes the sums of `results` results, each of `vectors` vectors of channels from `c` on, with residual and
/// activation.
static void depthwise_finish(
    const zoo_depthwise_tile *tile, vec *sums, int results, int vectors, int64_t c, size_t lanes) {
  const zoo_epilogue *epilogue = tile->epilogue;
  bool streamed = epilogue->streamed && tile->channels % ZOO_LANES == 0 && image_is_aligned(tile->out[0]);
  if (tile->residual)
    for (int i = 0; i < results; i++)
      for (int j = 0; j < vectors; j++)
        sums[i * vectors + j] += image_load_some((const element *)tile->residual[i] + c + j * ZOO_LANES, lanes);
  vec_activate_all(sums, results * vectors, epilogue->activation, epilogue->alpha, epilogue->beta, ZOO_NARROW);
  for (int i = 0; i < results; i++)
    for (int j = 0; j < vectors; j++) {
      element *out = (element *)tile->out[i] + c + j * ZOO_LANES;
      if (streamed)
        image_stream(out, sums[i * vectors + j]);
      else
        image_store_some(out, sums[i * vectors + j], lanes);
    }
}

/// Results side by side, so that a source pixel is loaded once for all of them, of one or two vectors of channels: a
/// sum waits for the product before it, and four results of one vector are too few sums to fill that time.
ZOO_INLINE void depthwise_vectors(
    const zoo_depthwise_tile *tile, int results, int taps, int stride, int vectors, int64_t c, size_t lanes) {
  int span = (results - 1) * stride + taps;
  const zoo_epilogue *epilogue = tile->epilogue;
  vec acc[2][4];
#pragma clang loop unroll(full)
  for (int j = 0; j < vectors; j++) {
    vec bias = epilogue->bias ? vec_load_some(epilogue->bias + c + j * ZOO_LANES, lanes) : vec_splat(0);
#pragma clang loop unroll(full)
    for (int i = 0; i < results; i++) acc[j][i] = bias;
  }
#pragma clang loop unroll(full)
  for (int line = 0; line < 2; line++)
    if (tile->ahead[line])
#pragma clang loop unroll(full)
      for (int i = 0; i < results * stride; i++)
        __builtin_prefetch((const element *)tile->ahead[line] + i * tile->source_pixel + c);
  const float *weights = tile->weights + c;
  const void *const *pixels = tile->pixels;
  for (int64_t row = 0; row < tile->tap_rows; row++) {
    vec w[2][11];
#pragma clang loop unroll(full)
    for (int j = 0; j < vectors; j++)
#pragma clang loop unroll(full)
      for (int tap = 0; tap < taps; tap++) w[j][tap] = vec_load(weights + tap * tile->weight_stride + j * ZOO_LANES);
#pragma clang loop unroll(full)
    for (int pixel = 0; pixel < span; pixel++)
#pragma clang loop unroll(full)
      for (int j = 0; j < vectors; j++) {
        vec x = image_load_some((const element *)pixels[pixel] + c + j * ZOO_LANES, lanes);
#pragma clang loop unroll(full)
        for (int i = 0; i < results; i++) {
          int tap = pixel - i * stride;
          if (tap >= 0 && tap < taps) acc[j][i] += x * w[j][tap];
        }
      }
    weights += taps * tile->weight_stride;
    pixels += span;
  }
  bool is_plain = !tile->residual && !epilogue->streamed;
  if (is_plain && epilogue->activation <= ZOO_ACTIVATION_RELU) {
    float low = epilogue->activation == ZOO_ACTIVATION_RELU ? 0 : -INFINITY;
#pragma clang loop unroll(full)
    for (int i = 0; i < results; i++)
#pragma clang loop unroll(full)
      for (int j = 0; j < vectors; j++)
        image_store_some((element *)tile->out[i] + c + j * ZOO_LANES, vec_at_least(acc[j][i], low), lanes);
  } else if (!tile->residual && epilogue->activation == ZOO_ACTIVATION_SILU) {
    // The commonest of the others, in registers: several at a time hide what an exponential waits for.
    bool streamed = epilogue->streamed && tile->channels % ZOO_LANES == 0 && image_is_aligned(tile->out[0]);
#pragma clang loop unroll(full)
    for (int i = 0; i < results; i++)
#pragma clang loop unroll(full)
      for (int j = 0; j < vectors; j++) {
        vec value = vec_activate(acc[j][i], ZOO_ACTIVATION_SILU, 0, 0, ZOO_NARROW);
        element *out = (element *)tile->out[i] + c + j * ZOO_LANES;
        if (streamed)
          image_stream(out, value);
        else
          image_store_some(out, value, lanes);
      }
  } else {
    // A copy: sums whose address a call is given can't stay in registers.
    vec sums[8];
#pragma clang loop unroll(full)
    for (int j = 0; j < vectors; j++)
#pragma clang loop unroll(full)
      for (int i = 0; i < results; i++) sums[i * vectors + j] = acc[j][i];
    depthwise_finish(tile, sums, results, vectors, c, lanes);
  }
}

/// All channels; the last vector goes over channels of the one before it again, which gives them the same numbers.
ZOO_INLINE void depthwise_channels(const zoo_depthwise_tile *tile, int results, int taps, int stride, int vectors) {
  int64_t last = tile->channels - ZOO_LANES, c = 0;
  if (vectors == 2)
    for (; c + ZOO_LANES <= last; c += 2 * ZOO_LANES) depthwise_vectors(tile, results, taps, stride, 2, c, ZOO_LANES);
  for (; c < tile->channels; c += ZOO_LANES)
    depthwise_vectors(tile, results, taps, stride, 1, c < last ? c : last, ZOO_LANES);
}

static void IMAGE(depthwise)(const zoo_depthwise_tile *tile) {
  if (tile->channels < ZOO_LANES) {
    // Images of few channels are mostly large, and their kernels small.
    size_t lanes = (size_t)tile->channels;
    if (tile->results == 4 && tile->tap_columns == 3 && tile->stride == 1)
      depthwise_vectors(tile, 4, 3, 1, 1, 0, lanes);
    else if (tile->results == 4 && tile->tap_columns == 3 && tile->stride == 2)
      depthwise_vectors(tile, 4, 3, 2, 1, 0, lanes);
    else
      depthwise_any(tile, 0, tile->channels);
    return;
  }
#define ZOO_CASE(results_, taps_, stride_, vectors)                                         \
  if (tile->results == results_ && tile->tap_columns == taps_ && tile->stride == stride_) { \
    depthwise_channels(tile, results_, taps_, stride_, vectors);                            \
    return;                                                                                 \
  }
#define ZOO_CASES(taps_, stride_) \
  ZOO_CASE(4, taps_, stride_, 2)  \
  ZOO_CASE(3, taps_, stride_, 1) ZOO_CASE(2, taps_, stride_, 1) ZOO_CASE(1, taps_, stride_, 1)
  ZOO_CASES(3, 1)
  ZOO_CASES(5, 1)
  ZOO_CASES(3, 2)
  ZOO_CASES(5, 2)
  ZOO_CASES(1, 1)
  ZOO_CASES(2, 1)
  // Whoever has a line of fewer results goes over one of the tile before again, or does without a loop of its own.
  ZOO_CASE(4, 7, 1, 2)
  ZOO_CASE(4, 7, 2, 2)
  ZOO_CASE(4, 9, 1, 2)
  ZOO_CASE(4, 9, 2, 2)
  ZOO_CASE(4, 11, 1, 2)
  ZOO_CASE(4, 11, 2, 2)
#undef ZOO_CASES
#undef ZOO_CASE
  depthwise_any(tile, 0, tile->channels);
}

/// One result pixel that may hang over the border.
ZOO_INLINE void weights_at_border(
    const zoo_depthwise_lines *lines, vec *acc, int64_t taps, int64_t x, int64_t c, size_t lanes) {
  vec g = image_load_some((const element *)lines->gradient + x * lines->channels + c, lanes);
  for (int64_t tap = 0; tap < taps; tap++) {
    int64_t source = x * lines->stride + tap * lines->dilation - lines->pad;
    if (source < 0 || source >= lines->in_width) continue;
    acc[tap] += g * image_load_some((const element *)lines->source + source * lines->channels + c, lanes);
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

// Results side by side, whose source pixels are loaded once for all of them.
#define WEIGHTS_RESULTS 4

/// A kernel row of `taps` taps of one vector of channels, held in registers while all lines pass by.
ZOO_INLINE void weights_row(
    const zoo_depthwise_lines *lines, int64_t line_count, int taps, int stride, float *sums, int64_t c, size_t lanes) {
  int64_t channels = lines->channels;
  vec acc[2][5];
#pragma clang loop unroll(full)
  for (int tap = 0; tap < taps; tap++) acc[0][tap] = acc[1][tap] = vec_splat(0);
  for (int64_t index = 0; index < line_count; index++) {
    const zoo_depthwise_lines *line = lines + index;
    int64_t from, to;
    inner_results(line, &from, &to);
    for (int64_t x = line->first; x < from; x++) weights_at_border(line, acc[0], taps, x, c, lanes);
    const element *source = (const element *)line->source + (from * stride - line->pad) * channels + c;
    const element *gradient = (const element *)line->gradient + from * channels + c;
    int64_t x = from;
    for (; x + WEIGHTS_RESULTS <= to; x += WEIGHTS_RESULTS) {
      vec g[WEIGHTS_RESULTS];
#pragma clang loop unroll(full)
      for (int i = 0; i < WEIGHTS_RESULTS; i++) g[i] = image_load_some(gradient + i * channels, lanes);
#pragma clang loop unroll(full)
      for (int pixel = 0; pixel < (WEIGHTS_RESULTS - 1) * stride + taps; pixel++) {
        vec s = image_load_some(source + pixel * channels, lanes);
#pragma clang loop unroll(full)
        for (int i = 0; i < WEIGHTS_RESULTS; i++) {
          int tap = pixel - i * stride;
          if (tap >= 0 && tap < taps) acc[i % 2][tap] += g[i] * s;
        }
      }
      source += WEIGHTS_RESULTS * stride * channels;
      gradient += WEIGHTS_RESULTS * channels;
    }
    for (; x < line->last; x++) weights_at_border(line, acc[1], taps, x, c, lanes);
  }
#pragma clang loop unroll(full)
  for (int tap = 0; tap < taps; tap++) {
    float *to = sums + tap * channels + c;
    vec_store_some(to, vec_load_some(to, lanes) + acc[0][tap] + acc[1][tap], lanes);
  }
}

/// Any kernel row.
static void weights_row_any(
    const zoo_depthwise_lines *lines, int64_t line_count, float *sums, int64_t c, size_t lanes) {
  for (int64_t tap = 0; tap < lines->taps; tap++) {
    float *to = sums + tap * lines->channels + c;
    vec acc = vec_load_some(to, lanes);
    for (int64_t index = 0; index < line_count; index++) {
      zoo_depthwise_lines line = lines[index];
      line.pad -= tap * line.dilation;
      for (int64_t x = line.first; x < line.last; x++) weights_at_border(&line, &acc, 1, x, c, lanes);
    }
    vec_store_some(to, acc, lanes);
  }
}

static void IMAGE(depthwise_weights)(const zoo_depthwise_lines *lines, int64_t line_count, float *sums) {
  if (line_count == 0) return;
  int64_t channels = lines->channels, whole = channels / ZOO_LANES * ZOO_LANES;
#define ZOO_CASE(taps_, stride_)                                                                                       \
  if (lines->taps == taps_ && lines->stride == stride_ && lines->dilation == 1) {                                      \
    for (int64_t c = 0; c < whole; c += ZOO_LANES) weights_row(lines, line_count, taps_, stride_, sums, c, ZOO_LANES); \
    if (whole < channels) weights_row_any(lines, line_count, sums, whole, (size_t)(channels - whole));                 \
    return;                                                                                                            \
  }
  ZOO_CASE(3, 1)
  ZOO_CASE(5, 1)
  ZOO_CASE(3, 2)
  ZOO_CASE(5, 2)
#undef ZOO_CASE
  for (int64_t c = 0; c < channels; c += ZOO_LANES)
    weights_row_any(lines, line_count, sums, c, (size_t)(c < whole ? ZOO_LANES : channels - whole));
}

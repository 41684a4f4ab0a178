// Images times numbers for each channel, and the sums that the gradient by these numbers is, for one kind of element.

static void IMAGE(affine)(
    const void *image, const void *more, void *result, size_t count, size_t period, const float *factor,
    const float *offset, bool streamed) {
  streamed = streamed && image_is_aligned(result) && period % ZOO_LANES == 0;
  for (size_t at = 0; at < count; at += period) {
    size_t n = at + period < count ? period : count - at;
    const element *x = (const element *)image + at, *added = more ? (const element *)more + at : NULL;
    element *y = (element *)result + at;
#define ZOO_STEP(c, lanes)                                                                                       \
  {                                                                                                              \
    vec z = image_load_some(x + c, lanes) * vec_load_some(factor + c, lanes) + vec_load_some(offset + c, lanes); \
    if (added) z += image_load_some(added + c, lanes);                                                           \
    if (streamed && lanes == ZOO_LANES)                                                                          \
      image_stream(y + c, z);                                                                                    \
    else                                                                                                         \
      image_store_some(y + c, z, lanes);                                                                         \
  }
    ZOO_EACH_VECTOR(n, ZOO_STEP)
#undef ZOO_STEP
  }
  if (streamed) vec_stream_end();
}

static void IMAGE(product_sums)(const void *first, const void *second, size_t count, size_t period, float *sums) {
  memset(sums, 0, period * sizeof(float));
  for (size_t at = 0; at < count; at += period) {
    size_t n = at + period < count ? period : count - at;
    const element *a = (const element *)first + at, *b = (const element *)second + at;
#define ZOO_STEP(c, lanes)                                                                                    \
  {                                                                                                           \
    __builtin_prefetch((const char *)(a + c) + 2048);                                                         \
    __builtin_prefetch((const char *)(b + c) + 2048);                                                         \
    vec sum = vec_load_some(sums + c, lanes) + image_load_some(a + c, lanes) * image_load_some(b + c, lanes); \
    vec_store_some(sums + c, sum, lanes);                                                                     \
  }
    ZOO_EACH_VECTOR(n, ZOO_STEP)
#undef ZOO_STEP
  }
}

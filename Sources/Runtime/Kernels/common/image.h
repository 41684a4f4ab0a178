// Elements of images. Included twice by table/bodies.h: with ZOO_NARROW = 0 they are float, with 1 bfloat16, the upper
// half of a float. Bodies that work on images are included after each, and name what they define by IMAGE.

#undef IMAGE
#if ZOO_NARROW
#define IMAGE(name) name##_bf16
typedef uint16_t IMAGE(element);
#else
#define IMAGE(name) name##_f32
typedef float IMAGE(element);
#endif

#ifndef ZOO_IMAGE_NAMES
#define ZOO_IMAGE_NAMES
#define element IMAGE(element)
#define image_load_some IMAGE(image_load_some)
#define image_store_some IMAGE(image_store_some)
#define image_stream IMAGE(image_stream)
#define image_element IMAGE(image_element)
#define image_load IMAGE(image_load)
#define image_is_aligned IMAGE(image_is_aligned)
#define image_sigmoid IMAGE(image_sigmoid)
#endif

#if ZOO_NARROW
ZOO_INLINE vec image_load_some(const element *p, size_t lanes) { return narrow_load_some(p, lanes); }
ZOO_INLINE void image_store_some(element *p, vec v, size_t lanes) { narrow_store_some(p, v, lanes); }
ZOO_INLINE void image_stream(element *p, vec v) { narrow_stream(p, v); }
#else
ZOO_INLINE vec image_load_some(const element *p, size_t lanes) { return vec_load_some(p, lanes); }
ZOO_INLINE void image_store_some(element *p, vec v, size_t lanes) { vec_store_some(p, v, lanes); }
ZOO_INLINE void image_stream(element *p, vec v) { vec_stream(p, v); }
#endif
/// One element as a float.
ZOO_INLINE float image_element(const element *p) {
#if ZOO_NARROW
  uint32_t bits = (uint32_t)*p << 16;
  float x;
  memcpy(&x, &bits, sizeof x);
  return x;
#else
  return *p;
#endif
}

ZOO_INLINE vec image_load(const element *p) { return image_load_some(p, ZOO_LANES); }

/// Whether vectors that begin at `p` can be streamed.
ZOO_INLINE bool image_is_aligned(const void *p) { return (uintptr_t)p % (ZOO_LANES * sizeof(element)) == 0; }

/// The sigmoid that suits images of this kind.
ZOO_INLINE vec image_sigmoid(vec x) { return ZOO_NARROW ? vec_sigmoid_brief(x) : vec_sigmoid(x); }

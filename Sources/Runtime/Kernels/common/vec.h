// Vectors of `ZOO_LANES` floats in the compiler's own notation, so that one source serves every instruction set: the
// only vocabulary of the bodies. The including file defines ZOO_LANES and pushes its target attribute before including
// this.

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

// For loops whose result may lie on an operand, and which read each element before they write it and touch no other:
// the compiler's own check of addresses would send such calls to a loop of single elements.
#define ZOO_IN_PLACE _Pragma("clang loop vectorize(assume_safety)")

typedef float vec __attribute__((ext_vector_type(ZOO_LANES)));
typedef int32_t ivec __attribute__((ext_vector_type(ZOO_LANES)));
typedef float vec_unaligned __attribute__((ext_vector_type(ZOO_LANES), aligned(4)));

ZOO_INLINE vec vec_load(const float *p) { return *(const vec_unaligned *)p; }
ZOO_INLINE void vec_store(float *p, vec v) { *(vec_unaligned *)p = v; }
ZOO_INLINE vec vec_splat(float x) { return (vec)(x); }

#define ZOO_PART(count) typedef float vec_##count __attribute__((ext_vector_type(count), aligned(4)))
ZOO_PART(2);
ZOO_PART(4);
ZOO_PART(8);
#undef ZOO_PART

/// The sum of the lanes, halves first.
ZOO_INLINE float vec_sum(vec v) {
#if ZOO_LANES == 16
  vec_8 eight = v.lo + v.hi;
  vec_4 four = eight.lo + eight.hi;
#elif ZOO_LANES == 8
  vec_4 four = v.lo + v.hi;
#else
  vec_4 four = v;
#endif
  vec_2 two = four.lo + four.hi;
  return two.x + two.y;
}

/// The first `lanes` floats at `p`, and zeros.
ZOO_INLINE vec vec_load_some(const float *p, size_t lanes) {
  if (lanes == ZOO_LANES) return vec_load(p);
#if ZOO_LANES == 16 && defined(__x86_64__)
  return __builtin_ia32_loadups512_mask((const void *)p, (vec)(0), (uint16_t)((1u << lanes) - 1));
#else
  float all[ZOO_LANES] __attribute__((aligned(64))) = {0};
  size_t at = 0;
#define ZOO_PART(count)                                          \
  if (lanes & count) {                                           \
    *(vec_##count *)(all + at) = *(const vec_##count *)(p + at); \
    at += count;                                                 \
  }
  ZOO_PART(8)
  ZOO_PART(4)
  ZOO_PART(2)
#undef ZOO_PART
  if (lanes & 1) all[at] = p[at];
  return vec_load(all);
#endif
}

/// Stores the first `lanes` floats of `v` and touches nothing behind them.
ZOO_INLINE void vec_store_some(float *p, vec v, size_t lanes) {
  if (lanes == ZOO_LANES) {
    vec_store(p, v);
    return;
  }
#if ZOO_LANES == 16 && defined(__x86_64__)
  __builtin_ia32_storeups512_mask((void *)p, v, (uint16_t)((1u << lanes) - 1));
#else
  float all[ZOO_LANES] __attribute__((aligned(64)));
  vec_store(all, v);
  size_t at = 0;
#define ZOO_PART(count)                                          \
  if (lanes & count) {                                           \
    *(vec_##count *)(p + at) = *(const vec_##count *)(all + at); \
    at += count;                                                 \
  }
  ZOO_PART(8)
  ZOO_PART(4)
  ZOO_PART(2)
#undef ZOO_PART
  if (lanes & 1) p[at] = all[at];
#endif
}

/// Calls STEP(c, lanes) for the vectors of `n` elements, the last of which may be a part of one.
#define ZOO_EACH_VECTOR(n, STEP)                                        \
  {                                                                     \
    size_t whole = (n) / ZOO_LANES * ZOO_LANES, rest = (n) % ZOO_LANES; \
    for (size_t c = 0; c < whole; c += ZOO_LANES) STEP(c, ZOO_LANES);   \
    if (rest) STEP(whole, rest);                                        \
  }

typedef uint32_t uvec __attribute__((ext_vector_type(ZOO_LANES)));
typedef uint16_t narrow_vec __attribute__((ext_vector_type(ZOO_LANES)));
typedef uint16_t narrow_vec_unaligned __attribute__((ext_vector_type(ZOO_LANES), aligned(2)));

ZOO_INLINE vec vec_widen(narrow_vec v) { return (vec)(__builtin_convertvector(v, uvec) << 16); }

/// Rounds to the nearest bfloat16, ties to even; a NaN stays one.
ZOO_INLINE narrow_vec vec_narrow(vec v) {
  uvec bits = (uvec)v;
  uvec rounded = (bits + 0x7FFFu + ((bits >> 16) & 1u)) >> 16;
  return __builtin_convertvector(v == v ? rounded : (bits >> 16) | 0x40u, narrow_vec);
}

ZOO_INLINE vec narrow_load_some(const uint16_t *p, size_t lanes) {
  if (lanes == ZOO_LANES) return vec_widen(*(const narrow_vec_unaligned *)p);
  narrow_vec v = (narrow_vec)(0);
  for (size_t i = 0; i < lanes; i++) v[i] = p[i];
  return vec_widen(v);
}

ZOO_INLINE void narrow_store_some(uint16_t *p, vec v, size_t lanes) {
  narrow_vec narrow = vec_narrow(v);
  if (lanes == ZOO_LANES)
    *(narrow_vec_unaligned *)p = narrow;
  else
    for (size_t i = 0; i < lanes; i++) p[i] = narrow[i];
}

ZOO_INLINE bool vec_is_aligned(const void *p) { return (uintptr_t)p % sizeof(vec) == 0; }

/// Stores past the caches: for results that nobody reads before they would have been evicted, since memory then needn't
/// be read before it is written. `p` is aligned to the vector. Whoever streams calls `vec_stream_end` at last.
ZOO_INLINE void vec_stream(float *p, vec v) { __builtin_nontemporal_store(v, (vec *)p); }

ZOO_INLINE void narrow_stream(uint16_t *p, vec v) { __builtin_nontemporal_store(vec_narrow(v), (narrow_vec *)p); }

/// Two neighbours at once: halves of a line that are streamed apart may go to memory apart, which takes many times as
/// long. `p` is aligned to both.
ZOO_INLINE void narrow_stream_two(uint16_t *p, vec low, vec high) {
  typedef uint16_t two __attribute__((ext_vector_type(2 * ZOO_LANES)));
  narrow_vec l = vec_narrow(low), h = vec_narrow(high);
  two both;
  both.lo = l;
  both.hi = h;
  __builtin_nontemporal_store(both, (two *)p);
}

/// Makes what was streamed visible to other threads before anything that is stored later.
ZOO_INLINE void vec_stream_end(void) {
#if defined(__x86_64__)
  __builtin_ia32_sfence();
#else
  __atomic_thread_fence(__ATOMIC_RELEASE);
#endif
}

// The comparisons are written so that a NaN in `x` stays.
ZOO_INLINE vec vec_at_least(vec x, float low) { return x < vec_splat(low) ? vec_splat(low) : x; }
ZOO_INLINE vec vec_at_most(vec x, float high) { return x > vec_splat(high) ? vec_splat(high) : x; }

/// The nearest whole number, for |x| below 2^22.
ZOO_INLINE vec vec_round(vec x) {
#if ZOO_LANES == 16 && defined(__x86_64__)
  return __builtin_ia32_rndscaleps_mask(x, 0, (vec)(0), 0xFFFF, 4);
#else
  // Adding and subtracting 1.5 · 2^23 rounds.
  return (x + 12582912.0f) - 12582912.0f;
#endif
}

/// p · 2^n for whole numbers n in −126…127; with 16 lanes also for others, whose floor it takes.
ZOO_INLINE vec vec_scale(vec p, vec n) {
#if ZOO_LANES == 16 && defined(__x86_64__)
  return __builtin_ia32_scalefps512_mask(p, n, (vec)(0), 0xFFFF, 4);
#else
  ivec exponent = (__builtin_convertvector(n, ivec) + 127) << 23;
  return p * (vec)exponent;
#endif
}

/// e^x to about two units in the last place, over the whole range: 2^n · e^r with |r| ≤ ln 2 / 2, polynomial of Cephes'
/// expf.
ZOO_INLINE vec vec_exp(vec x) {
  x = vec_at_most(vec_at_least(x, -104.0f), 89.0f);
  vec n = vec_round(x * 1.44269504088896341f);
  vec r = x - n * 0.693359375f;
  r = r + n * 2.12194440e-4f;
  vec p = r * 1.9875691500e-4f + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * r * r + r + 1.0f;
#if ZOO_LANES == 16 && defined(__x86_64__)
  return vec_scale(p, n);
#else
  // In two halves, so that denormal results and infinity are right.
  ivec whole = __builtin_convertvector(n, ivec), half = whole >> 1;
  return p * (vec)((half + 127) << 23) * (vec)((whole - half + 127) << 23);
#endif
}

/// tanh to about two units in the last place; Cephes' polynomial near 0, where the quotient would cancel.
ZOO_INLINE vec vec_tanh(vec x) {
  vec s = x * x;
  vec p = s * -5.70498872745e-3f + 2.06390887954e-2f;
  p = p * s - 5.37397155531e-2f;
  p = p * s + 1.33314422036e-1f;
  p = p * s - 3.33332819422e-1f;
  vec near = x * s * p + x;
  vec away = 1.0f - 2.0f / (vec_exp(x + x) + 1.0f);
  // A NaN fails both comparisons and comes out of `near`.
  return (x > 0.625f || x < -0.625f) ? away : near;
}

/// The error function: minimax polynomials on two intervals, above the border 1 − exp(−polynomial).
ZOO_INLINE vec vec_erf(vec x) {
  vec t = __builtin_elementwise_abs(x), s = x * x;
  vec r = t * -1.72853470e-5f + 3.83197126e-4f;
  vec u = t * -3.88396438e-3f + 2.42546219e-2f;
  r = r * s + u;
  r = r * t - 1.06777877e-1f;
  r = r * t - 6.34846687e-1f;
  r = r * t - 1.28717512e-1f;
  r = r * t - t;
  vec large = 1.0f - vec_exp(t > 10.0f ? vec_splat(-100.0f) : r);
  large = x < 0.0f ? -large : large;
  vec p = s * -5.96761703e-4f + 4.99119423e-3f;
  p = p * s - 2.67681349e-2f;
  p = p * s + 1.12819925e-1f;
  p = p * s - 3.76125336e-1f;
  p = p * s + 1.28379166e-1f;
  // A NaN fails the comparison and comes out of the second.
  return t > 0.927734375f ? large : p * x + x;
}

/// 1 / x to about a unit in the last place, for x whose inverse is no denormal number.
ZOO_INLINE vec vec_reciprocal(vec x) {
#if ZOO_LANES == 16 && defined(__x86_64__)
  // An estimate of 14 bits and a step of Newton's take half the time of a division.
  vec estimate = __builtin_ia32_rcp14ps512_mask(x, (vec)(0), 0xFFFF);
  return estimate * (2.0f - x * estimate);
#else
  return 1.0f / x;
#endif
}

/// Φ(x) − ½, the normal distribution's share between 0 and x: half the error function of x / √2. A quotient of
/// polynomials, minimax for |x| ≤ 5.5 and a trifle too large, so that it ends at ½ exactly; about three units in the
/// last place of ½.
ZOO_INLINE vec vec_normal_share(vec x) {
  vec t = vec_at_most(vec_at_least(x, -5.5f), 5.5f), s = t * t;
  vec p = s * 2.26537793e-8f + 6.35197239e-6f;
  p = p * s + 1.69567895e-4f;
  p = p * s + 4.68166126e-3f;
  p = p * s + 3.39307338e-2f;
  p = p * s + 3.98942322e-1f;
  vec q = s * 1.19471042e-6f + 7.38585004e-5f;
  q = q * s + 1.8886521e-3f;
  q = q * s + 2.86895651e-2f;
  q = q * s + 2.51717597e-1f;
  q = q * s + 1.0f;
  return vec_at_most(vec_at_least(t * p * vec_reciprocal(q), -0.5f), 0.5f);
}

#if ZOO_LANES == 16 && defined(__x86_64__)
/// x less the whole number below it.
ZOO_INLINE vec vec_fraction(vec x) { return __builtin_ia32_reduceps512_mask(x, 9, (vec)(0), 0xFFFF, 4); }

// e^-x is 2^floor(t) · 2^(g − 1/2) with t = 1/2 − x / ln 2 and g its fraction: the instruction that scales takes the
// floor by itself. The polynomials have the least relative error on 0…1, 7.5e-8 and 7.5e-5.

/// 1 / (1 + e^-x) to a few units in the last place of what is near 1, where e^-x counts.
ZOO_INLINE vec vec_sigmoid(vec x) {
  vec t = vec_at_most(x * -1.44269504088896341f + 0.5f, 126.0f), g = vec_fraction(t);
  vec p = g * 1.32764725e-3f + 6.35642326e-3f;
  p = p * g + 3.94751690e-2f;
  p = p * g + 1.69814244e-1f;
  p = p * g + 4.90133226e-1f;
  return vec_reciprocal(1.0f + vec_scale(p * g + 7.07106709e-1f, t));
}

/// 1 / (1 + e^-x) to four digits, for results that are rounded to bfloat16, which has three.
ZOO_INLINE vec vec_sigmoid_brief(vec x) {
  vec t = vec_at_most(x * -1.44269504088896341f + 0.5f, 126.0f), g = vec_fraction(t);
  vec p = ((0.0551716685f * g + 0.159853622f) * g + 0.492028624f) * g + 0.7070539f;
  return __builtin_ia32_rcp14ps512_mask(1.0f + vec_scale(p, t), (vec)(0), 0xFFFF);
}
#else
/// 1 / (1 + e^-x) to a few units in the last place of what is near 1, where e^-x counts. It is 2^n · 2^f with the
/// polynomial of degree 5 that has the least relative error, 7.5e-8, for |f| ≤ 1/2.
ZOO_INLINE vec vec_sigmoid(vec x) {
  vec t = vec_at_most(vec_at_least(x * -1.44269504088896341f, -126.0f), 126.0f);
  vec n = vec_round(t), f = t - n;
  vec p = f * 1.32764596e-3f + 9.67554189e-3f;
  p = p * f + 5.55071346e-2f;
  p = p * f + 2.40221202e-1f;
  p = p * f + 6.93146944e-1f;
  return vec_reciprocal(1.0f + vec_scale(p * f + 1.0f, n));
}

/// 1 / (1 + e^-x) to four digits, for results that are rounded to bfloat16, which has three.
ZOO_INLINE vec vec_sigmoid_brief(vec x) {
  vec t = vec_at_most(vec_at_least(x * -1.44269504088896341f, -126.0f), 126.0f);
  vec n = vec_round(t), f = t - n;
  // 2^f for |f| ≤ 1/2, with the least relative error that three multiplications allow.
  vec p = ((0.05508868f * f + 0.24260405f) * f + 0.69327624f) * f + 0.99992894f;
  return 1.0f / (1.0f + vec_scale(p, n));
}
#endif

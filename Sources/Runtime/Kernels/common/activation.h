// The activations of an epilogue on one vector. Included after Vector.h and zoo_gemm.h.

/// `brief`: the result is rounded to bfloat16, so fewer digits do.
ZOO_INLINE vec vec_activate(vec x, zoo_activation activation, float alpha, float beta, bool brief) {
  switch (activation) {
  case ZOO_ACTIVATION_NONE: return x;
  case ZOO_ACTIVATION_RELU: return vec_at_least(x, 0);
  case ZOO_ACTIVATION_LEAKY_RELU: return x < vec_splat(0) ? x * alpha : x;
  case ZOO_ACTIVATION_CLIP: return vec_at_most(vec_at_least(x, alpha), beta);
  case ZOO_ACTIVATION_SIGMOID: return brief ? vec_sigmoid_brief(x) : vec_sigmoid(x);
  case ZOO_ACTIVATION_SILU: return x * (brief ? vec_sigmoid_brief(x) : vec_sigmoid(x));
  case ZOO_ACTIVATION_HARD_SIGMOID: return vec_at_most(vec_at_least(x * alpha + beta, 0), 1);
  case ZOO_ACTIVATION_HARD_SWISH: return x * vec_at_most(vec_at_least(x * (1.0f / 6) + 0.5f, 0), 1);
  case ZOO_ACTIVATION_GELU: return x * (vec_normal_share(x) + 0.5f);
  }
  return x;
}

/// The same for vectors that lie side by side. Which activation it is is asked once, and while one vector waits for a
/// quotient the next has begun.
static void vec_activate_all(vec *v, int count, zoo_activation activation, float alpha, float beta, bool brief) {
#define ZOO_CASE(which)                                                                   \
  case which:                                                                             \
    for (int i = 0; i < count; i++) v[i] = vec_activate(v[i], which, alpha, beta, brief); \
    return;
  switch (activation) {
  case ZOO_ACTIVATION_NONE:
    return;
    ZOO_CASE(ZOO_ACTIVATION_RELU)
    ZOO_CASE(ZOO_ACTIVATION_LEAKY_RELU)
    ZOO_CASE(ZOO_ACTIVATION_CLIP)
    ZOO_CASE(ZOO_ACTIVATION_SIGMOID)
    ZOO_CASE(ZOO_ACTIVATION_SILU)
    ZOO_CASE(ZOO_ACTIVATION_HARD_SIGMOID)
    ZOO_CASE(ZOO_ACTIVATION_HARD_SWISH)
    ZOO_CASE(ZOO_ACTIVATION_GELU)
  }
#undef ZOO_CASE
}

// Activations of recurrent networks on one vector, and access to ranges of units that end inside one.

ZOO_INLINE vec softplus(vec x) {
  float v[ZOO_LANES];
  vec_store(v, x);
  for (int i = 0; i < ZOO_LANES; i++) v[i] = fmaxf(v[i], 0) + log1pf(expf(-fabsf(v[i])));
  return vec_load(v);
}

ZOO_INLINE vec activate(vec x, const zoo_recurrent_activation *a) {
  vec zero = vec_splat(0);
  switch (a->function) {
  case ZOO_RECURRENT_SIGMOID: return vec_sigmoid(x);
  case ZOO_RECURRENT_TANH: return vec_tanh(x);
  case ZOO_RECURRENT_RELU: return vec_at_least(x, 0);
  case ZOO_RECURRENT_AFFINE: return x * a->alpha + a->beta;
  case ZOO_RECURRENT_LEAKY_RELU: return x < zero ? x * a->alpha : x;
  case ZOO_RECURRENT_THRESHOLDED_RELU: return x > vec_splat(a->alpha) ? x : zero;
  case ZOO_RECURRENT_SCALED_TANH: return vec_tanh(x * a->beta) * a->alpha;
  case ZOO_RECURRENT_HARD_SIGMOID: return vec_at_most(vec_at_least(x * a->alpha + a->beta, 0), 1);
  case ZOO_RECURRENT_ELU: return x < zero ? (vec_exp(x) - 1.0f) * a->alpha : x;
  case ZOO_RECURRENT_SOFTSIGN: return x / (1.0f + (x < zero ? -x : x));
  case ZOO_RECURRENT_SOFTPLUS: return softplus(x);
  }
  return x;
}

/// The derivative of an activation by its input, from its output. Sigmoid, tanh and relu only.
ZOO_INLINE vec slope(vec y, const zoo_recurrent_activation *a) {
  switch (a->function) {
  case ZOO_RECURRENT_SIGMOID: return y * (1.0f - y);
  case ZOO_RECURRENT_RELU: return y > vec_splat(0) ? vec_splat(1) : vec_splat(0);
  default: return 1.0f - y * y;
  }
}

ZOO_INLINE vec clipped(vec x, float limit) { return vec_at_most(vec_at_least(x, -limit), limit); }

/// The first `count` elements of a vector.
ZOO_INLINE vec load_units(const float *p, int64_t count) {
  if (count >= ZOO_LANES) return vec_load(p);
  float v[ZOO_LANES] = {0};
  memcpy(v, p, (size_t)count * sizeof(float));
  return vec_load(v);
}

ZOO_INLINE void store_units(float *p, vec x, int64_t count) {
  if (count >= ZOO_LANES) {
    vec_store(p, x);
  } else {
    float v[ZOO_LANES];
    vec_store(v, x);
    memcpy(p, v, (size_t)count * sizeof(float));
  }
}

/// Which element of sequence `n` step `step` is about, or −1 if the sequence is shorter.
ZOO_INLINE int64_t element_of(const zoo_recurrent *r, int64_t step, int64_t n) {
  int64_t length = r->lengths ? r->lengths[n] : r->steps;
  if (step >= length) return -1;
  return r->reverse ? length - 1 - step : step;
}

ZOO_INLINE int64_t row_of(const zoo_recurrent *r, int64_t element, int64_t n) {
  return element * r->time_stride + n * r->batch_stride;
}

/// Runs the statement for each vector of units in the blocks first ..< last, with `u` its first unit, `left` the number
/// of units from there on, and `blocked` its offset in a row of `gates` gates in blocked order.
#define FOR_UNITS(gates)                                                                        \
  for (int64_t block = first; block < last && block * ZOO_RECURRENT_UNITS < r->hidden; block++) \
    for (int64_t u = block * ZOO_RECURRENT_UNITS, blocked = u * (gates), left = r->hidden - u;  \
         u < (block + 1) * ZOO_RECURRENT_UNITS && left > 0; u += ZOO_LANES, blocked += ZOO_LANES, left -= ZOO_LANES)

// The backward pass of recurrent steps before the matrix product.

/// Where the state (or, with another `value`, the cell) before element t of sequence n was saved: the element that was
/// computed one step earlier. NULL before the first step.
ZOO_INLINE const float *saved_before(
    const zoo_recurrent *r, const float *saved, int64_t values, int64_t value, int64_t step, int64_t t, int64_t n) {
  if (step == 0) return NULL;
  return saved + (row_of(r, r->reverse ? t + 1 : t - 1, n) * values + value) * r->hidden;
}

ZOO_INLINE vec
load_before(const float *saved, const float *initial, int64_t stride, int64_t n, int64_t u, int64_t left) {
  if (saved) return load_units(saved + u, left);
  return initial ? load_units(initial + n * stride + u, left) : vec_splat(0);
}

/// Stores a result unless nobody reads it.
ZOO_INLINE void store_wanted(float *base, int64_t offset, vec x, int64_t left) {
  if (base) store_units(base + offset, x, left);
}

/// The gradients of an element that its sequence doesn't have: 0 for what its step computes, while the gradient by the
/// state is carried on.
ZOO_INLINE void clear(
    const zoo_recurrent *r, const zoo_recurrent_gradient *g, int64_t gates, int64_t inner_gates, int64_t step,
    int64_t n, int64_t u, int64_t left) {
  int64_t row = row_of(r, step, n), hidden = r->hidden;
  vec zero = vec_splat(0);
  for (int64_t k = 0; k < gates; k++) {
    store_wanted(g->dinput, (row * gates + k) * hidden + u, zero, left);
    store_wanted(g->drecurrent, (row * gates + k) * hidden + u, zero, left);
  }
  for (int64_t k = 0; k < inner_gates; k++) store_units(g->dgates + (n * inner_gates + k) * hidden + u, zero, left);
  store_wanted(g->dcandidate, n * hidden + u, zero, left);
  store_wanted(g->reset_previous, row * hidden + u, zero, left);
  store_wanted(g->previous, row * hidden + u, zero, left);
}

ZOO_INLINE vec
state_gradient(const zoo_recurrent *r, const zoo_recurrent_gradient *g, int64_t t, int64_t n, int64_t u, int64_t left) {
  vec dh = load_units(g->dstate + n * r->hidden + u, left);
  if (g->dy) dh += load_units(g->dy + t * r->y_time_stride + n * r->y_batch_stride + u, left);
  return dh;
}

static void lstm_gradient(
    const zoo_recurrent *r, const zoo_recurrent_gradient *g, int64_t step, int64_t first, int64_t last) {
  int64_t hidden = r->hidden;
  for (int64_t n = 0; n < r->batch; n++) {
    int64_t t = element_of(r, step, n);
    FOR_UNITS(0) {
      (void)blocked;
      if (t < 0) {
        clear(r, g, 4, 4, step, n, u, left);
        continue;
      }
      int64_t row = row_of(r, t, n);
      const float *saved = g->saved + row * ZOO_LSTM_SAVED * hidden + u;
      vec i = load_units(saved, left), o = load_units(saved + hidden, left);
      vec f = load_units(saved + 2 * hidden, left), candidate = load_units(saved + 3 * hidden, left);
      vec c = load_units(saved + 4 * hidden, left);
      vec before = load_before(
          saved_before(r, g->saved, ZOO_LSTM_SAVED, 4, step, t, n), g->initial_cell, g->initial_stride, n, u, left);
      vec previous = load_before(
          saved_before(r, g->saved, ZOO_LSTM_SAVED, 5, step, t, n), g->initial_state, g->initial_stride, n, u, left);

      vec dh = state_gradient(r, g, t, n, u, left);
      vec squashed = activate(c, &r->h);
      vec dzo = dh * squashed * slope(o, &r->f);
      vec dc = load_units(g->dcell + n * hidden + u, left) + dh * o * slope(squashed, &r->h);
      if (r->peephole) dc += dzo * load_units(r->peephole + hidden + u, left);
      vec dzi = dc * candidate * slope(i, &r->f);
      vec dzf = dc * before * slope(f, &r->f);
      vec dzc = dc * i * slope(candidate, &r->g);
      vec carried = dc * f;
      if (r->peephole) {
        carried += dzi * load_units(r->peephole + u, left) + dzf * load_units(r->peephole + 2 * hidden + u, left);
      }
      vec gates[4] = {dzi, dzo, dzf, dzc};
      for (int k = 0; k < 4; k++) {
        store_units(g->dgates + (n * 4 + k) * hidden + u, gates[k], left);
        store_wanted(g->dinput, (row * 4 + k) * hidden + u, gates[k], left);
      }
      if (g->dpeephole) {
        vec terms[3] = {dzi * before, dzo * c, dzf * before};
        for (int k = 0; k < 3; k++) {
          float *sum = g->dpeephole + k * hidden + u;
          store_units(sum, load_units(sum, left) + terms[k], left);
        }
      }
      store_units(g->dcell + n * hidden + u, carried, left);
      store_units(g->dstate + n * hidden + u, vec_splat(0), left);
      store_wanted(g->previous, row * hidden + u, previous, left);
    }
  }
}

static void rnn_gradient(
    const zoo_recurrent *r, const zoo_recurrent_gradient *g, int64_t step, int64_t first, int64_t last) {
  int64_t hidden = r->hidden;
  for (int64_t n = 0; n < r->batch; n++) {
    int64_t t = element_of(r, step, n);
    FOR_UNITS(0) {
      (void)blocked;
      if (t < 0) {
        clear(r, g, 1, 1, step, n, u, left);
        continue;
      }
      int64_t row = row_of(r, t, n);
      vec state = load_units(g->saved + row * hidden + u, left);
      vec previous = load_before(
          saved_before(r, g->saved, ZOO_RNN_SAVED, 0, step, t, n), g->initial_state, g->initial_stride, n, u, left);
      vec dz = state_gradient(r, g, t, n, u, left) * slope(state, &r->f);
      store_units(g->dgates + n * hidden + u, dz, left);
      store_wanted(g->dinput, row * hidden + u, dz, left);
      store_units(g->dstate + n * hidden + u, vec_splat(0), left);
      store_wanted(g->previous, row * hidden + u, previous, left);
    }
  }
}

static void gru_gradient(
    const zoo_recurrent *r, const zoo_recurrent_gradient *g, int64_t step, int64_t first, int64_t last) {
  int64_t hidden = r->hidden, inner = r->reset_after ? 3 : 2;
  for (int64_t n = 0; n < r->batch; n++) {
    int64_t t = element_of(r, step, n);
    FOR_UNITS(0) {
      (void)blocked;
      if (t < 0) {
        clear(r, g, 3, inner, step, n, u, left);
        continue;
      }
      int64_t row = row_of(r, t, n);
      const float *saved = g->saved + row * ZOO_GRU_SAVED * hidden + u;
      vec z = load_units(saved, left), reset = load_units(saved + hidden, left);
      vec candidate = load_units(saved + 2 * hidden, left), product = load_units(saved + 3 * hidden, left);
      vec previous = load_before(
          saved_before(r, g->saved, ZOO_GRU_SAVED, 4, step, t, n), g->initial_state, g->initial_stride, n, u, left);
      vec dh = state_gradient(r, g, t, n, u, left);
      vec dzz = dh * (previous - candidate) * slope(z, &r->f);
      vec dzh = dh * (1.0f - z) * slope(candidate, &r->g);
      store_units(g->dstate + n * hidden + u, dh * z, left);
      store_wanted(g->previous, row * hidden + u, previous, left);
      store_wanted(g->dinput, row * 3 * hidden + u, dzz, left);
      store_wanted(g->dinput, (row * 3 + 2) * hidden + u, dzh, left);
      store_units(g->dgates + n * inner * hidden + u, dzz, left);
      if (r->reset_after) {
        vec dzr = dzh * product * slope(reset, &r->f);
        store_wanted(g->dinput, (row * 3 + 1) * hidden + u, dzr, left);
        vec gates[3] = {dzz, dzr, dzh * reset};
        for (int k = 0; k < 3; k++) {
          store_units(g->dgates + (n * 3 + k) * hidden + u, gates[k], left);
          store_wanted(g->drecurrent, (row * 3 + k) * hidden + u, gates[k], left);
        }
      } else {
        store_units(g->dcandidate + n * hidden + u, dzh, left);
        store_wanted(g->reset_previous, row * hidden + u, reset * previous, left);
      }
    }
  }
}

static void gru_reset_gradient(
    const zoo_recurrent *r, const zoo_recurrent_gradient *g, int64_t step, int64_t first, int64_t last) {
  int64_t hidden = r->hidden;
  for (int64_t n = 0; n < r->batch; n++) {
    int64_t t = element_of(r, step, n);
    if (t < 0) continue;
    FOR_UNITS(0) {
      (void)blocked;
      int64_t row = row_of(r, t, n);
      vec reset = load_units(g->saved + (row * ZOO_GRU_SAVED + 1) * hidden + u, left);
      vec previous = load_before(
          saved_before(r, g->saved, ZOO_GRU_SAVED, 4, step, t, n), g->initial_state, g->initial_stride, n, u, left);
      vec back = load_units(g->dreset + n * hidden + u, left);
      float *dstate = g->dstate + n * hidden + u;
      store_units(dstate, load_units(dstate, left) + back * reset, left);
      vec dzr = back * previous * slope(reset, &r->f);
      store_wanted(g->dinput, (row * 3 + 1) * hidden + u, dzr, left);
      store_units(g->dgates + (n * 2 + 1) * hidden + u, dzr, left);
    }
  }
}

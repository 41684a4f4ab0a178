// The forward pass of recurrent steps behind the matrix product.

/// A sequence that has ended keeps its state; its output beyond the end is 0.
ZOO_INLINE void hold(const zoo_recurrent *r, int64_t step, int64_t n, int64_t first, int64_t last, int64_t values) {
  int64_t begin = first * ZOO_RECURRENT_UNITS;
  int64_t end = last * ZOO_RECURRENT_UNITS < r->hidden ? last * ZOO_RECURRENT_UNITS : r->hidden;
  if (end <= begin) return;
  size_t size = (size_t)(end - begin) * sizeof(float);
  memcpy(r->next + n * r->padded + begin, r->state + n * r->padded + begin, size);
  if (r->y) memset(r->y + step * r->y_time_stride + n * r->y_batch_stride + begin, 0, size);
  if (r->saved)
    for (int64_t k = 0; k < values; k++)
      memset(r->saved + (row_of(r, step, n) * values + k) * r->hidden + begin, 0, size);
}

static void lstm_gates(const zoo_recurrent *r, int64_t step, int64_t first, int64_t last) {
  int64_t width = 4 * r->padded, hidden = r->hidden;
  enum { I = 0, O = ZOO_RECURRENT_UNITS, F = 2 * ZOO_RECURRENT_UNITS, C = 3 * ZOO_RECURRENT_UNITS };
  for (int64_t n = 0; n < r->batch; n++) {
    int64_t t = element_of(r, step, n);
    if (t < 0) {
      hold(r, step, n, first, last, ZOO_LSTM_SAVED);
      continue;
    }
    int64_t row = row_of(r, t, n);
    FOR_UNITS(4) {
      const float *x = r->input + row * width + blocked, *h = r->product + n * width + blocked;
      float *cell = r->cell + n * r->padded + u;
      vec c = vec_load(cell);
      vec zi = vec_load(x + I) + vec_load(h + I), zo = vec_load(x + O) + vec_load(h + O);
      vec zf = vec_load(x + F) + vec_load(h + F), zc = vec_load(x + C) + vec_load(h + C);
      if (r->peephole) {
        zi += load_units(r->peephole + u, left) * c;
        zf += load_units(r->peephole + 2 * hidden + u, left) * c;
      }
      vec i = activate(clipped(zi, r->clip), &r->f);
      vec f = r->coupled ? 1.0f - i : activate(clipped(zf, r->clip), &r->f);
      vec candidate = activate(clipped(zc, r->clip), &r->g);
      c = f * c + i * candidate;
      if (r->peephole) zo += load_units(r->peephole + hidden + u, left) * c;
      vec o = activate(clipped(zo, r->clip), &r->f);
      vec state = o * activate(c, &r->h);
      vec_store(cell, c);
      vec_store(r->next + n * r->padded + u, state);
      if (r->y) store_units(r->y + t * r->y_time_stride + n * r->y_batch_stride + u, state, left);
      if (r->saved) {
        vec values[ZOO_LSTM_SAVED] = {i, o, f, candidate, c, state};
        for (int k = 0; k < ZOO_LSTM_SAVED; k++)
          store_units(r->saved + (row * ZOO_LSTM_SAVED + k) * hidden + u, values[k], left);
      }
    }
  }
}

static void rnn_gates(const zoo_recurrent *r, int64_t step, int64_t first, int64_t last) {
  for (int64_t n = 0; n < r->batch; n++) {
    int64_t t = element_of(r, step, n);
    if (t < 0) {
      hold(r, step, n, first, last, ZOO_RNN_SAVED);
      continue;
    }
    int64_t row = row_of(r, t, n);
    FOR_UNITS(1) {
      vec z = vec_load(r->input + row * r->padded + blocked) + vec_load(r->product + n * r->padded + blocked);
      vec state = activate(clipped(z, r->clip), &r->f);
      vec_store(r->next + n * r->padded + u, state);
      if (r->y) store_units(r->y + t * r->y_time_stride + n * r->y_batch_stride + u, state, left);
      if (r->saved) store_units(r->saved + row * r->hidden + u, state, left);
    }
  }
}

/// What both forms of the GRU do once the candidate is known: h = (1 − z) ⊙ candidate + z ⊙ h.
ZOO_INLINE void finish_gru(
    const zoo_recurrent *r, int64_t t, int64_t n, int64_t u, int64_t left, vec z, vec reset, vec candidate,
    vec product) {
  int64_t row = row_of(r, t, n);
  vec state = (1.0f - z) * candidate + z * vec_load(r->state + n * r->padded + u);
  vec_store(r->next + n * r->padded + u, state);
  if (r->y) store_units(r->y + t * r->y_time_stride + n * r->y_batch_stride + u, state, left);
  if (r->saved) {
    vec values[ZOO_GRU_SAVED] = {z, reset, candidate, product, state};
    for (int k = 0; k < ZOO_GRU_SAVED; k++)
      store_units(r->saved + (row * ZOO_GRU_SAVED + k) * r->hidden + u, values[k], left);
  }
}

static void gru_gates(const zoo_recurrent *r, int64_t step, int64_t first, int64_t last) {
  enum { Z = 0, R = ZOO_RECURRENT_UNITS, H = 2 * ZOO_RECURRENT_UNITS };
  int64_t gates = r->reset_after ? 3 : 2;
  for (int64_t n = 0; n < r->batch; n++) {
    int64_t t = element_of(r, step, n);
    if (t < 0) {
      hold(r, step, n, first, last, ZOO_GRU_SAVED);
      continue;
    }
    FOR_UNITS(3) {
      const float *x = r->input + row_of(r, t, n) * 3 * r->padded + blocked;
      float *h =
          r->product + n * gates * r->padded + block * gates * ZOO_RECURRENT_UNITS + (u - block * ZOO_RECURRENT_UNITS);
      vec z = activate(clipped(vec_load(x + Z) + vec_load(h + Z), r->clip), &r->f);
      vec reset = activate(clipped(vec_load(x + R) + vec_load(h + R), r->clip), &r->f);
      if (r->reset_after) {
        vec product = vec_load(h + H);
        if (r->candidate_bias) product += load_units(r->candidate_bias + u, left);
        vec candidate = activate(clipped(vec_load(x + H) + reset * product, r->clip), &r->g);
        finish_gru(r, t, n, u, left, z, reset, candidate, product);
      } else {
        // Kept where they were read for `gru_candidate`.
        vec_store(h + Z, z);
        vec_store(h + R, reset);
        vec_store(r->cell + n * r->padded + u, reset * vec_load(r->state + n * r->padded + u));
      }
    }
  }
}

static void gru_candidate_gates(const zoo_recurrent *r, int64_t step, int64_t first, int64_t last) {
  const float *candidates = r->product + r->batch * 2 * r->padded;
  for (int64_t n = 0; n < r->batch; n++) {
    int64_t t = element_of(r, step, n);
    if (t < 0) continue;
    FOR_UNITS(3) {
      const float *x = r->input + row_of(r, t, n) * 3 * r->padded + blocked + 2 * ZOO_RECURRENT_UNITS;
      const float *h =
          r->product + n * 2 * r->padded + block * 2 * ZOO_RECURRENT_UNITS + (u - block * ZOO_RECURRENT_UNITS);
      vec product = vec_load(candidates + n * r->padded + u);
      vec candidate = activate(clipped(vec_load(x) + product, r->clip), &r->g);
      finish_gru(r, t, n, u, left, vec_load(h), vec_load(h + ZOO_RECURRENT_UNITS), candidate, product);
    }
  }
}

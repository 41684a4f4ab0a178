#include <string.h>

#include "zoo_entries.h"
#include "zoo_gemm.h"
#include "zoo_recurrent.h"

void zoo_recurrent_block(
    const float *weights, int64_t first_gate, int64_t gates, int64_t hidden, int64_t columns, float *blocked,
    int64_t first_block, int64_t last_block) {
  for (int64_t block = first_block; block < last_block; block++)
    for (int64_t gate = 0; gate < gates; gate++)
      for (int64_t lane = 0; lane < ZOO_RECURRENT_UNITS; lane++) {
        int64_t unit = block * ZOO_RECURRENT_UNITS + lane;
        float *out = blocked + ((block * gates + gate) * ZOO_RECURRENT_UNITS + lane) * columns;
        if (unit < hidden)
          memcpy(out, weights + ((first_gate + gate) * hidden + unit) * columns, (size_t)columns * sizeof(float));
        else
          memset(out, 0, (size_t)columns * sizeof(float));
      }
}

/// product[batch] = state · packed, for the blocks first ..< last of `gates` gates each.
static void multiply(
    const zoo_recurrent *r, const float *state, const float *packed, int64_t gates, float *product, int64_t first,
    int64_t last) {
  int64_t panel = zoo_gemm_nr(r->isa), width = gates * ZOO_RECURRENT_UNITS;
  zoo_gemm(
      r->isa, r->batch, gates * r->padded, r->hidden, state, r->padded, false, packed, product, gates * r->padded,
      false, NULL, first * width / panel, last * width / panel);
}

void zoo_lstm_step(const zoo_recurrent *r, int64_t step, int64_t first, int64_t last) {
  multiply(r, r->state, r->recurrence, 4, r->product, first, last);
  zoo_lstm_gates(r->isa, r, step, first, last);
}

void zoo_rnn_step(const zoo_recurrent *r, int64_t step, int64_t first, int64_t last) {
  multiply(r, r->state, r->recurrence, 1, r->product, first, last);
  zoo_rnn_gates(r->isa, r, step, first, last);
}

void zoo_gru_step(const zoo_recurrent *r, int64_t step, int64_t first, int64_t last) {
  multiply(r, r->state, r->recurrence, r->reset_after ? 3 : 2, r->product, first, last);
  zoo_gru_gates(r->isa, r, step, first, last);
}

void zoo_gru_candidate_step(const zoo_recurrent *r, int64_t step, int64_t first, int64_t last) {
  multiply(r, r->cell, r->recurrence_candidate, 1, r->product + r->batch * 2 * r->padded, first, last);
  zoo_gru_candidate_gates(r->isa, r, step, first, last);
}

void zoo_lstm_step_gradient(
    const zoo_recurrent *r, const zoo_recurrent_gradient *g, int64_t step, int64_t first, int64_t last) {
  zoo_lstm_gradient(r->isa, r, g, step, first, last);
}

void zoo_rnn_step_gradient(
    const zoo_recurrent *r, const zoo_recurrent_gradient *g, int64_t step, int64_t first, int64_t last) {
  zoo_rnn_gradient(r->isa, r, g, step, first, last);
}

void zoo_gru_step_gradient(
    const zoo_recurrent *r, const zoo_recurrent_gradient *g, int64_t step, int64_t first, int64_t last) {
  zoo_gru_gradient(r->isa, r, g, step, first, last);
}

void zoo_gru_reset_step_gradient(
    const zoo_recurrent *r, const zoo_recurrent_gradient *g, int64_t step, int64_t first, int64_t last) {
  zoo_gru_reset_gradient(r->isa, r, g, step, first, last);
}

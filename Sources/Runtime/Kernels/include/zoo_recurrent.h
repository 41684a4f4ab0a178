// One step of LSTM, GRU and RNN, forward and backward, for a range of hidden units.
//
// Units are worked on in blocks of ZOO_RECURRENT_UNITS. Values of the gates stand in blocked order,
// [row][block][gate][unit], so that one task computes all gates of its units; `padded` is the number of units rounded
// up to whole tasks. Gates have ONNX's order: i, o, f, c for LSTM; z, r, h for GRU.

#ifndef ZOO_RECURRENT_H
#define ZOO_RECURRENT_H

#include <stdbool.h>
#include <stdint.h>

#include "zoo_isa.h"

enum { ZOO_RECURRENT_UNITS = 16 };

typedef enum zoo_recurrent_function {
  ZOO_RECURRENT_SIGMOID = 0,
  ZOO_RECURRENT_TANH = 1,
  ZOO_RECURRENT_RELU = 2,
  ZOO_RECURRENT_AFFINE = 3,
  ZOO_RECURRENT_LEAKY_RELU = 4,
  ZOO_RECURRENT_THRESHOLDED_RELU = 5,
  ZOO_RECURRENT_SCALED_TANH = 6,
  ZOO_RECURRENT_HARD_SIGMOID = 7,
  ZOO_RECURRENT_ELU = 8,
  ZOO_RECURRENT_SOFTSIGN = 9,
  ZOO_RECURRENT_SOFTPLUS = 10,
} zoo_recurrent_function;

typedef struct zoo_recurrent_activation {
  zoo_recurrent_function function;
  float alpha, beta;
} zoo_recurrent_activation;

/// What the steps of one direction share. Pointers that a kind of network doesn't use are NULL.
typedef struct zoo_recurrent {
  zoo_isa isa;
  int64_t steps, batch, hidden, padded;
  /// From the last element of each sequence to the first.
  bool reverse;
  /// The length of each sequence, or NULL if all have `steps` elements.
  const int32_t *lengths;
  /// The row of element t of sequence n is t * time_stride + n * batch_stride.
  int64_t time_stride, batch_stride;
  /// Where that element's output lies in `y` and `dy`, in floats.
  int64_t y_time_stride, y_batch_stride;
  zoo_recurrent_activation f, g, h;
  /// Inputs of activations are kept within ± clip.
  float clip;
  /// LSTM: the forget gate is 1 − the input gate.
  bool coupled;
  /// GRU: the reset gate multiplies after the matrix product, not before.
  bool reset_after;

  /// [rows] in blocked order: the input's product with biases.
  const float *input;
  /// [batch] in blocked order: memory for the state's product.
  float *product;
  /// Packed by zoo_gemm_pack; for a GRU that resets before, `recurrence` has the gates z, r and the other h.
  const float *recurrence, *recurrence_candidate;
  /// [batch][padded]: the state before and after the step.
  const float *state;
  float *next;
  /// [batch][padded]: LSTM's cell, changed in place; GRU's r ⊙ state where reset is before.
  float *cell;
  float *y;
  /// LSTM: i, o, f on [hidden] each.
  const float *peephole;
  /// GRU with `reset_after`: the bias of the state's product for h, [hidden].
  const float *candidate_bias;
  /// For the backward pass: [rows][values][hidden]. LSTM: i, o, f, c, cell, state; GRU: z, r, h, product for h, state;
  /// RNN: state.
  float *saved;
} zoo_recurrent;

/// How many values `saved` has for each unit.
enum { ZOO_LSTM_SAVED = 6, ZOO_GRU_SAVED = 5, ZOO_RNN_SAVED = 1 };

/// Weights [gates * hidden][columns] → [padded / units][gates][units][columns], the rest filled with zeros, for the
/// gates `first_gate ..< first_gate + gates`.
void zoo_recurrent_block(
    const float *weights, int64_t first_gate, int64_t gates, int64_t hidden, int64_t columns, float *blocked,
    int64_t first_block, int64_t last_block);

/// Step `step` for the blocks `first ..< last`: the state's product and everything behind it.
void zoo_lstm_step(const zoo_recurrent *r, int64_t step, int64_t first, int64_t last);
void zoo_rnn_step(const zoo_recurrent *r, int64_t step, int64_t first, int64_t last);
/// With `reset_after` (and for it alone) the whole step; otherwise z, r and r ⊙ state.
void zoo_gru_step(const zoo_recurrent *r, int64_t step, int64_t first, int64_t last);
/// Without `reset_after`: what follows `zoo_gru_step` once it is done for all blocks.
void zoo_gru_candidate_step(const zoo_recurrent *r, int64_t step, int64_t first, int64_t last);

/// What the steps of the backward pass share besides the above.
typedef struct zoo_recurrent_gradient {
  /// Row-major [rows][values][hidden], as the forward pass saved it.
  const float *saved;
  /// [batch][hidden], rows `initial_stride` apart, or NULL for zeros.
  const float *initial_state, *initial_cell;
  int64_t initial_stride;
  /// The gradient by y in the same places, or NULL.
  const float *dy;
  /// [batch][hidden]: by the state (in place: by the state before) and by LSTM's cell.
  float *dstate, *dcell;
  /// [batch][gates * hidden] of this step: by the inputs of the activations; for a GRU that resets after, as the
  /// state's product sees them; for one that resets before, without h.
  float *dgates;
  /// GRU that resets before, [batch][hidden]: by the input of h, and what came back through its product.
  float *dcandidate, *dreset;
  /// Each may be NULL if nobody reads it. [rows][gates * hidden]: by the input's product, and (GRU that resets after)
  /// by the state's.
  float *dinput, *drecurrent;
  /// [rows][hidden]: the state before each element; (GRU that resets before) r ⊙ it.
  float *previous, *reset_previous;
  /// LSTM: [3][hidden], added to; or NULL.
  float *dpeephole;
} zoo_recurrent_gradient;

void zoo_lstm_step_gradient(
    const zoo_recurrent *r, const zoo_recurrent_gradient *g, int64_t step, int64_t first, int64_t last);
void zoo_rnn_step_gradient(
    const zoo_recurrent *r, const zoo_recurrent_gradient *g, int64_t step, int64_t first, int64_t last);
void zoo_gru_step_gradient(
    const zoo_recurrent *r, const zoo_recurrent_gradient *g, int64_t step, int64_t first, int64_t last);
/// GRU that resets before: what follows once `dreset` is known.
void zoo_gru_reset_step_gradient(
    const zoo_recurrent *r, const zoo_recurrent_gradient *g, int64_t step, int64_t first, int64_t last);

#endif

// What each instruction set gives to the recurrent operators: what follows the matrix product of a step.

#ifndef ZOO_RECURRENT_TABLE_H
#define ZOO_RECURRENT_TABLE_H

#include "zoo_recurrent.h"

typedef void (*zoo_recurrent_gates)(const zoo_recurrent *r, int64_t step, int64_t first, int64_t last);
typedef void (*zoo_recurrent_gates_gradient)(
    const zoo_recurrent *r, const zoo_recurrent_gradient *g, int64_t step, int64_t first, int64_t last);

typedef struct zoo_recurrent_table {
  zoo_recurrent_gates lstm, rnn, gru, gru_candidate;
  zoo_recurrent_gates_gradient lstm_gradient, rnn_gradient, gru_gradient, gru_reset_gradient;
} zoo_recurrent_table;

extern const zoo_recurrent_table zoo_recurrent_portable;
#if defined(__x86_64__)
extern const zoo_recurrent_table zoo_recurrent_avx2;
extern const zoo_recurrent_table zoo_recurrent_avx512;
#endif

#endif

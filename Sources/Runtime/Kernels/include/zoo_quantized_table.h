// The inner loops of quantized convolutions for one instruction set.

#ifndef ZOO_QUANTIZED_TABLE_H
#define ZOO_QUANTIZED_TABLE_H

#include "zoo_quantized.h"

/// The most rows that any instruction set's tile has.
enum { ZOO_QUANTIZED_ROWS = 32 };

/// Multiplies rows of `depth` numbers (`a_stride` apart) with one packed panel and requantizes the sums into `columns`
/// channels of y, whose rows are `y_stride` apart, as those of the residual are.
typedef void (*zoo_quantized_tile)(
    int64_t columns, int64_t depth, const uint8_t *a, ptrdiff_t a_stride, const int8_t *panel, uint8_t *y,
    ptrdiff_t y_stride, const zoo_requantization *requantization);

typedef struct zoo_quantized_table {
  /// Rows of a full tile and columns of a panel.
  int64_t mr, nr;
  /// Called by a thread before its tiles and after them, or NULL.
  void (*begin)(void), (*end)(void);
  /// By rows − 1.
  zoo_quantized_tile tiles[ZOO_QUANTIZED_ROWS];
} zoo_quantized_table;

const zoo_quantized_table *zoo_quantized_table_for(zoo_isa isa);

#endif

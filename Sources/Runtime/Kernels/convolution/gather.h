// A convolution as a matrix product: one row for each pixel of the result, one column for each (tap, channel).

#ifndef ZOO_CONVOLUTION_GATHER_H
#define ZOO_CONVOLUTION_GATHER_H

#include "algorithm.h"

/// One axis of a gather. Row j takes, for tap t, the source pixel j · stride + base + t · step, multiplies it with
/// kernel position first + t · stride_of_taps, and goes to the pixel offset + j · spread of the result.
typedef struct zoo_gather_axis {
  int64_t source, rows, taps, stride, base, step;
  int64_t first, tap_stride;
  int64_t offset, spread;
} zoo_gather_axis;

/// The rows and columns of one group's matrix product.
typedef struct zoo_gather {
  zoo_gather_axis height, width;
  /// Channels in a column block, where they begin in a source pixel, and all channels of a source pixel.
  int64_t channels, first_channel, pixel;
} zoo_gather;

static inline int64_t zoo_gather_rows(const zoo_gather *gather, int64_t batch) {
  return batch * gather->height.rows * gather->width.rows;
}

static inline int64_t zoo_gather_columns(const zoo_gather *gather) {
  return gather->height.taps * gather->width.taps * gather->channels;
}

/// How many products of sub-grids make up one axis by data (1 forward): one for each remainder by the stride.
int64_t zoo_gather_phases(const zoo_convolution_plan *plan);

/// The number of taps of all phases before `phase`.
int64_t zoo_gather_taps_before(const zoo_convolution_plan *plan, int64_t phase);

/// The gather of a group; forward and by weights the only phase is 0.
zoo_gather zoo_gather_make(const zoo_convolution_plan *plan, int64_t group, int64_t phase);

/// Whether rows are pixels as they lie in memory.
bool zoo_gather_is_identity(const zoo_gather *gather);

/// Copies rows `first_row ..< first_row + rows` and columns `first_column ..< last_column` into `block`, as floats if
/// `widened`. Rows of bfloat16 with an odd number of columns get a zero at their end.
void zoo_gather_copy(
    const zoo_convolution_plan *plan, const zoo_gather *gather, const void *source, int64_t first_row, int64_t rows,
    int64_t first_column, int64_t last_column, bool widened, void *block, int64_t block_stride);

#endif

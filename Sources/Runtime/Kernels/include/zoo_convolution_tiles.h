// What the parts of convolutions work on that each instruction set has a body of, besides the matrix product.

#ifndef ZOO_CONVOLUTION_TILES_H
#define ZOO_CONVOLUTION_TILES_H

#include "zoo_convolution.h"

/// Points of the transformed 6 × 6 tile.
enum { ZOO_WINOGRAD_POINTS = 36 };

/// Taps of one row of a depthwise kernel, their pixels for a few neighbouring results, and where these go.
typedef struct zoo_depthwise_tile {
  int64_t channels;
  /// Elements from a pixel of the source to the next.
  int64_t source_pixel;
  int64_t tap_rows, tap_columns;
  /// Results in the tile, and source pixels from one to the next.
  int64_t results, stride;
  /// [tap row][pixel]: the pixels from the first result's first tap to the last result's last tap.
  const void *const *pixels;
  /// The first pixels that the next tile adds, on up to two lines that no tile before has read; NULL if none. Fetched
  /// on the way, because the processor doesn't foresee such short runs of memory.
  const void *ahead[2];
  /// Weights [tap row][tap column][weight_stride].
  const float *weights;
  int64_t weight_stride;
  void *const *out;
  /// By result, or NULL.
  const void *const *residual;
  const zoo_epilogue *epilogue;
} zoo_depthwise_tile;

/// Lines of a depthwise gradient by weights.
typedef struct zoo_depthwise_lines {
  /// A line of x for one tap row, and the line of the gradient by y that it is multiplied with.
  const void *source, *gradient;
  int64_t channels, in_width, taps, stride, dilation, pad;
  /// The results of the line that are looked at.
  int64_t first, last;
} zoo_depthwise_lines;

#endif

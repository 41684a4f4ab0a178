// The parts of convolutions that each instruction set has a version of, besides the matrix product.

#ifndef ZOO_CONVOLUTION_VECTORS_H
#define ZOO_CONVOLUTION_VECTORS_H

#include "zoo_convolution.h"

/// Points of the transformed 6 × 6 tile.
enum { ZOO_WINOGRAD_POINTS = 36 };

/// Taps of one row of a depthwise kernel, their pixels for a few neighbouring results, and where these go.
typedef struct zoo_depthwise_tile {
  int64_t channels;
  int64_t tap_rows, tap_columns;
  /// Results in the tile, and source pixels from one to the next.
  int64_t results, stride;
  /// [tap row][pixel]: the pixels from the first result's first tap to the last result's last tap.
  const void *const *pixels;
  /// The first pixels that the next tile adds, on up to two lines that no tile before has read; NULL if none. Fetched on
  /// the way, because the processor doesn't foresee such short runs of memory.
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

typedef struct zoo_convolution_vectors {
  /// Bᵀ d B of one tile for all channels; `pixels` are the 36 source pixels. Point p goes to out + p · point_stride.
  void (*winograd_source)(const void *const *pixels, int64_t channels, float *out, int64_t point_stride);
  /// A d Aᵀ of one tile of a gradient (16 pixels) for `channels` channels.
  void (*winograd_gradient)(const void *const *pixels, int64_t channels, float *out, int64_t point_stride);
  /// Aᵀ m A of one tile, with the epilogue; `out` are 16 result pixels, NULL where outside; so is `residual`.
  void (*winograd_result)(
      const float *in, int64_t point_stride, int64_t channels, void *const *out, const void *const *residual,
      const zoo_epilogue *epilogue);
  /// G g Gᵀ of `count` kernels; element (tap, i) is at weights[i * stride + tap]; taps are turned round if `flipped`.
  void (*winograd_weights)(
      const float *weights, int64_t stride, int64_t count, bool flipped, float *out, int64_t point_stride);
  /// Gᵀ m G: the nine taps of `count` kernels, tap t of kernel i going to out[i * stride + t].
  void (*winograd_weight_gradient)(
      const float *in, int64_t point_stride, int64_t count, float *out, int64_t stride);

  /// A few neighbouring results of a depthwise convolution.
  void (*depthwise)(const zoo_depthwise_tile *tile);
  /// sums[tap][channels] += what one line of x and one of the gradient contribute.
  void (*depthwise_weights)(const zoo_depthwise_lines *lines, int64_t line_count, float *sums);

  /// Elements of an image as floats.
  void (*widen)(const void *in, int64_t count, float *out);
  /// Pairs of bfloat16 from two rows, the first row's in the lower half; `second` may be NULL for zeros.
  void (*interleave)(const void *first, const void *second, int64_t count, float *out);

  /// Multiplies `depth` rows of a panel of `columns` columns by a number for each row or, if `by_row` is NULL, for each
  /// column. As pairs of bfloat16, two rows become one.
  void (*gate_panel)(
      const float *panel, int64_t depth, int64_t columns, const float *by_row, const float *by_column, bool pairs,
      float *out);
  /// By weights, for one sample's product without its gate: partial (+)= gate · sums by rows, and the gradient by the gate
  /// of each row, sums · weights. Matrices have `columns` columns.
  void (*gate_sums)(
      const float *sums, const float *weights, int64_t rows, int64_t columns, const float *gate, bool accumulate,
      float *partial, float *gate_gradient);
} zoo_convolution_vectors;

const zoo_convolution_vectors *zoo_convolution_vectors_for(zoo_isa isa, bool narrow);

extern const zoo_convolution_vectors zoo_convolution_vectors_portable, zoo_convolution_narrow_vectors_portable;
#if defined(__x86_64__)
extern const zoo_convolution_vectors zoo_convolution_vectors_avx2, zoo_convolution_narrow_vectors_avx2;
extern const zoo_convolution_vectors zoo_convolution_vectors_avx512, zoo_convolution_narrow_vectors_avx512;
#elif defined(__aarch64__)
extern const zoo_convolution_vectors zoo_convolution_vectors_neon, zoo_convolution_narrow_vectors_neon;
#endif

#endif

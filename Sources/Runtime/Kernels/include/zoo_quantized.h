// Convolutions and pools of 8-bit integers, channels-last.
//
// A number x stands for scale · (x − zero). Activations are unsigned with any zero, weights are signed with zero 0,
// sums are exact 32-bit integers. Every instruction set gives the same integers.

#ifndef ZOO_QUANTIZED_H
#define ZOO_QUANTIZED_H

#include <stddef.h>
#include <stdint.h>

#include "zoo_convolution.h"
#include "zoo_isa.h"

/// The longest sum: its products, what the input's zero takes from it and a bias of 2²⁹ can't leave 32 bits together.
enum { ZOO_QUANTIZED_LONGEST_SUM = 16384 };

/// The most taps that the kernel of a depthwise convolution may have.
enum { ZOO_QUANTIZED_MOST_TAPS = 128 };

/// How the sum s of a channel c becomes a number of the next layer:
/// t = float(s) · multiplier[c] + float(residual − residual_zero) · residual_multiplier, without fused multiply-add;
/// y = table[zero + round to even(min(max(t, low), high))].
typedef struct zoo_requantization {
  /// One for each channel, padded to whole panels.
  const float *multiplier;
  /// What each channel's sum starts from, padded to whole panels.
  const int32_t *bias;
  /// Numbers of the output's shape that are added, or NULL.
  const uint8_t *residual;
  float residual_multiplier;
  int32_t residual_zero;
  /// Whole numbers with 0 ≤ zero + low ≤ zero + high ≤ 255.
  float low, high;
  int32_t zero;
  /// 256 numbers that the result is looked up in, or NULL.
  const uint8_t *table;
} zoo_requantization;

/// A convolution in one group, or with as many groups as channels of input and output (depthwise).
typedef struct zoo_quantized_convolution {
  zoo_isa isa;
  zoo_convolution shape;
  /// Products of one sum, as they lie in a row of packed weights; a multiple of 4.
  int64_t depth;
  /// Output pixels, and how many of them a task computes.
  int64_t rows, task_rows;
  /// Panels of output channels, and how many of them a task computes.
  int64_t panels, task_panels;
  int64_t tasks;
  /// Bytes of the packed weights.
  int64_t packed_count;
  /// Channels of the bias and of the multipliers, padded to whole panels.
  int64_t padded_channels;
  /// Bytes of working memory for each worker.
  int64_t worker_count;
  /// Whether pixels of the input are used where they lie.
  int32_t is_direct;
  int32_t is_depthwise;
  /// What pixels outside the image are.
  int32_t zero;
} zoo_quantized_convolution;

/// Plans a convolution for `workers` workers; `zero` is the input's zero. The result doesn't depend on `workers`.
zoo_quantized_convolution zoo_quantized_convolution_make(
    zoo_isa isa, const zoo_convolution *shape, int32_t zero, int64_t workers);

/// Packs weights [out channels, in channels of a group, kernel height, kernel width] and takes the input's zero out of
/// the bias: `bias` has `padded_channels` elements, of which the first out channels are given and all are written.
void zoo_quantized_convolution_pack(
    const zoo_quantized_convolution *plan, const int8_t *weights, int8_t *packed, int32_t *bias);

/// Computes the share `task` of the output, in any order and by any worker. Memory of a worker is aligned to 64 bytes.
void zoo_quantized_convolution_run(
    const zoo_quantized_convolution *plan, const uint8_t *x, const int8_t *packed, uint8_t *y,
    const zoo_requantization *requantization, int64_t task, uint8_t *worker);

#endif

// Convolution of channels-last images in all three directions. Images are float or bfloat16; weights and sums are
// float.
//
// With bfloat16 images, products over whole kernels also take weights rounded to bfloat16 where the processor
// multiplies pairs of such numbers; Winograd's and the depthwise algorithm widen what they load.
//
// A plan is made once from the sizes. Executing it means calling `zoo_convolution_pack` for each of its packing tasks
// (unless packed weights are kept), then `zoo_convolution_run` for every task of phase 0, then of phase 1, and so on;
// the tasks of one phase may run side by side, each with worker memory of its own.

#ifndef ZOO_CONVOLUTION_H
#define ZOO_CONVOLUTION_H

#include "zoo_gemm.h"

/// The sizes of a convolution, seen from its forward direction: `in` is x [batch, height, width, channels], `out` is y,
/// weights are [out_channels, in_channels / groups, kernel_height, kernel_width]. All positive, padding aside.
typedef struct zoo_convolution {
  int64_t batch, groups;
  int64_t in_channels, in_height, in_width;
  int64_t out_channels, out_height, out_width;
  int64_t kernel_height, kernel_width, stride_height, stride_width, dilation_height, dilation_width;
  int64_t pad_top, pad_left;
  /// Whether images are bfloat16.
  bool narrow;
  /// Whether x is multiplied by a number for each channel of each sample first: for 1 × 1 kernels with stride 1,
  /// without groups and padding.
  bool gated;
  /// Whether x is normalised where it is read: for depthwise convolutions forward and by weights.
  bool normalized;
  /// Whether a sample's result may have other bits in another batch, if that is faster.
  bool any_bits;
  /// Elements from a pixel of x, and of y, to the next; 0 for as many as there are channels. Forward, without
  /// normalisation, they may be more: images that are some of the channels of larger ones. A residual never is.
  int64_t in_pixel, out_pixel;
} zoo_convolution;

/// What becomes of x before it is convolved: activation((x − mean) · factor + offset), as `zoo_normalize` has it.
typedef struct zoo_source_normalization {
  /// Numbers for each position of a period of channels: see zoo_entries.inc.
  const float *mean, *factor, *offset;
  int64_t period;
  zoo_activation activation;
} zoo_source_normalization;

typedef enum zoo_convolution_direction {
  /// x and weights to y.
  ZOO_CONVOLUTION_FORWARD = 0,
  /// The gradient by y and weights to the gradient by x; also the forward direction of a transposed convolution.
  ZOO_CONVOLUTION_BY_DATA = 1,
  /// x and the gradient by y to the gradient by the weights.
  ZOO_CONVOLUTION_BY_WEIGHTS = 2,
} zoo_convolution_direction;

typedef struct zoo_convolution_plan {
  zoo_convolution shape;
  zoo_isa isa;
  zoo_convolution_direction direction;
  /// Whether weights are packed once, for many runs.
  bool keeps_weights;
  int32_t algorithm;
  /// Floats of packed weights and the number of tasks that pack them; 0 by weights (unless gated), and where weights
  /// are read as they are.
  int64_t packed_count, pack_tasks;
  /// Floats of scratch memory for all workers together, and for each.
  int64_t shared_count, worker_count;
  /// How many rounds of tasks follow each other.
  int32_t phases;
  /// How the algorithm cuts the work; each uses what it needs.
  int64_t row_block, row_blocks, depth_block, panel_slice, panel_slices, column_slice, column_slices, pixel_groups;
} zoo_convolution_plan;

/// The memory that a run works on.
typedef struct zoo_convolution_memory {
  /// x forward and by weights; the gradient by y by data.
  const void *source;
  /// The gradient by y, by weights only.
  const void *gradient;
  /// What `zoo_convolution_pack` made.
  const float *packed;
  /// The weights as they are; forward and by data, where the plan has nothing to pack.
  const float *weights;
  /// Gated only, [batch, in_channels]: what x is multiplied by; by data, what is spread over the pixels of the result
  /// and added (may be NULL); by weights, where the gradient by the gate goes.
  const float *gate, *added;
  float *gate_gradient;
  /// Normalised only.
  zoo_source_normalization normalization;
  /// An image; weights by weights.
  void *result;
  /// `shared_count` floats.
  float *shared;
  /// Forward and by data only; a residual (forward only) has the result's layout.
  zoo_epilogue epilogue;
} zoo_convolution_memory;

/// Chooses algorithm and cuts for `workers` workers, and for weights that are packed once or with each run. The
/// result's bits don't depend on `workers`; forward with weights that are kept, a sample's don't depend on `batch`
/// either, unless the shape allows it.
zoo_convolution_plan zoo_convolution_make_plan(
    zoo_isa isa, const zoo_convolution *shape, zoo_convolution_direction direction, bool keeps_weights,
    int64_t workers);

/// The number of tasks of a phase.
int64_t zoo_convolution_tasks(const zoo_convolution_plan *plan, int32_t phase);

void zoo_convolution_pack(const zoo_convolution_plan *plan, const float *weights, float *packed, int64_t task);

/// Does one task; `worker` has `worker_count` floats for it alone.
void zoo_convolution_run(
    const zoo_convolution_plan *plan, const zoo_convolution_memory *memory, int32_t phase, int64_t task, float *worker);

#endif

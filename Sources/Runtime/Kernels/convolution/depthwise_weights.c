// Depthwise convolution by weights.

#include <string.h>

#include "lines.h"

// Lines of a task, and floats of a stretch of them, that are multiplied while they are near the core; tasks whose sums
// are added at the end.
enum { LINES = 8, STRETCH = 32768, GROUPS = 32, CHANNELS_PER_TASK = 32 };

static bool suits(const zoo_convolution_plan *plan) {
  const zoo_convolution *s = &plan->shape;
  return plan->direction == ZOO_CONVOLUTION_BY_WEIGHTS && s->groups > 1 && s->groups == s->in_channels &&
         s->groups == s->out_channels;
}

static int64_t tap_count(const zoo_convolution *s) { return s->kernel_height * s->kernel_width; }

/// Results on top of each other that a task takes at a time; fewer if the lines that they reach over are kept as
/// copies.
static int64_t block_lines(const zoo_convolution *s) { return s->normalized ? LINES / 2 : LINES; }

/// Lines of x that a block reaches over.
static int64_t reach(const zoo_convolution *s) {
  return (block_lines(s) - 1) * s->stride_height + (s->kernel_height - 1) * s->dilation_height + 1;
}

/// The cuts depend on sizes alone, because the number of partial sums shapes the rounding.
static void make_plan(zoo_convolution_plan *plan, int64_t workers) {
  (void)workers;
  const zoo_convolution *s = &plan->shape;
  plan->row_blocks = zoo_ceil_div(s->out_height, block_lines(s));
  plan->pixel_groups = zoo_min(GROUPS, s->batch * plan->row_blocks);
  plan->shared_count = plan->pixel_groups * tap_count(s) * s->in_channels;
  plan->worker_count = zoo_lines_count(plan, reach(s));
  plan->phases = 2;
}

static int64_t tasks(const zoo_convolution_plan *plan, int32_t phase) {
  return phase == 0 ? plan->pixel_groups : zoo_ceil_div(plan->shape.in_channels, CHANNELS_PER_TASK);
}

/// Partial sums are [group][tap][channel].
static void multiply(
    const zoo_convolution_plan *plan, const zoo_convolution_memory *memory, int64_t task, float *worker) {
  const zoo_convolution *s = &plan->shape;
  int64_t blocks = s->batch * plan->row_blocks, channels = s->in_channels;
  float *sums = memory->shared + task * tap_count(s) * channels;
  memset(sums, 0, (size_t)(tap_count(s) * channels) * sizeof(float));
  int64_t last = blocks * (task + 1) / plan->pixel_groups;
  int64_t together = block_lines(s), stretch = zoo_max(8, STRETCH / together / channels / s->stride_width);
  zoo_lines sources = zoo_lines_make(plan, memory, reach(s), worker);
  for (int64_t block = blocks * task / plan->pixel_groups; block < last; block++) {
    int64_t image = block / plan->row_blocks, first = block % plan->row_blocks * together;
    int64_t end = zoo_min(first + together, s->out_height), top = first * s->stride_height - s->pad_top;
    int64_t bottom = (end - 1) * s->stride_height + (s->kernel_height - 1) * s->dilation_height - s->pad_top;
    zoo_lines_need(&sources, image, zoo_max(top, 0), zoo_min(bottom, s->in_height - 1));
    for (int64_t x = 0; x < s->out_width; x += stretch)
      for (int64_t row = 0; row < s->kernel_height; row++) {
        zoo_depthwise_lines lines[LINES];
        int64_t count = 0;
        for (int64_t y = first; y < end; y++) {
          int64_t source = y * s->stride_height + row * s->dilation_height - s->pad_top;
          if (source < 0 || source >= s->in_height) continue;
          lines[count++] = (zoo_depthwise_lines){
              .source = zoo_lines_at(&sources, image, source),
              .gradient = zoo_image_at(plan, memory->gradient, (image * s->out_height + y) * s->out_width * channels),
              .channels = channels,
              .in_width = s->in_width,
              .taps = s->kernel_width,
              .stride = s->stride_width,
              .dilation = s->dilation_width,
              .pad = s->pad_left,
              .first = x,
              .last = zoo_min(x + stretch, s->out_width)};
        }
        zoo_depthwise_weights(plan->isa, plan->shape.narrow, lines, count, sums + row * s->kernel_width * channels);
      }
  }
}

/// Adds the partial sums of some channels up and turns them into [channel][tap].
static void reduce(const zoo_convolution_plan *plan, const zoo_convolution_memory *memory, int64_t task) {
  int64_t taps = tap_count(&plan->shape), channels = plan->shape.in_channels, first = task * CHANNELS_PER_TASK;
  int64_t count = zoo_min(CHANNELS_PER_TASK, channels - first);
  float *result = (float *)memory->result + first * taps;
  for (int64_t tap = 0; tap < taps; tap++) {
    float sums[CHANNELS_PER_TASK] = {0};
    for (int64_t group = 0; group < plan->pixel_groups; group++) {
      const float *in = memory->shared + (group * taps + tap) * channels + first;
      for (int64_t i = 0; i < count; i++) sums[i] += in[i];
    }
    for (int64_t i = 0; i < count; i++) result[i * taps + tap] = sums[i];
  }
}

static void run(
    const zoo_convolution_plan *plan, const zoo_convolution_memory *memory, int32_t phase, int64_t task,
    float *worker) {
  if (phase == 0)
    multiply(plan, memory, task, worker);
  else
    reduce(plan, memory, task);
}

const zoo_convolution_algorithm zoo_convolution_depthwise_weights = {suits, make_plan, tasks, NULL, run};

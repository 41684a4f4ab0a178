// Lines of x as an algorithm reads them: as they lie in memory, or normalised in a ring of lines that stay near the core.

#ifndef ZOO_CONVOLUTION_LINES_H
#define ZOO_CONVOLUTION_LINES_H

#include "ConvolutionAlgorithm.h"
#include "zoo_normalization.h"

typedef struct zoo_lines {
  const zoo_convolution_plan *plan;
  const zoo_convolution_memory *memory;
  /// How many lines are there at a time, and where; normalised only.
  int64_t kept;
  float *ring;
  /// The image that the ring belongs to, and the line that comes into it next.
  int64_t image, next;
} zoo_lines;

static inline int64_t zoo_line_elements(const zoo_convolution_plan *plan) {
  return plan->shape.in_width * plan->shape.in_channels;
}

/// Floats of a line in the ring.
static inline int64_t zoo_line_stride(const zoo_convolution_plan *plan) {
  return zoo_round_up(zoo_line_elements(plan), 32) / (plan->shape.narrow ? 2 : 1);
}

/// Floats of a ring of `kept` lines; none if lines are read where they lie.
static inline int64_t zoo_lines_count(const zoo_convolution_plan *plan, int64_t kept) {
  return plan->shape.normalized ? zoo_min(kept, plan->shape.in_height) * zoo_line_stride(plan) : 0;
}

static inline zoo_lines zoo_lines_make(
    const zoo_convolution_plan *plan, const zoo_convolution_memory *memory, int64_t kept, float *ring) {
  return (zoo_lines){plan, memory, zoo_min(kept, plan->shape.in_height), ring, -1, 0};
}

/// Sees to it that lines `first ... last` of an image can be read, at most `kept` of them. Images and lines come in
/// ascending order.
static inline void zoo_lines_need(zoo_lines *lines, int64_t image, int64_t first, int64_t last) {
  const zoo_convolution_plan *plan = lines->plan;
  if (!plan->shape.normalized) return;
  if (image != lines->image) lines->next = 0;
  lines->image = image;
  const zoo_source_normalization *how = &lines->memory->normalization;
  int64_t count = zoo_line_elements(plan);
  for (int64_t y = zoo_max(lines->next, first); y <= last; y++)
    zoo_normalize(
        plan->shape.narrow, zoo_image_at(plan, lines->memory->source, (image * plan->shape.in_height + y) * count), NULL,
        lines->ring + y % lines->kept * zoo_line_stride(plan), (size_t)count, (size_t)how->period, how->mean,
        how->factor, how->offset, (int)how->activation, false);
  lines->next = zoo_max(lines->next, last + 1);
}

static inline const void *zoo_lines_at(const zoo_lines *lines, int64_t image, int64_t y) {
  const zoo_convolution_plan *plan = lines->plan;
  if (plan->shape.normalized) return lines->ring + y % lines->kept * zoo_line_stride(plan);
  return zoo_image_at(plan, lines->memory->source, (image * plan->shape.in_height + y) * zoo_line_elements(plan));
}

#endif

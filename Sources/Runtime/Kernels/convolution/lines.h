// Lines of a source image as an algorithm reads them: as they lie in memory; normalised, or with each channel as often
// as it has filters, in a ring of lines that stay near the core.

#ifndef ZOO_CONVOLUTION_LINES_H
#define ZOO_CONVOLUTION_LINES_H

#include "algorithm.h"

typedef struct zoo_lines {
  const zoo_convolution_plan *plan;
  const zoo_convolution_memory *memory;
  /// Lines of an image and elements of a line.
  int64_t height, elements;
  /// How many lines are there at a time, and where; none if they are read where they lie.
  int64_t kept;
  float *ring;
  /// The image that the ring belongs to, and the line that comes into it next.
  int64_t image, next;
} zoo_lines;

/// Filters for each channel of a depthwise convolution.
static inline int64_t zoo_lines_filters(const zoo_convolution_plan *plan) {
  return plan->shape.out_channels / plan->shape.in_channels;
}

/// Whether lines are read from the ring.
static inline bool zoo_lines_are_copied(const zoo_convolution_plan *plan) {
  return plan->shape.normalized || zoo_lines_filters(plan) > 1;
}

/// Floats of a line in the ring.
static inline int64_t zoo_line_stride(const zoo_convolution_plan *plan) {
  return zoo_round_up(plan->shape.in_width * plan->shape.out_channels, 32) / (plan->shape.narrow ? 2 : 1);
}

/// Floats of a ring of `kept` lines; none if lines are read where they lie.
static inline int64_t zoo_lines_count(const zoo_convolution_plan *plan, int64_t kept) {
  return zoo_lines_are_copied(plan) ? zoo_min(kept, plan->shape.in_height) * zoo_line_stride(plan) : 0;
}

/// The lines of x; those of the gradient by y by data.
static inline zoo_lines zoo_lines_make(
    const zoo_convolution_plan *plan, const zoo_convolution_memory *memory, int64_t kept, float *ring) {
  const zoo_convolution *s = &plan->shape;
  bool by_data = plan->direction == ZOO_CONVOLUTION_BY_DATA;
  return (zoo_lines){
      .plan = plan,
      .memory = memory,
      .height = by_data ? s->out_height : s->in_height,
      .elements = by_data ? s->out_width * s->out_channels : s->in_width * s->in_pixel,
      .kept = zoo_min(kept, s->in_height),
      .ring = ring,
      .image = -1,
  };
}

/// A line as it lies in memory.
static inline const void *zoo_lines_source(const zoo_lines *lines, int64_t image, int64_t y) {
  return zoo_image_at(lines->plan, lines->memory->source, (image * lines->height + y) * lines->elements);
}

/// Each of `count` numbers `times` times.
static inline void zoo_repeat(const float *in, int64_t count, int64_t times, float *out) {
  if (times == 2) {
    for (int64_t i = 0; i < count; i++) out[2 * i] = out[2 * i + 1] = in[i];
    return;
  }
  for (int64_t i = 0; i < count; i++)
    for (int64_t j = 0; j < times; j++) out[i * times + j] = in[i];
}

/// Sees to it that lines `first ... last` of an image can be read, at most `kept` of them. Images and lines come in
/// ascending order.
static inline void zoo_lines_need(zoo_lines *lines, int64_t image, int64_t first, int64_t last) {
  const zoo_convolution_plan *plan = lines->plan;
  if (!zoo_lines_are_copied(plan)) return;
  if (image != lines->image) lines->next = 0;
  lines->image = image;
  const zoo_source_normalization *how = &lines->memory->normalization;
  int64_t filters = zoo_lines_filters(plan);
  for (int64_t y = zoo_max(lines->next, first); y <= last; y++) {
    float *line = lines->ring + y % lines->kept * zoo_line_stride(plan);
    if (filters > 1)
      zoo_repeat(zoo_lines_source(lines, image, y), lines->elements, filters, line);
    else
      zoo_normalize(
          plan->isa, plan->shape.narrow, zoo_lines_source(lines, image, y), NULL, line, (size_t)lines->elements,
          (size_t)how->period, how->mean, how->factor, how->offset, (int)how->activation, false);
  }
  lines->next = zoo_max(lines->next, last + 1);
}

static inline const void *zoo_lines_at(const zoo_lines *lines, int64_t image, int64_t y) {
  if (!zoo_lines_are_copied(lines->plan)) return zoo_lines_source(lines, image, y);
  return lines->ring + y % lines->kept * zoo_line_stride(lines->plan);
}

#endif

// Convolution of 8-bit images as a product of matrices: rows are output pixels with all their taps side by side.

#include <string.h>

#include "../convolution/algorithm.h"
#include "zoo_quantized_table.h"

/// Bytes of rows that a task gathers; with a panel of weights they stay in the second-level cache.
enum { GATHERED_BYTES = 192 * 1024 };

static int64_t taps(const zoo_convolution *shape) { return shape->kernel_height * shape->kernel_width; }

zoo_quantized_convolution zoo_quantized_convolution_make(
    zoo_isa isa, const zoo_convolution *shape, int32_t zero, int64_t workers) {
  const zoo_quantized_table *table = zoo_quantized_table_for(isa);
  zoo_quantized_convolution plan = {.isa = isa, .shape = *shape, .zero = zero};
  plan.rows = shape->batch * shape->out_height * shape->out_width;
  plan.is_depthwise = shape->groups > 1;
  if (plan.is_depthwise) {
    plan.depth = taps(shape);
    plan.padded_channels = zoo_round_up(shape->out_channels, 64);
    plan.packed_count = plan.depth * plan.padded_channels;
    plan.panels = plan.task_panels = 1;
    // Whole rows of the image, so that neighbours share lines of the input.
    int64_t image_rows = shape->batch * shape->out_height;
    plan.task_rows = zoo_max(1, zoo_min(8, image_rows / (4 * workers))) * shape->out_width;
    plan.worker_count = plan.padded_channels + plan.depth * shape->out_width * (int64_t)sizeof(uint8_t *);
  } else {
    int64_t sum = taps(shape) * shape->in_channels;
    plan.depth = zoo_round_up(sum, 4);
    plan.panels = zoo_ceil_div(shape->out_channels, table->nr);
    plan.padded_channels = plan.panels * table->nr;
    plan.packed_count = plan.padded_channels * plan.depth;
    plan.is_direct = taps(shape) == 1 && shape->stride_height == 1 && shape->stride_width == 1 && shape->pad_top == 0 &&
                     shape->pad_left == 0 && shape->in_channels % 4 == 0 && shape->out_height == shape->in_height &&
                     shape->out_width == shape->in_width;
    int64_t most = zoo_max(table->mr, GATHERED_BYTES / plan.depth / table->mr * table->mr);
    int64_t wanted = zoo_round_up(zoo_ceil_div(plan.rows, 4 * workers), table->mr);
    plan.task_rows = zoo_max(table->mr, zoo_min(most, zoo_max(wanted, 2 * table->mr)));
    // With few rows the panels are shared out too, and each task gathers its rows for itself.
    int64_t row_tasks = zoo_ceil_div(plan.rows, plan.task_rows);
    int64_t slices = zoo_min(plan.panels, zoo_ceil_div(4 * workers, row_tasks));
    plan.task_panels = zoo_ceil_div(plan.panels, slices);
    plan.worker_count = plan.is_direct ? 0 : zoo_round_up(plan.task_rows * plan.depth, 64);
  }
  plan.tasks = zoo_ceil_div(plan.rows, plan.task_rows) * zoo_ceil_div(plan.panels, plan.task_panels);
  return plan;
}

void zoo_quantized_convolution_pack(
    const zoo_quantized_convolution *plan, const int8_t *weights, int8_t *packed, int32_t *bias) {
  const zoo_convolution *shape = &plan->shape;
  int64_t count = taps(shape);
  int64_t inner = plan->is_depthwise ? 1 : shape->in_channels;
  int64_t nr = zoo_quantized_table_for(plan->isa)->nr;
  memset(packed, 0, (size_t)plan->packed_count);
  memset(bias + shape->out_channels, 0, (size_t)(plan->padded_channels - shape->out_channels) * sizeof *bias);
  for (int64_t channel = 0; channel < shape->out_channels; channel++) {
    int32_t total = 0;
    for (int64_t c = 0; c < inner; c++)
      for (int64_t tap = 0; tap < count; tap++) {
        int8_t weight = weights[(channel * inner + c) * count + tap];
        total += weight;
        int64_t p = tap * inner + c;
        if (plan->is_depthwise)
          packed[tap * plan->padded_channels + channel] = weight;
        else
          packed[channel / nr * nr * plan->depth + p / 4 * 4 * nr + channel % nr * 4 + p % 4] = weight;
      }
    bias[channel] -= plan->zero * total;
  }
}

/// Copies `count` bytes; short runs in pieces of a register instead of a call.
static inline void copy(uint8_t *to, const uint8_t *from, int64_t count) {
  if (count > 1024) {
    memcpy(to, from, (size_t)count);
    return;
  }
  int64_t i = 0;
  for (; i + 64 <= count; i += 64) memcpy(to + i, from + i, 64);
  for (; i + 16 <= count; i += 16) memcpy(to + i, from + i, 16);
  if (i < count && count >= 16) {
    memcpy(to + count - 16, from + count - 16, 16);
    return;
  }
  for (; i < count; i++) to[i] = from[i];
}

/// Puts the taps of output pixels `first ..< first + count` side by side.
static void gather(
    const zoo_quantized_convolution *plan, const uint8_t *x, int64_t first, int64_t count, uint8_t *rows) {
  const zoo_convolution *s = &plan->shape;
  int64_t channels = s->in_channels;
  int64_t tail = plan->depth - taps(s) * channels;
  for (int64_t row = first; row < first + count; row++) {
    uint8_t *out = rows + (row - first) * plan->depth;
    int64_t column = row % s->out_width, line = row / s->out_width % s->out_height;
    const uint8_t *image = x + row / (s->out_width * s->out_height) * s->in_height * s->in_width * channels;
    int64_t left = column * s->stride_width - s->pad_left, top = line * s->stride_height - s->pad_top;
    for (int64_t ky = 0; ky < s->kernel_height; ky++) {
      int64_t iy = top + ky * s->dilation_height;
      if (iy < 0 || iy >= s->in_height) {
        memset(out, plan->zero, (size_t)(s->kernel_width * channels));
        out += s->kernel_width * channels;
        continue;
      }
      const uint8_t *source = image + iy * s->in_width * channels;
      if (s->dilation_width == 1) {
        int64_t begin = zoo_max(0, -left), end = zoo_min(s->kernel_width, s->in_width - left);
        if (begin >= end) begin = end = s->kernel_width;
        if (begin > 0) memset(out, plan->zero, (size_t)(begin * channels));
        copy(out + begin * channels, source + (left + begin) * channels, (end - begin) * channels);
        if (end < s->kernel_width)
          memset(out + end * channels, plan->zero, (size_t)((s->kernel_width - end) * channels));
        out += s->kernel_width * channels;
        continue;
      }
      for (int64_t kx = 0; kx < s->kernel_width; kx++, out += channels) {
        int64_t ix = left + kx * s->dilation_width;
        if (ix < 0 || ix >= s->in_width)
          memset(out, plan->zero, (size_t)channels);
        else
          copy(out, source + ix * channels, channels);
      }
    }
    if (tail > 0) memset(out, 0, (size_t)tail);
  }
}

static void multiply(
    const zoo_quantized_convolution *plan, const uint8_t *x, const int8_t *packed, uint8_t *y,
    const zoo_requantization *requantization, int64_t task, uint8_t *worker) {
  const zoo_quantized_table *table = zoo_quantized_table_for(plan->isa);
  int64_t slices = zoo_ceil_div(plan->panels, plan->task_panels);
  int64_t first_row = task / slices * plan->task_rows;
  int64_t rows = zoo_min(plan->task_rows, plan->rows - first_row);
  int64_t first_panel = task % slices * plan->task_panels;
  int64_t last_panel = zoo_min(plan->panels, first_panel + plan->task_panels);
  int64_t channels = plan->shape.out_channels;
  const uint8_t *a = plan->is_direct ? x + first_row * plan->depth : worker;
  if (!plan->is_direct) gather(plan, x, first_row, rows, worker);
  // Tiles of nearly the same height: 49 rows are 13 + 12 + 12 + 12, not 14 + 14 + 14 + 7.
  int64_t tiles = zoo_ceil_div(rows, table->mr);
  if (table->begin) table->begin();
  for (int64_t panel = first_panel; panel < last_panel; panel++) {
    int64_t column = panel * table->nr;
    int64_t columns = zoo_min(table->nr, channels - column);
    for (int64_t t = 0; t < tiles; t++) {
      int64_t i = rows * t / tiles, height = rows * (t + 1) / tiles - i;
      zoo_requantization shifted = *requantization;
      shifted.multiplier += column;
      shifted.bias += column;
      if (shifted.residual) shifted.residual += (first_row + i) * channels + column;
      table->tiles[height - 1](
          columns, plan->depth, a + i * plan->depth, plan->depth, packed + column * plan->depth,
          y + (first_row + i) * channels + column, channels, &shifted);
    }
  }
  if (table->end) table->end();
}

/// The worker's memory: one pixel of zeros, then the input pixels of one row of output pixels.
static void depthwise(
    const zoo_quantized_convolution *plan, const uint8_t *x, const int8_t *packed, uint8_t *y,
    const zoo_requantization *requantization, int64_t task, uint8_t *worker) {
  const zoo_convolution *s = &plan->shape;
  int64_t channels = s->out_channels, count = taps(s);
  memset(worker, plan->zero, (size_t)channels);
  const uint8_t **pixels = (const uint8_t **)(void *)(worker + plan->padded_channels);
  int64_t last = zoo_min(plan->rows, (task + 1) * plan->task_rows);
  for (int64_t row = task * plan->task_rows; row < last; row += s->out_width) {
    int64_t top = row / s->out_width % s->out_height * s->stride_height - s->pad_top;
    const uint8_t *image = x + row / (s->out_width * s->out_height) * s->in_height * s->in_width * channels;
    const uint8_t **next = pixels;
    for (int64_t column = 0; column < s->out_width; column++)
      for (int64_t ky = 0; ky < s->kernel_height; ky++)
        for (int64_t kx = 0; kx < s->kernel_width; kx++) {
          int64_t iy = top + ky * s->dilation_height;
          int64_t ix = column * s->stride_width - s->pad_left + kx * s->dilation_width;
          int inside = iy >= 0 && iy < s->in_height && ix >= 0 && ix < s->in_width;
          *next++ = inside ? image + (iy * s->in_width + ix) * channels : worker;
        }
    zoo_requantization shifted = *requantization;
    if (shifted.residual) shifted.residual += row * channels;
    zoo_quantized_depthwise(
        plan->isa, channels, plan->padded_channels, count, s->out_width, pixels, packed, y + row * channels, &shifted);
  }
}

void zoo_quantized_convolution_run(
    const zoo_quantized_convolution *plan, const uint8_t *x, const int8_t *packed, uint8_t *y,
    const zoo_requantization *requantization, int64_t task, uint8_t *worker) {
  if (plan->is_depthwise)
    depthwise(plan, x, packed, y, requantization, task, worker);
  else
    multiply(plan, x, packed, y, requantization, task, worker);
}

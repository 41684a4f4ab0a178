// Depthwise convolution, forward and by data: one filter for each channel, at the speed of memory.

#include <string.h>

#include "gather.h"
#include "lines.h"

// Channels whose weights a task packs, results side by side in one tile, and the most pixels that these reach over.
enum { PACKED_TOGETHER = 64, RESULTS = 4, MOST_TAPS = 16, MOST_LINES = 16, SPAN = (RESULTS - 1) * 2 + MOST_TAPS };

/// Several filters for each channel are those of an image that has each channel as often; forward alone.
static bool is_depthwise(const zoo_convolution_plan *plan) {
  const zoo_convolution *s = &plan->shape;
  bool takes_several =
      plan->direction == ZOO_CONVOLUTION_FORWARD && !s->narrow && !s->normalized && s->in_pixel == s->in_channels;
  return s->groups > 1 && s->groups == s->in_channels && (s->groups == s->out_channels || takes_several);
}

static bool suits(const zoo_convolution_plan *plan) {
  const zoo_convolution *s = &plan->shape;
  return is_depthwise(plan) && plan->direction != ZOO_CONVOLUTION_BY_WEIGHTS && s->kernel_height <= MOST_LINES &&
         s->kernel_width <= MOST_TAPS;
}

static int64_t weight_stride(const zoo_convolution *s) { return zoo_round_up(s->out_channels, 16); }

/// Lines of the source that a line of the result reaches over.
static int64_t reach(const zoo_convolution *s) { return (s->kernel_height - 1) * s->dilation_height + 1; }

static void make_plan(zoo_convolution_plan *plan, int64_t workers) {
  const zoo_convolution *s = &plan->shape;
  plan->packed_count = s->kernel_height * s->kernel_width * weight_stride(s);
  plan->pack_tasks = zoo_gather_phases(plan) * zoo_ceil_div(s->out_channels, PACKED_TOGETHER);
  // Zeros in place of the pixels beyond the border.
  plan->worker_count = weight_stride(s) + zoo_lines_count(plan, reach(s));
  plan->phases = 1;
  // Some lines of an image together, so that lines of the source are found in the cache by the next line.
  int64_t lines = plan->direction == ZOO_CONVOLUTION_BY_DATA ? s->in_height : s->out_height;
  plan->row_block = zoo_min(lines, 14);
  // Where blocks meet, lines would be normalised twice.
  if (s->normalized && s->batch >= 4 * workers) plan->row_block = lines;
  plan->row_blocks = zoo_ceil_div(lines, plan->row_block);
}

static int64_t tasks(const zoo_convolution_plan *plan, int32_t phase) {
  (void)phase;
  return plan->shape.batch * plan->row_blocks;
}

/// The gather of all channels together, with the taps of a line in ascending order of their pixels.
static zoo_gather channels_together(const zoo_convolution_plan *plan, int64_t phase, bool *reversed) {
  zoo_gather gather = zoo_gather_make(plan, 0, phase);
  gather.channels = gather.pixel = plan->shape.out_channels;
  zoo_gather_axis *width = &gather.width;
  *reversed = width->step < 0 && width->taps > 0;
  if (*reversed) {
    width->base += (width->taps - 1) * width->step;
    width->step = -width->step;
  }
  return gather;
}

static void pack(const zoo_convolution_plan *plan, const float *weights, float *packed, int64_t task) {
  const zoo_convolution *s = &plan->shape;
  int64_t blocks = zoo_ceil_div(s->out_channels, PACKED_TOGETHER), phase = task / blocks;
  int64_t first = task % blocks * PACKED_TOGETHER, last = zoo_min(first + PACKED_TOGETHER, s->out_channels);
  bool reversed;
  zoo_gather gather = channels_together(plan, phase, &reversed);
  const zoo_gather_axis *height = &gather.height, *width = &gather.width;
  int64_t stride = weight_stride(s);
  float *out = packed + zoo_gather_taps_before(plan, phase) * stride;
  for (int64_t y = 0; y < height->taps; y++)
    for (int64_t x = 0; x < width->taps; x++, out += stride) {
      int64_t row = height->first + y * height->tap_stride;
      int64_t column = width->first + (reversed ? width->taps - 1 - x : x) * width->tap_stride;
      for (int64_t channel = first; channel < last; channel++)
        out[channel] = weights[(channel * s->kernel_height + row) * s->kernel_width + column];
      if (last == s->out_channels) memset(out + last, 0, (size_t)(stride - last) * sizeof(float));
    }
}

/// One line of results of one phase.
static void run_line(
    const zoo_convolution_plan *plan, const zoo_convolution_memory *memory, const zoo_gather *gather,
    const float *weights, zoo_lines *sources, int64_t image, int64_t y, const float *zeros) {
  const zoo_gather_axis *height = &gather->height, *width = &gather->width;
  const zoo_convolution *s = &plan->shape;
  bool by_data = plan->direction == ZOO_CONVOLUTION_BY_DATA;
  int64_t result_width = by_data ? s->in_width : s->out_width, result_height = by_data ? s->in_height : s->out_height;
  int64_t channels = s->out_channels;
  // Elements from a pixel to the next: of lines in the ring, where channels are next to each other, of x and of y.
  bool is_dense = by_data || zoo_lines_are_copied(plan);
  int64_t source_pixel = is_dense ? channels : s->in_pixel, result_pixel = by_data ? channels : s->out_pixel;
  int64_t first_pixel = (image * result_height + height->offset + y * height->spread) * result_width;

  // Lines of taps that lie inside, and nothing of the others.
  int64_t at[MOST_LINES];
  int64_t first_line = 0, line_count = 0, highest = height->source, lowest = -1;
  for (int64_t tap = 0; tap < height->taps; tap++) {
    int64_t source_y = y * height->stride + height->base + tap * height->step;
    if (source_y < 0 || source_y >= height->source) continue;
    if (line_count == 0) first_line = tap;
    highest = zoo_min(highest, source_y);
    lowest = zoo_max(lowest, source_y);
    at[line_count++] = source_y;
  }
  zoo_lines_need(sources, image, highest, lowest);
  const void *lines[MOST_LINES];
  for (int64_t line = 0; line < line_count; line++) lines[line] = zoo_lines_at(sources, image, at[line]);
  // A tile of several results wants taps that are neighbours.
  int64_t most = width->step == 1 || width->taps <= 1 ? RESULTS : 1;
  if (width->stride > 2 || width->taps == 0) most = 1;
  const void *pixels[MOST_LINES * SPAN], *residual[RESULTS];
  void *out[RESULTS];
  zoo_depthwise_tile tile = {
      .channels = channels,
      .source_pixel = source_pixel,
      .tap_rows = width->taps ? line_count : 0,
      .tap_columns = width->taps,
      .stride = width->stride,
      .pixels = pixels,
      .weights = weights + first_line * width->taps * weight_stride(s),
      .weight_stride = weight_stride(s),
      .out = out,
      .residual = memory->epilogue.residual ? residual : NULL,
      .epilogue = &memory->epilogue};
  int64_t step = most > 1 ? 1 : width->step, size = s->narrow ? 2 : 4;
  int64_t source_step = step * source_pixel * size, result_step = width->spread * result_pixel * size;
  char *results_line = zoo_result_at(plan, memory->result, (first_pixel + width->offset) * result_pixel);
  int64_t ahead_lines = zoo_lines_are_copied(plan) ? 0 : zoo_min(2, zoo_min(height->stride, lowest + 1));
  const char *ahead_line[2] = {NULL, NULL};
  for (int64_t line = 0; line < ahead_lines; line++) ahead_line[line] = zoo_lines_source(sources, image, lowest - line);
  for (int64_t next_x = 0; next_x < width->rows; next_x += most) {
    // Large kernels have no smaller tiles: the last goes over results of the one before it again, with the same sums.
    int64_t last_x = width->taps > 5 ? zoo_max(0, width->rows - most) : next_x, x = zoo_min(next_x, last_x);
    tile.results = zoo_min(most, width->rows - x);
    int64_t span = (tile.results - 1) * width->stride + width->taps, count = 0;
    int64_t first_x = x * width->stride + width->base, last = first_x + (span - 1) * step;
    bool inside = zoo_min(first_x, last) >= 0 && zoo_max(first_x, last) < width->source;
    for (int64_t line = 0; line < line_count; line++) {
      const char *pixel = (const char *)lines[line] + first_x * source_pixel * size;
      if (inside)
        for (int64_t i = 0; i < span; i++, pixel += source_step) pixels[count++] = pixel;
      else
        for (int64_t i = 0; i < span; i++, pixel += source_step)
          pixels[count++] = first_x + i * step >= 0 && first_x + i * step < width->source ? pixel : (const void *)zeros;
    }
    for (int64_t i = 0; i < tile.results; i++) out[i] = results_line + (x + i) * result_step;
    for (int64_t i = 0; memory->epilogue.residual && i < tile.results; i++)
      residual[i] = zoo_image_at(
          plan, memory->epilogue.residual, (first_pixel + width->offset + (x + i) * width->spread) * channels);
    // How many lines of the source the next line of results reads that this one didn't.
    int64_t next = (x + most) * width->stride + width->base + (most > 1 ? width->taps - width->stride : 0);
    for (int64_t line = 0; line < ahead_lines; line++)
      tile.ahead[line] = ahead_line[line] + zoo_max(next, 0) * source_pixel * size;
    zoo_depthwise(plan->isa, s->narrow, &tile);
  }
}

static void run(
    const zoo_convolution_plan *plan, const zoo_convolution_memory *memory, int32_t stage, int64_t task,
    float *worker) {
  (void)stage;
  const zoo_convolution *s = &plan->shape;
  memset(worker, 0, (size_t)weight_stride(s) * sizeof(float));
  int64_t image = task / plan->row_blocks, first = task % plan->row_blocks * plan->row_block;
  bool reversed;
  zoo_lines sources = zoo_lines_make(plan, memory, reach(s), worker + weight_stride(s));
  int64_t phases = zoo_gather_phases(plan);
  for (int64_t phase = 0; phase < phases; phase++) {
    zoo_gather gather = channels_together(plan, phase, &reversed);
    const float *weights = memory->packed + zoo_gather_taps_before(plan, phase) * weight_stride(s);
    // Results of this phase whose lines lie in the task's block.
    const zoo_gather_axis *height = &gather.height;
    int64_t from = zoo_ceil_div(zoo_max(first - height->offset, 0), height->spread);
    for (int64_t y = from; y < height->rows && height->offset + y * height->spread < first + plan->row_block; y++)
      run_line(plan, memory, &gather, weights, &sources, image, y, worker);
  }
}

const zoo_convolution_algorithm zoo_convolution_depthwise = {suits, make_plan, tasks, pack, run};

// Forward and by data, for groups of few channels: lines of the source are copied group by group, with their padding,
// so that the taps of a line are one row of a matrix product. Groups that don't fill a vector are multiplied together,
// as blocks of one matrix that is 0 elsewhere.

#include <string.h>

#include "gather.h"

// The most channels of a group, floats of the copied lines, and lines of the result in one task.
enum { MOST_CHANNELS = 256, MOST_COPIED = 1 << 17, MOST_LINES = 8, TOGETHER = 256 };

/// One axis of the source as taps in ascending order see it: result j begins at the copied pixel j · stride, and the
/// copied pixel p is `first` + p of the source.
typedef struct axis {
  int64_t source, results, taps, stride, step, first;
  /// Whether the last tap comes first in memory.
  bool reversed;
} axis;

static axis axis_of(const zoo_gather_axis *gather) {
  bool reversed = gather->step < 0;
  return (axis){
      .source = gather->source,
      .results = gather->rows,
      .taps = gather->taps,
      .stride = gather->stride,
      .step = reversed ? -gather->step : gather->step,
      .first = gather->base + (reversed ? (gather->taps - 1) * gather->step : 0),
      .reversed = reversed};
}

/// The number of pixels that a number of results reach over.
static int64_t reach(const axis *axis, int64_t results) {
  return (results - 1) * axis->stride + (axis->taps - 1) * axis->step + 1;
}

/// Groups that are multiplied together, and the channels of source and result that they have.
typedef struct blocks {
  axis height, width;
  int64_t merged, count, sources, results;
  int64_t panels;
} blocks;

static blocks blocks_of(const zoo_convolution_plan *plan) {
  const zoo_convolution *s = &plan->shape;
  const zoo_gemm_table *table = zoo_gemm_table_for(plan->isa);
  zoo_gather gather = zoo_gather_make(plan, 0, 0);
  bool by_data = plan->direction == ZOO_CONVOLUTION_BY_DATA;
  int64_t results = (by_data ? s->in_channels : s->out_channels) / s->groups, merged = 1;
  while (merged < s->groups && (merged * results < table->half || s->groups % merged != 0)) merged++;
  return (blocks){
      .height = axis_of(&gather.height),
      .width = axis_of(&gather.width),
      .merged = merged,
      .count = s->groups / merged,
      .sources = merged * gather.channels,
      .results = merged * results,
      .panels = zoo_ceil_div(merged * results, table->nr)};
}

static bool suits(const zoo_convolution_plan *plan) {
  const zoo_convolution *s = &plan->shape;
  if (s->groups == 1 || plan->direction == ZOO_CONVOLUTION_BY_WEIGHTS || zoo_gather_phases(plan) > 1) return false;
  blocks all = blocks_of(plan);
  bool is_pixelwise = all.height.taps * all.width.taps == 1 && all.merged == 1;
  return !is_pixelwise && all.height.taps > 0 && all.width.taps > 0 && all.sources <= MOST_CHANNELS &&
         all.results <= MOST_CHANNELS;
}

/// Floats of the copied lines of one block of groups.
static int64_t copied_count(const blocks *all, int64_t lines) {
  return reach(&all->height, lines) * reach(&all->width, all->width.results) * all->sources;
}

static int64_t sums_stride(const blocks *all) { return zoo_round_up(all->results, 32); }

static void make_plan(zoo_convolution_plan *plan, int64_t workers) {
  blocks all = blocks_of(plan);
  int64_t nr = zoo_gemm_nr(plan->isa), taps = all.height.taps * all.width.taps;
  plan->packed_count = all.count * all.panels * taps * all.sources * nr;
  plan->pack_tasks = all.count;
  plan->row_block = zoo_min(all.height.results, MOST_LINES);
  // Blocks side by side are read as they lie.
  int64_t together = zoo_min(all.count, zoo_ceil_div(TOGETHER, all.sources));
  while (plan->row_block > 1 && together * copied_count(&all, plan->row_block) > MOST_COPIED) plan->row_block--;
  plan->row_blocks = zoo_ceil_div(all.height.results, plan->row_block);
  int64_t room = zoo_max(1, MOST_COPIED / copied_count(&all, plan->row_block));
  int64_t wanted = zoo_ceil_div(workers == 1 ? 1 : 4 * workers, plan->shape.batch * plan->row_blocks);
  // Slices of groups, here in place of panels.
  plan->panel_slice = zoo_max(1, zoo_min(room, all.count / zoo_min(all.count, wanted)));
  plan->panel_slices = zoo_ceil_div(all.count, plan->panel_slice);
  plan->worker_count = plan->panel_slice * copied_count(&all, plan->row_block);
  if (plan->shape.narrow) plan->worker_count += all.width.results * sums_stride(&all);
  plan->phases = 1;
}

static int64_t tasks(const zoo_convolution_plan *plan, int32_t phase) {
  (void)phase;
  return plan->shape.batch * plan->row_blocks * plan->panel_slices;
}

/// Packed weights are [block of groups][panel][tap][source channel][nr].
static void pack(const zoo_convolution_plan *plan, const float *weights, float *packed, int64_t task) {
  const zoo_convolution *s = &plan->shape;
  blocks all = blocks_of(plan);
  int64_t nr = zoo_gemm_nr(plan->isa), kernel = s->kernel_height * s->kernel_width;
  int64_t sources = all.sources / all.merged, results = all.results / all.merged;
  int64_t panel_stride = kernel * all.sources * nr;
  bool by_data = plan->direction == ZOO_CONVOLUTION_BY_DATA;
  // Weights are [out channels, in channels of the group, taps].
  int64_t result_stride = by_data ? kernel : sources * kernel, source_stride = by_data ? results * kernel : kernel;
  float *out = packed + task * all.panels * panel_stride;
  memset(out, 0, (size_t)(all.panels * panel_stride) * sizeof(float));
  for (int64_t group = 0; group < all.merged; group++) {
    const float *base = weights + (task * all.merged + group) * sources * results * kernel;
    for (int64_t tap = 0; tap < kernel; tap++) {
      int64_t y = tap / s->kernel_width, x = tap % s->kernel_width;
      int64_t row = all.height.reversed ? s->kernel_height - 1 - y : y;
      int64_t column = all.width.reversed ? s->kernel_width - 1 - x : x;
      for (int64_t source = 0; source < sources; source++)
        for (int64_t result = 0; result < results; result++) {
          int64_t to = group * results + result;
          out[to / nr * panel_stride + (tap * all.sources + group * sources + source) * nr + to % nr] =
              base[source * source_stride + result * result_stride + row * s->kernel_width + column];
        }
    }
  }
}

/// Elements from a pixel of the source to the next.
static int64_t source_pixel(const zoo_convolution_plan *plan, const blocks *all) {
  return plan->direction == ZOO_CONVOLUTION_BY_DATA ? all->sources * all->count : plan->shape.in_pixel;
}

/// One pixel of a block of groups.
static inline void copy_pixel(const zoo_convolution_plan *plan, const void *from, int64_t channels, float *out) {
  if (plan->shape.narrow)
    zoo_widen(plan->isa, from, channels, out);
  else if (channels == 16)
    memcpy(out, from, 16 * sizeof(float));
  else
    memcpy(out, from, (size_t)channels * sizeof(float));
}

/// The lines that the results from line `first` on reach over, block of groups by block of groups. They are read pixel
/// by pixel, all blocks of one together, as they lie in memory.
static void copy_lines(
    const zoo_convolution_plan *plan, const blocks *all, const void *source, int64_t image, int64_t first,
    int64_t lines, int64_t first_block, int64_t last_block, float *out) {
  int64_t pixel = source_pixel(plan, all);
  int64_t width = reach(&all->width, all->width.results), channels = all->sources;
  int64_t line = width * channels, rows = reach(&all->height, lines), blocks = last_block - first_block;
  int64_t left = zoo_min(zoo_max(-all->width.first, 0), width);
  int64_t last = zoo_min(width, all->width.source - all->width.first), inside = zoo_max(0, last - left);
  for (int64_t row = 0; row < rows; row++, out += line) {
    int64_t y = first * all->height.stride + all->height.first + row;
    bool is_outside = y < 0 || y >= all->height.source || inside == 0;
    int64_t before = is_outside ? width : left, after = is_outside ? 0 : width - left - inside;
    for (int64_t block = 0; block < blocks; block++) {
      float *to = out + block * rows * line;
      memset(to, 0, (size_t)(before * channels) * sizeof(float));
      if (after) memset(to + (width - after) * channels, 0, (size_t)(after * channels) * sizeof(float));
    }
    if (is_outside) continue;
    int64_t from = ((image * all->height.source + y) * all->width.source + all->width.first + left) * pixel;
    for (int64_t x = left; x < left + inside; x++, from += pixel)
      for (int64_t block = 0; block < blocks; block++)
        copy_pixel(
            plan, zoo_image_at(plan, source, from + (first_block + block) * channels), channels,
            out + block * rows * line + x * channels);
  }
}

/// One line of results of one block of groups, from its copied lines.
static void run_line(
    const zoo_convolution_plan *plan, const blocks *all, const float *copied, const float *packed, float *to,
    int64_t to_stride, const zoo_epilogue *epilogue, zoo_ahead *ahead) {
  const zoo_gemm_table *table = zoo_gemm_table_for(plan->isa);
  int64_t line = reach(&all->width, all->width.results) * all->sources, depth = all->width.taps * all->sources;
  int64_t panel_stride = all->height.taps * depth * table->nr;
  // Neighbouring taps are one row of the product; others are one product each.
  int64_t parts = all->width.step == 1 ? 1 : all->width.taps;
  for (int64_t y = 0; y < all->height.taps; y++)
    for (int64_t part = 0; part < parts; part++) {
      bool is_first = y == 0 && part == 0, is_last = y + 1 == all->height.taps && part + 1 == parts;
      zoo_gemm_part(
          table, all->width.results, all->results, depth / parts,
          copied + y * all->height.step * line + part * all->width.step * all->sources,
          all->width.stride * all->sources, false, zoo_ahead_next(ahead, table, all->width.results, depth / parts),
          packed + (y * depth + part * all->sources) * table->nr, panel_stride, to, to_stride, !is_first,
          is_last ? epilogue : NULL, 0, all->panels);
    }
}

static void run(
    const zoo_convolution_plan *plan, const zoo_convolution_memory *memory, int32_t phase, int64_t task,
    float *worker) {
  (void)phase;
  blocks all = blocks_of(plan);
  int64_t first_block = task % plan->panel_slices * plan->panel_slice;
  int64_t last_block = zoo_min(all.count, first_block + plan->panel_slice);
  task /= plan->panel_slices;
  int64_t first = task % plan->row_blocks * plan->row_block, image = task / plan->row_blocks;
  int64_t lines = zoo_min(plan->row_block, all.height.results - first);
  copy_lines(plan, &all, memory->source, image, first, lines, first_block, last_block, worker);

  bool narrow = plan->shape.narrow;
  int64_t channels = all.results * all.count, copied = copied_count(&all, lines);
  int64_t pixel = plan->direction == ZOO_CONVOLUTION_BY_DATA ? channels : plan->shape.out_pixel;
  int64_t line = reach(&all.width, all.width.results) * all.sources;
  int64_t packed = all.panels * all.height.taps * all.width.taps * all.sources * zoo_gemm_nr(plan->isa);
  float *sums = worker + plan->panel_slice * copied_count(&all, plan->row_block);
  // The lines of the source that the next task adds are fetched on the way.
  zoo_ahead ahead = {0};
  if (plan->panel_slices == 1) {
    int64_t next = (first + lines) * all.height.stride + all.height.first + reach(&all.height, 1) - all.height.stride;
    int64_t source_line = all.width.source * source_pixel(plan, &all);
    ahead = zoo_ahead_of(
        plan, memory->source, (image * all.height.source + next) * source_line,
        plan->row_block * all.height.stride * source_line, plan->shape.batch * all.height.source * source_line);
  }
  for (int64_t block = first_block; block < last_block; block++)
    for (int64_t y = 0; y < lines; y++) {
      int64_t at = (image * all.height.results + first + y) * all.width.results;
      void *result = zoo_result_at(plan, memory->result, at * pixel + block * all.results);
      zoo_epilogue epilogue = memory->epilogue;
      epilogue.streamed = false;
      if (epilogue.bias) epilogue.bias += block * all.results;
      if (epilogue.residual)
        epilogue.residual = zoo_image_at(plan, epilogue.residual, at * channels + block * all.results);
      epilogue.narrow = narrow ? result : NULL;
      epilogue.narrow_stride = pixel;
      run_line(
          plan, &all, worker + (block - first_block) * copied + y * all.height.stride * line,
          memory->packed + block * packed, narrow ? sums : result, narrow ? sums_stride(&all) : pixel, &epilogue,
          &ahead);
    }
}

const zoo_convolution_algorithm zoo_convolution_grouped = {suits, make_plan, tasks, pack, run};

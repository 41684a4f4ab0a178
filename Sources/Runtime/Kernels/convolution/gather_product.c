// Forward and by data: gathered rows times packed weights.

#include <string.h>

#include "gather.h"

/// Columns of the result in one group.
static int64_t result_channels(const zoo_convolution_plan *plan) {
  const zoo_convolution *s = &plan->shape;
  return (plan->direction == ZOO_CONVOLUTION_BY_DATA ? s->in_channels : s->out_channels) / s->groups;
}

static int64_t source_channels(const zoo_convolution_plan *plan) {
  const zoo_convolution *s = &plan->shape;
  return (plan->direction == ZOO_CONVOLUTION_BY_DATA ? s->out_channels : s->in_channels) / s->groups;
}

static int64_t panel_count(const zoo_convolution_plan *plan) {
  return zoo_ceil_div(result_channels(plan), zoo_gemm_nr(plan->isa));
}

/// The table that multiplies pairs of bfloat16, if images are that and pairs never reach from one part of the packed
/// weights into the next.
static const zoo_gemm_table *dot_table(const zoo_convolution_plan *plan) {
  bool is_one_part = zoo_gather_phases(plan) == 1 && plan->shape.groups == 1;
  bool are_whole = source_channels(plan) % 2 == 0 || is_one_part;
  return plan->shape.narrow && are_whole ? zoo_gemm_pairs_table_for(plan->isa) : NULL;
}

/// Floats (or pairs) that `columns` elements of a row take.
static int64_t depth_of(bool dot, int64_t columns) { return dot ? zoo_ceil_div(columns, 2) : columns; }

/// Where the packed weights of a phase begin: behind those of the phases before it.
static int64_t packed_offset(const zoo_convolution_plan *plan, int64_t group, int64_t phase) {
  const zoo_convolution *s = &plan->shape;
  int64_t taps = zoo_gather_taps_before(plan, phase) + group * s->kernel_height * s->kernel_width;
  return depth_of(dot_table(plan), taps * source_channels(plan)) * panel_count(plan) * zoo_gemm_nr(plan->isa);
}

static bool suits(const zoo_convolution_plan *plan) { return plan->direction != ZOO_CONVOLUTION_BY_WEIGHTS; }

/// Worker memory: the gathered block, rows in float before they are narrowed, rows before they are spread.
static int64_t sums_offset(const zoo_convolution_plan *plan) {
  return plan->row_block * zoo_row_stride(depth_of(dot_table(plan), plan->depth_block));
}

static int64_t sums_stride(const zoo_convolution_plan *plan) { return zoo_round_up(result_channels(plan), 32); }

static void make_plan(zoo_convolution_plan *plan, int64_t workers) {
  const zoo_convolution *s = &plan->shape;
  bool dot = dot_table(plan);
  int64_t phases = zoo_gather_phases(plan), panels = panel_count(plan);
  int64_t mr = dot ? dot_table(plan)->mr : zoo_gemm_mr(plan->isa);
  int64_t columns = s->kernel_height * s->kernel_width * source_channels(plan);
  plan->packed_count = s->groups * depth_of(dot, columns) * panels * zoo_gemm_nr(plan->isa);
  plan->pack_tasks = s->groups * phases * panels;

  int64_t blocks = zoo_ceil_div(depth_of(dot, columns), ZOO_GEMM_DEPTH);
  plan->depth_block = zoo_ceil_div(columns, blocks);
  if (dot) plan->depth_block = zoo_round_up(plan->depth_block, 2);
  zoo_gather first = zoo_gather_make(plan, 0, 0);
  int64_t rows = zoo_gather_rows(&first, s->batch);
  // A block of rows stays in the second-level cache while all panels pass by.
  int64_t most = zoo_max(mr, zoo_min(65536 / depth_of(dot, plan->depth_block), 512) / mr * mr);
  int64_t wanted = workers == 1 ? 1 : 4 * workers;
  int64_t row_blocks = zoo_max(zoo_ceil_div(rows, most), zoo_min(wanted, zoo_ceil_div(rows, 4 * mr)));
  plan->row_block = zoo_round_up(zoo_ceil_div(rows, row_blocks), mr);
  plan->row_blocks = zoo_ceil_div(rows, plan->row_block);
  int64_t slices = zoo_min(panels, zoo_ceil_div(wanted, plan->row_blocks * s->groups * phases));
  plan->panel_slice = zoo_ceil_div(panels, slices);
  plan->panel_slices = zoo_ceil_div(panels, plan->panel_slice);

  plan->phases = 1;
  plan->worker_count = sums_offset(plan);
  if (phases > 1 || s->narrow) plan->worker_count += plan->row_block * sums_stride(plan);
  if (phases > 1 && s->narrow) plan->worker_count += plan->row_block * sums_stride(plan) / 2;
}

static int64_t tasks(const zoo_convolution_plan *plan, int32_t phase) {
  (void)phase;
  return plan->shape.groups * zoo_gather_phases(plan) * plan->row_blocks * plan->panel_slices;
}

static void pack(const zoo_convolution_plan *plan, const float *weights, float *packed, int64_t task) {
  const zoo_convolution *s = &plan->shape;
  int64_t panels = panel_count(plan), phases = zoo_gather_phases(plan), nr = zoo_gemm_nr(plan->isa);
  int64_t panel = task % panels, phase = task / panels % phases, group = task / panels / phases;
  zoo_gather gather = zoo_gather_make(plan, group, phase);
  int64_t columns = zoo_gather_columns(&gather), channels = gather.channels, results = result_channels(plan);
  int64_t count = zoo_min(nr, results - panel * nr);
  bool dot = dot_table(plan);
  int64_t depth = depth_of(dot, columns);
  float *out = packed + packed_offset(plan, group, phase) + panel * depth * nr;
  if (count < nr || columns % 2 != 0) memset(out, 0, (size_t)(depth * nr) * sizeof(float));

  int64_t kernel = s->kernel_height * s->kernel_width;
  bool by_data = plan->direction == ZOO_CONVOLUTION_BY_DATA;
  // Weights are [out channels, in channels of the group, taps].
  int64_t result_stride = by_data ? kernel : channels * kernel;
  int64_t source_stride = by_data ? results * kernel : kernel;
  const float *base = weights + group * s->out_channels / s->groups * (s->in_channels / s->groups) * kernel +
                      panel * nr * result_stride;
  for (int64_t channel = 0; channel < channels; channel++)
    for (int64_t y = 0; y < gather.height.taps; y++)
      for (int64_t x = 0; x < gather.width.taps; x++) {
        int64_t row = gather.height.first + y * gather.height.tap_stride;
        int64_t column = gather.width.first + x * gather.width.tap_stride;
        const float *in = base + channel * source_stride + row * s->kernel_width + column;
        int64_t k = (y * gather.width.taps + x) * channels + channel;
        if (dot) {
          uint16_t *to = (uint16_t *)(void *)(out + k / 2 * nr) + k % 2;
          for (int64_t j = 0; j < count; j++) to[2 * j] = zoo_narrowed(in[j * result_stride]);
        } else {
          for (int64_t j = 0; j < count; j++) out[k * nr + j] = in[j * result_stride];
        }
      }
}

/// Moves finished rows from `block` to the pixels where they belong.
static void spread(
    const zoo_convolution_plan *plan, const zoo_gather *gather, int64_t first_row, int64_t rows, const void *block,
    int64_t block_stride, int64_t first_channel, int64_t channels, void *result) {
  const zoo_convolution *s = &plan->shape;
  for (int64_t row = 0; row < rows; row++) {
    int64_t index = first_row + row, x = index % gather->width.rows, rest = index / gather->width.rows;
    int64_t y = rest % gather->height.rows, image = rest / gather->height.rows;
    int64_t to_y = gather->height.offset + y * gather->height.spread;
    int64_t to_x = gather->width.offset + x * gather->width.spread;
    memcpy(
        zoo_result_at(
            plan, result, ((image * s->in_height + to_y) * s->in_width + to_x) * s->in_channels + first_channel),
        zoo_image_at(plan, block, row * block_stride), (size_t)channels * (s->narrow ? 2 : 4));
  }
}

/// The lines of the source that the rows from `first` on read and those before them didn't.
static zoo_ahead lines_ahead(
    const zoo_convolution_plan *plan, const zoo_gather *gather, const void *source, int64_t first) {
  const zoo_gather_axis *height = &gather->height, *width = &gather->width;
  int64_t line = width->source * gather->pixel, y = first / width->rows;
  int64_t from =
      y % height->rows * height->stride + height->base + (height->taps - 1) * height->step + 1 - height->stride;
  int64_t lines = zoo_ceil_div(plan->row_block, width->rows) * height->stride;
  return zoo_ahead_of(
      plan, source, (y / height->rows * height->source + from) * line, lines * line,
      plan->shape.batch * height->source * line);
}

static void run(
    const zoo_convolution_plan *plan, const zoo_convolution_memory *memory, int32_t stage, int64_t task,
    float *worker) {
  (void)stage;
  const zoo_convolution *s = &plan->shape;
  const zoo_gemm_table *dot = dot_table(plan), *table = dot ? dot : zoo_gemm_table_for(plan->isa);
  int64_t phases = zoo_gather_phases(plan), channels = result_channels(plan);
  int64_t all = plan->direction == ZOO_CONVOLUTION_BY_DATA ? s->in_channels : s->out_pixel;
  int64_t slice = task % plan->panel_slices;
  task /= plan->panel_slices;
  int64_t block = task % plan->row_blocks;
  task /= plan->row_blocks;
  int64_t phase = task % phases, group = task / phases;

  zoo_gather gather = zoo_gather_make(plan, group, phase);
  int64_t first_row = block * plan->row_block;
  int64_t rows = zoo_min(plan->row_block, zoo_gather_rows(&gather, s->batch) - first_row);
  if (rows <= 0) return;
  int64_t columns = zoo_gather_columns(&gather), depth = zoo_min(columns, plan->depth_block);
  int64_t first_panel = slice * plan->panel_slice;
  int64_t last_panel = zoo_min(first_panel + plan->panel_slice, panel_count(plan));

  bool spreading = phases > 1;
  bool identity = zoo_gather_is_identity(&gather) && (!s->narrow || (dot && gather.pixel % 2 == 0));
  int64_t a_stride = identity ? depth_of(dot, gather.pixel) : zoo_row_stride(depth_of(dot, plan->depth_block));
  float *sums = worker + sums_offset(plan);
  void *finished = zoo_result_at(plan, memory->result, first_row * all + group * channels);
  int64_t finished_stride = all;
  if (spreading) {
    finished = s->narrow ? sums + plan->row_block * sums_stride(plan) : sums;
    finished_stride = sums_stride(plan);
  }
  float *to = s->narrow ? sums : finished;
  int64_t to_stride = s->narrow ? sums_stride(plan) : finished_stride;
  zoo_epilogue epilogue = memory->epilogue;
  if (epilogue.bias) epilogue.bias += group * channels;
  if (epilogue.residual)
    epilogue.residual = zoo_image_at(plan, epilogue.residual, first_row * epilogue.residual_stride + group * channels);
  // What is added up in several blocks, or moved once more, is near the core.
  epilogue.streamed = epilogue.streamed && (columns <= depth || s->narrow) && !spreading;
  epilogue.narrow = s->narrow ? finished : NULL;
  epilogue.narrow_stride = finished_stride;
  const float *packed = memory->packed + packed_offset(plan, group, phase);

  // Lines that the next task adds are fetched on the way, if that reads whole ones.
  zoo_ahead ahead = {0};
  if (!identity && plan->direction == ZOO_CONVOLUTION_FORWARD && plan->panel_slices == 1 && plan->shape.groups == 1)
    ahead = lines_ahead(plan, &gather, memory->source, first_row + rows);
  int64_t first = 0;
  do {
    int64_t last = zoo_min(first + depth, columns);
    const float *a = zoo_image_at(plan, memory->source, first_row * gather.pixel + gather.first_channel + first);
    if (!identity) {
      zoo_gather_copy(
          plan, &gather, memory->source, first_row, rows, first, last, !dot, worker, dot ? 2 * a_stride : a_stride);
      a = worker;
    }
    zoo_gemm_part(
        table, rows, channels, depth_of(dot, last - first), a, a_stride, false,
        zoo_ahead_next(&ahead, table, rows, depth_of(dot, last - first)), packed + depth_of(dot, first) * table->nr,
        depth_of(dot, columns) * table->nr, to, to_stride, first > 0, last == columns ? &epilogue : NULL, first_panel,
        last_panel);
    first = last;
  } while (first < columns);

  if (spreading) {
    int64_t from = first_panel * table->nr, end = zoo_min(last_panel * table->nr, channels);
    spread(
        plan, &gather, first_row, rows, zoo_image_at(plan, finished, from), finished_stride, group * channels + from,
        end - from, memory->result);
  }
}

const zoo_convolution_algorithm zoo_convolution_gather = {suits, make_plan, tasks, pack, run};

// By weights: for each chunk of pixels, gathered columns times the gradient of y, summed over the chunks.
//
// Of the two factors the one with fewer columns is packed (the gradient if x is gated); the other is read where it lies
// if rows are pixels.

#include <string.h>

#include "gather.h"

// Pixels multiplied at a time and columns of a task: their rows, panels and sums stay in the second-level cache.
enum {
  CHUNK = 128,
  // The same where one instruction multiplies tiles: sums are read and written less often.
  CHUNK_IN_TILES = 256,
  COLUMN_SLICE = 256,
  PARTIAL_BUDGET = 2 << 20,
  TASKS_WANTED = 16,
  CHANNELS_PER_TASK = 32,
  REDUCED = 144,
  // Columns that are written as rows are blocks of so many; pairs of a chunk, and a line.
  TURNED = 16,
  TURNED_STRIDE = CHUNK_IN_TILES / 2 + 16
};

static int64_t column_count(const zoo_convolution *s) {
  return s->kernel_height * s->kernel_width * (s->in_channels / s->groups);
}

static int64_t chunk_of(const zoo_convolution_plan *plan) { return zoo_is_in_tiles(plan) ? CHUNK_IN_TILES : CHUNK; }

static int64_t sample_pixels(const zoo_convolution *s) { return s->out_height * s->out_width; }

static int64_t pixel_count(const zoo_convolution *s) { return s->batch * sample_pixels(s); }

static bool suits(const zoo_convolution_plan *plan) { return plan->direction == ZOO_CONVOLUTION_BY_WEIGHTS; }

/// Partial sums are [pixel group][group][row][column]: rows stand for (tap, channel) and columns for out channels, or
/// the other way round if the product is turned.
typedef struct weight_product {
  bool identity, turned;
  int64_t rows, columns;
} weight_product;

static weight_product product_of(const zoo_convolution_plan *plan) {
  const zoo_convolution *s = &plan->shape;
  int64_t columns = column_count(s), channels = s->out_channels / s->groups;
  zoo_gather gather = zoo_gather_make(plan, 0, 0);
  bool identity = zoo_gather_is_identity(&gather), turned = identity && columns < channels && !s->gated;
  return (weight_product){identity, turned, turned ? channels : columns, turned ? columns : channels};
}

/// The tiles that multiply pairs of bfloat16, if images are that and the processor can.
static const zoo_gemm_table *dot_table(const zoo_convolution_plan *plan) {
  return plan->shape.narrow ? zoo_gemm_pairs_table_for(plan->isa) : NULL;
}

/// Whether columns of the left factor are written as rows before they are multiplied.
static bool turns(const zoo_convolution_plan *plan) { return dot_table(plan) && dot_table(plan)->turn; }

/// The cuts depend on sizes alone, because the number of partial sums shapes the rounding.
static void make_plan(zoo_convolution_plan *plan, int64_t workers) {
  (void)workers;
  const zoo_convolution *s = &plan->shape;
  weight_product product = product_of(plan);
  int64_t chunk = chunk_of(plan);
  plan->column_slices = zoo_ceil_div(product.rows, COLUMN_SLICE);
  // A sample's product isn't cut along the pixels.
  if (s->gated)
    plan->column_slices =
        zoo_max(plan->column_slices, zoo_min(zoo_ceil_div(TASKS_WANTED, s->batch), zoo_ceil_div(product.rows, 64)));
  plan->column_slice = zoo_ceil_div(product.rows, plan->column_slices);
  int64_t total = s->groups * product.rows * product.columns;
  int64_t groups = zoo_ceil_div(TASKS_WANTED, plan->column_slices * s->groups);
  int64_t most = s->gated ? s->batch : zoo_ceil_div(pixel_count(s), chunk);
  groups = zoo_min(groups, zoo_min(PARTIAL_BUDGET / total, most));
  plan->pixel_groups = zoo_max(1, groups);
  plan->shared_count = plan->pixel_groups * total;
  plan->worker_count = zoo_gemm_packed_count(plan->isa, chunk, product.columns);
  // The gathered rows, and what becomes of them if they are bfloat16.
  if (!product.identity) plan->worker_count += chunk * zoo_row_stride(plan->column_slice);
  if (s->narrow) plan->worker_count += chunk * zoo_row_stride(plan->column_slice);
  if (turns(plan)) plan->worker_count += zoo_round_up(plan->column_slice, TURNED) * TURNED_STRIDE;
  if (s->gated) {
    plan->worker_count += plan->column_slice * product.columns;
    plan->packed_count = total;
    plan->pack_tasks = zoo_ceil_div(product.rows, CHANNELS_PER_TASK);
  }
  plan->phases = 2;
}

/// Weights as the product has them, for the gradient by the gate.
static void pack(const zoo_convolution_plan *plan, const float *weights, float *packed, int64_t task) {
  const zoo_convolution *s = &plan->shape;
  int64_t first = task * CHANNELS_PER_TASK, last = zoo_min(first + CHANNELS_PER_TASK, s->in_channels);
  for (int64_t out = 0; out < s->out_channels; out++)
    for (int64_t in = first; in < last; in++) packed[in * s->out_channels + out] = weights[out * s->in_channels + in];
}

static int64_t tasks(const zoo_convolution_plan *plan, int32_t phase) {
  const zoo_convolution *s = &plan->shape;
  return phase == 0 ? s->groups * plan->column_slices * plan->pixel_groups
                    : s->groups * zoo_ceil_div(s->out_channels / s->groups, CHANNELS_PER_TASK);
}

/// The rows of one factor of a product: bfloat16 or float, `stride` elements apart.
typedef struct factor {
  const void *rows;
  int64_t stride;
} factor;

/// Writes `rows` rows of bfloat16 as floats, or pairs of rows as rows of pairs.
static void convert(
    const zoo_convolution_plan *plan, bool dot, factor in, int64_t rows, int64_t first, int64_t count, float *out,
    int64_t out_stride) {
  for (int64_t row = 0; row < rows; row += dot ? 2 : 1, out += out_stride) {
    const void *from = zoo_image_at(plan, in.rows, row * in.stride + first);
    if (dot)
      zoo_interleave(plan->isa, from, row + 1 < rows ? zoo_image_at(plan, from, in.stride) : NULL, count, out);
    else
      zoo_widen(plan->isa, from, count, out);
  }
}

/// `zoo_gemm_pack` for rows of bfloat16.
static void pack_narrow(
    const zoo_convolution_plan *plan, bool dot, factor in, int64_t rows, int64_t columns, float *packed) {
  int64_t nr = zoo_gemm_nr(plan->isa), depth = dot ? zoo_ceil_div(rows, 2) : rows;
  for (int64_t first = 0; first < columns; first += nr, packed += depth * nr) {
    int64_t count = zoo_min(nr, columns - first);
    if (count < nr) memset(packed, 0, (size_t)(depth * nr) * sizeof(float));
    convert(plan, dot, in, rows, first, count, packed, nr);
  }
}

static void multiply(
    const zoo_convolution_plan *plan, const zoo_convolution_memory *memory, int64_t task, float *worker) {
  const zoo_convolution *s = &plan->shape;
  weight_product product = product_of(plan);
  int64_t chunk = chunk_of(plan);
  const zoo_gemm_table *dot = dot_table(plan);
  const zoo_gemm_table *table = dot ? dot : zoo_gemm_table_for(plan->isa);
  int64_t slice = task % plan->column_slices, group = task / plan->column_slices % s->groups;
  int64_t pixel_group = task / plan->column_slices / s->groups;
  int64_t first = slice * plan->column_slice, last = zoo_min(product.rows, first + plan->column_slice);
  // What is multiplied into one sum: a sample where each has a gate of its own, or else all pixels of the group.
  int64_t stretch = s->gated ? sample_pixels(s) : chunk, stretches = zoo_ceil_div(pixel_count(s), stretch);
  int64_t begin = stretches * pixel_group / plan->pixel_groups * stretch;
  int64_t end = zoo_min(stretches * (pixel_group + 1) / plan->pixel_groups * stretch, pixel_count(s));

  zoo_gather gather = zoo_gather_make(plan, group, 0);
  int64_t panels = zoo_ceil_div(product.columns, table->nr), stride = zoo_row_stride(plan->column_slice);
  float *packed = worker, *block = worker + zoo_gemm_packed_count(plan->isa, chunk, product.columns);
  float *gathered = s->narrow ? block + chunk * stride : block;
  float *partial = memory->shared + ((pixel_group * s->groups + group) * product.rows + first) * product.columns;
  float *sums = s->gated ? gathered + (product.identity ? 0 : chunk * stride) : partial;
  float *turned = worker + plan->worker_count - zoo_round_up(plan->column_slice, TURNED) * TURNED_STRIDE;
  for (int64_t row = begin, rows; row < end; row += rows) {
    int64_t rest = s->gated ? stretch - row % stretch : end - row;
    bool is_first = s->gated ? rest == stretch : row == begin;
    // The pixels of a sample are cut evenly, a stretch of them into whole chunks.
    rows = s->gated ? zoo_ceil_div(rest, zoo_ceil_div(rest, chunk)) : zoo_min(chunk, rest);
    int64_t depth = dot ? zoo_ceil_div(rows, 2) : rows;
    factor gradient = {
        zoo_image_at(plan, memory->gradient, row * s->out_channels + group * (s->out_channels / s->groups)),
        s->out_channels};
    factor source = {zoo_image_at(plan, memory->source, row * gather.pixel + gather.first_channel), gather.pixel};
    factor left = product.turned ? gradient : source, right = product.turned ? source : gradient;
    left.rows = zoo_image_at(plan, left.rows, first);
    if (!product.identity) {
      zoo_gather_copy(plan, &gather, memory->source, row, rows, first, last, false, gathered, stride);
      left = (factor){gathered, stride};
    }
    // The next chunk's rows are fetched meanwhile, if they lie there without gaps.
    const float *ahead = NULL;
    if (s->narrow) {
      convert(plan, dot, left, rows, 0, last - first, block, stride);
      left = (factor){block, stride};
      if (turns(plan)) {
        dot->turn(depth, last - first, block, stride, turned, TURNED_STRIDE);
        left = (factor){turned, TURNED_STRIDE};
      }
      pack_narrow(plan, dot, right, rows, product.columns, packed);
    } else {
      if (product.identity && last - first == left.stride) ahead = (const float *)left.rows + rows * left.stride;
      zoo_gemm_pack(plan->isa, rows, product.columns, right.rows, right.stride, 1, packed, 0, panels);
    }
    zoo_gemm_part(
        table, last - first, product.columns, depth, left.rows, left.stride, !turns(plan), ahead, packed,
        depth * table->nr, sums, product.columns, !is_first, NULL, 0, panels);
    if (s->gated && rows == rest) {
      int64_t at = row / stretch * s->in_channels + first;
      zoo_gate_sums(
          plan->isa, sums, memory->packed + first * product.columns, last - first, product.columns, memory->gate + at,
          row >= begin + stretch, partial, memory->gate_gradient + at);
    }
  }
}

/// Adds the partial sums of a turned product up, which have the order of the result.
static void reduce_turned(const zoo_convolution_plan *plan, const zoo_convolution_memory *memory, int64_t task) {
  weight_product product = product_of(plan);
  int64_t total = plan->shape.groups * product.rows * product.columns;
  int64_t blocks = zoo_ceil_div(product.rows, CHANNELS_PER_TASK), first = task % blocks * CHANNELS_PER_TASK;
  int64_t begin = (task / blocks * product.rows + first) * product.columns;
  int64_t end = begin + zoo_min(CHANNELS_PER_TASK, product.rows - first) * product.columns;
  float *result = memory->result;
  for (int64_t i = begin; i < end; i++) {
    float sum = 0;
    for (int64_t part = 0; part < plan->pixel_groups; part++) sum += memory->shared[part * total + i];
    result[i] = sum;
  }
}

/// Adds the partial sums up and turns them into [out channel][channel][tap], by blocks that stay near the core.
static void reduce(const zoo_convolution_plan *plan, const zoo_convolution_memory *memory, int64_t task) {
  const zoo_convolution *s = &plan->shape;
  int64_t columns = column_count(s), channels = s->out_channels / s->groups;
  int64_t blocks = zoo_ceil_div(channels, CHANNELS_PER_TASK), group = task / blocks;
  int64_t first = task % blocks * CHANNELS_PER_TASK, count = zoo_min(CHANNELS_PER_TASK, channels - first);
  int64_t taps = s->kernel_height * s->kernel_width, in_channels = s->in_channels / s->groups;
  float block[CHANNELS_PER_TASK][REDUCED];
  float *out = (float *)memory->result + (group * channels + first) * columns;
  // Positions in the order of the result: channel · taps + tap.
  for (int64_t begin = 0; begin < columns; begin += REDUCED) {
    int64_t size = zoo_min(REDUCED, columns - begin);
    for (int64_t position = begin; position < begin + size; position++) {
      float sum[CHANNELS_PER_TASK] = {0};
      int64_t column = position % taps * in_channels + position / taps;
      for (int64_t part = 0; part < plan->pixel_groups; part++) {
        const float *in = memory->shared + ((part * s->groups + group) * columns + column) * channels + first;
        for (int64_t i = 0; i < count; i++) sum[i] += in[i];
      }
      for (int64_t i = 0; i < count; i++) block[i][position - begin] = sum[i];
    }
    for (int64_t i = 0; i < count; i++) memcpy(out + i * columns + begin, block[i], (size_t)size * sizeof(float));
  }
}

static void run(
    const zoo_convolution_plan *plan, const zoo_convolution_memory *memory, int32_t phase, int64_t task,
    float *worker) {
  if (phase == 0)
    multiply(plan, memory, task, worker);
  else if (product_of(plan).turned)
    reduce_turned(plan, memory, task);
  else
    reduce(plan, memory, task);
}

const zoo_convolution_algorithm zoo_convolution_gather_weights = {suits, make_plan, tasks, pack, run};

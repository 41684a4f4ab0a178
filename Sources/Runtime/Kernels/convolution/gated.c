// Forward and by data for 1 × 1 convolutions of an image that is multiplied by a number for each channel of each sample
// (squeeze and excitation, Hu et al. 2018). Not the image is multiplied but the weights, sample by sample and panel by
// panel where they are used: a panel stays in the caches, an image goes through memory.

#include "algorithm.h"

/// Numbers of a block of rows, which stays in the second-level cache while all panels pass by, and the most rows of it.
enum { BLOCK = 98304, MOST_ROWS = 512 };

static bool is_by_data(const zoo_convolution_plan *plan) { return plan->direction == ZOO_CONVOLUTION_BY_DATA; }

static int64_t source_channels(const zoo_convolution_plan *plan) {
  return is_by_data(plan) ? plan->shape.out_channels : plan->shape.in_channels;
}

static int64_t result_channels(const zoo_convolution_plan *plan) {
  return is_by_data(plan) ? plan->shape.in_channels : plan->shape.out_channels;
}

static int64_t pixel_count(const zoo_convolution_plan *plan) { return plan->shape.in_height * plan->shape.in_width; }

static int64_t panel_count(const zoo_convolution_plan *plan) {
  return zoo_ceil_div(result_channels(plan), zoo_gemm_nr(plan->isa));
}

/// The table that multiplies pairs of bfloat16, if images are that and rows are whole pairs.
static const zoo_gemm_table *dot_table(const zoo_convolution_plan *plan) {
  bool are_whole = source_channels(plan) % 2 == 0 && (is_by_data(plan) || plan->shape.in_pixel % 2 == 0);
  return plan->shape.narrow && are_whole ? zoo_gemm_pairs_table_for(plan->isa) : NULL;
}

/// Rows in float where the image has bfloat16 that isn't multiplied as pairs.
static bool is_widened(const zoo_convolution_plan *plan) { return plan->shape.narrow && !dot_table(plan); }

static int64_t sums_stride(const zoo_convolution_plan *plan) { return zoo_round_up(result_channels(plan), 32); }

static bool suits(const zoo_convolution_plan *plan) {
  return plan->shape.gated && plan->direction != ZOO_CONVOLUTION_BY_WEIGHTS;
}

static void make_plan(zoo_convolution_plan *plan, int64_t workers) {
  int64_t depth = source_channels(plan), panels = panel_count(plan), pixels = pixel_count(plan);
  int64_t mr = dot_table(plan) ? dot_table(plan)->mr : zoo_gemm_mr(plan->isa), nr = zoo_gemm_nr(plan->isa);
  plan->packed_count = panels * depth * nr;
  plan->pack_tasks = panels;
  plan->depth_block = zoo_round_up(zoo_ceil_div(depth, zoo_ceil_div(depth, ZOO_GEMM_DEPTH)), 2);
  int64_t most = zoo_max(mr, zoo_min(BLOCK / plan->depth_block, MOST_ROWS) / mr * mr);
  int64_t wanted = workers == 1 ? 1 : zoo_ceil_div(4 * workers, plan->shape.batch);
  int64_t blocks = zoo_max(zoo_ceil_div(pixels, most), zoo_min(wanted, zoo_ceil_div(pixels, 4 * mr)));
  plan->row_block = zoo_round_up(zoo_ceil_div(pixels, blocks), mr);
  plan->row_blocks = zoo_ceil_div(pixels, plan->row_block);
  plan->panel_slice = zoo_ceil_div(panels, zoo_min(panels, zoo_ceil_div(wanted, plan->row_blocks)));
  plan->panel_slices = zoo_ceil_div(panels, plan->panel_slice);
  plan->phases = 1;
  // The gated panel, the numbers by column, rows in float, sums in float before they are narrowed.
  plan->worker_count = plan->depth_block * nr + nr + sums_stride(plan);
  if (is_widened(plan)) plan->worker_count += plan->row_block * zoo_row_stride(plan->depth_block);
  if (plan->shape.narrow) plan->worker_count += plan->row_block * sums_stride(plan);
}

static int64_t tasks(const zoo_convolution_plan *plan, int32_t phase) {
  (void)phase;
  return plan->shape.batch * plan->row_blocks * plan->panel_slices;
}

static void pack(const zoo_convolution_plan *plan, const float *weights, float *packed, int64_t task) {
  // Weights are [out channel][in channel].
  ptrdiff_t in_channels = (ptrdiff_t)plan->shape.in_channels;
  bool by_data = is_by_data(plan);
  zoo_gemm_pack(
      plan->isa, source_channels(plan), result_channels(plan), weights, by_data ? in_channels : 1,
      by_data ? 1 : in_channels, packed, task, task + 1);
}

static void run(
    const zoo_convolution_plan *plan, const zoo_convolution_memory *memory, int32_t phase, int64_t task,
    float *worker) {
  (void)phase;
  const zoo_convolution *s = &plan->shape;
  const zoo_gemm_table *dot = dot_table(plan), *table = dot ? dot : zoo_gemm_table_for(plan->isa);
  bool by_data = is_by_data(plan), widened = is_widened(plan);
  int64_t channels = source_channels(plan), results = result_channels(plan), pixels = pixel_count(plan);
  int64_t first_panel = task % plan->panel_slices * plan->panel_slice;
  int64_t last_panel = zoo_min(first_panel + plan->panel_slice, panel_count(plan));
  int64_t block = task / plan->panel_slices % plan->row_blocks, sample = task / plan->panel_slices / plan->row_blocks;
  int64_t row = block * plan->row_block, rows = zoo_min(plan->row_block, pixels - row), nr = table->nr;
  row += sample * pixels;

  float *panel = worker, *by_column = panel + plan->depth_block * nr, *added = by_column + nr;
  float *sums = added + sums_stride(plan), *wide = s->narrow ? sums + plan->row_block * sums_stride(plan) : sums;
  int64_t source_pixel = by_data ? s->out_channels : s->in_pixel,
          result_pixel = by_data ? s->in_channels : s->out_pixel;
  const float *gate = memory->gate + sample * s->in_channels;
  void *finished = zoo_result_at(plan, memory->result, row * result_pixel);
  float *to = s->narrow ? sums : finished;
  int64_t to_stride = s->narrow ? sums_stride(plan) : result_pixel;
  zoo_epilogue epilogue = memory->epilogue;
  if (epilogue.residual) epilogue.residual = zoo_image_at(plan, epilogue.residual, row * epilogue.residual_stride);
  // What is added up in several blocks is near the core.
  epilogue.streamed = epilogue.streamed && (channels <= plan->depth_block || s->narrow);
  epilogue.narrow = s->narrow ? finished : NULL;
  epilogue.narrow_stride = result_pixel;
  if (memory->added) {
    for (int64_t i = 0; i < results; i++) added[i] = memory->added[sample * results + i] / (float)pixels;
    epilogue.bias = added;
  }
  for (int64_t first = 0; first < channels; first += plan->depth_block) {
    int64_t depth = zoo_min(plan->depth_block, channels - first), steps = dot ? depth / 2 : depth;
    const float *a = zoo_image_at(plan, memory->source, row * source_pixel + first);
    int64_t a_stride = dot ? source_pixel / 2 : source_pixel;
    if (widened) {
      a_stride = zoo_row_stride(plan->depth_block);
      for (int64_t i = 0; i < rows; i++)
        zoo_widen(
            plan->isa, zoo_image_at(plan, memory->source, (row + i) * source_pixel + first), depth,
            wide + i * a_stride);
      a = wide;
    }
    for (int64_t p = first_panel; p < last_panel; p++) {
      for (int64_t j = 0; by_data && j < nr; j++) by_column[j] = p * nr + j < results ? gate[p * nr + j] : 0;
      zoo_gate_panel(
          plan->isa, memory->packed + (p * channels + first) * nr, depth, nr, by_data ? NULL : gate + first, by_column,
          dot != NULL, panel);
      zoo_gemm_part(
          table, rows, results, steps, a, a_stride, false, NULL, panel, 0, to, to_stride, first > 0,
          first + depth == channels ? &epilogue : NULL, p, p + 1);
    }
  }
}

const zoo_convolution_algorithm zoo_convolution_gated = {suits, make_plan, tasks, pack, run};

// Winograd's F(4 × 4, 3 × 3), forward and by data, for few tiles of many channels.
//
// Transformed weights are four times as many numbers as the weights: those that are new each time would go to memory
// and back, and those that are kept take longer to fetch than to make if hardly a tile is multiplied by them. Here a
// worker transforms those of one panel of result channels, a few source channels at a time, and multiplies all tiles by
// them while they are near. The results have the bits that `winograd.c` gives.

#include <string.h>

#include "winograd.h"

enum {
  TAPS = 9,
  POINTS = ZOO_WINOGRAD_POINTS,
  MOST_TILES = 512,
  FEWEST_WEIGHTS = 512 * 256,
  /// Source channels whose transformed weights are kept, and tiles that are multiplied by them.
  DEPTH = 64,
  TILES_TOGETHER = 128,
  TILES_PER_TASK = 8,
};

static bool suits(const zoo_convolution_plan *plan) {
  const zoo_convolution *s = &plan->shape;
  if (plan->direction == ZOO_CONVOLUTION_BY_WEIGHTS || !zoo_winograd_fits(s, ZOO_WINOGRAD_FEWEST_CHANNELS) ||
      !zoo_winograd_pays(plan))
    return false;
  int64_t most = plan->keeps_weights ? ZOO_WINOGRAD_FEWEST_TILES - 1 : MOST_TILES;
  return zoo_winograd_tile_count(plan) <= most && s->in_channels * s->out_channels >= FEWEST_WEIGHTS;
}

/// Floats of a worker's transformed weights of one point. Points lie a line more than a power of two apart, or all
/// would compete for the same sets of the first-level cache.
static int64_t point_stride(const zoo_convolution_plan *plan) { return DEPTH * zoo_gemm_nr(plan->isa) + 16; }

static void make_plan(zoo_convolution_plan *plan, int64_t workers) {
  int64_t tiles = zoo_winograd_tile_count(plan), sources = zoo_winograd_source(plan).channels;
  plan->panel_slices = zoo_ceil_div(zoo_winograd_result(plan).channels, zoo_gemm_nr(plan->isa));
  int64_t blocks = zoo_max(zoo_ceil_div(tiles, TILES_TOGETHER), zoo_ceil_div(2 * workers, plan->panel_slices));
  plan->row_block = zoo_round_up(zoo_ceil_div(tiles, blocks), zoo_gemm_mr(plan->isa));
  plan->row_blocks = zoo_ceil_div(tiles, plan->row_block);
  plan->shared_count = POINTS * tiles * zoo_row_stride(sources);
  plan->worker_count = zoo_max(sources, POINTS * (point_stride(plan) + plan->row_block * zoo_gemm_nr(plan->isa)));
  plan->phases = 2;
  if (!plan->keeps_weights) return;
  plan->packed_count = plan->panel_slices * sources * TAPS * zoo_gemm_nr(plan->isa);
  plan->pack_tasks = plan->panel_slices;
}

static int64_t tasks(const zoo_convolution_plan *plan, int32_t phase) {
  return phase == 0 ? zoo_ceil_div(zoo_winograd_tile_count(plan), TILES_PER_TASK)
                    : plan->panel_slices * plan->row_blocks;
}

/// Weights that are kept lie as they are transformed: [panel][source channel][tap][nr].
static void pack(const zoo_convolution_plan *plan, const float *weights, float *packed, int64_t task) {
  int64_t sources = zoo_winograd_source(plan).channels, results = zoo_winograd_result(plan).channels;
  int64_t nr = zoo_gemm_nr(plan->isa), column = task * nr, columns = zoo_min(nr, results - column);
  bool by_data = plan->direction == ZOO_CONVOLUTION_BY_DATA;
  int64_t out_stride = plan->shape.in_channels * TAPS;
  int64_t source_stride = by_data ? out_stride : TAPS, result_stride = by_data ? TAPS : out_stride;
  float *out = packed + task * sources * TAPS * nr;
  if (columns < nr) memset(out, 0, (size_t)(sources * TAPS * nr) * sizeof(float));
  for (int64_t source = 0; source < sources; source++)
    for (int64_t j = 0; j < columns; j++) {
      const float *in = weights + source * source_stride + (column + j) * result_stride;
      for (int64_t tap = 0; tap < TAPS; tap++)
        out[(source * TAPS + (by_data ? TAPS - 1 - tap : tap)) * nr + j] = in[tap];
    }
}

/// Shared memory is [point][tile][source channel].
static void transform(
    const zoo_convolution_plan *plan, const zoo_convolution_memory *memory, int64_t task, float *zeros) {
  zoo_winograd_image source = zoo_winograd_source(plan);
  int64_t tiles = zoo_winograd_tile_count(plan), stride = zoo_row_stride(source.channels);
  memset(zeros, 0, (size_t)source.channels * sizeof(float));
  for (int64_t i = task * TILES_PER_TASK; i < zoo_min((task + 1) * TILES_PER_TASK, tiles); i++)
    zoo_winograd_transform(plan, &source, memory->source, i, zeros, memory->shared + i * stride, tiles * stride);
}

static void multiply(
    const zoo_convolution_plan *plan, const zoo_convolution_memory *memory, int64_t task, float *worker) {
  const zoo_gemm_table *table = zoo_gemm_table_for(plan->isa);
  int64_t sources = zoo_winograd_source(plan).channels, results = zoo_winograd_result(plan).channels;
  int64_t nr = table->nr, stride = zoo_row_stride(sources), tiles = zoo_winograd_tile_count(plan);
  int64_t column = task % plan->panel_slices * nr, columns = zoo_min(nr, results - column);
  int64_t first = task / plan->panel_slices * plan->row_block, rows = zoo_min(plan->row_block, tiles - first);
  int64_t apart = point_stride(plan);
  float *weights = worker, *products = worker + POINTS * apart;
  for (int64_t start = 0; start < sources; start += DEPTH) {
    int64_t depth = zoo_min(DEPTH, sources - start);
    for (int64_t i = 0; i < depth; i++)
      if (plan->keeps_weights)
        zoo_winograd_packed_weights(
            plan->isa, memory->packed + (column * sources + (start + i) * nr) * TAPS, nr, columns, weights + i * nr,
            apart);
      else
        zoo_winograd_transform_weights(plan, memory->weights, start + i, column, columns, weights + i * nr, apart);
    for (int64_t point = 0; point < POINTS; point++)
      zoo_gemm_part(
          table, rows, columns, depth, memory->shared + (point * tiles + first) * stride + start, stride, false, NULL,
          weights + point * apart, 0, products + point * rows * nr, nr, start > 0, NULL, 0, 1);
  }
  for (int64_t i = 0; i < rows; i++)
    zoo_winograd_finish(plan, memory, first + i, column, columns, products + i * nr, rows * nr);
}

static void run(
    const zoo_convolution_plan *plan, const zoo_convolution_memory *memory, int32_t phase, int64_t task,
    float *worker) {
  (phase == 0 ? transform : multiply)(plan, memory, task, worker);
}

const zoo_convolution_algorithm zoo_convolution_winograd_panels = {suits, make_plan, tasks, pack, run};

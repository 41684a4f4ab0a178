// Winograd's F(3 × 3, 4 × 4) by weights: tiles of x and of the gradient by y are transformed, multiplied point by
// point, summed over all tiles and turned into nine taps.
//
// Rounds of tiles follow each other: all transform a round, then each point's sums grow by it. If all tiles are one
// round, sums needn't be kept: each block of weights is multiplied at all points and turned back at once.

#include <string.h>

#include "winograd.h"

enum {
  POINTS = ZOO_WINOGRAD_POINTS,
  /// Bytes of transformed tiles in a round, and in the only one.
  ROUND_BYTES = 6 << 20,
  ONLY_ROUND_BYTES = 24 << 20,
  /// Tiles that one task transforms, and the most in channels of the weights that it makes.
  TILES_PER_TASK = 8,
  CHANNELS_PER_TASK = 56,
};

static int64_t tile_count(const zoo_convolution *s) {
  return s->batch * zoo_ceil_div(s->out_height, ZOO_WINOGRAD_TILE) * zoo_ceil_div(s->out_width, ZOO_WINOGRAD_TILE);
}

static bool suits(const zoo_convolution_plan *plan) {
  return plan->direction == ZOO_CONVOLUTION_BY_WEIGHTS && !zoo_is_in_tiles(plan) &&
         zoo_winograd_fits(&plan->shape, ZOO_WINOGRAD_FEWEST_CHANNELS) &&
         tile_count(&plan->shape) >= ZOO_WINOGRAD_FEWEST_TILES;
}

static int64_t source_stride(const zoo_convolution *s) { return zoo_row_stride(s->in_channels); }

static int64_t panel_count(const zoo_convolution_plan *plan) {
  return zoo_ceil_div(plan->shape.out_channels, zoo_gemm_nr(plan->isa));
}

static bool is_one_round(const zoo_convolution_plan *plan) { return plan->row_blocks == 1; }

/// Shared memory: unless there is one round, sums [point][in channel][out channel]; the round's tiles of x
/// [point][tile][in channel]; those of the gradient [point][panel][tile][nr].
typedef struct layout {
  int64_t sums, source, gradient, count;
} layout;

static layout make_layout(const zoo_convolution_plan *plan) {
  const zoo_convolution *s = &plan->shape;
  layout layout;
  layout.sums = 0;
  layout.source = is_one_round(plan) ? 0 : POINTS * s->in_channels * s->out_channels;
  layout.gradient = layout.source + POINTS * plan->row_block * source_stride(s);
  layout.count = layout.gradient + POINTS * plan->row_block * panel_count(plan) * zoo_gemm_nr(plan->isa);
  return layout;
}

static void make_plan(zoo_convolution_plan *plan, int64_t workers) {
  const zoo_convolution *s = &plan->shape;
  int64_t tiles = tile_count(s), bytes = POINTS * 4 * (s->in_channels + s->out_channels);
  int64_t rounds = tiles * bytes <= ONLY_ROUND_BYTES ? 1 : zoo_ceil_div(tiles, zoo_max(ROUND_BYTES / bytes, 56));
  plan->row_block = zoo_round_up(zoo_ceil_div(tiles, rounds), TILES_PER_TASK);
  plan->row_blocks = zoo_ceil_div(tiles, plan->row_block);
  // A few tasks for each worker, of whole register tiles.
  int64_t blocks =
      zoo_max(zoo_ceil_div(s->in_channels, CHANNELS_PER_TASK), zoo_ceil_div(4 * workers, panel_count(plan)));
  plan->depth_block = zoo_round_up(zoo_ceil_div(s->in_channels, blocks), zoo_gemm_mr(plan->isa));
  plan->shared_count = make_layout(plan).count;
  // Zeros in place of the pixels beyond the border, or the sums of one task.
  plan->worker_count = zoo_max(s->in_channels, s->out_channels);
  if (is_one_round(plan))
    plan->worker_count = zoo_max(plan->worker_count, POINTS * plan->depth_block * zoo_gemm_nr(plan->isa));
  plan->phases = is_one_round(plan) ? 2 : (int32_t)(2 * plan->row_blocks + 1);
}

static int64_t round_size(const zoo_convolution_plan *plan, int64_t round) {
  return zoo_min(plan->row_block, tile_count(&plan->shape) - round * plan->row_block);
}

static int64_t tasks(const zoo_convolution_plan *plan, int32_t phase) {
  if (phase == 2 * plan->row_blocks) return plan->shape.in_channels;
  if (phase == 1 && is_one_round(plan))
    return zoo_ceil_div(plan->shape.in_channels, plan->depth_block) * panel_count(plan);
  return phase % 2 == 0 ? zoo_ceil_div(round_size(plan, phase / 2), TILES_PER_TASK) : POINTS;
}

static void transform(
    const zoo_convolution_plan *plan, const zoo_convolution_memory *memory, int64_t round, int64_t task, float *zeros) {
  const zoo_convolution *s = &plan->shape;
  layout layout = make_layout(plan);
  int64_t across = zoo_ceil_div(s->out_width, ZOO_WINOGRAD_TILE);
  int64_t down = zoo_ceil_div(s->out_height, ZOO_WINOGRAD_TILE);
  int64_t size = round_size(plan, round), nr = zoo_gemm_nr(plan->isa), panels = panel_count(plan);
  zoo_winograd_image source = {s->in_height, s->in_width, s->in_channels, s->pad_top, s->pad_left, s->in_channels};
  zoo_winograd_image gradient = {s->out_height, s->out_width, s->out_channels, 0, 0, s->out_channels};
  memset(zeros, 0, (size_t)zoo_max(s->in_channels, s->out_channels) * sizeof(float));
  for (int64_t i = task * TILES_PER_TASK; i < zoo_min((task + 1) * TILES_PER_TASK, size); i++) {
    int64_t tile = round * plan->row_block + i;
    int64_t x = tile % across, y = tile / across % down, number = tile / across / down;
    const void *pixels[POINTS];
    zoo_winograd_pixels(plan, &source, memory->source, number, y, x, 6, zeros, pixels);
    zoo_winograd_source_tile(
        plan->isa, plan->shape.narrow, pixels, s->in_channels, memory->shared + layout.source + i * source_stride(s),
        size * source_stride(s));
    zoo_winograd_pixels(plan, &gradient, memory->gradient, number, y, x, ZOO_WINOGRAD_TILE, zeros, pixels);
    for (int64_t panel = 0; panel < panels; panel++) {
      zoo_winograd_gradient_tile(
          plan->isa, plan->shape.narrow, pixels, zoo_min(nr, s->out_channels - panel * nr),
          memory->shared + layout.gradient + (panel * size + i) * nr, panels * size * nr);
      for (int pixel = 0; pixel < 16; pixel++)
        if (pixels[pixel] != zeros) pixels[pixel] = zoo_image_at(plan, pixels[pixel], nr);
    }
  }
}

/// The gradient of the weights between a block of in channels and a panel of out channels, by all tiles.
static void multiply(
    const zoo_convolution_plan *plan, const zoo_convolution_memory *memory, int64_t task, float *sums) {
  const zoo_convolution *s = &plan->shape;
  layout layout = make_layout(plan);
  int64_t size = round_size(plan, 0), panels = panel_count(plan), nr = zoo_gemm_nr(plan->isa);
  int64_t panel = task % panels, columns = zoo_min(nr, s->out_channels - panel * nr);
  int64_t first = task / panels * plan->depth_block, rows = zoo_min(plan->depth_block, s->in_channels - first);
  for (int64_t point = 0; point < POINTS; point++)
    zoo_gemm(
        plan->isa, rows, columns, size, memory->shared + layout.source + point * size * source_stride(s) + first,
        source_stride(s), true, memory->shared + layout.gradient + (point * panels + panel) * size * nr,
        sums + point * rows * nr, nr, false, NULL, 0, 1);
  for (int64_t i = 0; i < rows; i++)
    zoo_winograd_weight_gradient(
        plan->isa, sums + i * nr, rows * nr, columns,
        (float *)memory->result + (panel * nr * s->in_channels + first + i) * 9, s->in_channels * 9);
}

static void run(
    const zoo_convolution_plan *plan, const zoo_convolution_memory *memory, int32_t phase, int64_t task,
    float *worker) {
  const zoo_convolution *s = &plan->shape;
  layout layout = make_layout(plan);
  int64_t sums_of_point = s->in_channels * s->out_channels;
  if (phase == 2 * plan->row_blocks) {
    zoo_winograd_weight_gradient(
        plan->isa, memory->shared + layout.sums + task * s->out_channels, sums_of_point, s->out_channels,
        (float *)memory->result + task * 9, s->in_channels * 9);
  } else if (phase % 2 == 0) {
    transform(plan, memory, phase / 2, task, worker);
  } else if (is_one_round(plan)) {
    multiply(plan, memory, task, worker);
  } else {
    int64_t size = round_size(plan, phase / 2), panels = panel_count(plan), nr = zoo_gemm_nr(plan->isa);
    zoo_gemm(
        plan->isa, s->in_channels, s->out_channels, size,
        memory->shared + layout.source + task * size * source_stride(s), source_stride(s), true,
        memory->shared + layout.gradient + task * panels * size * nr,
        memory->shared + layout.sums + task * sums_of_point, s->out_channels, phase > 1, NULL, 0, panels);
  }
}

const zoo_convolution_algorithm zoo_convolution_winograd_weights = {suits, make_plan, tasks, NULL, run};

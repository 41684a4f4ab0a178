// Winograd's F(4 × 4, 3 × 3), forward and by data: 36 products of matrices take the place of 144 taps.
//
// Groups have products of their own. Those of less than 16 channels are multiplied together, as blocks of one matrix
// that is 0 elsewhere.

#include "winograd.h"

#include <string.h>

enum {
  /// Channels of a block, and the most floats of a task's tiles of groups, transformed and multiplied.
  FEWEST_CHANNELS = 16,
  MOST_FLOATS = 1 << 17,
  /// Where a sample has the same bits in any batch, and where the batch as a whole decides.
  FEWEST_TILES_OF_SAMPLE = 1,
  FEWEST_TILES_OF_BATCH = 4,
  TAPS = 9,
  /// The most columns of a panel.
  MOST_COLUMNS = 32,
  POINTS = ZOO_WINOGRAD_POINTS,
  TILE = ZOO_WINOGRAD_TILE
};

/// Whether the kernel is one that the algorithm is for.
static bool has_kernel(const zoo_convolution *s) {
  return s->kernel_height == 3 && s->kernel_width == 3 && s->stride_height == 1 && s->stride_width == 1 &&
         s->dilation_height == 1 && s->dilation_width == 1 && s->pad_top <= 2 && s->pad_left <= 2;
}

bool zoo_winograd_fits(const zoo_convolution *s, int64_t fewest) {
  return s->groups == 1 && has_kernel(s) && s->in_channels % 16 == 0 && s->out_channels % 16 == 0 &&
         s->in_channels >= fewest && s->out_channels >= fewest;
}

/// Groups that are multiplied together, and the channels of source and result that they have.
typedef struct blocks {
  int64_t merged, count, sources, results;
  /// Panels of a block's weights, and blocks that lie side by side in one.
  int64_t panels, beside;
} blocks;

static blocks blocks_of(const zoo_convolution_plan *plan) {
  int64_t groups = plan->shape.groups, sources = zoo_winograd_source(plan).channels / groups;
  int64_t results = zoo_winograd_result(plan).channels / groups;
  int64_t merged = zoo_max(1, FEWEST_CHANNELS / sources), nr = zoo_gemm_nr(plan->isa);
  return (blocks){
      .merged = merged,
      .count = groups / merged,
      .sources = merged * sources,
      .results = merged * results,
      .panels = zoo_ceil_div(merged * results, nr),
      .beside = nr % (merged * results) == 0 ? nr / (merged * results) : 1};
}

/// Where the packed weights of a block's point begin.
static int64_t packed_offset(const zoo_convolution_plan *plan, const blocks *all, int64_t block, int64_t point) {
  int64_t panels = (block / all->beside * POINTS + point) * all->panels;
  return panels * all->sources * zoo_gemm_nr(plan->isa) + block % all->beside * all->results;
}

/// Whether groups, or some of them together, have whole vectors of channels.
static bool fits_groups(const zoo_convolution *s) {
  int64_t channels = s->in_channels / s->groups;
  if (s->groups == 1 || !has_kernel(s) || s->out_channels != s->in_channels || channels == 1) return false;
  return channels < FEWEST_CHANNELS ? FEWEST_CHANNELS % channels == 0 && s->groups % (FEWEST_CHANNELS / channels) == 0
                                    : channels % FEWEST_CHANNELS == 0;
}

void zoo_winograd_pixels(
    const zoo_convolution_plan *plan, const zoo_winograd_image *image, const void *base, int64_t number, int64_t y,
    int64_t x, int side, const void *outside, const void **pixels) {
  int64_t top = y * TILE - image->pad_top, left = x * TILE - image->pad_left;
  for (int row = 0; row < side; row++)
    for (int column = 0; column < side; column++) {
      int64_t line = top + row, pixel = left + column;
      bool inside = line >= 0 && line < image->height && pixel >= 0 && pixel < image->width;
      pixels[row * side + column] =
          inside ? zoo_image_at(plan, base, ((number * image->height + line) * image->width + pixel) * image->pixel)
                 : outside;
    }
}

zoo_winograd_image zoo_winograd_source(const zoo_convolution_plan *plan) {
  const zoo_convolution *s = &plan->shape;
  if (plan->direction == ZOO_CONVOLUTION_BY_DATA)
    return (zoo_winograd_image){s->out_height,  s->out_width,    s->out_channels,
                                2 - s->pad_top, 2 - s->pad_left, s->out_channels};
  return (zoo_winograd_image){s->in_height, s->in_width, s->in_channels, s->pad_top, s->pad_left, s->in_pixel};
}

zoo_winograd_image zoo_winograd_result(const zoo_convolution_plan *plan) {
  const zoo_convolution *s = &plan->shape;
  if (plan->direction == ZOO_CONVOLUTION_BY_DATA)
    return (zoo_winograd_image){s->in_height, s->in_width, s->in_channels, 0, 0, s->in_channels};
  return (zoo_winograd_image){s->out_height, s->out_width, s->out_channels, 0, 0, s->out_pixel};
}

int64_t zoo_winograd_tile_count(const zoo_convolution_plan *plan) {
  zoo_winograd_image result = zoo_winograd_result(plan);
  return plan->shape.batch * zoo_ceil_div(result.height, TILE) * zoo_ceil_div(result.width, TILE);
}

void zoo_winograd_transform(
    const zoo_convolution_plan *plan, const zoo_winograd_image *source, const void *base, int64_t tile,
    const float *zeros, float *out, int64_t point_stride) {
  // Tiles of the source lie as those of the result that they give.
  zoo_winograd_image result = zoo_winograd_result(plan);
  int64_t across = zoo_ceil_div(result.width, TILE), down = zoo_ceil_div(result.height, TILE);
  const void *pixels[POINTS];
  zoo_winograd_pixels(plan, source, base, tile / across / down, tile / across % down, tile % across, 6, zeros, pixels);
  zoo_winograd_source_tile(plan->isa, plan->shape.narrow, pixels, source->channels, out, point_stride);
}

void zoo_winograd_transform_weights(
    const zoo_convolution_plan *plan, const float *weights, int64_t source, int64_t column, int64_t columns, float *out,
    int64_t point_stride) {
  bool by_data = plan->direction == ZOO_CONVOLUTION_BY_DATA;
  // Weights are [out channel][in channel of the group][tap].
  int64_t out_stride = plan->shape.in_channels / plan->shape.groups * 9;
  int64_t source_stride = by_data ? out_stride : 9, result_stride = by_data ? 9 : out_stride;
  zoo_winograd_weights(
      plan->isa, weights + column * result_stride + source * source_stride, result_stride, columns, by_data, out,
      point_stride);
}

void zoo_winograd_finish(
    const zoo_convolution_plan *plan, const zoo_convolution_memory *memory, int64_t tile, int64_t column,
    int64_t columns, const float *products, int64_t point_stride) {
  zoo_winograd_image result = zoo_winograd_result(plan);
  int64_t across = zoo_ceil_div(result.width, TILE), down = zoo_ceil_div(result.height, TILE);
  int64_t x = tile % across, y = tile / across % down, number = tile / across / down;
  const void *places[16], *residual[16];
  void *out[16];
  zoo_winograd_pixels(plan, &result, zoo_image_at(plan, memory->result, column), number, y, x, TILE, NULL, places);
  for (int pixel = 0; pixel < 16; pixel++) out[pixel] = (void *)(uintptr_t)places[pixel];
  zoo_epilogue epilogue = memory->epilogue;
  if (epilogue.bias) epilogue.bias += column;
  result.pixel = result.channels;
  if (epilogue.residual)
    zoo_winograd_pixels(
        plan, &result, zoo_image_at(plan, epilogue.residual, column), number, y, x, TILE, NULL, residual);
  zoo_winograd_result_tile(
      plan->isa, plan->shape.narrow, products, point_stride, columns, out, epilogue.residual ? residual : NULL,
      &epilogue);
}

bool zoo_winograd_pays(const zoo_convolution_plan *plan) {
  if (zoo_is_in_tiles(plan)) return false;
  int64_t tiles = zoo_winograd_tile_count(plan);
  if (plan->direction != ZOO_CONVOLUTION_FORWARD || !plan->keeps_weights) return tiles >= ZOO_WINOGRAD_FEWEST_TILES;
  // Products of bfloat16 pairs are twice as fast as those of floats, which the transformed tiles are.
  bool pairs = plan->shape.narrow && zoo_gemm_pairs_table_for(plan->isa);
  if (plan->shape.any_bits) return tiles >= (pairs ? ZOO_WINOGRAD_FEWEST_TILES : FEWEST_TILES_OF_BATCH);
  return tiles / plan->shape.batch >= (pairs ? ZOO_WINOGRAD_FEWEST_TILES : FEWEST_TILES_OF_SAMPLE);
}

static bool suits(const zoo_convolution_plan *plan) {
  const zoo_convolution *s = &plan->shape;
  return plan->direction != ZOO_CONVOLUTION_BY_WEIGHTS && (zoo_winograd_fits(s, FEWEST_CHANNELS) || fits_groups(s)) &&
         zoo_winograd_pays(plan);
}

static void make_plan(zoo_convolution_plan *plan, int64_t workers) {
  blocks all = blocks_of(plan);
  int64_t nr = zoo_gemm_nr(plan->isa), tiles = zoo_winograd_tile_count(plan);
  plan->packed_count = POINTS * zoo_ceil_div(all.count, all.beside) * all.sources * all.panels * nr;
  plan->pack_tasks = all.count * all.panels * (all.sources / 16);
  // Many tiles make use of each transformed weight that is fetched, few keep the tiles near the core.
  int64_t wanted = all.count > 1 && tiles > 56 ? 14 : all.sources * all.results > 256 * 256 ? 56 : 28;
  int64_t blocks = zoo_max(zoo_ceil_div(tiles, wanted), zoo_min(workers == 1 ? 1 : 4 * workers, tiles / 14));
  plan->row_block = zoo_ceil_div(tiles, zoo_max(blocks, 1));
  if (plan->row_block > 14) plan->row_block = zoo_min(zoo_round_up(plan->row_block, 14), tiles);
  plan->row_blocks = zoo_ceil_div(tiles, plan->row_block);
  // Slices of groups, here in place of panels.
  int64_t floats = POINTS * plan->row_block * (all.sources + all.results);
  plan->panel_slice = zoo_max(1, zoo_min(all.count, MOST_FLOATS / floats));
  plan->panel_slices = zoo_ceil_div(all.count, plan->panel_slice);
  int64_t sources = plan->panel_slice * all.sources, results = plan->panel_slice * all.results;
  plan->worker_count = POINTS * plan->row_block * (zoo_row_stride(sources) + results) + zoo_max(sources, results);
  plan->phases = 1;
}

static int64_t tasks(const zoo_convolution_plan *plan, int32_t phase) {
  (void)phase;
  return plan->row_blocks * plan->panel_slices;
}

/// Transforms 16 source channels of one panel of a block's result channels. Packed weights are
/// [blocks side by side][point][panel][source][nr].
static void pack(const zoo_convolution_plan *plan, const float *weights, float *packed, int64_t task) {
  blocks all = blocks_of(plan);
  int64_t nr = zoo_gemm_nr(plan->isa), panel = task % all.panels, point_stride = all.panels * all.sources * nr;
  task /= all.panels;
  int64_t first = task % (all.sources / 16) * 16, block = task / (all.sources / 16);
  int64_t sources = all.sources / all.merged, results = all.results / all.merged;
  weights += block * all.merged * sources * results * TAPS;
  packed += packed_offset(plan, &all, block, 0) + panel * all.sources * nr;
  int64_t from = panel * nr, to = zoo_min(from + nr, all.results);
  float some[POINTS * MOST_COLUMNS];
  for (int64_t source = first; source < first + 16; source++) {
    float *out = packed + source * nr;
    if (all.merged == 1) {
      zoo_winograd_transform_weights(plan, weights, source, from, to - from, out, point_stride);
      continue;
    }
    int64_t group = source / sources, before = group * results;
    int64_t begin = zoo_max(from, before), end = zoo_min(to, before + results);
    if (begin < end)
      zoo_winograd_transform_weights(
          plan, weights + group * sources * results * TAPS, source % sources, begin - before, end - begin, some,
          MOST_COLUMNS);
    for (int64_t point = 0; point < POINTS; point++) {
      memset(out + point * point_stride, 0, (size_t)(to - from) * sizeof(float));
      if (begin < end)
        memcpy(
            out + point * point_stride + begin - from, some + point * MOST_COLUMNS,
            (size_t)(end - begin) * sizeof(float));
    }
  }
}

/// What the tiles from `first` on read that those before them didn't, as far as it lies side by side.
static zoo_ahead lines_ahead(
    const zoo_convolution_plan *plan, const zoo_winograd_image *source, const void *base, int64_t first) {
  if (plan->panel_slices > 1) return (zoo_ahead){0};
  zoo_winograd_image result = zoo_winograd_result(plan);
  int64_t across = zoo_ceil_div(result.width, TILE), down = zoo_ceil_div(result.height, TILE);
  int64_t line = source->width * source->pixel;
  int64_t from = first / across % down * TILE + 2 - source->pad_top,
          lines = zoo_ceil_div(plan->row_block, across) * TILE;
  return zoo_ahead_of(
      plan, base, (first / across / down * source->height + from) * line, lines * line,
      plan->shape.batch * source->height * line);
}

static void run(
    const zoo_convolution_plan *plan, const zoo_convolution_memory *memory, int32_t phase, int64_t task,
    float *worker) {
  (void)phase;
  const zoo_gemm_table *table = zoo_gemm_table_for(plan->isa);
  blocks all = blocks_of(plan);
  int64_t first_block = task % plan->panel_slices * plan->panel_slice;
  int64_t blocks = zoo_min(plan->panel_slice, all.count - first_block);
  zoo_winograd_image source = zoo_winograd_source(plan);
  source.channels = blocks * all.sources;
  int64_t results = blocks * all.results, stride = zoo_row_stride(source.channels);
  int64_t first = task / plan->panel_slices * plan->row_block;
  int64_t count = zoo_min(plan->row_block, zoo_winograd_tile_count(plan) - first);
  float *transformed = worker, *products = transformed + POINTS * count * stride;
  float *zeros = products + POINTS * count * results;
  memset(zeros, 0, (size_t)source.channels * sizeof(float));

  const void *base = zoo_image_at(plan, memory->source, first_block * all.sources);
  for (int64_t i = 0; i < count; i++)
    zoo_winograd_transform(plan, &source, base, first + i, zeros, transformed + i * stride, count * stride);
  int64_t panel_stride = all.sources * table->nr;
  // What comes next is fetched on the way: by the first tiles the weights of the next point, by others the lines of the
  // source that the next task adds.
  bool fetches_weights = first == 0 && all.panels == 1;
  zoo_ahead ahead = lines_ahead(plan, &source, memory->source, first + count);
  for (int64_t block = first_block; block < first_block + blocks; block++)
    for (int64_t point = 0; point < POINTS; point++)
      for (int64_t from = 0; from < all.sources; from += ZOO_GEMM_DEPTH) {
        int64_t depth = zoo_min(ZOO_GEMM_DEPTH, all.sources - from);
        const float *next = zoo_ahead_next(&ahead, table, count, depth);
        if (fetches_weights && point + 1 < POINTS) next = memory->packed + packed_offset(plan, &all, block, point + 1);
        zoo_gemm_part(
            table, count, all.results, depth,
            transformed + point * count * stride + (block - first_block) * all.sources + from, stride, false, next,
            memory->packed + packed_offset(plan, &all, block, point) + from * table->nr, panel_stride,
            products + point * count * results + (block - first_block) * all.results, results, from > 0, NULL, 0,
            all.panels);
      }
  for (int64_t i = 0; i < count; i++)
    zoo_winograd_finish(
        plan, memory, first + i, first_block * all.results, results, products + i * results, count * results);
}

const zoo_convolution_algorithm zoo_convolution_winograd = {suits, make_plan, tasks, pack, run};

// Forward and by data for images of few pixels: for each pixel of the result, one product for each tap that lies inside
// the image. Where most taps would meet padding, this multiplies less than any algorithm that works on whole kernels.

#include <string.h>

#include "algorithm.h"

// The most pixels of a result, taps of a kernel and columns of a panel; source channels that one task packs.
enum {
  MOST_PIXELS = 16,
  MOST_TAPS = 25,
  PACKED_TOGETHER = 16,
  MOST_COLUMNS = 32,
  WINOGRAD_POINTS = 36,
  WINOGRAD_PIXELS = 4
};

/// The source pixel and the tap that take part in a product.
typedef struct pair {
  int64_t source, tap;
} pair;

static bool is_by_data(const zoo_convolution_plan *plan) { return plan->direction == ZOO_CONVOLUTION_BY_DATA; }

/// The position on one axis of the source for a result and a tap, or −1.
static int64_t source_position(
    bool by_data, int64_t result, int64_t tap, int64_t stride, int64_t dilation, int64_t pad, int64_t in, int64_t out) {
  if (!by_data) {
    int64_t position = result * stride + tap * dilation - pad;
    return position >= 0 && position < in ? position : -1;
  }
  int64_t distance = result + pad - tap * dilation;
  return distance >= 0 && distance % stride == 0 && distance / stride < out ? distance / stride : -1;
}

static int64_t result_height(const zoo_convolution_plan *plan) {
  return is_by_data(plan) ? plan->shape.in_height : plan->shape.out_height;
}

static int64_t result_width(const zoo_convolution_plan *plan) {
  return is_by_data(plan) ? plan->shape.in_width : plan->shape.out_width;
}

/// Fills in the pairs of a result pixel (unless `pairs` is NULL) and returns their number.
static int64_t pairs_of(const zoo_convolution_plan *plan, int64_t pixel, pair *pairs) {
  const zoo_convolution *s = &plan->shape;
  bool by_data = is_by_data(plan);
  int64_t y = pixel / result_width(plan), x = pixel % result_width(plan), count = 0;
  int64_t source_width = by_data ? s->out_width : s->in_width;
  for (int64_t row = 0; row < s->kernel_height; row++) {
    int64_t source_y =
        source_position(by_data, y, row, s->stride_height, s->dilation_height, s->pad_top, s->in_height, s->out_height);
    for (int64_t column = 0; column < s->kernel_width && source_y >= 0; column++) {
      int64_t source_x = source_position(
          by_data, x, column, s->stride_width, s->dilation_width, s->pad_left, s->in_width, s->out_width);
      if (source_x < 0) continue;
      if (pairs) pairs[count] = (pair){source_y * source_width + source_x, row * s->kernel_width + column};
      count++;
    }
  }
  return count;
}

static int64_t source_channels(const zoo_convolution_plan *plan) {
  return is_by_data(plan) ? plan->shape.out_channels : plan->shape.in_channels;
}

static int64_t result_channels(const zoo_convolution_plan *plan) {
  return is_by_data(plan) ? plan->shape.in_channels : plan->shape.out_channels;
}

/// The table that multiplies pairs of bfloat16, if images are that and pairs are whole.
static const zoo_gemm_table *dot_table(const zoo_convolution_plan *plan) {
  return plan->shape.narrow && source_channels(plan) % 2 == 0 ? zoo_gemm_pairs_table_for(plan->isa) : NULL;
}

/// Floats (or pairs of bfloat16) of a source pixel.
static int64_t depth(const zoo_convolution_plan *plan) { return source_channels(plan) / (plan->shape.narrow ? 2 : 1); }

/// Elements from a pixel to the next.
static int64_t source_pixel(const zoo_convolution_plan *plan) {
  return is_by_data(plan) ? plan->shape.out_channels : plan->shape.in_pixel;
}

static int64_t result_pixel(const zoo_convolution_plan *plan) {
  return is_by_data(plan) ? plan->shape.in_channels : plan->shape.out_pixel;
}

static bool suits(const zoo_convolution_plan *plan) {
  const zoo_convolution *s = &plan->shape;
  int64_t pixels = result_height(plan) * result_width(plan), taps = s->kernel_height * s->kernel_width, products = 0;
  if (plan->direction == ZOO_CONVOLUTION_BY_WEIGHTS || s->groups > 1 || pixels > MOST_PIXELS || taps > MOST_TAPS ||
      taps == 1 || (s->narrow && (!dot_table(plan) || source_pixel(plan) % 2 != 0)))
    return false;
  for (int64_t pixel = 0; pixel < pixels; pixel++) products += pairs_of(plan, pixel, NULL);
  // By data, strides leave taps out anyway.
  int64_t whole = is_by_data(plan) ? s->out_height * s->out_width * taps : pixels * taps;
  int64_t tiles =
      zoo_ceil_div(result_height(plan), WINOGRAD_PIXELS) * zoo_ceil_div(result_width(plan), WINOGRAD_PIXELS);
  bool winograd = !zoo_is_in_tiles(plan) && taps == 9 && s->stride_height == 1 && s->stride_width == 1;
  return products * 5 < whole * 4 && (!winograd || products < tiles * WINOGRAD_POINTS);
}

static void make_plan(zoo_convolution_plan *plan, int64_t workers) {
  int64_t nr = zoo_gemm_nr(plan->isa), mr = plan->shape.narrow ? dot_table(plan)->mr : zoo_gemm_mr(plan->isa),
          taps = plan->shape.kernel_height * plan->shape.kernel_width;
  int64_t panels = zoo_ceil_div(result_channels(plan), nr);
  plan->packed_count = taps * panels * depth(plan) * nr;
  plan->pack_tasks = zoo_ceil_div(source_channels(plan), PACKED_TOGETHER) * panels;
  // Each panel's weights for all taps stay near the core while the pixels pass by.
  plan->panel_slice = 1;
  plan->panel_slices = panels;
  int64_t blocks = zoo_max(zoo_ceil_div(plan->shape.batch, 10 * mr), zoo_ceil_div(4 * workers, panels));
  plan->row_block = zoo_round_up(zoo_ceil_div(plan->shape.batch, blocks), mr);
  plan->row_blocks = zoo_ceil_div(plan->shape.batch, plan->row_block);
  // Sums in float, before they are narrowed.
  if (plan->shape.narrow) plan->worker_count = plan->row_block * nr;
  plan->phases = 1;
}

static int64_t tasks(const zoo_convolution_plan *plan, int32_t phase) {
  (void)phase;
  return plan->row_blocks * plan->panel_slices;
}

/// The weights of 16 source channels of one panel. Packed weights are [tap][panel][source channel][nr].
static void pack(const zoo_convolution_plan *plan, const float *weights, float *packed, int64_t task) {
  int64_t taps = plan->shape.kernel_height * plan->shape.kernel_width, in_channels = plan->shape.in_channels;
  int64_t nr = zoo_gemm_nr(plan->isa), sources = source_channels(plan), panel = task % plan->panel_slices;
  int64_t first = task / plan->panel_slices * PACKED_TOGETHER, last = zoo_min(first + PACKED_TOGETHER, sources);
  int64_t columns = zoo_min(nr, result_channels(plan) - panel * nr);
  // Weights are [out channel][in channel][tap].
  int64_t out_stride = in_channels * taps;
  int64_t source_stride = is_by_data(plan) ? out_stride : taps, result_stride = is_by_data(plan) ? taps : out_stride;
  // Through a block of their own, because the taps' places are powers of two apart.
  float block[MOST_TAPS][PACKED_TOGETHER][MOST_COLUMNS];
  if (columns < nr) memset(block, 0, sizeof block);
  for (int64_t column = 0; column < columns; column++)
    for (int64_t source = first; source < last; source++) {
      const float *in = weights + source * source_stride + (panel * nr + column) * result_stride;
      for (int64_t tap = 0; tap < taps; tap++) block[tap][source - first][column] = in[tap];
    }
  float *out = packed + panel * depth(plan) * nr;
  int64_t tap_stride = plan->panel_slices * depth(plan) * nr;
  for (int64_t tap = 0; tap < taps; tap++, out += tap_stride)
    for (int64_t source = first; source < last; source++) {
      const float *row = block[tap][source - first];
      if (!plan->shape.narrow) {
        memcpy(out + source * nr, row, (size_t)nr * sizeof(float));
        continue;
      }
      uint16_t *to = (uint16_t *)(void *)(out + source / 2 * nr) + source % 2;
      for (int64_t column = 0; column < nr; column++) to[2 * column] = zoo_narrowed(row[column]);
    }
}

static void run(
    const zoo_convolution_plan *plan, const zoo_convolution_memory *memory, int32_t phase, int64_t task,
    float *worker) {
  (void)phase;
  bool narrow = plan->shape.narrow;
  const zoo_gemm_table *table = narrow ? dot_table(plan) : zoo_gemm_table_for(plan->isa);
  int64_t panel = task % plan->panel_slices, first = task / plan->panel_slices * plan->row_block;
  int64_t rows = zoo_min(plan->row_block, plan->shape.batch - first);
  int64_t results = result_channels(plan), pixels = result_height(plan) * result_width(plan), nr = table->nr;
  int64_t source_pixels =
      is_by_data(plan) ? plan->shape.out_height * plan->shape.out_width : plan->shape.in_height * plan->shape.in_width;
  int64_t depths = depth(plan), blocks = zoo_ceil_div(depths, ZOO_GEMM_DEPTH),
          columns = zoo_min(nr, results - panel * nr);
  int64_t apart = source_pixel(plan) / (narrow ? 2 : 1);
  const float *source = zoo_image_at(plan, memory->source, first * source_pixels * source_pixel(plan));
  for (int64_t pixel = 0; pixel < pixels; pixel++) {
    pair pairs[MOST_TAPS];
    int64_t count = pairs_of(plan, pixel, pairs), stride = pixels * result_pixel(plan);
    void *result = zoo_result_at(plan, memory->result, (first * pixels + pixel) * result_pixel(plan) + panel * nr);
    zoo_epilogue epilogue = memory->epilogue;
    epilogue.streamed = false;
    if (epilogue.bias) epilogue.bias += panel * nr;
    if (epilogue.residual)
      epilogue.residual = zoo_image_at(plan, epilogue.residual, (first * pixels + pixel) * results + panel * nr);
    epilogue.residual_stride = pixels * results;
    epilogue.narrow_stride = stride;
    epilogue.narrow = narrow ? result : NULL;
    int64_t steps = zoo_max(1, count * blocks);
    for (int64_t step = 0; step < steps; step++) {
      // A pixel that no tap reaches has a product of no depth.
      pair pair = count ? pairs[step / blocks] : (struct pair){0, 0};
      int64_t begin = depths * (step % blocks) / blocks;
      int64_t end = count ? depths * (step % blocks + 1) / blocks : begin;
      zoo_gemm_part(
          table, rows, columns, end - begin, source + pair.source * apart + begin, source_pixels * apart, false, NULL,
          memory->packed + ((pair.tap * plan->panel_slices + panel) * depths + begin) * nr, depths * nr,
          narrow ? worker : result, narrow ? nr : stride, step > 0, step + 1 == steps ? &epilogue : NULL, 0, 1);
    }
  }
}

const zoo_convolution_algorithm zoo_convolution_pixelwise = {suits, make_plan, tasks, pack, run};

#include "gather.h"

#include <string.h>

static int64_t greatest_common_divisor(int64_t a, int64_t b) {
  while (b) {
    int64_t rest = a % b;
    a = b;
    b = rest;
  }
  return a;
}

static zoo_gather_axis forward_axis(
    int64_t in, int64_t out, int64_t kernel, int64_t stride, int64_t dilation, int64_t pad) {
  return (zoo_gather_axis){
      .source = in,
      .rows = out,
      .taps = kernel,
      .stride = stride,
      .base = -pad,
      .step = dilation,
      .tap_stride = 1,
      .spread = 1,
  };
}

/// Input pixel i receives from output pixel o through tap r where i + pad = o · stride + r · dilation. For the pixels
/// i = phase + j · stride these are the taps r = first + t · tap_stride, and o falls by one step from tap to tap.
static zoo_gather_axis data_axis(
    int64_t in, int64_t out, int64_t kernel, int64_t stride, int64_t dilation, int64_t pad, int64_t phase) {
  int64_t divisor = greatest_common_divisor(stride, dilation);
  zoo_gather_axis axis = {
      .source = out,
      .rows = phase < in ? zoo_ceil_div(in - phase, stride) : 0,
      .stride = 1,
      .tap_stride = stride / divisor,
      .step = -(dilation / divisor),
      .offset = phase,
      .spread = stride};
  for (int64_t r = 0; r < zoo_min(axis.tap_stride, kernel); r++) {
    int64_t distance = phase + pad - r * dilation;
    if (distance % stride != 0) continue;
    axis.first = r;
    axis.base = distance / stride;
    axis.taps = zoo_ceil_div(kernel - r, axis.tap_stride);
    break;
  }
  return axis;
}

/// Phases beyond the image would be empty.
static int64_t phases_of_width(const zoo_convolution *s) { return zoo_min(s->stride_width, s->in_width); }

int64_t zoo_gather_phases(const zoo_convolution_plan *plan) {
  const zoo_convolution *s = &plan->shape;
  if (plan->direction != ZOO_CONVOLUTION_BY_DATA) return 1;
  return zoo_min(s->stride_height, s->in_height) * phases_of_width(s);
}

int64_t zoo_gather_taps_before(const zoo_convolution_plan *plan, int64_t phase) {
  const zoo_convolution *s = &plan->shape;
  if (plan->direction != ZOO_CONVOLUTION_BY_DATA) return 0;
  int64_t widths = phases_of_width(s), lines = 0, line = 0, before = 0;
  int64_t taps = zoo_gather_make(plan, 0, phase).height.taps;
  for (int64_t i = 0; i < phase / widths; i++) lines += zoo_gather_make(plan, 0, i * widths).height.taps;
  for (int64_t i = 0; i < widths; i++) {
    int64_t here = zoo_gather_make(plan, 0, i).width.taps;
    line += here;
    if (i < phase % widths) before += here;
  }
  return lines * line + taps * before;
}

zoo_gather zoo_gather_make(const zoo_convolution_plan *plan, int64_t group, int64_t phase) {
  const zoo_convolution *s = &plan->shape;
  zoo_gather gather;
  if (plan->direction == ZOO_CONVOLUTION_BY_DATA) {
    gather.height = data_axis(
        s->in_height, s->out_height, s->kernel_height, s->stride_height, s->dilation_height, s->pad_top,
        phase / phases_of_width(s));
    gather.width = data_axis(
        s->in_width, s->out_width, s->kernel_width, s->stride_width, s->dilation_width, s->pad_left,
        phase % phases_of_width(s));
    gather.pixel = s->out_channels;
  } else {
    gather.height =
        forward_axis(s->in_height, s->out_height, s->kernel_height, s->stride_height, s->dilation_height, s->pad_top);
    gather.width =
        forward_axis(s->in_width, s->out_width, s->kernel_width, s->stride_width, s->dilation_width, s->pad_left);
    gather.pixel = s->in_pixel;
  }
  gather.channels = (plan->direction == ZOO_CONVOLUTION_BY_DATA ? s->out_channels : s->in_channels) / s->groups;
  gather.first_channel = group * gather.channels;
  return gather;
}

static bool axis_is_identity(const zoo_gather_axis *axis) {
  return axis->taps == 1 && axis->stride == 1 && axis->base == 0 && axis->rows == axis->source && axis->spread == 1;
}

bool zoo_gather_is_identity(const zoo_gather *gather) {
  return axis_is_identity(&gather->height) && axis_is_identity(&gather->width);
}

/// How elements of an image become elements of a block.
typedef struct copying {
  zoo_isa isa;
  int64_t size, out_size;
  /// Whether bfloat16 becomes float; else elements are copied as they are.
  bool widens;
} copying;

/// Writes the elements `first ..< last` of a run, of which `begin ..< end` come from `source + begin` and the others
/// are padding.
static void copy_run(
    const copying *how, const char *source, int64_t begin, int64_t end, int64_t first, int64_t last, char *out) {
  begin = zoo_min(zoo_max(begin, first), last);
  end = zoo_max(zoo_min(end, last), begin);
  int64_t size = how->out_size;
  if (begin > first) memset(out, 0, (size_t)((begin - first) * size));
  if (end > begin && how->widens)
    zoo_widen(
        how->isa, (const uint16_t *)(const void *)(source + begin * how->size), end - begin,
        (float *)(void *)(out + (begin - first) * size));
  else if (end > begin)
    memcpy(out + (begin - first) * size, source + begin * size, (size_t)((end - begin) * size));
  if (last > end) memset(out + (end - first) * size, 0, (size_t)((last - end) * size));
}

/// One row of taps of one row of the matrix: elements `first ..< last` of it.
static void copy_taps(
    const copying *how, const zoo_gather *gather, const char *line, int64_t column, int64_t first, int64_t last,
    char *out) {
  const zoo_gather_axis *width = &gather->width;
  int64_t channels = gather->channels, x = column * width->stride + width->base;
  if (width->step == 1 && channels == gather->pixel) {
    int64_t begin = zoo_max(0, -x) * channels, end = zoo_min(width->taps, width->source - x) * channels;
    copy_run(how, line + x * channels * how->size, begin, end, first, last, out);
    return;
  }
  for (int64_t tap = first / channels; tap * channels < last; tap++) {
    int64_t from = zoo_max(first - tap * channels, 0), to = zoo_min(last - tap * channels, channels);
    int64_t source_x = x + tap * width->step;
    bool inside = source_x >= 0 && source_x < width->source;
    copy_run(
        how, line + (source_x * gather->pixel + gather->first_channel) * how->size, 0, inside ? channels : 0, from, to,
        out + (tap * channels + from - first) * how->out_size);
  }
}

/// A few bytes, of whole elements: a call of the C library would take longer than copying them.
static inline void copy_few(const char *in, int64_t bytes, char *out) {
  if (bytes > 512) {
    memcpy(out, in, (size_t)bytes);
  } else if (bytes >= 16) {
    // The last sixteen go over some of those before again.
    for (int64_t i = 0; i < bytes - 16; i += 16) memcpy(out + i, in + i, 16);
    memcpy(out + bytes - 16, in + bytes - 16, 16);
  } else if (bytes >= 8) {
    memcpy(out, in, 8);
    memcpy(out + bytes - 8, in + bytes - 8, 8);
  } else {
    for (int64_t i = 0; i < bytes; i += 2) memcpy(out + i, in + i, 2);
  }
}

/// Whole rows of the matrix whose taps of a line lie side by side, as those of all channels do. Whether row (y, x) was
/// one, with no pixel beyond the line.
static inline bool copy_whole_row(
    const zoo_gather *gather, int64_t size, const char *image, int64_t line, int64_t y, int64_t x, char *out) {
  const zoo_gather_axis *height = &gather->height, *width = &gather->width;
  int64_t source_x = x * width->stride + width->base, bytes = width->taps * gather->channels * size;
  if (source_x < 0 || source_x + width->taps > width->source) return false;
  for (int64_t tap = 0; tap < height->taps; tap++, out += bytes) {
    int64_t source_y = y * height->stride + height->base + tap * height->step;
    if (source_y < 0 || source_y >= height->source)
      memset(out, 0, (size_t)bytes);
    else
      copy_few(image + (source_y * line + source_x * gather->channels) * size, bytes, out);
  }
  return true;
}

/// Elements `first_column ..< last_column` of one row of the matrix.
static void copy_row(
    const zoo_convolution_plan *plan, const copying *how, const zoo_gather *gather, const void *source, int64_t image,
    int64_t y, int64_t x, int64_t first_column, int64_t last_column, char *to) {
  const zoo_gather_axis *height = &gather->height;
  int64_t line = gather->pixel * gather->width.source, taps_line = gather->width.taps * gather->channels;
  for (int64_t tap = taps_line ? first_column / taps_line : 0; tap * taps_line < last_column; tap++) {
    int64_t first = zoo_max(first_column - tap * taps_line, 0);
    int64_t last = zoo_min(last_column - tap * taps_line, taps_line);
    char *out = to + (tap * taps_line + first - first_column) * how->out_size;
    int64_t source_y = y * height->stride + height->base + tap * height->step;
    if (source_y < 0 || source_y >= height->source)
      memset(out, 0, (size_t)((last - first) * how->out_size));
    else
      copy_taps(
          how, gather, zoo_image_at(plan, source, (image * height->source + source_y) * line), x, first, last, out);
  }
}

void zoo_gather_copy(
    const zoo_convolution_plan *plan, const zoo_gather *gather, const void *source, int64_t first_row, int64_t rows,
    int64_t first_column, int64_t last_column, bool widened, void *block, int64_t block_stride) {
  copying how = {
      .isa = plan->isa, .size = plan->shape.narrow ? 2 : 4, .out_size = plan->shape.narrow && !widened ? 2 : 4};
  how.widens = how.size != how.out_size;
  const zoo_gather_axis *height = &gather->height, *width = &gather->width;
  int64_t line = gather->pixel * width->source;
  int64_t x = first_row % width->rows, y = first_row / width->rows % height->rows;
  int64_t image = first_row / (width->rows * height->rows);
  bool are_whole = !how.widens && width->step == 1 && gather->channels == gather->pixel && first_column == 0 &&
                   last_column == zoo_gather_columns(gather);
  for (int64_t row = 0; row < rows; row++) {
    char *to = (char *)block + row * block_stride * how.out_size;
    if (!are_whole ||
        !copy_whole_row(gather, how.size, zoo_image_at(plan, source, image * height->source * line), line, y, x, to))
      copy_row(plan, &how, gather, source, image, y, x, first_column, last_column, to);
    // Pairs are whole.
    if (how.out_size == 2 && (last_column - first_column) % 2 != 0) memset(to + (last_column - first_column) * 2, 0, 2);
    if (++x == width->rows) {
      x = 0;
      if (++y == height->rows) {
        y = 0;
        image++;
      }
    }
  }
}

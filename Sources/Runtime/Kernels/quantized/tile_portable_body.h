// Products of 8-bit integers in plain C.

#include "requantize.h"

enum { QUANTIZED_ROWS = 4, QUANTIZED_COLUMNS = 16 };

static void quantized_tile(
    int64_t rows, int64_t columns, int64_t depth, const uint8_t *a, ptrdiff_t a_stride, const int8_t *panel, uint8_t *y,
    ptrdiff_t y_stride, const zoo_requantization *requantization) {
  for (int64_t i = 0; i < rows; i++) {
    int32_t sums[QUANTIZED_COLUMNS];
    for (int64_t j = 0; j < QUANTIZED_COLUMNS; j++) sums[j] = requantization->bias[j];
    for (int64_t p = 0; p < depth; p += 4)
      for (int64_t j = 0; j < QUANTIZED_COLUMNS; j++)
        for (int64_t q = 0; q < 4; q++) sums[j] += a[i * a_stride + p + q] * panel[p * QUANTIZED_COLUMNS + j * 4 + q];
    for (int64_t j = 0; j < columns; j++)
      y[i * y_stride + j] = zoo_requantize(sums[j], j, i * y_stride + j, requantization);
  }
}

#define QUANTIZED_TILE(rows)                                                                                 \
  static void quantized_tile_##rows(                                                                         \
      int64_t columns, int64_t depth, const uint8_t *a, ptrdiff_t a_stride, const int8_t *panel, uint8_t *y, \
      ptrdiff_t y_stride, const zoo_requantization *requantization) {                                        \
    quantized_tile(rows, columns, depth, a, a_stride, panel, y, y_stride, requantization);                   \
  }

QUANTIZED_TILE(1)
QUANTIZED_TILE(2)
QUANTIZED_TILE(3)
QUANTIZED_TILE(4)

static void quantized_depthwise(
    int64_t channels, int64_t padded_channels, int64_t taps, int64_t count, const uint8_t *const *pixels,
    const int8_t *weights, uint8_t *y, const zoo_requantization *requantization) {
  for (int64_t i = 0; i < count; i++, pixels += taps)
    for (int64_t c = 0; c < channels; c++) {
      int32_t sum = requantization->bias[c];
      for (int64_t tap = 0; tap < taps; tap++) sum += pixels[tap][c] * weights[tap * padded_channels + c];
      y[i * channels + c] = zoo_requantize(sum, c, i * channels + c, requantization);
    }
}

static const zoo_quantized_table quantized_tiles = {
    .mr = QUANTIZED_ROWS,
    .nr = QUANTIZED_COLUMNS,
    .tiles = {quantized_tile_1, quantized_tile_2, quantized_tile_3, quantized_tile_4}};

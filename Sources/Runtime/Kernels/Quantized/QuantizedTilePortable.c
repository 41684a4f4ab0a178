#include "QuantizedTile.h"

enum { ROWS = 4, COLUMNS = 16 };

static void tile(
    int64_t rows, int64_t columns, int64_t depth, const uint8_t *a, ptrdiff_t a_stride, const int8_t *panel, uint8_t *y,
    ptrdiff_t y_stride, const zoo_requantization *requantization) {
  for (int64_t i = 0; i < rows; i++) {
    int32_t sums[COLUMNS];
    for (int64_t j = 0; j < COLUMNS; j++) sums[j] = requantization->bias[j];
    for (int64_t p = 0; p < depth; p += 4)
      for (int64_t j = 0; j < COLUMNS; j++)
        for (int64_t q = 0; q < 4; q++) sums[j] += a[i * a_stride + p + q] * panel[p * COLUMNS + j * 4 + q];
    for (int64_t j = 0; j < columns; j++)
      y[i * y_stride + j] = zoo_requantize(sums[j], j, i * y_stride + j, requantization);
  }
}

#define ZOO_TILE(rows)                                                                                             \
  static void tile_##rows(                                                                                         \
      int64_t columns, int64_t depth, const uint8_t *a, ptrdiff_t a_stride, const int8_t *panel, uint8_t *y,       \
      ptrdiff_t y_stride, const zoo_requantization *requantization) {                                              \
    tile(rows, columns, depth, a, a_stride, panel, y, y_stride, requantization);                                   \
  }

ZOO_TILE(1)
ZOO_TILE(2)
ZOO_TILE(3)
ZOO_TILE(4)

static void depthwise(
    int64_t channels, int64_t padded_channels, int64_t taps, int64_t count, const uint8_t *const *pixels,
    const int8_t *weights, uint8_t *y, const zoo_requantization *requantization) {
  for (int64_t i = 0; i < count; i++, pixels += taps)
    for (int64_t c = 0; c < channels; c++) {
      int32_t sum = requantization->bias[c];
      for (int64_t tap = 0; tap < taps; tap++) sum += pixels[tap][c] * weights[tap * padded_channels + c];
      y[i * channels + c] = zoo_requantize(sum, c, i * channels + c, requantization);
    }
}

const zoo_quantized_table zoo_quantized_portable = {
    .mr = ROWS, .nr = COLUMNS, .tiles = {tile_1, tile_2, tile_3, tile_4}, .depthwise = depthwise};

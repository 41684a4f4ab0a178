#include <string.h>

#include "zoo_matrix_transpose.h"

enum { BLOCK = 16 };

void zoo_transpose(
    int64_t rows, int64_t columns, const float *from, ptrdiff_t from_stride, float *to, ptrdiff_t to_stride) {
  for (int64_t column = 0; column < columns; column += BLOCK) {
    int64_t width = columns - column < BLOCK ? columns - column : BLOCK;
    for (int64_t row = 0; row < rows; row += BLOCK) {
      int64_t height = rows - row < BLOCK ? rows - row : BLOCK;
      const float *in = from + row * from_stride + column;
      float *out = to + column * to_stride + row;
      if (width == BLOCK && height == BLOCK) {
        for (int j = 0; j < BLOCK; j++)
          for (int i = 0; i < BLOCK; i++) out[j * to_stride + i] = in[i * from_stride + j];
      } else {
        for (int64_t j = 0; j < width; j++)
          for (int64_t i = 0; i < height; i++) out[j * to_stride + i] = in[i * from_stride + j];
      }
    }
  }
}

void zoo_column_sums(int64_t rows, int64_t columns, const float *from, ptrdiff_t stride, float *sums) {
  memset(sums, 0, (size_t)columns * sizeof(float));
  for (int64_t row = 0; row < rows; row++)
    for (int64_t column = 0; column < columns; column++) sums[column] += from[row * stride + column];
}

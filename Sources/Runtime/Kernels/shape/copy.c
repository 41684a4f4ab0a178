#include <stdint.h>
#include <string.h>

#include "zoo_shape.h"

// Elements are moved in tiles, so that a transposition reads and writes whole cache lines.
#define TILE 16

// Rows of a few elements, each from a plane of its own: images with the channels behind each other.
#define INTERLEAVE(T, N)                                                                            \
  case N:                                                                                           \
    for (size_t r = 0; r < rows; r++)                                                               \
      for (size_t c = 0; c < N; c++) t[r * N + c] = s[(ptrdiff_t)r + (ptrdiff_t)c * source_column]; \
    return;

#define COPY(T)                                                                                               \
  {                                                                                                           \
    const T *s = source;                                                                                      \
    T *t = target;                                                                                            \
    if (source_column == 0 && target_column == 1) {                                                           \
      for (size_t r = 0; r < rows; r++) {                                                                     \
        T value = s[(ptrdiff_t)r * source_row], *q = t + (ptrdiff_t)r * target_row;                           \
        for (size_t c = 0; c < columns; c++) q[c] = value;                                                    \
      }                                                                                                       \
      return;                                                                                                 \
    }                                                                                                         \
    if (source_row == 1 && target_column == 1 && target_row == (ptrdiff_t)columns) switch (columns) {         \
        INTERLEAVE(T, 2)                                                                                      \
        INTERLEAVE(T, 3)                                                                                      \
        INTERLEAVE(T, 4)                                                                                      \
        INTERLEAVE(T, 5)                                                                                      \
        INTERLEAVE(T, 6)                                                                                      \
        INTERLEAVE(T, 7)                                                                                      \
        INTERLEAVE(T, 8)                                                                                      \
      default: break;                                                                                         \
      }                                                                                                       \
    for (size_t r0 = 0; r0 < rows; r0 += TILE)                                                                \
      for (size_t c0 = 0; c0 < columns; c0 += TILE) {                                                         \
        size_t r1 = r0 + TILE < rows ? r0 + TILE : rows, c1 = c0 + TILE < columns ? c0 + TILE : columns;      \
        for (size_t r = r0; r < r1; r++) {                                                                    \
          const T *p = s + (ptrdiff_t)r * source_row;                                                         \
          T *q = t + (ptrdiff_t)r * target_row;                                                               \
          for (size_t c = c0; c < c1; c++) q[(ptrdiff_t)c * target_column] = p[(ptrdiff_t)c * source_column]; \
        }                                                                                                     \
      }                                                                                                       \
    return;                                                                                                   \
  }

void zoo_copy_rows(
    size_t element_size, const void *source, void *target, size_t rows, size_t columns, ptrdiff_t source_row,
    ptrdiff_t source_column, ptrdiff_t target_row, ptrdiff_t target_column) {
  if (source_column == 1 && target_column == 1) {
    const char *s = source;
    char *t = target;
    for (size_t r = 0; r < rows; r++)
      memcpy(
          t + (ptrdiff_t)r * target_row * (ptrdiff_t)element_size,
          s + (ptrdiff_t)r * source_row * (ptrdiff_t)element_size, columns * element_size);
    return;
  }
  switch (element_size) {
  case 1: COPY(uint8_t)
  case 2: COPY(uint16_t)
  case 4: COPY(uint32_t)
  case 8: COPY(uint64_t)
  default: return;
  }
}

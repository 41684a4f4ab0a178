// Reductions of element types that vectors have no part in.
#include <math.h>

#include "zoo_entries.h"

#define FOLD(T, START, STEP)                              \
  for (size_t c = 0; c < columns; c++) y[c] = (T)(START); \
  for (size_t r = 0; r < rows; r++)                       \
    for (size_t c = 0; c < columns; c++) {                \
      T u = y[c], v = a[r * stride + c];                  \
      y[c] = (T)(STEP);                                   \
    }                                                     \
  return 1;

#define REDUCE(NAME, T, W, LOWEST, HIGHEST)                                                           \
  static int NAME(int op, const T *a, const T *b, size_t rows, size_t columns, size_t stride, T *y) { \
    switch (op) {                                                                                     \
    case ZOO_REDUCE_SUM: FOLD(T, 0, (W)u + (W)v)                                                      \
    case ZOO_REDUCE_SUM_SQUARE: FOLD(T, 0, (W)u + (W)v * (W)v)                                        \
    case ZOO_REDUCE_SUM_PRODUCT: FOLD(T, 0, (W)u + (W)v * (W)b[r * stride + c])                       \
    case ZOO_REDUCE_SUM_ABS: FOLD(T, 0, v < 0 ? (W)u - (W)v : (W)u + (W)v)                            \
    case ZOO_REDUCE_MAX: FOLD(T, LOWEST, v > u || v != v ? v : u)                                     \
    case ZOO_REDUCE_MIN: FOLD(T, HIGHEST, v < u || v != v ? v : u)                                    \
    case ZOO_REDUCE_PRODUCT: FOLD(T, 1, ((W)u * v))                                                   \
    default: return 0;                                                                                \
    }                                                                                                 \
  }

REDUCE(reduce_f64, double, double, -INFINITY, INFINITY)
REDUCE(reduce_i8, int8_t, uint64_t, INT8_MIN, INT8_MAX)
REDUCE(reduce_i16, int16_t, uint64_t, INT16_MIN, INT16_MAX)
REDUCE(reduce_i32, int32_t, uint64_t, INT32_MIN, INT32_MAX)
REDUCE(reduce_i64, int64_t, uint64_t, INT64_MIN, INT64_MAX)
REDUCE(reduce_u8, uint8_t, uint64_t, 0, UINT8_MAX)
REDUCE(reduce_u16, uint16_t, uint64_t, 0, UINT16_MAX)
REDUCE(reduce_u32, uint32_t, uint64_t, 0, UINT32_MAX)
REDUCE(reduce_u64, uint64_t, uint64_t, 0, UINT64_MAX)
REDUCE(reduce_bool, uint8_t, uint64_t, 0, 1)

int zoo_reduce_any(
    zoo_isa isa, int op, int type, const void *a, const void *b, size_t rows, size_t columns, size_t stride, void *y) {
  switch (type) {
  case 1: zoo_reduce_f32(isa, op, a, b, rows, columns, stride, y); return 1;
  case 2: return reduce_u8(op, a, b, rows, columns, stride, y);
  case 3: return reduce_i8(op, a, b, rows, columns, stride, y);
  case 4: return reduce_u16(op, a, b, rows, columns, stride, y);
  case 5: return reduce_i16(op, a, b, rows, columns, stride, y);
  case 6: return reduce_i32(op, a, b, rows, columns, stride, y);
  case 7: return reduce_i64(op, a, b, rows, columns, stride, y);
  case 9: return reduce_bool(op, a, b, rows, columns, stride, y);
  case 11: return reduce_f64(op, a, b, rows, columns, stride, y);
  case 12: return reduce_u32(op, a, b, rows, columns, stride, y);
  case 13: return reduce_u64(op, a, b, rows, columns, stride, y);
  default: return 0;
  }
}

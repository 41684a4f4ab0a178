// Pools of any element type, and those whose speed matters to nobody.
#include <math.h>
#include <string.h>

#include "windows.h"

// The position of pixel `at` with the first spatial dimension fastest.
static int64_t column_major_position(const struct zoo_pool *p, int64_t at) {
  int64_t c = at % p->input[2], r = at / p->input[2] % p->input[1], s = at / p->input[2] / p->input[1];
  return s + p->input[0] * (r + p->input[1] * c);
}

#define MAX_POOL(T, LOWEST)                                                                               \
  {                                                                                                       \
    const T *in = x;                                                                                      \
    T *out = y;                                                                                           \
    for (int64_t pixel = 0; pixel < outputs; pixel++) {                                                   \
      struct zoo_window w = zoo_window_at(p, pixel);                                                      \
      for (int64_t c = 0; c < p->channels; c++) {                                                         \
        T best = LOWEST;                                                                                  \
        int64_t place = -1;                                                                               \
        ZOO_EACH_TAP(p, w, {                                                                              \
          T value = in[at * p->channels + c];                                                             \
          if (place < 0 || value > best || value != value) {                                              \
            best = value;                                                                                 \
            place = at;                                                                                   \
          }                                                                                               \
        })                                                                                                \
        out[pixel * p->channels + c] = best;                                                              \
        if (indices)                                                                                      \
          indices[pixel * p->channels + c] =                                                              \
              base + c * inputs + (column_major && place >= 0 ? column_major_position(p, place) : place); \
      }                                                                                                   \
    }                                                                                                     \
    return 1;                                                                                             \
  }

int zoo_max_pool_any(
    const struct zoo_pool *p, int type, const void *x, void *y, int64_t *indices, int64_t base, int column_major) {
  int64_t inputs = p->input[0] * p->input[1] * p->input[2], outputs = p->output[0] * p->output[1] * p->output[2];
  switch (type) {
  case 1: MAX_POOL(float, -INFINITY)
  case 2: MAX_POOL(uint8_t, 0)
  case 3: MAX_POOL(int8_t, INT8_MIN)
  case 6: MAX_POOL(int32_t, INT32_MIN)
  case 7: MAX_POOL(int64_t, INT64_MIN)
  case 11: MAX_POOL(double, -INFINITY)
  default: return 0;
  }
}

void zoo_lp_pool_f32(const struct zoo_pool *p, const float *x, float *y, int norm) {
  int64_t outputs = p->output[0] * p->output[1] * p->output[2];
  for (int64_t pixel = 0; pixel < outputs; pixel++) {
    struct zoo_window w = zoo_window_at(p, pixel);
    for (int64_t c = 0; c < p->channels; c++) {
      double sum = 0;
      ZOO_EACH_TAP(p, w, {
        double value = fabs((double)x[at * p->channels + c]);
        sum += norm == 1 ? value : (norm == 2 ? value * value : pow(value, norm));
      })
      y[pixel * p->channels + c] = (float)(norm == 1 ? sum : (norm == 2 ? sqrt(sum) : pow(sum, 1.0 / norm)));
    }
  }
}

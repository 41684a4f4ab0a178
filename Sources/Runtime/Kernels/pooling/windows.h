// Walks over the elements of a window that lie inside the image.
#ifndef ZOO_WINDOWS_H
#define ZOO_WINDOWS_H

#include "zoo_pooling.h"

struct zoo_window {
  // For each dimension the first input position, and the range of kernel positions that lie inside the image.
  int64_t start[3], low[3], high[3];
};

static inline struct zoo_window zoo_window_at(const struct zoo_pool *p, int64_t pixel) {
  struct zoo_window w;
  int64_t position[3];
  position[2] = pixel % p->output[2];
  position[1] = pixel / p->output[2] % p->output[1];
  position[0] = pixel / p->output[2] / p->output[1];
  for (int d = 0; d < 3; d++) {
    int64_t start = position[d] * p->stride[d] - p->pad[d], step = p->dilation[d];
    int64_t low = start < 0 ? (-start + step - 1) / step : 0;
    int64_t high = start >= p->input[d] ? 0 : (p->input[d] - start + step - 1) / step;
    w.start[d] = start;
    w.low[d] = low;
    w.high[d] = high < p->kernel[d] ? high : p->kernel[d];
  }
  return w;
}

// The number of elements that an average divides by.
static inline int64_t zoo_window_count(const struct zoo_pool *p, const struct zoo_window *w) {
  int64_t count = 1;
  for (int d = 0; d < 3; d++) {
    if (p->counts_pads) {
      // Windows that reach past the pads (which happens when sizes are rounded up) end there.
      int64_t room = (p->padded[d] - w->start[d] + p->dilation[d] - 1) / p->dilation[d];
      count *= room < p->kernel[d] ? room : p->kernel[d];
    } else {
      count *= w->high[d] > w->low[d] ? w->high[d] - w->low[d] : 0;
    }
  }
  return count;
}

// Runs the body for each input pixel `at` of the window.
#define ZOO_EACH_TAP(p, w, ...)                                                                                        \
  for (int64_t k0 = (w).low[0]; k0 < (w).high[0]; k0++)                                                                \
    for (int64_t k1 = (w).low[1]; k1 < (w).high[1]; k1++)                                                              \
      for (int64_t k2 = (w).low[2]; k2 < (w).high[2]; k2++) {                                                          \
        int64_t at = (((w).start[0] + k0 * (p)->dilation[0]) * (p)->input[1] + (w).start[1] + k1 * (p)->dilation[1]) * \
                         (p)->input[2] +                                                                               \
                     (w).start[2] + k2 * (p)->dilation[2];                                                             \
        __VA_ARGS__                                                                                                    \
      }

#endif

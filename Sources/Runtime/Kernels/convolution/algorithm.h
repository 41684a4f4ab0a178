// What an algorithm for convolutions consists of; one file for each.

#ifndef ZOO_CONVOLUTION_ALGORITHM_H
#define ZOO_CONVOLUTION_ALGORITHM_H

#include <string.h>

#include "../common/bfloat16.h"
#include "zoo_convolution.h"
#include "zoo_entries.h"
#include "zoo_gemm_table.h"

typedef struct zoo_convolution_algorithm {
  /// Whether the algorithm is right and the fastest known for the plan's shape and direction.
  bool (*suits)(const zoo_convolution_plan *plan);
  /// Fills in the cuts and counts.
  void (*plan)(zoo_convolution_plan *plan, int64_t workers);
  int64_t (*tasks)(const zoo_convolution_plan *plan, int32_t phase);
  /// NULL by weights (unless gated), and where weights are read as they are.
  void (*pack)(const zoo_convolution_plan *plan, const float *weights, float *packed, int64_t task);
  void (*run)(
      const zoo_convolution_plan *plan, const zoo_convolution_memory *memory, int32_t phase, int64_t task,
      float *worker);
} zoo_convolution_algorithm;

extern const zoo_convolution_algorithm zoo_convolution_gated;
extern const zoo_convolution_algorithm zoo_convolution_depthwise;
extern const zoo_convolution_algorithm zoo_convolution_depthwise_weights;
extern const zoo_convolution_algorithm zoo_convolution_grouped;
extern const zoo_convolution_algorithm zoo_convolution_pixelwise;
extern const zoo_convolution_algorithm zoo_convolution_winograd_panels;
extern const zoo_convolution_algorithm zoo_convolution_winograd;
extern const zoo_convolution_algorithm zoo_convolution_winograd_weights;
extern const zoo_convolution_algorithm zoo_convolution_gather;
extern const zoo_convolution_algorithm zoo_convolution_gather_weights;

/// The address of an element of an image.
static inline const void *zoo_image_at(const zoo_convolution_plan *plan, const void *image, int64_t element) {
  return (const char *)image + element * (plan->shape.narrow ? 2 : 4);
}

static inline void *zoo_result_at(const zoo_convolution_plan *plan, void *image, int64_t element) {
  return (char *)image + element * (plan->shape.narrow ? 2 : 4);
}

/// Whether bfloat16 is multiplied so fast that no algorithm pays which saves products.
static inline bool zoo_is_in_tiles(const zoo_convolution_plan *plan) {
  const zoo_gemm_table *pairs = plan->shape.narrow ? zoo_gemm_pairs_table_for(plan->isa) : NULL;
  return pairs && pairs->in_tiles && plan->shape.groups == 1;
}

static inline int64_t zoo_min(int64_t a, int64_t b) { return a < b ? a : b; }
static inline int64_t zoo_max(int64_t a, int64_t b) { return a > b ? a : b; }
static inline int64_t zoo_ceil_div(int64_t a, int64_t b) { return (a + b - 1) / b; }
static inline int64_t zoo_round_up(int64_t a, int64_t b) { return zoo_ceil_div(a, b) * b; }

/// Element distance between the rows of a block of `columns` floats: whole lines, and never a power of two of them, so
/// that the rows don't compete for the same sets of the first-level cache.
static inline int64_t zoo_row_stride(int64_t columns) {
  int64_t lines = zoo_ceil_div(columns, 16);
  return (lines % 2 == 0 ? lines + 1 : lines) * 16;
}

/// Lines of memory that a later task reads, which products fetch on their way.
typedef struct zoo_ahead {
  const char *at;
  int64_t bytes;
} zoo_ahead;

/// `count` elements from `first` on of an image of `all`.
static inline zoo_ahead zoo_ahead_of(
    const zoo_convolution_plan *plan, const void *image, int64_t first, int64_t count, int64_t all) {
  first = zoo_max(first, 0);
  if (first >= all) return (zoo_ahead){0};
  return (zoo_ahead){zoo_image_at(plan, image, first), zoo_min(count, all - first) * (plan->shape.narrow ? 2 : 4)};
}

/// What a call of `zoo_gemm_part` is to fetch, or NULL: a line for each product of its first panel.
static inline const float *zoo_ahead_next(zoo_ahead *ahead, const zoo_gemm_table *table, int64_t rows, int64_t depth) {
  if (ahead->bytes <= 0) return NULL;
  const void *next = ahead->at;
  int64_t fetched = zoo_ceil_div(rows, table->mr) * depth * 64;
  ahead->at += fetched;
  ahead->bytes -= fetched;
  return next;
}

#endif

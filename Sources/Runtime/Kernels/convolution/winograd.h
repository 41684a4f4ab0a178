// What the three directions of Winograd's algorithm share.

#ifndef ZOO_CONVOLUTION_WINOGRAD_H
#define ZOO_CONVOLUTION_WINOGRAD_H

#include "algorithm.h"

/// An image that is cut into tiles; tile (y, x) begins at pixel (4y − pad_top, 4x − pad_left).
typedef struct zoo_winograd_image {
  int64_t height, width, channels, pad_top, pad_left;
  /// Elements from a pixel to the next.
  int64_t pixel;
} zoo_winograd_image;

/// Results in a tile, in each direction.
enum { ZOO_WINOGRAD_TILE = 4 };

/// Tiles that are worth the transform of the weights, and channels that are worth the sums by weights.
enum { ZOO_WINOGRAD_FEWEST_TILES = 14, ZOO_WINOGRAD_FEWEST_CHANNELS = 32 };

/// Whether the shape is a 3 × 3 convolution with stride 1, without groups, whose channels fill vectors and are at least
/// `fewest`.
bool zoo_winograd_fits(const zoo_convolution *shape, int64_t fewest);

/// Whether the algorithm is the fastest known for this number of tiles. What is predicted (forward, with weights that
/// are kept) asks the tiles of a sample alone, so that its result doesn't depend on the others of its batch, unless it
/// may.
bool zoo_winograd_pays(const zoo_convolution_plan *plan);

/// Points to the `side` × `side` pixels of a tile, `outside` standing for those beyond the image.
void zoo_winograd_pixels(
    const zoo_convolution_plan *plan, const zoo_winograd_image *image, const void *base, int64_t number, int64_t y,
    int64_t x, int side, const void *outside, const void **pixels);

/// What is transformed and what comes out, forward and by data, and the number of their tiles.
zoo_winograd_image zoo_winograd_source(const zoo_convolution_plan *plan);
zoo_winograd_image zoo_winograd_result(const zoo_convolution_plan *plan);
int64_t zoo_winograd_tile_count(const zoo_convolution_plan *plan);

/// Bᵀ d B of a tile of the source, forward and by data; `zeros` stand for a pixel outside.
void zoo_winograd_transform(
    const zoo_convolution_plan *plan, const zoo_winograd_image *source, const void *base, int64_t tile,
    const float *zeros, float *out, int64_t point_stride);

/// G g Gᵀ for one source channel and `columns` result channels from `column` on.
void zoo_winograd_transform_weights(
    const zoo_convolution_plan *plan, const float *weights, int64_t source, int64_t column, int64_t columns, float *out,
    int64_t point_stride);

/// Aᵀ m A of a tile's products for `columns` result channels from `column` on, with the epilogue.
void zoo_winograd_finish(
    const zoo_convolution_plan *plan, const zoo_convolution_memory *memory, int64_t tile, int64_t column,
    int64_t columns, const float *products, int64_t point_stride);

#endif

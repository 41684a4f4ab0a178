// What the three directions of Winograd's algorithm share.

#ifndef ZOO_CONVOLUTION_WINOGRAD_H
#define ZOO_CONVOLUTION_WINOGRAD_H

#include "ConvolutionAlgorithm.h"
#include "ConvolutionVectors.h"

/// An image that is cut into tiles; tile (y, x) begins at pixel (4y − pad_top, 4x − pad_left).
typedef struct zoo_winograd_image {
  int64_t height, width, channels, pad_top, pad_left;
} zoo_winograd_image;

/// Results in a tile, in each direction.
enum { ZOO_WINOGRAD_TILE = 4 };

/// Whether the shape is a 3 × 3 convolution with stride 1 whose channels fill vectors and are worth transforming.
bool zoo_winograd_fits(const zoo_convolution *shape);

/// Points to the `side` × `side` pixels of a tile, `outside` standing for those beyond the image.
void zoo_winograd_pixels(
    const zoo_convolution_plan *plan, const zoo_winograd_image *image, const void *base, int64_t number, int64_t y,
    int64_t x, int side, const void *outside, const void **pixels);

#endif

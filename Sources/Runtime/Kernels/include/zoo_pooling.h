// Pools over windows of an image.
#ifndef ZOO_POOLING_H
#define ZOO_POOLING_H

#include <stddef.h>
#include <stdint.h>

// An image of up to three spatial dimensions (1 where it has fewer), stored with the channels innermost. A plane of an
// image stored otherwise is an image with one channel.
struct zoo_pool {
  int64_t channels;
  int64_t input[3], output[3], kernel[3], stride[3], dilation[3], pad[3];
  // The size of the input with the pads after it, for averages that count pads.
  int64_t padded[3];
  int32_t counts_pads;
};

// The most channels that a gradient is asked for at once.
#define ZOO_POOL_CHANNELS 64

// All of one image, for any number type; `indices` may be null and otherwise takes the position of each maximum in the
// image seen as [channel][spatial], plus `base`. Positions are counted with the last dimension fastest, or the first if
// `column_major`. Returns 0 if the type is not supported.
int zoo_max_pool_any(
    const struct zoo_pool *pool, int type, const void *x, void *y, int64_t *indices, int64_t base, int column_major);

// (Σ |x|^p)^(1/p) over each window of one image.
void zoo_lp_pool_f32(const struct zoo_pool *pool, const float *x, float *y, int p);

#endif

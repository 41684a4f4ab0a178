// Everything that an instruction set gives to convolutions. The including file defines ZOO_LANES and ZOO_TABLE and
// pushes its target attribute.

#include "Vector.h"

#include "ConvolutionVectors.h"

#include "Activation.h"

#include "ConvolutionDepthwiseVectors.h"
#include "ConvolutionWinogradVectors.h"

static void widen(const void *in, int64_t count, float *out) {
  int64_t i = 0;
  for (; i + ZOO_LANES <= count; i += ZOO_LANES) vec_store(out + i, image_load((const element *)in + i));
  if (i < count) {
    size_t lanes = (size_t)(count - i);
    vec_store_some(out + i, image_load_some((const element *)in + i, lanes), lanes);
  }
}

static void interleave(const void *first, const void *second, int64_t count, float *out) {
  const uint16_t *low = first, *high = second;
  int64_t i = 0;
  for (; high && i + ZOO_LANES <= count; i += ZOO_LANES) {
    uvec pairs = __builtin_convertvector(*(const narrow_vec_unaligned *)(low + i), uvec) |
                 __builtin_convertvector(*(const narrow_vec_unaligned *)(high + i), uvec) << 16;
    vec_store(out + i, (vec)pairs);
  }
  for (; i < count; i++) {
    uint32_t pair = (uint32_t)low[i] | (uint32_t)(high ? high[i] : 0) << 16;
    memcpy(out + i, &pair, sizeof pair);
  }
}

const zoo_convolution_vectors ZOO_TABLE = {
    .winograd_source = winograd_source,
    .winograd_gradient = winograd_gradient,
    .winograd_result = winograd_result,
    .winograd_weights = winograd_weights,
    .winograd_weight_gradient = winograd_weight_gradient,
    .depthwise = depthwise,
    .depthwise_weights = depthwise_weights,
    .widen = widen,
    .interleave = interleave,
};

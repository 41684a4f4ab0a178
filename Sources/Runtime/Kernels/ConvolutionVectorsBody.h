// Everything that an instruction set gives to convolutions. The including file defines ZOO_LANES and ZOO_TABLE and
// pushes its target attribute.

#include "Vector.h"

#include "ConvolutionVectors.h"

#include "Activation.h"

#include "ConvolutionDepthwiseVectors.h"
#include "ConvolutionWinogradVectors.h"

const zoo_convolution_vectors ZOO_TABLE = {
    .winograd_source = winograd_source,
    .winograd_gradient = winograd_gradient,
    .winograd_result = winograd_result,
    .winograd_weights = winograd_weights,
    .winograd_weight_gradient = winograd_weight_gradient,
    .depthwise = depthwise,
    .depthwise_weights = depthwise_weights,
};

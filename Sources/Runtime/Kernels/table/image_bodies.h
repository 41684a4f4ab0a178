// The bodies that work on images of one kind of element, chosen by ZOO_NARROW.

#include "../common/image.h"

#include "../convolution/depthwise_body.h"
#include "../convolution/winograd_image_body.h"
#include "../elementwise/affine_body.h"
#include "../normalization/normalization_body.h"

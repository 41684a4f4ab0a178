#if defined(__aarch64__)
#define ZOO_NARROW 1
#define ZOO_LANES 4
#define ZOO_TABLE zoo_convolution_narrow_vectors_neon
#include "ConvolutionVectorsBody.h"
#endif

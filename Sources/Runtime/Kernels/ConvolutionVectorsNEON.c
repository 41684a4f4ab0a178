#if defined(__aarch64__)
#define ZOO_LANES 4
#define ZOO_TABLE zoo_convolution_vectors_neon
#include "ConvolutionVectorsBody.h"
#endif

#define ZOO_LANES 4
#define ZOO_TABLE zoo_convolution_vectors_portable
#include "ConvolutionVectorsBody.h"

const zoo_convolution_vectors *zoo_convolution_vectors_for(zoo_isa isa, bool narrow) {
  switch (isa) {
#if defined(__x86_64__)
  case ZOO_ISA_AVX2:
    return narrow ? &zoo_convolution_narrow_vectors_avx2 : &zoo_convolution_vectors_avx2;
  case ZOO_ISA_AVX512:
    return narrow ? &zoo_convolution_narrow_vectors_avx512 : &zoo_convolution_vectors_avx512;
#elif defined(__aarch64__)
  case ZOO_ISA_NEON:
    return narrow ? &zoo_convolution_narrow_vectors_neon : &zoo_convolution_vectors_neon;
#endif
  default:
    return narrow ? &zoo_convolution_narrow_vectors_portable : &zoo_convolution_vectors_portable;
  }
}

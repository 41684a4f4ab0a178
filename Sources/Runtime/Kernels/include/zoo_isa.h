// Which instruction set the kernels use.

#ifndef ZOO_ISA_H
#define ZOO_ISA_H

#include <stdbool.h>

/// The instruction sets that kernels are compiled for. `ZOO_ISA_PORTABLE` runs everywhere and is the specification.
typedef enum zoo_isa {
  ZOO_ISA_PORTABLE = 0,
  ZOO_ISA_AVX2 = 1,
  ZOO_ISA_AVX512 = 2,
  ZOO_ISA_NEON = 3,
} zoo_isa;

/// The instruction set chosen when the program started: the best that the processor has, or the one that the
/// environment variable `ZOO_ISA` (portable, avx2, avx512, neon) names, if the processor has it.
zoo_isa zoo_isa_current(void);

/// Whether this processor can execute `isa`.
bool zoo_isa_supported(zoo_isa isa);

/// Whether this processor multiplies pairs of bfloat16 numbers (`vdpbf16ps`).
bool zoo_isa_has_bf16(void);

/// Whether this processor multiplies groups of four 8-bit integers (`vpdpbusd`).
bool zoo_isa_has_vnni(void);

/// `portable`, `avx2`, `avx512` or `neon`.
const char *zoo_isa_name(zoo_isa isa);

#endif

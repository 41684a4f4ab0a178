// Which instruction set the kernels use.

#ifndef ZOO_ISA_H
#define ZOO_ISA_H

#include <stdbool.h>

/// The instruction sets that kernels are compiled for, the better ones behind. Each has one file in table/, of the same
/// name, which fills its part of the table.
#define ZOO_INSTRUCTION_SETS(SET) \
  SET(PORTABLE, portable)         \
  SET(AVX2, avx2)                 \
  SET(AVX512, avx512)             \
  SET(AMX, amx)                   \
  SET(NEON, neon)

/// `ZOO_ISA_PORTABLE` runs everywhere and is the specification.
typedef enum zoo_isa {
#define ZOO_SET(CASE, name) ZOO_ISA_##CASE,
  ZOO_INSTRUCTION_SETS(ZOO_SET)
#undef ZOO_SET
} zoo_isa;

/// How many instruction sets there are.
int zoo_isa_count(void);

/// The instruction set chosen when the program started: the best that the processor has, or the one that the
/// environment variable `ZOO_ISA` (portable, avx2, avx512, amx, neon) names, if the processor has it.
zoo_isa zoo_isa_current(void);

/// Whether this processor can execute `isa`.
bool zoo_isa_supported(zoo_isa isa);

/// `portable`, `avx2`, `avx512`, `amx` or `neon`.
const char *zoo_isa_name(zoo_isa isa);

#endif

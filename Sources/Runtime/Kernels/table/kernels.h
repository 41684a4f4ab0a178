// The table: all bodies of all entries.

#ifndef ZOO_KERNELS_H
#define ZOO_KERNELS_H

#include "zoo_entries.h"
#include "zoo_gemm_table.h"
#include "zoo_quantized_table.h"

#define ZOO_INLINE static inline __attribute__((always_inline))

/// What one instruction set gives. Image entries have the body for float first, then that for bfloat16.
typedef struct zoo_kernels {
#define ZOO_ENTRY(name, parameters, arguments) void(*name) parameters;
#define ZOO_IMAGE_ENTRY(name, parameters, arguments) void(*name[2]) parameters;
#include "zoo_entries.inc"
#undef ZOO_ENTRY
#undef ZOO_IMAGE_ENTRY
  /// Tiles of the matrix product, of pairs of bfloat16 (no rows where the processor doesn't multiply such), and of
  /// 8-bit integers.
  zoo_gemm_table gemm, gemm_pairs;
  zoo_quantized_table quantized;
} zoo_kernels;

/// The bodies for an instruction set that this processor has.
const zoo_kernels *zoo_kernels_for(zoo_isa isa);

#endif

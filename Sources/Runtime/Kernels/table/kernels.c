// The table, the choice among its parts, and the functions that look into it.

#include "kernels.h"

#include <stdlib.h>
#include <string.h>

// Each instruction set's file: fills its part of the table, or answers that this processor lacks the set. Whatever
// `kernels` holds before are the bodies of the best set that comes before it and that the processor has.
#define ZOO_SET(CASE, name) bool zoo_fill_##name(zoo_kernels *kernels);
ZOO_INSTRUCTION_SETS(ZOO_SET)
#undef ZOO_SET

#define ZOO_SET(CASE, name) zoo_fill_##name,
static bool (*const fill[])(zoo_kernels *) = {ZOO_INSTRUCTION_SETS(ZOO_SET)};
#undef ZOO_SET

#define ZOO_SET(CASE, name) #name,
static const char *const names[] = {ZOO_INSTRUCTION_SETS(ZOO_SET)};
#undef ZOO_SET

enum { SET_COUNT = sizeof names / sizeof *names };

static zoo_kernels table[SET_COUNT];
static bool supported[SET_COUNT];
static zoo_isa chosen;

// Before main, so that nobody ever sees another choice.
__attribute__((constructor)) static void choose(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
#endif
  const char *wish = getenv("ZOO_ISA");
  for (int isa = 0, best = 0; isa < SET_COUNT; isa++) {
    table[isa] = table[best];
    supported[isa] = fill[isa](&table[isa]);
    if (!supported[isa]) continue;
    best = isa;
    if (!wish || !*wish || strcmp(wish, names[isa]) == 0) chosen = (zoo_isa)isa;
  }
}

int zoo_isa_count(void) { return SET_COUNT; }
zoo_isa zoo_isa_current(void) { return chosen; }
bool zoo_isa_supported(zoo_isa isa) { return (int)isa < SET_COUNT && supported[isa]; }
const char *zoo_isa_name(zoo_isa isa) { return (int)isa < SET_COUNT ? names[isa] : "unknown"; }

const zoo_kernels *zoo_kernels_for(zoo_isa isa) { return &table[isa]; }
const zoo_gemm_table *zoo_gemm_table_for(zoo_isa isa) { return &table[isa].gemm; }
const zoo_gemm_table *zoo_gemm_pairs_table_for(zoo_isa isa) {
  return table[isa].gemm_pairs.mr ? &table[isa].gemm_pairs : NULL;
}
const zoo_quantized_table *zoo_quantized_table_for(zoo_isa isa) { return &table[isa].quantized; }

#define ZOO_ENTRY(name, parameters, arguments) \
  void zoo_##name(zoo_isa isa, ZOO_UNPACK parameters) { table[isa].name arguments; }
#define ZOO_IMAGE_ENTRY(name, parameters, arguments) \
  void zoo_##name(zoo_isa isa, bool narrow, ZOO_UNPACK parameters) { table[isa].name[narrow] arguments; }
#include "zoo_entries.inc"
#undef ZOO_ENTRY
#undef ZOO_IMAGE_ENTRY

#define ZOO_ENTRY(name, parameters, arguments) #name,
#define ZOO_IMAGE_ENTRY(name, parameters, arguments) #name "_f32", #name "_bf16",
static const char *const entries[] = {
#include "zoo_entries.inc"
};
#undef ZOO_ENTRY
#undef ZOO_IMAGE_ENTRY

int zoo_entry_count(void) { return sizeof entries / sizeof *entries; }
const char *zoo_entry_name(int index) { return entries[index]; }

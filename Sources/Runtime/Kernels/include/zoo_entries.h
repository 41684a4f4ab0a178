// The functions of zoo_entries.inc, each taking the instruction set whose body is wanted first.

#ifndef ZOO_ENTRIES_H
#define ZOO_ENTRIES_H

#include "zoo_convolution_tiles.h"
#include "zoo_elementwise.h"
#include "zoo_isa.h"
#include "zoo_optimizer.h"
#include "zoo_pooling.h"
#include "zoo_quantized.h"
#include "zoo_random.h"
#include "zoo_recurrent.h"
#include "zoo_reduction.h"

#define ZOO_UNPACK(...) __VA_ARGS__
#define ZOO_ENTRY(name, parameters, arguments) void zoo_##name(zoo_isa isa, ZOO_UNPACK parameters);
#define ZOO_IMAGE_ENTRY(name, parameters, arguments) void zoo_##name(zoo_isa isa, bool narrow, ZOO_UNPACK parameters);
#include "zoo_entries.inc"
#undef ZOO_ENTRY
#undef ZOO_IMAGE_ENTRY

/// The number of entries, and the name of each; those of images have two names, ending in `_f32` and `_bf16`.
int zoo_entry_count(void);
const char *zoo_entry_name(int index);

#endif

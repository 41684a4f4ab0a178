// Masks from a counter-based generator: the bits of an element depend on (seed, step, element) alone.
#ifndef ZOO_RANDOM_H
#define ZOO_RANDOM_H

#include <stddef.h>
#include <stdint.h>

// Four random words of Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011) for one
// counter.
void zoo_philox(uint64_t seed, uint64_t step, uint64_t counter, uint32_t words[4]);

#endif

// Counts what a test's threads allocate, by standing in front of the system's allocator.

#ifndef ALLOCATION_COUNTER_H
#define ALLOCATION_COUNTER_H

#include <stdbool.h>
#include <stdint.h>

/// Whether allocations can be counted on this system.
bool allocation_counter_works(void);

/// Counts the calling thread's allocations from now on, or no longer.
void allocation_counter_count_here(bool counts);

/// How often all threads that count have asked for memory so far.
int64_t allocation_counter_total(void);

#endif

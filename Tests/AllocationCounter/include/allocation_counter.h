// Counts what a test's threads allocate, by standing in front of the system's allocator.

#ifndef ALLOCATION_COUNTER_H
#define ALLOCATION_COUNTER_H

#include <stdbool.h>
#include <stdint.h>

/// Whether allocations can be counted on this system.
bool allocation_counter_works(void);

/// How often the threads that count into it have asked for memory.
///
/// A measurement has its own, so that others that run beside it in the same process don't count into it.
typedef struct allocation_counter allocation_counter;

/// A counter at 0; given back by `allocation_counter_free`, once no thread counts into it any more.
allocation_counter *allocation_counter_new(void);
void allocation_counter_free(allocation_counter *counter);

/// Counts the calling thread's allocations into `counter` from now on; with `NULL` no longer.
void allocation_counter_count_here(allocation_counter *counter);

int64_t allocation_counter_total(const allocation_counter *counter);

#endif

// A Swift closure lent to other threads without an object on the heap.

#ifndef ZOO_CLOSURE_H
#define ZOO_CLOSURE_H

#include <stdint.h>

/// A closure of type `(Int, Int) -> Void` as the two words that it consists of; valid while whoever lent it waits.
typedef struct zoo_closure {
  const void *function;
  const void *context;
} zoo_closure;

/// Calls the closure.
void zoo_closure_call(zoo_closure closure, intptr_t first, intptr_t second);

#endif

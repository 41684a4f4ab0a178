#include "zoo_closure.h"

// Swift's calling convention: a closure is passed as its function and its context, and called with the context in the
// register that is set aside for it. Swift declares this function with a closure in place of the first two parameters.
__attribute__((swiftcall)) void zoo_closure_lend(
    const void *function, const void *context, void *borrower, void (*use)(zoo_closure, void *));

__attribute__((swiftcall)) void zoo_closure_lend(
    const void *function, const void *context, void *borrower, void (*use)(zoo_closure, void *)) {
  use((zoo_closure){function, context}, borrower);
}

typedef __attribute__((swiftcall)) void (*closure_function)(
    intptr_t, intptr_t, __attribute__((swift_context)) const void *);

void zoo_closure_call(zoo_closure closure, intptr_t first, intptr_t second) {
  closure_function function;
  __builtin_memcpy(&function, &closure.function, sizeof function);
  function(first, second, closure.context);
}

#include "allocation_counter.h"

#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>

struct allocation_counter {
  _Atomic int64_t total;
};

static _Thread_local allocation_counter *counter_here;

allocation_counter *allocation_counter_new(void) { return calloc(1, sizeof(allocation_counter)); }

void allocation_counter_free(allocation_counter *counter) { free(counter); }

void allocation_counter_count_here(allocation_counter *counter) { counter_here = counter; }

int64_t allocation_counter_total(const allocation_counter *counter) { return atomic_load(&counter->total); }

// Sanitizers stand in front of the allocator themselves.
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define ZOO_IS_SANITIZED 1
#endif
#endif

#if defined(__GLIBC__) && !defined(ZOO_IS_SANITIZED)

// glibc's allocator under the names that it keeps for whoever stands in front of it.
void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);
void *__libc_memalign(size_t, size_t);

static void note(void) {
  if (counter_here) atomic_fetch_add(&counter_here->total, 1);
}

void *malloc(size_t size) {
  note();
  return __libc_malloc(size);
}

void *calloc(size_t count, size_t size) {
  note();
  return __libc_calloc(count, size);
}

void *realloc(void *memory, size_t size) {
  note();
  return __libc_realloc(memory, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
  note();
  return __libc_memalign(alignment, size);
}

int posix_memalign(void **memory, size_t alignment, size_t size) {
  note();
  *memory = __libc_memalign(alignment, size);
  return *memory ? 0 : ENOMEM;
}

bool allocation_counter_works(void) { return true; }

#else

bool allocation_counter_works(void) { return false; }

#endif

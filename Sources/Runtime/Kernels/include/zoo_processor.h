#ifndef ZOO_PROCESSOR_H
#define ZOO_PROCESSOR_H

/// The number of processors that this process may be scheduled on, at least 1.
int zoo_available_processors(void);

/// Tells the processor that the caller is spinning.
static inline void zoo_spin_hint(void) {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

#endif

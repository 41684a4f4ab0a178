#include "dispatch.h"

#include <stdlib.h>

static int detect(void) {
#if ZOO_HAS_X86_VARIANTS
  const char *forced = getenv("ZOO_ISA");
  int level = 0;
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("f16c")) level = 1;
  if (level == 1 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq"))
    level = 2;
  if (forced && strcmp(forced, "portable") == 0) return 0;
  if (forced && strcmp(forced, "avx2") == 0 && level > 1) return 1;
  return level;
#else
  return 0;
#endif
}

int zoo_variant_level(void) {
  // Set once; two threads that come first at the same time write the same value.
  static _Atomic int known = -1;
  int level = known;
  if (level < 0) {
    level = detect();
    known = level;
  }
  return level;
}

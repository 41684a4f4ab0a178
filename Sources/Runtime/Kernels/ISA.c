#include <stdlib.h>
#include <string.h>

#include "zoo_isa.h"

static zoo_isa chosen = ZOO_ISA_PORTABLE;

bool zoo_isa_supported(zoo_isa isa) {
  switch (isa) {
  case ZOO_ISA_PORTABLE:
    return true;
#if defined(__x86_64__)
  case ZOO_ISA_AVX2:
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  case ZOO_ISA_AVX512:
    return zoo_isa_supported(ZOO_ISA_AVX2) && __builtin_cpu_supports("avx512f") &&
           __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512vl");
#elif defined(__aarch64__)
  case ZOO_ISA_NEON:
    return true;
#endif
  default:
    return false;
  }
}

bool zoo_isa_has_bf16(void) {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx512bf16");
#else
  return false;
#endif
}

bool zoo_isa_has_vnni(void) {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx512vnni");
#else
  return false;
#endif
}

const char *zoo_isa_name(zoo_isa isa) {
  static const char *const names[] = {"portable", "avx2", "avx512", "neon"};
  return isa >= ZOO_ISA_PORTABLE && isa <= ZOO_ISA_NEON ? names[isa] : "unknown";
}

zoo_isa zoo_isa_current(void) { return chosen; }

// Before main, so that nobody ever sees another choice.
__attribute__((constructor)) static void choose(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
#endif
  const char *wish = getenv("ZOO_ISA");
  for (int isa = ZOO_ISA_NEON; isa >= ZOO_ISA_PORTABLE; isa--) {
    if (!zoo_isa_supported(isa)) continue;
    if (wish && *wish && strcmp(wish, zoo_isa_name(isa)) != 0) continue;
    chosen = isa;
    return;
  }
}

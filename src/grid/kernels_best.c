/* Which variant of the row kernels this processor runs. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "kernels.h"

static const msw_kernels *choose(void) {
#ifdef MSW_X86_KERNELS
  const char *wanted = getenv("MFUSWEEP_ISA");
  bool wants_base = wanted && strcmp(wanted, msw_kernels_base.name) == 0;
  bool wants_avx2 = wanted && strcmp(wanted, msw_kernels_avx2.name) == 0;
  bool has_avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  bool has_avx512 = has_avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                    __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
  if (wants_base || !has_avx2) return &msw_kernels_base;
  return wants_avx2 || !has_avx512 ? &msw_kernels_avx2 : &msw_kernels_avx512;
#else
  return &msw_kernels_base;
#endif
}

const msw_kernels *msw_kernels_best(void) {
  static const msw_kernels *best;   /* the same pointer whoever comes first */
  if (!best) best = choose();
  return best;
}

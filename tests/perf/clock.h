/* The clocks of the benchmark. */
#ifndef BENCH_CLOCK_H
#define BENCH_CLOCK_H

#include <stdbool.h>
#include <time.h>

#include "msw/base/log.h"

/* Seconds of the wall clock, or with `cpu` of the calling thread's CPU time: for what one thread does alone, on a machine
 * whose CPUs others use too. The two are the same where nobody does. */
static inline double bench_now_s(bool cpu) {
  const double s_per_ns = 1e-9;
  struct timespec now = {0};
  if (!cpu || clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now) != 0) return msw_now_s();
  return (double)now.tv_sec + (double)now.tv_nsec * s_per_ns;
}

#endif

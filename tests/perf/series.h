/* Series: several ways to do the same amount of work, timed in turn, round after round, so that a machine whose speed
 * wanders still gives ratios to quote. What is compared within a series may be compared; nothing else may.
 */
#ifndef BENCH_SERIES_H
#define BENCH_SERIES_H

#include <stdbool.h>
#include <stddef.h>

#include "stats.h"

/* A contender. `pass` does the work once and returns the seconds that count, negative when it cannot be done at all. */
typedef struct {
  const char *name;
  double (*pass)(void *context);
  void *context;
  double *seconds;      /* [n_rounds], filled by bench_series */
  bool usable;          /* no pass failed */
} bench_contender;

/* One round that does not count, which also finds out who is usable, then n_rounds that do. Free with bench_series_free. */
void bench_series(bench_contender *contenders, size_t n, int n_rounds);
void bench_series_free(bench_contender *contenders, size_t n);

/* Over the rounds: amount per second; how fast `of` is compared to `over` (2: in half its time); seconds. */
bench_stat bench_rate(const bench_contender *of, int n_rounds, double amount);
bench_stat bench_speed_ratio(const bench_contender *of, const bench_contender *over, int n_rounds);
bench_stat bench_seconds(const bench_contender *of, int n_rounds);

#endif

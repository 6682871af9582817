/* Contenders in turn, and what follows from their times. */
#include "series.h"

#include <stdlib.h>

#include "msw/base/mem.h"

void bench_series(bench_contender *contenders, size_t n, int n_rounds) {
  for (size_t i_contender = 0; i_contender < n; i_contender++) {
    bench_contender *contender = &contenders[i_contender];
    contender->seconds = msw_alloc_zero((size_t)n_rounds, sizeof *contender->seconds);
    contender->usable = contender->pass(contender->context) >= 0.0;
  }
  for (int i_round = 0; i_round < n_rounds; i_round++)
    for (size_t i_contender = 0; i_contender < n; i_contender++) {
      bench_contender *contender = &contenders[i_contender];
      if (!contender->usable) continue;
      contender->seconds[i_round] = contender->pass(contender->context);
      contender->usable = contender->seconds[i_round] > 0.0;
    }
}

void bench_series_free(bench_contender *contenders, size_t n) {
  for (size_t i_contender = 0; i_contender < n; i_contender++) {
    free(contenders[i_contender].seconds);
    contenders[i_contender].seconds = NULL;
  }
}

bench_stat bench_rate(const bench_contender *of, int n_rounds, double amount) {
  double *rates = msw_alloc((size_t)n_rounds * sizeof *rates);
  for (int i_round = 0; i_round < n_rounds; i_round++) rates[i_round] = amount / of->seconds[i_round];
  bench_stat stat = bench_stat_of(rates, n_rounds);
  free(rates);
  return stat;
}

bench_stat bench_speed_ratio(const bench_contender *of, const bench_contender *over, int n_rounds) {
  double *ratios = msw_alloc((size_t)n_rounds * sizeof *ratios);
  for (int i_round = 0; i_round < n_rounds; i_round++)
    ratios[i_round] = over->seconds[i_round] / of->seconds[i_round];
  bench_stat stat = bench_stat_of(ratios, n_rounds);
  free(ratios);
  return stat;
}

bench_stat bench_seconds(const bench_contender *of, int n_rounds) { return bench_stat_of(of->seconds, n_rounds); }

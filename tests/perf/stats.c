/* Median, quantiles and spread of a few values. */
#include "stats.h"

#include <stdlib.h>
#include <string.h>

#include "msw/base/mem.h"

static int by_value(const void *a, const void *b) {
  double p = *(const double *)a, q = *(const double *)b;
  return (p > q) - (p < q);
}

bench_stat bench_stat_of(const double *values, int n) {
  size_t count = (size_t)n;
  double *sorted = msw_alloc(count * sizeof *sorted);
  memcpy(sorted, values, count * sizeof *sorted);
  qsort(sorted, count, sizeof *sorted, by_value);
  bench_stat stat = {.min = sorted[0], .max = sorted[count - 1], .n = n};
  stat.median = (sorted[(count - 1) / 2] + sorted[count / 2]) / 2.0;
  stat.p90 = sorted[(count * 9 + 9) / 10 - 1];
  free(sorted);
  return stat;
}

double bench_spread(const double *values, int n) {
  double low = values[0], high = values[0];
  for (int i_value = 1; i_value < n; i_value++) {
    if (values[i_value] < low) low = values[i_value];
    if (values[i_value] > high) high = values[i_value];
  }
  return high / low - 1.0;
}

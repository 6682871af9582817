/* Random numbers: splitmix64. */
#include "rng.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

rng rng_start(const char *test, uint64_t seed) {
  const char *given = getenv("MSW_TEST_SEED");
  if (given) seed = strtoull(given, NULL, 10);
  printf("%s: seed %llu (MSW_TEST_SEED)\n", test, (unsigned long long)seed);
  return (rng){seed};
}

uint64_t rng_next(rng *r) {
  uint64_t z = r->state += UINT64_C(0x9e3779b97f4a7c15);
  z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
  return z ^ (z >> 31);
}

rng rng_fork(const rng *from, uint64_t i_round) {
  rng mixer = {from->state ^ (i_round * UINT64_C(0xd1342543de82ef95) + 1)};
  return (rng){rng_next(&mixer)};
}

size_t rng_below(rng *r, size_t n) { return (size_t)(rng_next(r) % n); }

int64_t rng_int(rng *r, int64_t low, int64_t high) { return low + (int64_t)rng_below(r, (size_t)(high - low + 1)); }

double rng_between(rng *r, double low, double high) {
  return low + (high - low) * (double)(rng_next(r) >> 11) * 0x1p-53;
}

bool rng_chance(rng *r, double probability) { return rng_between(r, 0.0, 1.0) < probability; }

double rng_log_between(rng *r, double low, double high) { return exp(rng_between(r, log(low), log(high))); }

const char *rng_pick(rng *r, const char *const *list) {
  size_t n = 0;
  while (list[n]) n++;
  return list[rng_below(r, n)];
}

static int by_value(const void *a, const void *b) {
  double p = *(const double *)a, q = *(const double *)b;
  return (p > q) - (p < q);
}

size_t rng_axis(rng *r, size_t n, double low, double high, double *values) {
  size_t kept = 0;
  for (size_t i = 0; i < n; i++) values[i] = round(rng_log_between(r, low, high));
  qsort(values, n, sizeof *values, by_value);
  for (size_t i = 0; i < n; i++)
    if (kept == 0 || values[kept - 1] < values[i]) values[kept++] = values[i];
  return kept;
}

/* Exact sums and means of float32 numbers. */
#include "msw/grid/exact_sum.h"

#include <float.h>
#include <stdlib.h>

#include "msw/base/mem.h"
#include "msw_test.h"
#include "rng.h"

__extension__ typedef __int128 wide;

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static msw_exact_sum sum_of(const float *values, size_t n) {
  msw_exact_sum sum = {0};
  for (size_t i = 0; i < n; i++) msw_exact_sum_add(&sum, values[i]);
  return sum;
}

static void means_are_rounded_once(void **state) {
  (void)state;
  const float least = FLT_TRUE_MIN, most = FLT_MAX, e = FLT_EPSILON;
  static const float x = 16777216.0f;   /* 2^24: neighbours are 2 apart above it */
  const struct { size_t n; float values[6], mean; } cases[] = {
      {1, {0}, 0}, {2, {1, 2}, 1.5f}, {3, {1, 1, 2}, 4.0f / 3.0f}, {3, {-1, -1, -2}, -4.0f / 3.0f},
      {2, {most, most}, most}, {4, {most, most, -most, -most}, 0}, {3, {most, -most, 1}, 1.0f / 3.0f},
      {2, {least, 0}, 0}, {2, {least, 2 * least}, 2 * least}, {4, {least, least, least, 0}, least},
      {2, {3 * least, 4 * least}, 4 * least}, {2, {-least, -2 * least}, -2 * least},
      {2, {FLT_MIN, FLT_MIN - least}, FLT_MIN},                              /* a tie, up to the even one */
      {2, {FLT_MIN - least, FLT_MIN - 2 * least}, FLT_MIN - 2 * least},
      {2, {1, 1 + e}, 1}, {2, {1 + e, 1 + 2 * e}, 1 + 2 * e},                /* ties to even, both ways */
      {3, {1, 1 + e, 1 + e}, 1 + e}, {3, {1, 1, 1 + e}, 1},
      {4, {1, 1 + e, 1, 1 + e}, 1}, {2, {x + 2, x}, x}, {2, {x + 4, x + 2}, x + 4},
      {3, {1e30f, -1e30f, 3}, 1}, {5, {1e30f, 1, -1e30f, 1, 3}, 1}, {2, {1e-30f, -1e-30f}, 0},
      {3, {x, 1, 1}, (x + 2) / 3.0f}, {2, {2 - e, 2}, 2},                    /* a carry into the next power of two */
  };
  for (size_t i_case = 0; i_case < COUNT(cases); i_case++) {
    msw_exact_sum one = sum_of(cases[i_case].values, cases[i_case].n), row = {0};
    msw_exact_sum_add_row(&row, cases[i_case].values, cases[i_case].n);
    assert_memory_equal(&one, &row, sizeof one);
    float mean = msw_exact_sum_mean(&one);
    if (memcmp(&mean, &cases[i_case].mean, sizeof mean) != 0)
      fail_msg("case %zu: %.9g, expected %.9g", i_case, (double)mean, (double)cases[i_case].mean);
  }
}

static void what_is_not_finite(void **state) {
  (void)state;
  const float with_nan[] = {NAN, 2, NAN, 4}, up[] = {1, INFINITY, NAN}, down[] = {-INFINITY, 5}, both[] = {INFINITY, -INFINITY};
  const float nans[] = {NAN, NAN};
  msw_exact_sum sum = sum_of(with_nan, 4);
  assert_int_equal(sum.n, 2);
  assert_same((double)msw_exact_sum_mean(&sum), 3.0);
  sum = sum_of(nans, 2);
  assert_true(isnan(msw_exact_sum_mean(&sum)));
  msw_exact_sum_add_row(&sum, nans, 2);
  assert_int_equal(sum.n, 0);
  sum = sum_of(up, 3);
  assert_true(msw_exact_sum_mean(&sum) > FLT_MAX);
  sum = sum_of(down, 2);
  assert_true(msw_exact_sum_mean(&sum) < -FLT_MAX);
  sum = (msw_exact_sum){0};
  msw_exact_sum_add_row(&sum, both, 2);
  assert_int_equal(sum.n, 2);
  assert_true(isnan(msw_exact_sum_mean(&sum)));
}

static float random_value(rng *r, int kind) {
  float value = 0.0f;
  uint32_t bits = (uint32_t)rng_next(r);
  switch (kind) {
    case 0: memcpy(&value, &bits, sizeof value); return value;                               /* anything, NaN too */
    case 1: return (float)rng_between(r, 100.0, 1e6);                                        /* like times */
    case 2: return rng_chance(r, 0.3) ? NAN : (float)rng_log_between(r, 1e-3, 1e9);
    case 3: return rng_chance(r, 0.5) ? 0.0f : (float)rng_int(r, -5, 5) * FLT_TRUE_MIN;
    default: return (float)rng_between(r, -1.0, 1.0) * FLT_MAX;
  }
}

/* One after the other, in rows, in another order, in parts: the same bits. */
static void order_and_grouping_do_not_matter(void **state) {
  (void)state;
  enum { MOST = 3000, ROUNDS = 300 };
  float *values = msw_alloc(MOST * sizeof *values);
  const rng seeded = rng_start("exact sum", 20261122);
  for (uint64_t i_round = 0; i_round < ROUNDS; i_round++) {
    rng r = rng_fork(&seeded, i_round);
    size_t n = 1 + rng_below(&r, rng_chance(&r, 0.5) ? 40 : MOST);
    int kind = (int)(i_round % 5);
    for (size_t i = 0; i < n; i++) values[i] = random_value(&r, kind);
    msw_exact_sum whole = sum_of(values, n), rows = {0}, parts = {0};
    for (size_t i = n; i-- > 1;) {
      size_t other = rng_below(&r, i + 1);
      float kept = values[i];
      values[i] = values[other];
      values[other] = kept;
    }
    msw_exact_sum_add_row(&rows, values, n);
    for (size_t first = 0, count; first < n; first += count) {
      msw_exact_sum part = {0};
      count = 1 + rng_below(&r, n - first);
      msw_exact_sum_add_row(&part, values + first, count);
      msw_exact_sum_combine(&parts, &part);
    }
    assert_memory_equal(&whole, &rows, sizeof whole);
    assert_memory_equal(&whole, &parts, sizeof whole);
  }
  free(values);
}

/* How far n times a float lies from the sum, in units of 2^-43. */
static wide distance(float value, wide sum, size_t n) {
  wide times = (wide)(int64_t)ldexp((double)value, 43) * (wide)n;
  return times > sum ? times - sum : sum - times;
}

/* Against integers: numbers from 2^-20 to 2^20 are multiples of 2^-43, and so are the floats around their mean. */
static void means_are_the_nearest(void **state) {
  (void)state;
  enum { MOST = 1000, ROUNDS = 500 };
  float values[MOST];
  const rng seeded = rng_start("nearest mean", 20261123);
  for (uint64_t i_round = 0; i_round < ROUNDS; i_round++) {
    rng r = rng_fork(&seeded, i_round);
    size_t n = 1 + rng_below(&r, MOST);
    double high = rng_chance(&r, 0.5) ? 2.0 : 1048576.0;
    wide sum = 0;
    for (size_t i = 0; i < n; i++) {
      values[i] = (float)rng_between(&r, high > 2.0 ? 1e-6 : 1.0, high);
      sum += (wide)(int64_t)ldexp((double)values[i], 43);
    }
    msw_exact_sum exact = {0};
    msw_exact_sum_add_row(&exact, values, n);
    float mean = msw_exact_sum_mean(&exact);
    assert_true(distance(mean, sum, n) <= distance(nextafterf(mean, 0.0f), sum, n));
    assert_true(distance(mean, sum, n) <= distance(nextafterf(mean, INFINITY), sum, n));
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(means_are_rounded_once),
      cmocka_unit_test(what_is_not_finite),
      cmocka_unit_test(order_and_grouping_do_not_matter),
      cmocka_unit_test(means_are_the_nearest),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

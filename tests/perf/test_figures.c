/* The benchmark's arithmetic: medians, ratios of pairs, spread, and what happens to a contender that cannot run. */
#include <stdlib.h>

#include "msw_test.h"
#include "series.h"
#include "stats.h"

typedef struct { double values[5]; int n; double median, min, max, p90; } stat_case;

static void test_stat(void **state) {
  (void)state;
  static const stat_case cases[] = {
      {{3.0}, 1, 3.0, 3.0, 3.0, 3.0},
      {{4.0, 1.0}, 2, 2.5, 1.0, 4.0, 4.0},
      {{9.0, 1.0, 5.0}, 3, 5.0, 1.0, 9.0, 9.0},
      {{4.0, 1.0, 3.0, 2.0}, 4, 2.5, 1.0, 4.0, 4.0},
      {{2.0, 2.0, 2.0, 2.0, 7.0}, 5, 2.0, 2.0, 7.0, 7.0},
  };
  for (size_t i_case = 0; i_case < sizeof cases / sizeof cases[0]; i_case++) {
    const stat_case *c = &cases[i_case];
    bench_stat stat = bench_stat_of(c->values, c->n);
    assert_same(stat.median, c->median);
    assert_same(stat.min, c->min);
    assert_same(stat.max, c->max);
    assert_same(stat.p90, c->p90);
    assert_int_equal(stat.n, c->n);
  }
}

static void test_p90_of_many(void **state) {
  (void)state;
  double values[20];
  for (int i_value = 0; i_value < 20; i_value++) values[i_value] = 20 - i_value;
  assert_same(bench_stat_of(values, 20).p90, 18.0);
  assert_same(bench_stat_of(values + 10, 10).p90, 9.0);
  assert_same(values[0], 20.0);   /* they stay as they are */
}

static void test_spread(void **state) {
  (void)state;
  assert_same(bench_spread((const double[]){2.0}, 1), 0.0);
  assert_same(bench_spread((const double[]){2.0, 3.0, 2.5}, 3), 0.5);
}

/* A contender that takes the times of a list, the round that does not count first. */
typedef struct { const double *times; int n_passes; } script;

static double next_time(void *context) {
  script *s = context;
  return s->times[s->n_passes++];
}

static void test_series(void **state) {
  (void)state;
  script fast = {.times = (const double[]){99.0, 1.0, 2.0, 4.0}}, slow = {.times = (const double[]){99.0, 2.0, 8.0, 4.0}};
  bench_contender contenders[] = {{.name = "fast", .pass = next_time, .context = &fast},
                                  {.name = "slow", .pass = next_time, .context = &slow}};
  bench_series(contenders, 2, 3);
  assert_true(contenders[0].usable && contenders[1].usable);
  bench_stat ratio = bench_speed_ratio(&contenders[0], &contenders[1], 3);   /* 2, 4, 1: of each round, not of medians */
  assert_same(ratio.median, 2.0);
  assert_same(ratio.min, 1.0);
  assert_same(ratio.max, 4.0);
  assert_same(bench_rate(&contenders[0], 3, 8.0).median, 4.0);
  assert_same(bench_stat_of(contenders[1].seconds, 3).median, 4.0);
  bench_series_free(contenders, 2);
}

static void test_unusable(void **state) {
  (void)state;
  script never = {.times = (const double[]){-1.0}}, later = {.times = (const double[]){1.0, 1.0, -1.0}};
  script fine = {.times = (const double[]){1.0, 1.0, 1.0, 1.0}};
  bench_contender contenders[] = {{.name = "never", .pass = next_time, .context = &never},
                                  {.name = "later", .pass = next_time, .context = &later},
                                  {.name = "fine", .pass = next_time, .context = &fine}};
  bench_series(contenders, 3, 3);
  assert_false(contenders[0].usable);
  assert_int_equal(never.n_passes, 1);   /* not tried again */
  assert_false(contenders[1].usable);
  assert_int_equal(later.n_passes, 3);
  assert_true(contenders[2].usable);
  bench_series_free(contenders, 3);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_stat), cmocka_unit_test(test_p90_of_many),
                                     cmocka_unit_test(test_spread), cmocka_unit_test(test_series),
                                     cmocka_unit_test(test_unusable)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Differences as they are counted: figures against plain sums and sorted values. */
#include "spread.h"

#include <stdlib.h>

#include "msw/analysis/errors.h"
#include "msw/base/mem.h"
#include "msw/base/num.h"
#include "msw_test.h"

enum { N = 5000 };
static const double BIN_WIDTH = 0.002;

/* Numbers over many octaves, of both signs, some of them 0; the same ones every time. */
static double made_percent(size_t i) {
  const uint64_t bits = (i * 2654435761u) % 1000003;
  const double size = exp2((double)(bits % 997) / 997.0 * 40.0 - 20.0);
  return i % 50 == 7 ? 0.0 : i % 3 == 0 ? -size : size;
}

static void add(msw_spread *spread, size_t first, size_t n) {
  double a[N], b[N], percent[N];
  for (size_t i = 0; i < n; i++) {
    a[i] = b[i] = 1.0;
    percent[i] = made_percent(first + i);
  }
  msw_spread_add(spread, &(msw_spread_run){a, b, percent, NULL, n});
}

static void test_figures(void **state) {
  (void)state;
  msw_spread spread = {0};
  double sizes[N], sum = 0.0, sum_abs = 0.0;
  uint64_t n_beyond_5 = 0;
  add(&spread, 0, N);
  for (size_t i = 0; i < N; i++) {
    sizes[i] = fabs(made_percent(i));
    sum += made_percent(i);
    sum_abs += sizes[i];
    n_beyond_5 += sizes[i] > 5.0;
  }
  qsort(sizes, N, sizeof *sizes, msw_compare_numbers);
  const msw_difference_figures figures = msw_spread_figures(&spread);
  assert_int_equal(figures.n, N);
  assert_int_equal(figures.n_beyond[1], n_beyond_5);
  assert_close(figures.mean, sum / N, 1e-12, 1e-9);
  assert_close(figures.mean_abs, sum_abs / N, 1e-12, 1e-9);
  assert_same(figures.max, sizes[N - 1]);
  const struct {
    double percent, found;
  } percentiles[] = {{50, figures.p50}, {90, figures.p90}, {95, figures.p95}, {99, figures.p99}};
  for (size_t i = 0; i < sizeof percentiles / sizeof *percentiles; i++)
    assert_close(percentiles[i].found, msw_percentile(sizes, N, percentiles[i].percent), BIN_WIDTH, 0.0);
  msw_spread_free(&spread);
}

static void test_parts_add_up(void **state) {
  (void)state;
  static const size_t cuts[] = {0, 1, 700, 701, 4000, N};
  msw_spread merged = {0}, backwards = {0};
  for (size_t i_cut = 0; i_cut + 1 < sizeof cuts / sizeof *cuts; i_cut++) {
    msw_spread part = {0};
    add(&part, cuts[i_cut], cuts[i_cut + 1] - cuts[i_cut]);
    msw_spread_merge(&merged, &part);
    msw_spread_free(&part);
  }
  for (size_t i_cut = sizeof cuts / sizeof *cuts - 1; i_cut-- > 0;) add(&backwards, cuts[i_cut], cuts[i_cut + 1] - cuts[i_cut]);
  const msw_difference_figures one = msw_spread_figures(&merged), other = msw_spread_figures(&backwards);
  assert_memory_equal(&one, &other, sizeof one);
  msw_spread_free(&merged);
  msw_spread_free(&backwards);
}

static void test_cells_without_difference(void **state) {
  (void)state;
  const double none = (double)NAN, far = (double)INFINITY;
  const double a[] = {none, 1, none, 0, 1, 2, 1}, b[] = {1, none, none, 1, far, 2, 3};
  const double percent[] = {none, none, none, far, far, 0, 200};
  const bool chosen[] = {true, true, false, true, true, true, true};
  msw_spread spread = {0};
  msw_spread_add(&spread, &(msw_spread_run){a, b, percent, chosen, 7});
  const msw_difference_figures figures = msw_spread_figures(&spread);
  assert_int_equal(figures.n, 2);
  assert_int_equal(figures.n_only_other, 1);
  assert_int_equal(figures.n_only_reference, 1);
  assert_int_equal(figures.n_neither, 0);
  assert_int_equal(figures.n_undefined, 2);
  assert_same(figures.mean, 100);
  assert_same(figures.p50, 100 * 1.0);
  assert_same(figures.max, 200);
  msw_spread_free(&spread);
}

static void test_ends(void **state) {
  (void)state;
  msw_spread empty = {0}, huge = {0}, tiny = {0};
  const double one = 1.0, largest = 1e80, least = 1e-40;
  assert_true(isnan(msw_spread_figures(&empty).mean) && isnan(msw_spread_figures(&empty).p99));
  msw_spread_add(&huge, &(msw_spread_run){&one, &one, &largest, NULL, 1});
  assert_true(isinf(msw_spread_figures(&huge).mean));
  assert_same(msw_spread_figures(&huge).p50, largest);
  msw_spread_add(&tiny, &(msw_spread_run){&one, &one, &least, NULL, 1});
  assert_same(msw_spread_figures(&tiny).p50, least);
  msw_spread_free(&huge);
  msw_spread_free(&tiny);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_figures), cmocka_unit_test(test_parts_add_up),
                                     cmocka_unit_test(test_cells_without_difference), cmocka_unit_test(test_ends)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Figures of errors against values worked out by hand. */
#include "msw/analysis/errors.h"

#include "msw_test.h"

static void errors_are_percent_of_measured(void **state) {
  (void)state;
  static const struct { double measured_us, predicted_us, percent; } CASES[] = {
      {100, 110, 10}, {100, 90, -10}, {200, 200, 0}, {50, 200, 300}, {8, 1, -87.5}};
  for (size_t i_case = 0; i_case < sizeof CASES / sizeof *CASES; i_case++) {
    const msw_error_row row = {CASES[i_case].measured_us, CASES[i_case].predicted_us, 1.0, 1.0};
    assert_close(msw_error_percent(&row), CASES[i_case].percent, 1e-13, 0);
  }
}

/* The p-th percentile stands at (n - 1) p / 100, counted from 0. */
static void percentiles(void **state) {
  (void)state;
  static const double values[] = {1, 2, 4, 8, 16};
  static const struct { size_t n; double percent, expected; } CASES[] = {
      {5, 0, 1}, {5, 50, 4}, {5, 100, 16}, {5, 25, 2}, {5, 90, 12.8}, {5, 10, 1.4}, {4, 50, 3}, {2, 75, 1.75},
      {1, 0, 1}, {1, 50, 1}, {1, 100, 1}};
  for (size_t i_case = 0; i_case < sizeof CASES / sizeof *CASES; i_case++)
    assert_close(msw_percentile(values, CASES[i_case].n, CASES[i_case].percent), CASES[i_case].expected, 1e-15, 0);
  double unsorted[] = {9, 1, 5, 7};
  assert_same(msw_median(unsorted, 4), 6.0);
  assert_same(unsorted[0], 1.0);
}

/* Errors +10, -20, +40, 0 at batches 1, 1, 1, 8 with 1, 1, 1, 7 observations. */
static const msw_error_row ROWS[] = {{100, 110, 1, 1}, {100, 80, 1, 1}, {100, 140, 1, 1}, {100, 100, 7, 8}};

static void figures_by_hand(void **state) {
  (void)state;
  const size_t chosen[] = {3, 0, 2, 1};
  const msw_error_figures figures = msw_error_figures_of(ROWS, chosen, 4);
  assert_int_equal(figures.n, 4);
  assert_close(figures.n_obs, 10.0, 0, 0);
  assert_close(figures.mape, 17.5, 1e-13, 0);
  assert_close(figures.bias, 7.5, 1e-13, 0);
  assert_close(figures.p50, 15.0, 1e-13, 0);
  assert_close(figures.p90, 34.0, 1e-13, 0);
  assert_close(figures.p95, 37.0, 1e-13, 0);
  assert_close(figures.p99, 39.4, 1e-13, 0);
  assert_close(figures.max, 40.0, 1e-13, 0);
  assert_close(figures.mape_by_batch, (70.0 / 3.0 + 0.0) / 2.0, 1e-13, 0);
  assert_close(figures.mape_by_obs, 7.0, 1e-13, 0);
}

static void figures_of_few_rows(void **state) {
  (void)state;
  const size_t one[] = {1};
  msw_error_figures figures = msw_error_figures_of(ROWS, one, 1);
  assert_close(figures.mape, 20.0, 1e-13, 0);
  assert_close(figures.bias, -20.0, 1e-13, 0);
  assert_close(figures.p50, 20.0, 1e-13, 0);
  assert_close(figures.p99, 20.0, 1e-13, 0);
  assert_close(figures.mape_by_batch, 20.0, 1e-13, 0);
  figures = msw_error_figures_of(ROWS, one, 0);
  assert_int_equal(figures.n, 0);
  assert_same(figures.n_obs, 0.0);
  assert_true(isnan(figures.mape) && isnan(figures.bias) && isnan(figures.p50) && isnan(figures.p99));
  assert_true(isnan(figures.max) && isnan(figures.mape_by_batch) && isnan(figures.mape_by_obs));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(errors_are_percent_of_measured),
      cmocka_unit_test(percentiles),
      cmocka_unit_test(figures_by_hand),
      cmocka_unit_test(figures_of_few_rows),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

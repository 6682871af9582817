/* Limits of a sweep: errors where it would run, warnings where it is only planned. */
#include "grid_fixture.h"

static void build(grid_fixture *f, msw_plan *plan) {
  begin_sweep(f, MSW_DECODE, "v2-floor");
  NUMBERS(&f->sweep, MSW_AXIS_BATCH, 1, 2, 3, 4);
  double values[1000];
  for (int i = 0; i < 1000; i++) values[i] = i + 1;
  made_numbers(&f->sweep, MSW_AXIS_KV_LEN, values, 1000);
  *plan = made_plan(&f->sweep);   /* 4000 cells of 49 bytes: 196000 */
}

static void within(void **state) {
  grid_fixture *f = *state;
  msw_plan plan;
  build(f, &plan);
  f->sweep.spec.max_cells = 4000;
  f->sweep.spec.max_bytes = 196000;
  msw_plan_check_limits(&plan, false, &f->sweep.diag);
  assert_int_equal(f->sweep.diag.n, 0);
  made_sweep_free(&f->sweep);
}

static void beyond(void **state) {
  grid_fixture *f = *state;
  for (int only_warn = 0; only_warn <= 1; only_warn++) {
    msw_plan plan;
    build(f, &plan);
    f->sweep.spec.max_cells = 3999;
    f->sweep.spec.max_bytes = 102400;
    msw_plan_check_limits(&plan, only_warn, &f->sweep.diag);
    assert_int_equal(f->sweep.diag.n, 2);
    assert_int_equal(f->sweep.diag.n_errors, only_warn ? 0 : 2);
    assert_string_equal(f->sweep.diag.items[0].message, "the sweep has 4 000 cells, the limit is 3 999");
    assert_string_equal(f->sweep.diag.items[0].path, "limits.max_cells");
    assert_string_equal(f->sweep.diag.items[1].message, "the result takes 191.4 KiB uncompressed, the limit is 100.0 KiB");
    assert_string_equal(f->sweep.diag.items[1].path, "limits.max_bytes");
    made_sweep_free(&f->sweep);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {GRID_TEST(within), GRID_TEST(beyond)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

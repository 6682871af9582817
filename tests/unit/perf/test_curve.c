/* Lookups along one axis, reckoned by hand. */
#include "msw/perf/curve.h"

#include <stdlib.h>

#include "msw_test.h"

static const double eps = 1e-15;

typedef struct { msw_arena arena; msw_curve gemm, quadratic, single; } curves;

static int setup(void **state) {
  static const double x[] = {1000, 10, 100}, mfu[] = {0.8, 0.1, 0.5};   /* file order is not the order of x */
  static const double s[] = {1, 2}, s_mfu[] = {0.5, 0.25};
  static const size_t pick[] = {0, 1, 2};
  curves *c = msw_alloc_zero(1, sizeof *c);
  c->gemm = msw_curve_build(x, mfu, pick, 3, 1.0, &c->arena);
  c->quadratic = msw_curve_build(s, s_mfu, pick, 2, 2.0, &c->arena);
  c->single = msw_curve_build(s, s_mfu, pick, 1, 2.0, &c->arena);
  *state = c;
  return 0;
}

static int teardown(void **state) {
  curves *c = *state;
  msw_arena_free(&c->arena);
  free(c);
  return 0;
}

static void rows_are_sorted_and_remember_their_place(void **state) {
  curves *c = *state;
  static const double x[] = {10, 100, 1000}, mfu[] = {0.1, 0.5, 0.8};
  static const size_t row[] = {1, 2, 0};
  assert_int_equal(c->gemm.n, 3);
  for (size_t i_knot = 0; i_knot < 3; i_knot++) {
    assert_same(c->gemm.x[i_knot], x[i_knot]);
    assert_same(c->gemm.mfu[i_knot], mfu[i_knot]);
    assert_int_equal(c->gemm.row[i_knot], row[i_knot]);
  }
  assert_same(c->gemm.power, 1.0);
}

static void only_picked_rows_and_of_equal_ones_the_last(void **state) {
  curves *c = *state;
  static const double x[] = {5, 7, 5, 9, 5, 7}, mfu[] = {.1, .2, .3, .4, .5, .6};
  static const size_t pick[] = {0, 1, 2, 4};
  msw_curve curve = msw_curve_build(x, mfu, pick, 4, 1.0, &c->arena);
  assert_int_equal(curve.n, 2);
  assert_same(curve.x[0], 5);
  assert_same(curve.mfu[0], .5);
  assert_int_equal(curve.row[0], 4);
  assert_same(curve.x[1], 7);
  assert_same(curve.mfu[1], .2);
}

static const struct {
  const char *what;
  msw_curve_rule rule;
  msw_domain domain;
  double x, mfu;
  bool clamped;
} linear_table[] = {
    {"floor takes the row below", MSW_LOOKUP_FLOOR, MSW_DOMAIN_MFU, 99, .1, false},
    {"floor on a row", MSW_LOOKUP_FLOOR, MSW_DOMAIN_MFU, 100, .5, false},
    {"floor on the last row", MSW_LOOKUP_FLOOR, MSW_DOMAIN_MFU, 1000, .8, false},
    {"floor below the table", MSW_LOOKUP_FLOOR, MSW_DOMAIN_MFU, 5, .1, true},
    {"floor above the table", MSW_LOOKUP_FLOOR, MSW_DOMAIN_MFU, 2000, .8, true},
    {"halfway", MSW_LOOKUP_LINEAR, MSW_DOMAIN_MFU, 55, .3, false},
    {"a third of the way", MSW_LOOKUP_LINEAR, MSW_DOMAIN_MFU, 400, .6, false},
    {"on the first row", MSW_LOOKUP_LINEAR, MSW_DOMAIN_MFU, 10, .1, false},
    {"on an inner row", MSW_LOOKUP_LINEAR, MSW_DOMAIN_MFU, 100, .5, false},
    {"MFU is held below", MSW_LOOKUP_LINEAR, MSW_DOMAIN_MFU, 1, .1, true},
    {"MFU is held above", MSW_LOOKUP_LINEAR, MSW_DOMAIN_MFU, 1e9, .8, true},
    /* time of the rows: 10/.1 = 100, 100/.5 = 200, 1000/.8 = 1250 */
    {"time runs linearly", MSW_LOOKUP_LINEAR, MSW_DOMAIN_LATENCY, 55, 55. / 150, false},
    {"time runs linearly further on", MSW_LOOKUP_LINEAR, MSW_DOMAIN_LATENCY, 400, 400. / 550, false},
    {"on a row in time", MSW_LOOKUP_LINEAR, MSW_DOMAIN_LATENCY, 100, .5, false},
    {"time is held below", MSW_LOOKUP_LINEAR, MSW_DOMAIN_LATENCY, 5, .05, true},
    {"MFU is held above, in time too", MSW_LOOKUP_LINEAR, MSW_DOMAIN_LATENCY, 4000, .8, true},
    {"floor does not interpolate time", MSW_LOOKUP_FLOOR, MSW_DOMAIN_LATENCY, 55, .1, false},
};

static void linear_and_floor(void **state) {
  curves *c = *state;
  for (size_t i_row = 0; i_row < sizeof linear_table / sizeof linear_table[0]; i_row++) {
    msw_flags flags = MSW_FLAG_TABLE_HOLE;   /* flags are added to */
    double got = msw_curve_at(&c->gemm, linear_table[i_row].rule, linear_table[i_row].domain, linear_table[i_row].x,
                              &flags, NULL);
    if (fabs(got - linear_table[i_row].mfu) > eps) fail_msg("%s: %.17g", linear_table[i_row].what, got);
    assert_int_equal(flags, MSW_FLAG_TABLE_HOLE | (linear_table[i_row].clamped ? MSW_FLAG_TABLE_CLAMPED : 0));
  }
}

/* Time of the rows: 1/.5 = 2 and 4/.25 = 16. */
static void quadratic_kernels(void **state) {
  curves *c = *state;
  msw_flags flags = 0;
  double in_mfu = msw_curve_at(&c->quadratic, MSW_LOOKUP_LINEAR, MSW_DOMAIN_MFU, 1.5, &flags, NULL);
  double in_time = msw_curve_at(&c->quadratic, MSW_LOOKUP_LINEAR, MSW_DOMAIN_LATENCY, 1.5, &flags, NULL);
  double in_root = msw_curve_at(&c->quadratic, MSW_LOOKUP_SQRT, MSW_DOMAIN_MFU, 1.5, &flags, NULL);
  assert_close(in_mfu, .375, eps, 0);
  assert_close(in_time, 2.25 / 9, eps, 0);
  assert_close(in_root, 2.25 / (((sqrt(2) + 4) / 2) * ((sqrt(2) + 4) / 2)), eps, 0);
  assert_same(msw_curve_at(&c->quadratic, MSW_LOOKUP_SQRT, MSW_DOMAIN_LATENCY, 1.5, &flags, NULL), in_root);
  assert_int_equal(flags, 0);
  /* sqrt in the MFU domain holds MFU below the table; in the time domain it holds time */
  assert_close(msw_curve_at(&c->quadratic, MSW_LOOKUP_SQRT, MSW_DOMAIN_MFU, .5, &flags, NULL), .5, eps, 0);
  assert_close(msw_curve_at(&c->quadratic, MSW_LOOKUP_SQRT, MSW_DOMAIN_LATENCY, .5, &flags, NULL), .25 / 2, eps, 0);
}

/* "exact for quadratic kernels": one MFU everywhere stays that MFU. */
static void sqrt_keeps_a_constant_mfu(void **state) {
  curves *c = *state;
  static const double x[] = {512, 1024, 4096}, mfu[] = {.3, .3, .3};
  static const size_t pick[] = {0, 1, 2};
  msw_curve curve = msw_curve_build(x, mfu, pick, 3, 2.0, &c->arena);
  msw_flags flags = 0;
  for (double at = 512; at <= 4096; at += 7)
    assert_close(msw_curve_at(&curve, MSW_LOOKUP_SQRT, MSW_DOMAIN_MFU, at, &flags, NULL), .3, 1e-14, 0);
}

static void a_single_row(void **state) {
  curves *c = *state;
  msw_flags flags = 0;
  for (int rule = MSW_LOOKUP_FLOOR; rule <= MSW_LOOKUP_SQRT; rule++)
    assert_same(msw_curve_at(&c->single, (msw_curve_rule)rule, MSW_DOMAIN_MFU, 1, &flags, NULL), .5);
  assert_int_equal(flags, 0);
  assert_same(msw_curve_at(&c->single, MSW_LOOKUP_LINEAR, MSW_DOMAIN_MFU, 7, &flags, NULL), .5);
  assert_int_equal(flags, MSW_FLAG_TABLE_CLAMPED);
}

/* A rounded mfu column can say 0: no time follows from that, so that MFU itself is interpolated. */
static void no_time_from_a_zero(void **state) {
  curves *c = *state;
  static const double x[] = {1, 2, 3}, mfu[] = {0, .5, .25};
  static const size_t pick[] = {0, 1, 2};
  msw_curve curve = msw_curve_build(x, mfu, pick, 3, 1.0, &c->arena);
  msw_flags flags = 0;
  assert_close(msw_curve_at(&curve, MSW_LOOKUP_LINEAR, MSW_DOMAIN_LATENCY, 1.5, &flags, NULL), .25, eps, 0);
  assert_close(msw_curve_at(&curve, MSW_LOOKUP_LINEAR, MSW_DOMAIN_LATENCY, .5, &flags, NULL), 0, 0, 0);
}

static void rows_used_are_told(void **state) {
  curves *c = *state;
  msw_flags flags = 0;
  msw_rows_used used;
  msw_curve_at(&c->gemm, MSW_LOOKUP_LINEAR, MSW_DOMAIN_MFU, 400, &flags, &used);
  assert_int_equal(used.n, 2);
  assert_int_equal(used.row[0], 2);
  assert_int_equal(used.row[1], 0);
  assert_close(used.weight[0], 2. / 3, eps, 0);
  assert_close(used.weight[1], 1. / 3, eps, 0);
  static const double alone[] = {5, 100, 5000, 1000};
  static const size_t row[] = {1, 2, 0, 0};
  for (size_t i_case = 0; i_case < 4; i_case++) {
    msw_curve_at(&c->gemm, MSW_LOOKUP_LINEAR, MSW_DOMAIN_MFU, alone[i_case], &flags, &used);
    assert_int_equal(used.n, 1);
    assert_int_equal(used.row[0], row[i_case]);
    assert_same(used.weight[0], 1);
  }
}

static void what_counts_as_missing(void **state) {
  (void)state;
  msw_knobs knobs = {.mfu_source = MSW_MFU_FROM_FILE};
  assert_same(msw_mfu_floor(&knobs), 1e-4);
  knobs.mfu_source = MSW_MFU_FROM_LATENCY;
  assert_true(msw_mfu_floor(&knobs) > 0 && msw_mfu_floor(&knobs) < 1e-300);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
  const struct CMUnitTest tests[] = {
      TEST(rows_are_sorted_and_remember_their_place), TEST(only_picked_rows_and_of_equal_ones_the_last),
      TEST(linear_and_floor), TEST(quadratic_kernels), TEST(sqrt_keeps_a_constant_mfu), TEST(a_single_row),
      TEST(no_time_from_a_zero), TEST(rows_used_are_told), TEST(what_counts_as_missing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

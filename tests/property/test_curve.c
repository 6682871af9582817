/* Lookups along one axis: exact at knots, between its neighbours in between, and never beyond them outside. */
#include <stdlib.h>

#include "msw/perf/curve.h"

#include "msw_test.h"
#include "rng.h"

enum { ROUNDS = 2000, MOST = 12 };

static msw_curve random_curve(rng *r, msw_arena *arena) {
  double x[MOST], mfu[MOST];
  size_t pick[MOST], n = rng_axis(r, 1 + rng_below(r, MOST), 1, 200000, x);
  for (size_t i = 0; i < n; i++) {
    mfu[i] = rng_log_between(r, 1e-4, 1.0);
    pick[i] = i;
  }
  return msw_curve_build(x, mfu, pick, n, rng_chance(r, 0.5) ? 1.0 : 2.0, arena);
}

static double low_of(double a, double b) { return a < b ? a : b; }
static double high_of(double a, double b) { return a > b ? a : b; }

static void check_knots(const msw_curve *curve, msw_curve_rule rule, msw_domain domain) {
  for (size_t i_knot = 0; i_knot < curve->n; i_knot++) {
    msw_flags flags = 0;
    msw_rows_used used;
    assert_same(msw_curve_at(curve, rule, domain, curve->x[i_knot], &flags, &used), curve->mfu[i_knot]);
    assert_int_equal(flags, 0);
    assert_int_equal(used.n, 1);
    assert_int_equal(used.row[0], curve->row[i_knot]);
  }
}

static void check_between(const msw_curve *curve, msw_curve_rule rule, msw_domain domain, rng *r) {
  const double rounding = 1e-12;
  for (size_t i_knot = 0; i_knot + 1 < curve->n; i_knot++) {
    double x = rng_between(r, curve->x[i_knot], curve->x[i_knot + 1]), a = curve->mfu[i_knot], b = curve->mfu[i_knot + 1];
    msw_flags flags = 0;
    double mfu = msw_curve_at(curve, rule, domain, x, &flags, NULL);
    assert_int_equal(flags, 0);
    /* Time that runs along another power than the kernel's FLOP bends away from the knots' MFU; x^power / MFU, the time
     * itself, is what stays between. */
    double fitting_power = rule == MSW_LOOKUP_SQRT ? 2.0 : 1.0;
    bool in_time = rule == MSW_LOOKUP_SQRT || (domain == MSW_DOMAIN_LATENCY && rule == MSW_LOOKUP_LINEAR);
    bool by_time = in_time && fabs(curve->power - fitting_power) > 0.5;
    double low = low_of(a, b), high = high_of(a, b);
    if (by_time) {
      double t_a = pow(curve->x[i_knot], curve->power) / a, t_b = pow(curve->x[i_knot + 1], curve->power) / b;
      low = pow(x, curve->power) / high_of(t_a, t_b), high = pow(x, curve->power) / low_of(t_a, t_b);
    }
    if (!(mfu >= low * (1 - rounding) && mfu <= high * (1 + rounding)))
      fail_msg("MFU %.17g at %.17g is not within [%.17g, %.17g]", mfu, x, low, high);
  }
}

static void check_outside(const msw_curve *curve, msw_curve_rule rule, msw_domain domain, rng *r) {
  double below = curve->x[0] * rng_between(r, 0.01, 0.99), above = curve->x[curve->n - 1] * rng_between(r, 1.01, 100);
  msw_flags flags_below = 0, flags_above = 0;
  double mfu_below = msw_curve_at(curve, rule, domain, below, &flags_below, NULL);
  assert_same(msw_curve_at(curve, rule, domain, above, &flags_above, NULL), curve->mfu[curve->n - 1]);
  assert_int_equal(flags_below, MSW_FLAG_TABLE_CLAMPED);
  assert_int_equal(flags_above, MSW_FLAG_TABLE_CLAMPED);
  if (domain == MSW_DOMAIN_MFU) assert_same(mfu_below, curve->mfu[0]);
  else assert_close(mfu_below, pow(below / curve->x[0], curve->power) * curve->mfu[0], 1e-12, 0);   /* time is held */
}

static void every_rule_and_domain(void **state) {
  (void)state;
  const rng seeded = rng_start("curve", 20260201);
  for (uint64_t i_round = 0; i_round < ROUNDS; i_round++) {
    rng r = rng_fork(&seeded, i_round);
    msw_arena arena = {0};
    msw_curve curve = random_curve(&r, &arena);
    for (int rule = MSW_LOOKUP_FLOOR; rule <= MSW_LOOKUP_SQRT; rule++)
      for (int domain = MSW_DOMAIN_MFU; domain <= MSW_DOMAIN_LATENCY; domain++) {
        check_knots(&curve, (msw_curve_rule)rule, (msw_domain)domain);
        check_between(&curve, (msw_curve_rule)rule, (msw_domain)domain, &r);
        check_outside(&curve, (msw_curve_rule)rule, (msw_domain)domain, &r);
      }
    msw_arena_free(&arena);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(every_rule_and_domain)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

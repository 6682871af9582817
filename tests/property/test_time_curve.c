/* Curves of time, piece by piece, against lookups point by point: lines between random measurements, parabolas, sums, the
 * longer of a curve and a line, other units. */
#include <stdlib.h>

#include "msw/perf/time_curve.h"

#include "msw_test.h"
#include "rng.h"

enum { ROUNDS = 1000, MOST = 12, PROBES = 20, MOST_CURVES = 4 };
/* Far below its first point a parabola is a small difference of large terms. */
static const double EPS = 1e-9;

typedef struct { double x[MOST], us[MOST]; size_t n; } measured;

static measured random_measured(rng *r) {
  measured m;
  m.n = rng_axis(r, 1 + rng_below(r, MOST), 1, 200000, m.x);
  for (size_t i_knot = 0; i_knot < m.n; i_knot++) m.us[i_knot] = rng_log_between(r, 1, 1e5);
  return m;
}

/* A place at, between or beyond the points. */
static double random_x(rng *r, const measured *m) {
  if (rng_chance(r, .3)) return m->x[rng_below(r, m->n)];
  return rng_log_between(r, m->x[0] / 4, m->x[m->n - 1] * 4);
}

/* The rule of msw_time_linear in its own words. */
static double line_at(const measured *m, double x, msw_flags *flags) {
  const size_t last = m->n - 1;
  for (size_t i_knot = 0; i_knot < m->n; i_knot++)
    if (!(x < m->x[i_knot]) && !(x > m->x[i_knot])) return m->us[i_knot];
  if (x < m->x[0] || x > m->x[last]) *flags |= MSW_FLAG_EXTRAPOLATED;
  if (x < m->x[0]) return m->us[0];
  if (x > m->x[last]) {
    size_t i_far = 0;
    for (size_t i_knot = 0; i_knot < last; i_knot++)
      if (m->x[i_knot] <= m->x[last] / 4) i_far = i_knot;
    const double proportional = m->us[last] / m->x[last];
    const double slope = last == 0 ? proportional : (m->us[last] - m->us[i_far]) / (m->x[last] - m->x[i_far]);
    return m->us[last] + fmin(fmax(slope, 0), proportional) * (x - m->x[last]);
  }
  *flags |= MSW_FLAG_INTERPOLATED;
  size_t i_low = 0;
  while (m->x[i_low + 1] < x) i_low++;
  const double weight = (x - m->x[i_low]) / (m->x[i_low + 1] - m->x[i_low]);
  return (1 - weight) * m->us[i_low] + weight * m->us[i_low + 1];
}

/* Ascending, and found again. */
static void check_order(const msw_time_curve *curve) {
  assert_true(curve->n >= 1 && isinf(curve->piece[0].begin));
  for (size_t i_piece = 0; i_piece < curve->n; i_piece++) {
    if (i_piece > 0) assert_true(curve->piece[i_piece - 1].begin < curve->piece[i_piece].begin);
    if (i_piece > 0) assert_int_equal(msw_time_find(curve, curve->piece[i_piece].begin), i_piece);
  }
}

static void check_same(const msw_time_curve *curve, double x, double us, msw_flags flags) {
  msw_flags got = 0;
  assert_close(msw_time_at(curve, x, &got), us, EPS, 0);
  assert_int_equal(got, flags);
}

static void lines_and_parabolas(void **state) {
  (void)state;
  const rng seeded = rng_start("time_curve", 20260402);
  for (uint64_t i_round = 0; i_round < ROUNDS; i_round++) {
    rng r = rng_fork(&seeded, i_round);
    msw_arena arena = {0};
    const measured m = random_measured(&r);
    const msw_time_curve line = msw_time_linear(m.x, m.us, m.n, &arena);
    const msw_time_curve bent = msw_time_quadratic(m.x, m.us, m.n, rng_chance(&r, .5), &arena);
    check_order(&line);
    check_order(&bent);
    for (size_t i_knot = 0; i_knot < m.n; i_knot++) {
      msw_flags flags = 0;
      assert_same(msw_time_at(&line, m.x[i_knot], &flags), m.us[i_knot]);
      assert_same(msw_time_at(&bent, m.x[i_knot], &flags), m.us[i_knot]);
      assert_int_equal(flags, 0);
    }
    for (size_t i_probe = 0; i_probe < PROBES; i_probe++) {
      const double x = random_x(&r, &m);
      msw_flags flags = 0;
      const double us = line_at(&m, x, &flags), bent_us = msw_time_at(&bent, x, NULL);
      check_same(&line, x, us, flags);
      if (flags == 0 || flags == MSW_FLAG_INTERPOLATED) assert_true(bent_us <= us * (1 + EPS));   /* convex */
      assert_true(bent_us >= 0);
    }
    msw_arena_free(&arena);
  }
}

static void sums(void **state) {
  (void)state;
  const rng seeded = rng_start("time_sum", 20260403);
  for (uint64_t i_round = 0; i_round < ROUNDS; i_round++) {
    rng r = rng_fork(&seeded, i_round);
    msw_arena arena = {0};
    const size_t n = 1 + rng_below(&r, MOST_CURVES);
    measured m[MOST_CURVES];
    msw_time_curve curves[MOST_CURVES];
    double weights[MOST_CURVES];
    for (size_t i_curve = 0; i_curve < n; i_curve++) {
      m[i_curve] = random_measured(&r);
      const bool is_bent = rng_chance(&r, .5);
      curves[i_curve] = is_bent ? msw_time_quadratic(m[i_curve].x, m[i_curve].us, m[i_curve].n, true, &arena)
                                : msw_time_linear(m[i_curve].x, m[i_curve].us, m[i_curve].n, &arena);
      weights[i_curve] = rng_between(&r, .1, 2);
    }
    const msw_time_curve sum = msw_time_sum(curves, weights, n, &arena);
    check_order(&sum);
    for (size_t i_probe = 0; i_probe < PROBES; i_probe++) {
      const double x = random_x(&r, &m[rng_below(&r, n)]);
      double us = 0;
      msw_flags flags = 0;
      for (size_t i_curve = 0; i_curve < n; i_curve++) us += weights[i_curve] * msw_time_at(&curves[i_curve], x, &flags);
      check_same(&sum, x, us, flags);
    }
    msw_arena_free(&arena);
  }
}

static void longer_and_rescaled(void **state) {
  (void)state;
  const rng seeded = rng_start("time_above", 20260404);
  for (uint64_t i_round = 0; i_round < ROUNDS; i_round++) {
    rng r = rng_fork(&seeded, i_round);
    msw_arena arena = {0};
    const measured m = random_measured(&r);
    const msw_time_curve curve = msw_time_linear(m.x, m.us, m.n, &arena);
    const double base = rng_between(&r, -1e3, 1e3), slope = rng_log_between(&r, 1e-3, 10);
    const double scale = rng_log_between(&r, .01, 1e4);
    const msw_time_curve above = msw_time_above(&curve, base, slope, &arena);
    const msw_time_curve scaled = msw_time_rescale(&above, scale, &arena);
    check_order(&above);
    check_order(&scaled);
    for (size_t i_probe = 0; i_probe < PROBES; i_probe++) {
      const double x = random_x(&r, &m);
      msw_flags flags = 0;
      const double us = line_at(&m, x, &flags), line = base + slope * x;
      if (fabs(line - us) < 1e-9 * us) continue;   /* at the crossing itself rounding decides */
      check_same(&above, x, fmax(us, line), line > us ? 0 : flags);
      assert_close(msw_time_at(&scaled, x / scale, NULL), fmax(us, line), EPS, 0);
    }
    msw_arena_free(&arena);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(lines_and_parabolas), cmocka_unit_test(sums),
                                     cmocka_unit_test(longer_and_rescaled)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

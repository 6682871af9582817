/* Curves of time: what holds at, between and beyond measured points, and curves made of curves. */
#include "made_latency.h"
#include "time_curve_parts.h"

static const double EPS = 1e-13;
static const double X[] = {1, 2, 8, 16}, US[] = {10, 12, 30, 70};
enum { N = 4 };

static const msw_flags LINE = 1u << 30;   /* told apart from the flags of curves */

static int setup(void **state) {
  *state = msw_alloc_zero(1, sizeof(msw_arena));
  return 0;
}

static int teardown(void **state) {
  msw_arena_free(*state);
  free(*state);
  return 0;
}

/* Ascending begins, the first of all numbers, and no jump but at the edge of a cache. */
static void check_whole(const msw_time_curve *curve, double jump_at) {
  assert_true(curve->n >= 1 && curve->piece[0].begin < -1e300);
  for (size_t i_piece = 1; i_piece < curve->n; i_piece++) {
    const double x = curve->piece[i_piece].begin;
    assert_true(curve->piece[i_piece - 1].begin < x);
    if (fabs(x - jump_at) > EPS)
      assert_close(msw_time_piece_at(&curve->piece[i_piece - 1], x), msw_time_piece_at(&curve->piece[i_piece], x), 1e-12, 0);
  }
}

static void lines(void **state) {
  const msw_time_curve curve = msw_time_linear(X, US, N, *state);
  check_whole(&curve, (double)NAN);
  for (size_t i_knot = 0; i_knot < N; i_knot++) {
    msw_flags flags = 0;
    assert_same(msw_time_at(&curve, X[i_knot], &flags), US[i_knot]);
    assert_int_equal(flags, 0);
  }
  assert_at(&curve, 1.5, 11, BETWEEN);
  assert_at(&curve, 5, 21, BETWEEN);
  assert_at(&curve, 12, 50, BETWEEN);
  assert_at(&curve, .25, 10, BEYOND);                    /* holds */
  assert_at(&curve, 30, 70 + 14 * 58.0 / 14, BEYOND);    /* from the point at 2: the largest at or below 16 / 4 */
  assert_same(msw_time_at(&curve, 5, NULL), 21);
  assert_int_equal(msw_time_find(&curve, -5), 0);
  assert_int_equal(msw_time_find(&curve, 1e9), curve.n - 1);
}

static void lines_beyond(void **state) {
  const double falling[] = {50, 40, 30, 20}, steep[] = {1, 1, 1, 1000};
  msw_time_curve curve = msw_time_linear(X, falling, N, *state);
  assert_at(&curve, 100, 20, BEYOND);
  curve = msw_time_linear(X, steep, N, *state);
  assert_at(&curve, 32, 2000, BEYOND);                   /* proportional, though the line is steeper */
  curve = msw_time_linear(X, US, 1, *state);
  assert_at(&curve, 3, 30, BEYOND);
  assert_at(&curve, .5, 10, BEYOND);
  assert_at(&curve, 1, 10, EXACT);
  const double near_x[] = {8, 9, 10};                    /* no point as far away as wanted: the first one */
  curve = msw_time_linear(near_x, US, 3, *state);
  assert_at(&curve, 20, 30 + 10 * .5 * 6, BEYOND);
}

static void lines_to_zero(void **state) {
  const msw_time_knots knots = {.x = X, .us = US, .n = N};
  const msw_time_curve curve = msw_knots_linear(&knots, (double)NAN, *state);
  assert_at(&curve, .5, 10 - .5 * 20.0 / 7, BEYOND);     /* from the point at 8: the first at or above 4 */
  assert_at(&curve, 1, 10, EXACT);
  const msw_time_curve one = msw_knots_linear(&(msw_time_knots){.x = X, .us = US, .n = 1}, (double)NAN, *state);
  assert_at(&one, .5, 5, BEYOND);
  assert_same(msw_knots_linear_at(&knots, .5), 10);
  assert_same(msw_knots_linear_at(&knots, 8), 30);
  assert_close(msw_knots_linear_at(&knots, 12), 50, EPS, 0);
  assert_close(msw_knots_linear_at(&knots, 30), 128, EPS, 0);
}

static void broken_lines(void **state) {
  const double x[] = {1, 2, 10, 14, 20}, us[] = {10, 11, 40, 48, 60};
  const msw_time_knots knots = {.x = x, .us = us, .n = 5};
  const msw_time_curve curve = msw_knots_linear(&knots, 6, *state);
  check_whole(&curve, 6);
  assert_at(&curve, 4, 13, BETWEEN);                     /* the line from 1 to 2 goes on */
  assert_at(&curve, 6, 32, BETWEEN);                     /* the line from 14 back to 10 */
  assert_at(&curve, 8, 36, BETWEEN);
  assert_at(&curve, 10, 40, EXACT);
  assert_at(&curve, 12, 44, BETWEEN);
  const msw_time_curve at_knot = msw_knots_linear(&knots, 10, *state);
  check_whole(&at_knot, 10);
  assert_at(&at_knot, 8, 17, BETWEEN);
  assert_at(&at_knot, 10, 40, EXACT);
  const msw_time_curve outside = msw_knots_linear(&knots, 25, *state), before = msw_knots_linear(&knots, 1, *state);
  assert_at(&outside, 17, 54, BETWEEN);
  assert_at(&outside, 30, 60 + 10 * 49.0 / 18, BEYOND);
  assert_at(&before, 1.5, 10.5, BETWEEN);
  const msw_time_curve last = msw_knots_linear(&knots, 17, *state);   /* nothing behind: proportional */
  assert_at(&last, 15, 50, BETWEEN);
  assert_at(&last, 17, 51, BETWEEN);
  const msw_time_curve first = msw_knots_linear(&knots, 1.5, *state); /* nothing before: time holds */
  assert_at(&first, 1.25, 10, BETWEEN);
  assert_at(&first, 1.5, 10, BETWEEN);                   /* 11 - .5 * 29 / 8 is below */
}

static void parabolas(void **state) {
  const double x[] = {1, 2, 3, 4}, us[] = {3, 12, 27, 48};
  msw_time_curve curve = msw_time_quadratic(x, us, 4, true, *state);
  check_whole(&curve, (double)NAN);
  for (double at = .5; at < 9; at += .25) {
    const bool is_knot = at >= 1 && at <= 4 && fabs(at - floor(at)) < EPS;
    assert_at(&curve, at, 3 * at * at, is_knot ? EXACT : at > 1 && at < 4 ? BETWEEN : BEYOND);
  }
  curve = msw_time_quadratic(x, us, 4, false, *state);
  assert_at(&curve, 8, 48 + 4 * 12, BEYOND);             /* the line from 1 is as steep as 15, proportional is 12 */
  const double straight[] = {10, 20, 30, 40};
  curve = msw_time_quadratic(x, straight, 4, true, *state);
  assert_at(&curve, 2.5, 25, BETWEEN);                   /* as straight as its neighbours */
  const double kinked[] = {10, 10, 10, 40};
  curve = msw_time_quadratic(x, kinked, 4, true, *state);
  assert_at(&curve, 1.5, 10, BETWEEN);
  assert_at(&curve, 3.5, 22.5, BETWEEN);                 /* not below the square-root rule */
  curve = msw_time_quadratic(x, us, 1, true, *state);
  assert_at(&curve, 2, 12, BEYOND);
  assert_at(&curve, .5, 1.5, BEYOND);
  curve = msw_time_quadratic(x, us, 2, true, *state);
  assert_at(&curve, 1.5, 6.75, BETWEEN);                 /* two points alone: the square root is straight */
}

static void sums(void **state) {
  const double other_x[] = {2, 4}, other_us[] = {1, 3};
  const msw_time_curve curves[] = {msw_time_linear(X, US, N, *state), msw_time_linear(other_x, other_us, 2, *state)};
  const double weights[] = {2, -1};
  const msw_time_curve sum = msw_time_sum(curves, weights, 2, *state);
  check_whole(&sum, (double)NAN);
  assert_at(&sum, 2, 23, EXACT);
  assert_at(&sum, 3, 2 * 15 - 2, BETWEEN);
  assert_at(&sum, 4, 2 * 18 - 3, BETWEEN);
  assert_at(&sum, 1, 19, BEYOND);
  assert_at(&sum, 8, 60 - 6, BEYOND);                    /* 3 + 4 * 3/4: not steeper than proportional */
  assert_at(&sum, .5, 19, BEYOND);
  const double one = 1;
  const msw_time_curve same = msw_time_sum(curves, &one, 1, *state);
  for (size_t i_knot = 0; i_knot < N; i_knot++) assert_same(msw_time_at(&same, X[i_knot], NULL), US[i_knot]);
  enum { MANY = 20 };
  msw_time_curve many[MANY];
  double shares[MANY];
  for (size_t i_curve = 0; i_curve < MANY; i_curve++) many[i_curve] = curves[0], shares[i_curve] = 1.0 / MANY;
  const msw_time_curve mean = msw_time_sum(many, shares, MANY, *state);
  assert_at(&mean, 5, 21, BETWEEN);
  assert_int_equal(mean.n, curves[0].n);
}

static void above(void **state) {
  const msw_time_curve curve = msw_time_linear(X, US, N, *state);
  const msw_time_curve high = msw_time_above(&curve, 1000, 100, *state), low = msw_time_above(&curve, 0, 0, *state);
  assert_at(&high, 8, 1800, EXACT);
  assert_at(&high, 100, 11000, EXACT);
  assert_at(&low, 5, 21, BETWEEN);
  assert_int_equal(low.n, curve.n);
  const msw_time_curve crossed = msw_time_above(&curve, 6, 3.5, *state);   /* 9.5 at 1, 13 at 2, 34 at 8, 62 at 16 */
  check_whole(&crossed, (double)NAN);
  assert_at(&crossed, 0, 10, BEYOND);
  assert_at(&crossed, 1, 10, EXACT);
  assert_at(&crossed, 1.25, 10.5, BETWEEN);
  assert_at(&crossed, 1.5, 11.25, EXACT);                /* the line wins, it carries no flag */
  assert_at(&crossed, 2, 13, EXACT);
  assert_at(&crossed, 8, 34, EXACT);
  assert_at(&crossed, 10, 41, EXACT);
  assert_at(&crossed, 14, 60, BETWEEN);
  const msw_time_curve far = msw_time_above(&curve, -200, 10, *state);     /* past the last point, 70 + 29/7 per x */
  assert_at(&far, 16, 70, EXACT);
  assert_at(&far, 20, 70 + 4 * 58.0 / 14, BEYOND);
  assert_at(&far, 100, 800, EXACT);
}

static void rescaled(void **state) {
  const double x[] = {3, 7, 7e5}, us[] = {1, 5, 9};
  const double scales[] = {4096, 1.0 / 3, 5120 * 2, 1e-3, 49};
  const msw_time_curve curve = msw_time_linear(x, us, 3, *state);
  const msw_time_curve bent = msw_time_quadratic(X, US, N, true, *state);
  for (size_t i_scale = 0; i_scale < sizeof scales / sizeof *scales; i_scale++) {
    const double scale = scales[i_scale];
    const msw_time_curve over = msw_time_rescale(&curve, scale, *state), over_bent = msw_time_rescale(&bent, scale, *state);
    check_whole(&over, (double)NAN);
    for (size_t i_knot = 0; i_knot < 3; i_knot++) {
      msw_flags flags = 0;
      assert_same(msw_time_at(&over, x[i_knot] / scale, &flags), us[i_knot]);
      assert_int_equal(flags, 0);
    }
    assert_at(&over, 5 / scale, 3, BETWEEN);
    assert_at(&over, 1 / scale, 1, BEYOND);
    assert_close(msw_time_at(&over_bent, 5 / scale, NULL), msw_time_at(&bent, 5, NULL), EPS, 0);
    assert_close(msw_time_at(&over_bent, 50 / scale, NULL), msw_time_at(&bent, 50, NULL), EPS, 0);
  }
}

static void flags_of_points(void **state) {
  const msw_flags of_points[] = {0, LINE, 0, 0};
  const msw_time_knots knots = {.x = X, .us = US, .flags = of_points, .n = N};
  const msw_time_curve curve = msw_knots_linear(&knots, (double)NAN, *state);
  assert_at(&curve, 1, 10, EXACT);
  assert_at(&curve, 1.5, 11, BETWEEN | LINE);
  assert_at(&curve, 2, 12, LINE);
  assert_at(&curve, 5, 21, BETWEEN | LINE);
  assert_at(&curve, 12, 50, BETWEEN);
  const msw_time_curve copy = msw_time_copy(&curve, BORROWED, *state);
  assert_at(&copy, 1, 10, BORROWED);
  assert_at(&copy, 12, 50, BORROWED | BETWEEN);
}

static void cut(void **state) {
  const double x[] = {1, 2, 3, 4}, us[] = {3, 12, 27, 48};
  const msw_time_curve curve = msw_time_quadratic(x, us, 4, true, *state);
  const msw_time_curve held = msw_time_cut(&curve, 2.5, false, *state), on = msw_time_cut(&curve, 3, true, *state);
  assert_at(&held, 2.5, 18.75, BETWEEN);
  assert_at(&held, 4, 18.75, BETWEEN | BEYOND);
  assert_at(&on, 3, 27, EXACT);
  assert_at(&on, 5, 27 + 2 * 18, BEYOND);                /* the tangent at 3, which is a point of its own */
  assert_at(&on, 2.5, 18.75, BETWEEN);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(lines, setup, teardown),
      cmocka_unit_test_setup_teardown(lines_beyond, setup, teardown),
      cmocka_unit_test_setup_teardown(lines_to_zero, setup, teardown),
      cmocka_unit_test_setup_teardown(broken_lines, setup, teardown),
      cmocka_unit_test_setup_teardown(parabolas, setup, teardown),
      cmocka_unit_test_setup_teardown(sums, setup, teardown),
      cmocka_unit_test_setup_teardown(above, setup, teardown),
      cmocka_unit_test_setup_teardown(rescaled, setup, teardown),
      cmocka_unit_test_setup_teardown(flags_of_points, setup, teardown),
      cmocka_unit_test_setup_teardown(cut, setup, teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

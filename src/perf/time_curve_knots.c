/* From measured points to pieces: straight lines, straight lines that break where a cache is full, parabolas; and what
 * holds beyond the points. The constants come from rows left out of public tables (docs/accuracy.md). */
#include "time_curve_parts.h"

#include "knots.h"
#include "msw/base/num.h"

/* The line beyond the last point starts at most at 1/FAR of it, as neighbours are too close to tell a slope from noise. */
static const double FAR = 4.0, ROOT_FAR = 2.0;

static msw_flags flags_at(const msw_time_knots *knots, size_t i_knot) {
  return knots->flags ? knots->flags[i_knot] : 0;
}

size_t msw_knots_far(const double *x, size_t n, double factor) {
  const double wanted = x[n - 1] / factor;
  if (x[0] > wanted) return 0;
  const size_t i_far = msw_floor_index(x, n, wanted);
  return i_far < n - 1 ? i_far : 0;
}

size_t msw_knots_near(const double *x, size_t n, double factor) {
  size_t i_near = 0;
  while (i_near + 1 < n && x[i_near] < x[0] * factor) i_near++;
  return i_near;
}

static double slope_between(const msw_time_knots *knots, size_t i_left, size_t i_right) {
  return (knots->us[i_right] - knots->us[i_left]) / (knots->x[i_right] - knots->x[i_left]);
}

/* A line beyond an end neither falls nor is it steeper than proportional. */
static double within_proportional(const msw_time_knots *knots, size_t i_end, double slope) {
  return fmin(fmax(slope, 0.0), knots->us[i_end] / knots->x[i_end]);
}

static double far_slope(const msw_time_knots *knots) {
  const size_t i_last = knots->n - 1;
  if (knots->n == 1) return knots->us[i_last] / knots->x[i_last];
  return within_proportional(knots, i_last, slope_between(knots, msw_knots_far(knots->x, knots->n, FAR), i_last));
}

static double near_slope(const msw_time_knots *knots) {
  if (knots->n == 1) return knots->us[0] / knots->x[0];
  return within_proportional(knots, 0, slope_between(knots, 0, msw_knots_near(knots->x, knots->n, FAR)));
}

double msw_knots_linear_at(const msw_time_knots *knots, double x) {
  const size_t i_last = knots->n - 1, i_knot = msw_floor_index(knots->x, knots->n, x);
  if (x <= knots->x[i_knot]) return knots->us[i_knot];   /* below the first one, or at one */
  if (i_knot == i_last) return knots->us[i_last] + far_slope(knots) * (x - knots->x[i_last]);
  return knots->us[i_knot] + slope_between(knots, i_knot, i_knot + 1) * (x - knots->x[i_knot]);
}

/* ---- Pieces */

/* The knot alone, after the piece that ends there. */
static void push_knot(msw_time_pieces *to, const msw_time_knots *knots, size_t i_knot) {
  const double x = knots->x[i_knot];
  msw_time_push(to, (msw_time_piece){.begin = x, .x0 = x, .c0 = knots->us[i_knot], .flags = flags_at(knots, i_knot)});
}

static void push_first(msw_time_pieces *to, const msw_time_knots *knots, double c1, double c2) {
  msw_time_push(to, (msw_time_piece){.begin = -(double)INFINITY, .x0 = knots->x[0], .c0 = knots->us[0], .c1 = c1, .c2 = c2,
                                     .flags = MSW_FLAG_EXTRAPOLATED | flags_at(knots, 0)});
}

static void push_last(msw_time_pieces *to, const msw_time_knots *knots, double c1, double c2) {
  const size_t i_last = knots->n - 1;
  msw_time_push(to, (msw_time_piece){.begin = msw_time_after(knots->x[i_last]), .x0 = knots->x[i_last],
                                     .c0 = knots->us[i_last], .c1 = c1, .c2 = c2,
                                     .flags = MSW_FLAG_EXTRAPOLATED | flags_at(knots, i_last)});
}

static void push_between(msw_time_pieces *to, const msw_time_knots *knots, size_t i_knot, double c1, double c2) {
  const double x = knots->x[i_knot];
  const msw_flags flags = MSW_FLAG_INTERPOLATED | flags_at(knots, i_knot) | flags_at(knots, i_knot + 1);
  msw_time_push(to, (msw_time_piece){.begin = msw_time_after(x), .x0 = x, .c0 = knots->us[i_knot], .c1 = c1, .c2 = c2,
                                     .flags = flags});
}

/* ---- Straight lines */

/* The gap after i_knot, in which the cache gets full at `edge`. */
static void push_broken(msw_time_pieces *to, const msw_time_knots *knots, size_t i_knot, double edge) {
  const double x_low = knots->x[i_knot], x_high = knots->x[i_knot + 1];
  const double low = knots->us[i_knot], high = knots->us[i_knot + 1];
  const double up = i_knot > 0 ? fmax(slope_between(knots, i_knot - 1, i_knot), 0.0) : 0.0;
  const double down = i_knot + 2 < knots->n ? fmax(slope_between(knots, i_knot + 1, i_knot + 2), 0.0) : high / x_high;
  const double warm = fmin(low + up * (edge - x_low), fmax(high, low));
  const double cold = fmax(high - down * (x_high - edge), fmin(low, high));
  if (msw_time_after(x_low) < edge) push_between(to, knots, i_knot, (warm - low) / (edge - x_low), 0.0);
  if (!(edge < x_high)) return;
  msw_time_push(to, (msw_time_piece){.begin = edge, .x0 = edge, .c0 = cold, .c1 = (high - cold) / (x_high - edge),
                                     .flags = MSW_FLAG_INTERPOLATED | flags_at(knots, i_knot) |
                                              flags_at(knots, i_knot + 1)});
}

static msw_time_curve lines(const msw_time_knots *knots, double first_slope, double edge, msw_arena *arena) {
  msw_time_pieces to = {msw_arena_array(arena, 2 * knots->n + 2, sizeof *to.piece), 0};
  push_first(&to, knots, first_slope, 0.0);
  for (size_t i_knot = 0; i_knot < knots->n; i_knot++) {
    push_knot(&to, knots, i_knot);
    if (i_knot + 1 == knots->n)
      push_last(&to, knots, far_slope(knots), 0.0);
    else if (knots->x[i_knot] < edge && edge <= knots->x[i_knot + 1])
      push_broken(&to, knots, i_knot, edge);
    else
      push_between(&to, knots, i_knot, slope_between(knots, i_knot, i_knot + 1), 0.0);
  }
  return msw_time_built(&to);
}

msw_time_curve msw_knots_linear(const msw_time_knots *knots, double edge, msw_arena *arena) {
  return lines(knots, near_slope(knots), edge, arena);
}

msw_time_curve msw_knots_held(const msw_time_knots *knots, msw_arena *arena) {
  return lines(knots, 0.0, (double)NAN, arena);
}

msw_time_curve msw_time_linear(const double *x, const double *us, size_t n, msw_arena *arena) {
  return msw_knots_held(&(msw_time_knots){.x = x, .us = us, .n = n}, arena);
}

/* ---- Parabolas */

/* Coefficient of x^2 where sqrt(us) runs straight between two knots. */
static double root_curvature(const msw_time_knots *knots, size_t i_knot) {
  if (knots->us[i_knot + 1] <= knots->us[i_knot]) return 0.0;
  const double slope =
      (sqrt(knots->us[i_knot + 1]) - sqrt(knots->us[i_knot])) / (knots->x[i_knot + 1] - knots->x[i_knot]);
  return slope * slope;
}

/* Coefficient of x^2 after a knot: the mean of the divided differences with the outer neighbours, at least that of a
 * straight line and at most that of the square-root rule. */
static double curvature(const msw_time_knots *knots, size_t i_knot) {
  const double most = root_curvature(knots, i_knot), here = slope_between(knots, i_knot, i_knot + 1);
  double sum = 0.0, n_terms = 0.0;
  if (i_knot > 0) {
    sum += (here - slope_between(knots, i_knot - 1, i_knot)) / (knots->x[i_knot + 1] - knots->x[i_knot - 1]);
    n_terms += 1.0;
  }
  if (i_knot + 2 < knots->n) {
    sum += (slope_between(knots, i_knot + 1, i_knot + 2) - here) / (knots->x[i_knot + 2] - knots->x[i_knot]);
    n_terms += 1.0;
  }
  return n_terms > 0.0 ? fmin(fmax(sum / n_terms, 0.0), most) : most;
}

/* Below the first knot sqrt(us) runs straight, as it does beyond the last one where attention is causal over everything. */
static void push_root_first(msw_time_pieces *to, const msw_time_knots *knots) {
  if (knots->n == 1) {
    push_first(to, knots, knots->us[0] / knots->x[0], 0.0);
    return;
  }
  const size_t i_near = msw_knots_near(knots->x, knots->n, ROOT_FAR);
  const double root = sqrt(knots->us[0]);
  const double slope = fmax((sqrt(knots->us[i_near]) - root) / (knots->x[i_near] - knots->x[0]), 0.0);
  const double limited = fmin(slope, root / knots->x[0]);
  push_first(to, knots, 2.0 * root * limited, limited * limited);
}

static void push_root_last(msw_time_pieces *to, const msw_time_knots *knots) {
  const size_t i_last = knots->n - 1;
  const double x = knots->x[i_last], root = sqrt(knots->us[i_last]);
  const size_t i_far = msw_knots_far(knots->x, knots->n, ROOT_FAR);
  const double slope = knots->n == 1 ? root / x : fmax((root - sqrt(knots->us[i_far])) / (x - knots->x[i_far]), 0.0);
  push_last(to, knots, 2.0 * root * slope, slope * slope);
}

static void push_curved(msw_time_pieces *to, const msw_time_knots *knots, size_t i_knot) {
  const double c2 = curvature(knots, i_knot), gap = knots->x[i_knot + 1] - knots->x[i_knot];
  push_between(to, knots, i_knot, slope_between(knots, i_knot, i_knot + 1) - c2 * gap, c2);
}

msw_time_curve msw_knots_quadratic(const msw_time_knots *knots, bool causal, msw_arena *arena) {
  msw_time_pieces to = {msw_arena_array(arena, 2 * knots->n + 1, sizeof *to.piece), 0};
  push_root_first(&to, knots);
  for (size_t i_knot = 0; i_knot < knots->n; i_knot++) {
    push_knot(&to, knots, i_knot);
    if (i_knot + 1 < knots->n)
      push_curved(&to, knots, i_knot);
    else if (causal)
      push_root_last(&to, knots);
    else
      push_last(&to, knots, far_slope(knots), 0.0);
  }
  return msw_time_built(&to);
}

msw_time_curve msw_time_quadratic(const double *x, const double *us, size_t n, bool causal, msw_arena *arena) {
  return msw_knots_quadratic(&(msw_time_knots){.x = x, .us = us, .n = n}, causal, arena);
}

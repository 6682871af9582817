/* Linear rules over the values of a shape's axis: batch, heads, n, k. */
#include "surface_index.h"

#include "knots.h"
#include "msw/base/num.h"

static const double FAR = 4.0;          /* as for lines beyond measured points (time_curve_knots.c) */
static const double MAX_BEYOND = 4.0;   /* n and k go at most by this factor beyond the table */
static const double MAX_GAP = 4.0;      /* neighbours that are farther apart do not make a bracket */

/* The line through two values, both on the same side of `at`. */
static msw_axis_weights line_from(const double *values, size_t i_end, size_t i_other, double at) {
  const double beyond = (at - values[i_end]) / (values[i_end] - values[i_other]);
  return (msw_axis_weights){{i_end, i_other}, {1.0 + beyond, -beyond}, 2, MSW_FLAG_EXTRAPOLATED, at / values[i_end]};
}

static msw_axis_weights line_between(const double *values, size_t i_low, double at) {
  const double weight = (at - values[i_low]) / (values[i_low + 1] - values[i_low]);
  return (msw_axis_weights){{i_low, i_low + 1}, {1.0 - weight, weight}, 2, MSW_FLAG_INTERPOLATED, 0.0};
}

void msw_axis_weigh(const double *values, size_t n, double at, msw_axis_weights *weights) {
  const size_t i_value = msw_floor_index(values, n, at);
  if (msw_same_number(values[i_value], at))
    *weights = (msw_axis_weights){{i_value}, {1.0}, 1, 0, 0.0};
  else if (n == 1)
    *weights = (msw_axis_weights){{0}, {at / values[0]}, 1, MSW_FLAG_EXTRAPOLATED, at / values[0]};
  else if (at < values[0])
    *weights = line_from(values, 0, msw_knots_near(values, n, FAR), at);
  else if (i_value + 1 == n)
    *weights = line_from(values, i_value, msw_knots_far(values, n, FAR), at);
  else
    *weights = line_between(values, i_value, at);
}

bool msw_axis_along(const double *values, size_t n, double at, msw_axis_weights *weights) {
  if (n == 0 || at * MAX_BEYOND < values[0] || at > MAX_BEYOND * values[n - 1]) return false;
  msw_axis_weigh(values, n, at, weights);
  return !(weights->flags & MSW_FLAG_INTERPOLATED) || values[weights->i[1]] <= MAX_GAP * values[weights->i[0]];
}

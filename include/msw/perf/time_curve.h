/* The time of a kernel along one axis (tokens, KV length, sequence, bytes), in closed form: ascending pieces, each a
 * polynomial of second degree. A lookup at a point finds its piece; the grid takes the pieces themselves, so that a row of
 * cells needs no lookups. Measured points are pieces of their own that hold at that x alone: there the value is the
 * measured one, bit by bit, and carries no flag.
 */
#ifndef MSW_PERF_TIME_CURVE_H
#define MSW_PERF_TIME_CURVE_H

#include <stdbool.h>
#include <stddef.h>

#include "msw/base/mem.h"
#include "msw/perf/flags.h"

/* us(x) = c0 + (x - x0) (c1 + (x - x0) c2) for begin <= x < begin of the next piece; the first begins at -infinity. */
typedef struct { double begin, x0, c0, c1, c2; msw_flags flags; } msw_time_piece;
typedef struct { const msw_time_piece *piece; size_t n; } msw_time_curve;

size_t msw_time_find(const msw_time_curve *curve, double x);   /* the piece that holds at x; n >= 1 */
static inline double msw_time_piece_at(const msw_time_piece *piece, double x) {
  double d = x - piece->x0;
  return piece->c0 + d * (piece->c1 + d * piece->c2);
}
double msw_time_at(const msw_time_curve *curve, double x, msw_flags *flags);   /* adds to *flags (may be NULL) */

/* ---- Building; all results live in the arena ---- */

/* Straight lines between measured points, x [n] ascending, > 0. Below the first point its time holds; beyond the last one a
 * line goes on that comes from a far point and neither falls nor is steeper than proportional (time_curve_knots.c).
 * INTERPOLATED between points, EXTRAPOLATED outside. */
msw_time_curve msw_time_linear(const double *x, const double *us, size_t n, msw_arena *arena);
/* Parabolas between measured points (prefill attention over the sequence): convex, between a straight line and the square-
 * root rule. Below the first point, and with `causal` beyond the last one, sqrt(us) goes on along a straight line; without it
 * us does there. */
msw_time_curve msw_time_quadratic(const double *x, const double *us, size_t n, bool causal, msw_arena *arena);
/* sum of weight[i] * curve[i] */
msw_time_curve msw_time_sum(const msw_time_curve *curves, const double *weights, size_t n, msw_arena *arena);
/* max(curve, base + slope x), where the line wins without flags of the curve; curve: straight pieces only (c2 = 0). */
msw_time_curve msw_time_above(const msw_time_curve *curve, double base_us, double slope_us, msw_arena *arena);
/* A curve over y = scale x as a curve over x. */
msw_time_curve msw_time_rescale(const msw_time_curve *curve, double scale, msw_arena *arena);

#endif

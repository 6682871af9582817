/* What time_curve*.c and surface_*.c share: measured points with flags of their own, and ways of joining curves that only
 * the surfaces need. */
#ifndef MSW_TIME_CURVE_PARTS_H
#define MSW_TIME_CURVE_PARTS_H

#include <math.h>

#include "msw/perf/time_curve.h"

/* ---- Pieces, appended in ascending order */

typedef struct { msw_time_piece *piece; size_t n; } msw_time_pieces;
static inline void msw_time_push(msw_time_pieces *to, msw_time_piece piece) { to->piece[to->n++] = piece; }
static inline msw_time_curve msw_time_built(const msw_time_pieces *from) { return (msw_time_curve){from->piece, from->n}; }

/* The next number: pieces after a measured point begin there. */
static inline double msw_time_after(double x) { return nextafter(x, (double)INFINITY); }
/* Where the piece ends, which is where the next one begins. */
static inline double msw_time_end(const msw_time_curve *curve, size_t i_piece) {
  return i_piece + 1 < curve->n ? curve->piece[i_piece + 1].begin : (double)INFINITY;
}
/* True for a piece that holds at one x alone. */
static inline bool msw_time_is_point(double begin, double end) { return !(msw_time_after(begin) < end); }

/* The same polynomial written around x0. */
static inline msw_time_piece msw_time_around(const msw_time_piece *piece, double x0) {
  double d = x0 - piece->x0;
  return (msw_time_piece){.begin = piece->begin, .x0 = x0, .c0 = msw_time_piece_at(piece, x0),
                          .c1 = piece->c1 + 2.0 * d * piece->c2, .c2 = piece->c2, .flags = piece->flags};
}

/* ---- Measured points */

typedef struct {
  const double *x, *us;        /* [n] x ascending, > 0 */
  const msw_flags *flags;      /* [n] NULL: none; what is said of a point is said of the gaps beside it */
  size_t n;                    /* >= 1 */
} msw_time_knots;

/* The knot that a line beyond the last one comes from: the largest at or below last / factor, else the first; and the one
 * for a line below the first: the smallest at or above first * factor, else the last. */
size_t msw_knots_far(const double *x, size_t n, double factor);
size_t msw_knots_near(const double *x, size_t n, double factor);
/* us at x by the rule of msw_time_linear. */
double msw_knots_linear_at(const msw_time_knots *knots, double x);

/* msw_time_linear but below the first point, where the line goes on to smaller times. Across `edge` (NAN: none), an x from
 * which on the kernel reads memory and no longer a cache, it breaks: below the edge the line of the knots before goes on,
 * above it that of the knots after. */
msw_time_curve msw_knots_linear(const msw_time_knots *knots, double edge, msw_arena *arena);
/* msw_time_linear */
msw_time_curve msw_knots_held(const msw_time_knots *knots, msw_arena *arena);
/* msw_time_quadratic */
msw_time_curve msw_knots_quadratic(const msw_time_knots *knots, bool causal, msw_arena *arena);

/* ---- Joining */

/* A copy with more flags. */
msw_time_curve msw_time_copy(const msw_time_curve *curve, msw_flags flags, msw_arena *arena);
/* The curve up to x, from where on it holds its time (or goes on along its tangent, which does not fall), EXTRAPOLATED. */
msw_time_curve msw_time_cut(const msw_time_curve *curve, double x, bool tangent, msw_arena *arena);

#endif

/* Curves made of several: weighted sums, the longer of a curve and a line. */
#include "time_curve_parts.h"

/* ---- Intervals on which every curve is one piece */

typedef struct {
  const msw_time_curve *curves;
  size_t *i_piece;               /* [n] of each curve */
  size_t n;
  double begin, end;
} curve_walk;

static curve_walk walk_start(const msw_time_curve *curves, size_t *i_piece, size_t n) {
  curve_walk walk = {.curves = curves, .i_piece = i_piece, .n = n, .begin = -(double)INFINITY, .end = (double)INFINITY};
  for (size_t i_curve = 0; i_curve < n; i_curve++) {
    i_piece[i_curve] = 0;
    walk.end = fmin(walk.end, msw_time_end(&curves[i_curve], 0));
  }
  return walk;
}

static bool walk_next(curve_walk *walk) {
  if (!(walk->end < (double)INFINITY)) return false;
  walk->begin = walk->end;
  walk->end = (double)INFINITY;
  for (size_t i_curve = 0; i_curve < walk->n; i_curve++) {
    const msw_time_curve *curve = &walk->curves[i_curve];
    if (!(walk->begin < msw_time_end(curve, walk->i_piece[i_curve]))) walk->i_piece[i_curve]++;
    walk->end = fmin(walk->end, msw_time_end(curve, walk->i_piece[i_curve]));
  }
  return true;
}

static const msw_time_piece *walk_piece(const curve_walk *walk, size_t i_curve) {
  return &walk->curves[i_curve].piece[walk->i_piece[i_curve]];
}

/* Where the pieces of an interval are written around: an end of it, as far away their values would cancel. */
static double walk_x0(const curve_walk *walk) {
  if (isfinite(walk->begin)) return walk->begin;
  return isfinite(walk->end) ? walk->end : walk_piece(walk, 0)->x0;
}

static size_t count_pieces(const msw_time_curve *curves, size_t n) {
  size_t n_pieces = 0;
  for (size_t i_curve = 0; i_curve < n; i_curve++) n_pieces += curves[i_curve].n;
  return n_pieces;
}

/* ---- Sums */

msw_time_curve msw_time_sum(const msw_time_curve *curves, const double *weights, size_t n, msw_arena *arena) {
  enum { USUAL = 8 };
  size_t usual[USUAL], *i_piece = n <= USUAL ? usual : msw_arena_array(arena, n, sizeof *i_piece);
  msw_time_pieces to = {msw_arena_array(arena, count_pieces(curves, n), sizeof *to.piece), 0};
  curve_walk walk = walk_start(curves, i_piece, n);
  do {
    msw_time_piece sum = {.begin = walk.begin, .x0 = walk_x0(&walk)};
    for (size_t i_curve = 0; i_curve < n; i_curve++) {
      const msw_time_piece term = msw_time_around(walk_piece(&walk, i_curve), sum.x0);
      sum.c0 += weights[i_curve] * term.c0;
      sum.c1 += weights[i_curve] * term.c1;
      sum.c2 += weights[i_curve] * term.c2;
      sum.flags |= term.flags;
    }
    msw_time_push(&to, sum);
  } while (walk_next(&walk));
  return msw_time_built(&to);
}

/* ---- A line from below */

/* Some x of an interval that may have no ends. */
static double probe(double begin, double end) {
  if (msw_time_is_point(begin, end)) return begin;
  if (isfinite(begin) && isfinite(end)) return begin + .5 * (end - begin);
  if (isfinite(end)) return end - fmax(fabs(end), 1.0);
  return isfinite(begin) ? begin + fmax(fabs(begin), 1.0) : 0.0;
}

/* The part from begin to end, in which neither crosses the other: the line wins where it is longer. */
static void push_longer(msw_time_pieces *to, const msw_time_piece *piece, const msw_time_piece *line, double begin,
                        double end) {
  const double x = probe(begin, end);
  msw_time_piece winner = msw_time_piece_at(line, x) > msw_time_piece_at(piece, x) ? *line : *piece;
  winner.begin = begin;
  msw_time_push(to, winner);
}

/* Where two straight pieces around the same x0 cross, if that is within (begin, end), else end. */
static double crossing(const msw_time_piece *a, const msw_time_piece *b, double begin, double end) {
  const double x = a->x0 - (a->c0 - b->c0) / (a->c1 - b->c1);   /* NAN or infinite where they are parallel */
  return x > begin && x < end ? x : end;
}

msw_time_curve msw_time_above(const msw_time_curve *curve, double base_us, double slope_us, msw_arena *arena) {
  const msw_time_piece line = {.c0 = base_us, .c1 = slope_us};
  msw_time_pieces to = {msw_arena_array(arena, 2 * curve->n, sizeof *to.piece), 0};
  for (size_t i_piece = 0; i_piece < curve->n; i_piece++) {
    const msw_time_piece *piece = &curve->piece[i_piece];
    const double end = msw_time_end(curve, i_piece);
    const msw_time_piece same = msw_time_around(&line, piece->x0);
    const double split = crossing(piece, &same, piece->begin, end);
    push_longer(&to, piece, &same, piece->begin, split);
    if (split < end) push_longer(&to, piece, &same, split, end);
  }
  return msw_time_built(&to);
}

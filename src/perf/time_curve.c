/* Time along an axis: finding the piece that holds, and curves made of one other curve. */
#include "time_curve_parts.h"

size_t msw_time_find(const msw_time_curve *curve, double x) {
  size_t low = 0, high = curve->n;
  while (high - low > 1) {
    const size_t middle = low + (high - low) / 2;
    if (curve->piece[middle].begin <= x)
      low = middle;
    else
      high = middle;
  }
  return low;
}

double msw_time_at(const msw_time_curve *curve, double x, msw_flags *flags) {
  const msw_time_piece *piece = &curve->piece[msw_time_find(curve, x)];
  if (flags) *flags |= piece->flags;
  return msw_time_piece_at(piece, x);
}

msw_time_curve msw_time_copy(const msw_time_curve *curve, msw_flags flags, msw_arena *arena) {
  msw_time_piece *pieces = msw_arena_array(arena, curve->n, sizeof *pieces);
  for (size_t i_piece = 0; i_piece < curve->n; i_piece++) {
    pieces[i_piece] = curve->piece[i_piece];
    pieces[i_piece].flags |= flags;
  }
  return (msw_time_curve){pieces, curve->n};
}

/* A measured point stays one: the piece after it begins at the next number of the new axis. */
msw_time_curve msw_time_rescale(const msw_time_curve *curve, double scale, msw_arena *arena) {
  msw_time_pieces to = {msw_arena_array(arena, curve->n, sizeof *to.piece), 0};
  for (size_t i_piece = 0; i_piece < curve->n; i_piece++) {
    const msw_time_piece *from = &curve->piece[i_piece];
    const bool is_after_point = i_piece > 0 && msw_time_is_point(from[-1].begin, from->begin);
    const double begin = is_after_point ? msw_time_after(to.piece[to.n - 1].begin) : from->begin / scale;
    msw_time_push(&to, (msw_time_piece){.begin = begin, .x0 = from->x0 / scale, .c0 = from->c0, .c1 = from->c1 * scale,
                                        .c2 = from->c2 * scale * scale, .flags = from->flags});
  }
  return msw_time_built(&to);
}

/* Slope at x from the left, not less than 0: a measured point itself has none. */
static double slope_before(const msw_time_curve *curve, size_t i_piece, double x) {
  if (i_piece > 0 && msw_time_is_point(curve->piece[i_piece].begin, msw_time_end(curve, i_piece))) i_piece--;
  return fmax(msw_time_around(&curve->piece[i_piece], x).c1, 0.0);
}

msw_time_curve msw_time_cut(const msw_time_curve *curve, double x, bool tangent, msw_arena *arena) {
  const size_t i_last = msw_time_find(curve, x);
  msw_time_pieces to = {msw_arena_array(arena, i_last + 2, sizeof *to.piece), 0};
  for (size_t i_piece = 0; i_piece <= i_last; i_piece++) msw_time_push(&to, curve->piece[i_piece]);
  const msw_time_piece *last = &curve->piece[i_last];
  msw_time_push(&to, (msw_time_piece){.begin = msw_time_after(x), .x0 = x, .c0 = msw_time_piece_at(last, x),
                                      .c1 = tangent ? slope_before(curve, i_last, x) : 0.0,
                                      .flags = last->flags | MSW_FLAG_EXTRAPOLATED});
  return msw_time_built(&to);
}

/* Joining measured points of several shapes: on the union of their places. */
#include "surface_index.h"

/* The next place of any of the rows from their indices on, which move past it; INFINITY at the end. */
static double next_place(const msw_time_knots *rows, size_t n_rows, size_t *i_knot) {
  double next = (double)INFINITY;
  for (size_t i_row = 0; i_row < n_rows; i_row++)
    if (i_knot[i_row] < rows[i_row].n) next = fmin(next, rows[i_row].x[i_knot[i_row]]);
  for (size_t i_row = 0; i_row < n_rows; i_row++)
    if (i_knot[i_row] < rows[i_row].n && rows[i_row].x[i_knot[i_row]] <= next) i_knot[i_row]++;
  return next;
}

double *msw_mix_places(const msw_time_knots *rows, size_t n_rows, size_t *n, msw_arena *arena) {
  size_t n_all = 0, i_knot[MSW_MOST_MIXED] = {0};
  double low = -(double)INFINITY, high = (double)INFINITY;
  for (size_t i_row = 0; i_row < n_rows; i_row++) {
    n_all += rows[i_row].n;
    low = fmax(low, rows[i_row].x[0]);
    high = fmin(high, rows[i_row].x[rows[i_row].n - 1]);
  }
  const bool is_common = low <= high;
  double *x = msw_arena_array(arena, n_all, sizeof *x);
  *n = 0;
  for (double next = next_place(rows, n_rows, i_knot); isfinite(next); next = next_place(rows, n_rows, i_knot))
    if (!is_common || (next >= low && next <= high)) x[(*n)++] = next;
  return x;
}

double msw_mix_limited(double us, double first_us, double ratio) {
  if (!(ratio > 0.0)) return us;
  return fmin(fmax(us, first_us * fmin(ratio, 1.0)), first_us * fmax(ratio, 1.0));
}

/* The time of a GEMM on one GPU, as the family `measured` takes it: from the tables, else by the closed form. */
#include <math.h>

#include "measured_parts.h"
#include "time_curve_parts.h"

/* A library never needs more time for a call than for a larger one: it could run that instead. Rows that are slower than one
 * with more tokens are a benchmark's bad luck (algorithm switches, clocks), and engines do not show them. */
msw_time_curve msw_measured_as_fast_as_larger(const msw_time_curve *curve, msw_arena *arena) {
  size_t n = curve->n;
  msw_time_piece *pieces = msw_arena_array(arena, n, sizeof *pieces);
  double next_begin = (double)INFINITY, next_us = (double)INFINITY;
  for (size_t i_piece = n; i_piece-- > 0;) {
    const msw_time_piece *given = &curve->piece[i_piece];
    double begin = i_piece > 0 ? given->begin : given->x0, us = msw_time_piece_at(given, begin);
    pieces[i_piece] = *given;
    if (i_piece + 1 < n) {
      bool is_slower = us > next_us, is_point = msw_time_is_point(begin, next_begin);   /* which has no slope */
      if (is_slower) us = next_us;
      pieces[i_piece] = (msw_time_piece){.begin = given->begin, .x0 = begin, .c0 = us, .flags = given->flags,
                                         .c1 = is_point ? 0.0 : (next_us - us) / (next_begin - begin)};
      if (is_slower) pieces[i_piece].flags |= MSW_FLAG_INTERPOLATED;
    }
    next_begin = begin;
    next_us = us;
  }
  return (msw_time_curve){pieces, n};
}

bool msw_measured_gemm(const msw_surfaces *surfaces, const msw_gpu *gpu, msw_dtype dtype, double n, double k, msw_arena *arena,
                       msw_time_curve *curve, msw_surface_source *source) {
  msw_time_curve measured;
  *source = (msw_surface_source){.n = 0};
  const bool found = surfaces && msw_surface_gemm(surfaces, dtype, false, n, k, arena, &measured, source);
  if (!found || msw_measured_is_thin(source)) {
    const bool has_model = msw_analytic_gemm_curve(gpu, dtype, n, k, arena, curve);
    if (has_model) source->n = 0;
    if (has_model || !found) return has_model;
  }
  *curve = msw_measured_as_fast_as_larger(&measured, arena);
  return true;
}

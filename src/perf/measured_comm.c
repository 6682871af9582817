/* All-reduce of the family `measured`: two per layer, of every token's hidden state. */
#include <math.h>

#include "measured_parts.h"
#include "msw/base/str.h"
#include "time_curve_parts.h"

static const double bytes_16bit = 2.0;
static const double calls_per_layer = 2.0;

/* From one size to the next, a factor 2 in all tables, time grows by less than this while the algorithm stays the same. */
static const double algorithm_switch = 1.5;
/* The line that small messages grow along is laid through points so far apart. */
static const double line_span = 4.0;

/* Index of the last point before the time jumps; n - 1 when it never does. */
static size_t last_before_switch(const double *us, size_t n) {
  for (size_t i_point = 0; i_point + 1 < n; i_point++)
    if (us[i_point + 1] > algorithm_switch * us[i_point]) return i_point;
  return n - 1;
}

/* The sizes that were measured: those that the curve has as points, which leave out spikes. */
static size_t measured_points(const msw_time_curve *curve, double *x, double *us) {
  size_t n = 0;
  for (size_t i_piece = 0; i_piece < curve->n; i_piece++) {
    const msw_time_piece *piece = &curve->piece[i_piece];
    if (!msw_time_is_point(piece->begin, msw_time_end(curve, i_piece))) continue;
    x[n] = piece->begin;
    us[n++] = piece->c0;
  }
  return n;
}

/* An engine that fuses the norm into the all-reduce brings a kernel of its own. It has no measured table; it grows on as the
 * small messages do, where the measured one changes to the slower kernel for large ones, until that is the faster. */
static msw_time_curve without_switch(const msw_time_curve *curve, msw_arena *arena) {
  double *x = msw_arena_array(arena, curve->n, sizeof *x), *us = msw_arena_array(arena, curve->n, sizeof *us);
  const size_t n = measured_points(curve, x, us);
  if (n == 0) return *curve;
  size_t last = last_before_switch(us, n), far = last;
  while (far > 0 && x[far] * line_span > x[last]) far--;
  const double last_us = us[last], slope = last > far ? (us[last] - us[far]) / (x[last] - x[far]) : 0.0;
  for (size_t i_point = last + 1; i_point < n; i_point++) us[i_point] = fmin(us[i_point], last_us + slope * (x[i_point] - x[last]));
  return msw_time_linear(x, us, n, arena);
}

/* As measured, else the closed form, whose own kernels for small messages go on to several MiB. */
static bool find_all_reduce(const msw_case *bound, const msw_measured_case *m, msw_arena *arena, msw_time_curve *over_bytes,
                            msw_surface_source *source) {
  if (!m->surfaces || !msw_surface_all_reduce(m->surfaces, (int64_t)bound->tp, arena, over_bytes, source))
    return msw_analytic_all_reduce_curve(bound->gpu, bound->tp, arena, over_bytes);
  if (bound->knobs.fuse_all_reduce_norm) *over_bytes = without_switch(over_bytes, arena);
  return true;
}

void msw_measured_bind_all_reduce(msw_case *bound, msw_arena *arena, msw_measured_case *m) {
  if (!(bound->tp > 1.0)) return;
  msw_token_op *op = &m->all_reduce;
  *op = (msw_token_op){.name = "all_reduce", .count = calls_per_layer * bound->num_layers};
  msw_time_curve over_bytes;
  if (!find_all_reduce(bound, m, arena, &over_bytes, &op->source)) {
    bound->flags |= MSW_FLAG_VOID_TABLE;
    if (!bound->why_void)
      bound->why_void = msw_format(arena, "no all-reduce over %g GPUs was measured on %s%s", bound->tp, bound->gpu->name,
                                   msw_measured_no_model);
    return;
  }
  op->curve = msw_time_rescale(&over_bytes, bound->hidden_size * bytes_16bit, arena);
  m->has_all_reduce = true;
}

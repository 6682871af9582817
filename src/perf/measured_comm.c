/* All-reduce of the family `measured`: two per layer, of every token's hidden state. */
#include "measured_parts.h"
#include "msw/base/str.h"

static const double bytes_16bit = 2.0;
static const double calls_per_layer = 2.0;

/* From one size to the next, a factor 2 in all tables, time grows by less than this while the algorithm stays the same. */
static const double algorithm_switch = 1.5;
/* The line that small messages grow along is laid through points so far apart. */
static const double line_span = 4.0;

/* Index of the last point before the time jumps; n - 1 when it never does. */
static size_t last_before_switch(const msw_latency_slice *slice) {
  for (size_t i_point = 0; i_point + 1 < slice->n_points; i_point++)
    if (slice->latency_us[i_point + 1] > algorithm_switch * slice->latency_us[i_point]) return i_point;
  return slice->n_points - 1;
}

/* An engine that fuses the norm into the all-reduce brings a kernel of its own. It has no measured table; it grows on as the
 * small messages do, where the measured one changes to the slower kernel for large ones, until that is the faster. */
static msw_time_curve without_switch(const msw_latency_slice *slice, msw_arena *arena) {
  size_t last = last_before_switch(slice), far = last;
  const double *x = slice->x, *us = slice->latency_us;
  while (far > 0 && x[far] * line_span > x[last]) far--;
  double slope = last > far ? (us[last] - us[far]) / (x[last] - x[far]) : 0.0;
  double *least = msw_arena_array(arena, slice->n_points, sizeof *least);
  for (size_t i_point = 0; i_point < slice->n_points; i_point++) {
    double line_us = us[last] + slope * (x[i_point] - x[last]);
    least[i_point] = i_point > last && line_us < us[i_point] ? line_us : us[i_point];
  }
  return msw_time_linear(x, least, slice->n_points, arena);
}

void msw_measured_bind_all_reduce(msw_case *bound, msw_arena *arena, msw_measured_case *m) {
  if (!(bound->tp > 1.0)) return;
  msw_token_op *op = &m->all_reduce;
  *op = (msw_token_op){.name = "all_reduce", .count = calls_per_layer * bound->num_layers};
  msw_time_curve over_bytes;
  if (!m->surfaces || !msw_surface_all_reduce(m->surfaces, (int64_t)bound->tp, arena, &over_bytes, &op->source)) {
    bound->flags |= MSW_FLAG_VOID_TABLE;
    if (!bound->why_void)
      bound->why_void = msw_format(arena, "no all-reduce over %g GPUs was measured on %s", bound->tp, bound->gpu->name);
    return;
  }
  bool is_single = op->source.n == 1;
  if (bound->knobs.fuse_all_reduce_norm && is_single) over_bytes = without_switch(op->source.slice[0], arena);
  op->curve = msw_time_rescale(&over_bytes, bound->hidden_size * bytes_16bit, arena);
  m->has_all_reduce = true;
}

/* One layer's attention of the family `measured`: decode and prefill kernels of this GPU's heads. */
#include <math.h>

#include "measured_parts.h"
#include "msw/base/str.h"

static const double graph_sizes_small[] = {1.0, 2.0, 4.0};
static const double graph_step = 8.0, coarse_from = 256.0, coarse_step = 16.0;

double msw_padded_tok(const msw_case *bound, double tok) {
  if (tok > bound->knobs.graph_max_tok) return tok;
  for (size_t i_size = 0; i_size < sizeof graph_sizes_small / sizeof graph_sizes_small[0]; i_size++)
    if (tok <= graph_sizes_small[i_size]) return graph_sizes_small[i_size];
  double step = tok <= coarse_from ? graph_step : coarse_step;
  return ceil(tok / step) * step;
}

msw_time_curve msw_measured_decode_surface(const msw_case *bound, double batch, msw_arena *arena) {
  const msw_measured_case *m = bound->measured;
  msw_time_curve curve = {0};
  msw_surface_source source;
  if (m->surfaces) msw_surface_decode(m->surfaces, &m->attention, batch, m->l2_bytes, arena, &curve, &source);
  return curve;
}

msw_time_curve msw_measured_prefill_curve(const msw_case *bound, double batch, msw_arena *arena) {
  const msw_measured_case *m = bound->measured;
  msw_time_curve curve = {0};
  msw_surface_source source;
  if (m->surfaces) msw_surface_prefill(m->surfaces, &m->attention, batch, arena, &curve, &source);
  return curve;
}

void msw_measured_check_attention(msw_case *bound, msw_arena *arena) {
  const msw_attention_kernel *kernel = &bound->measured->attention;
  const char *missing = NULL;
  if (msw_measured_decode_surface(bound, 1.0, arena).n == 0) missing = "decode";
  else if (msw_measured_prefill_curve(bound, 1.0, arena).n == 0) missing = "prefill";
  if (!missing) return;
  bound->flags |= MSW_FLAG_VOID_TABLE;
  bound->why_void = "no attention was measured near the model's heads";
  (void)kernel;
}

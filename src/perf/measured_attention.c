/* One layer's attention of the family `measured`: decode and prefill kernels of this GPU's heads. */
#include <math.h>

#include "measured_parts.h"
#include "msw/base/str.h"
#include "time_curve_parts.h"

static const double graph_sizes_small[] = {1.0, 2.0, 4.0};
static const double graph_step = 8.0, coarse_from = 256.0, coarse_step = 16.0;

double msw_padded_tok(const msw_case *bound, double tok) {
  const double step = tok <= coarse_from ? graph_step : coarse_step;
  double size = ceil(tok / step) * step;
  for (size_t i_size = sizeof graph_sizes_small / sizeof graph_sizes_small[0]; i_size-- > 0;)
    if (tok <= graph_sizes_small[i_size]) size = graph_sizes_small[i_size];
  return size <= bound->knobs.graph_max_tok ? size : tok;   /* without a graph of that size it runs as it is */
}

static const char no_latent_model[] = ", and the GPU's entry has no kernel model of it (key \"analytic_mla\")";
const char msw_measured_no_model[] = ", and the GPU's entry has no kernel model of it (key \"analytic\")";

bool msw_measured_is_thin(const msw_surface_source *source) {
  for (size_t i_slice = 0; i_slice < source->n; i_slice++)
    if (source->slice[i_slice]->n_points >= MSW_LATENCY_FEW_POINTS) return false;
  return true;
}

static msw_time_curve own_decode_surface(const msw_case *bound, double batch, msw_arena *arena) {
  const msw_measured_case *m = bound->measured;
  msw_time_curve curve = {0};
  msw_surface_source source;
  bool found = m->surfaces && msw_surface_decode(m->surfaces, &m->attention, batch, m->l2_bytes, arena, &curve, &source);
  if (!found || msw_measured_is_thin(&source)) msw_analytic_decode_curve(bound->gpu, &m->attention, batch, arena, &curve);
  return curve;
}

static msw_time_curve own_prefill_curve(const msw_case *bound, double batch, msw_arena *arena) {
  const msw_measured_case *m = bound->measured;
  msw_time_curve curve = {0};
  msw_surface_source source;
  bool found = m->surfaces && msw_surface_prefill(m->surfaces, &m->attention, batch, arena, &curve, &source);
  if (!found || msw_measured_is_thin(&source)) msw_analytic_prefill_curve(bound->gpu, &m->attention, batch, arena, &curve);
  return curve;
}

static msw_time_curve latent_decode_surface(const msw_case *bound, double batch, msw_arena *arena) {
  const msw_measured_case *m = bound->measured;
  msw_time_curve curve = {0};
  msw_surface_source source;
  bool found = m->surfaces && msw_surface_latent_decode(m->surfaces, &m->latent, batch, m->l2_bytes, arena, &curve, &source);
  if (!found || msw_measured_is_thin(&source)) msw_analytic_latent_decode_curve(bound->gpu, &m->latent, batch, arena, &curve);
  return curve;
}

static msw_time_curve latent_prefill_curve(const msw_case *bound, double batch, msw_arena *arena) {
  const msw_measured_case *m = bound->measured;
  msw_time_curve curve = {0};
  msw_surface_source source;
  bool found = m->surfaces && msw_surface_latent_prefill(m->surfaces, &m->latent, batch, arena, &curve, &source);
  if (!found || msw_measured_is_thin(&source)) msw_analytic_latent_prefill_curve(bound->gpu, &m->latent, batch, arena, &curve);
  return curve;
}

msw_time_curve msw_measured_decode_surface(const msw_case *bound, double batch, msw_arena *arena) {
  return bound->measured->is_latent ? latent_decode_surface(bound, batch, arena) : own_decode_surface(bound, batch, arena);
}

msw_time_curve msw_measured_prefill_curve(const msw_case *bound, double batch, msw_arena *arena) {
  return bound->measured->is_latent ? latent_prefill_curve(bound, batch, arena) : own_prefill_curve(bound, batch, arena);
}

msw_time_curve msw_measured_above(const msw_time_curve *curve, double base_us, double slope_us, msw_arena *arena) {
  const msw_flags kept = curve->piece[0].flags & (MSW_FLAG_ANALYTIC | MSW_FLAG_PARAMS_BORROWED | MSW_FLAG_DTYPE_BORROWED);
  const msw_time_curve above = msw_time_above(curve, base_us, slope_us, arena);
  return kept & MSW_FLAG_ANALYTIC ? msw_time_copy(&above, kept, arena) : above;
}

double msw_measured_cache_scan_us(const msw_case *bound, double longest_cached_tok) {
  const double us_per_ns = 1e-3;
  const bool has_window = bound->measured->attention.window > 0.0;
  return has_window ? 0.0 : bound->knobs.cached_scan_ns_per_tok * us_per_ns * longest_cached_tok;
}

double msw_measured_cache_read_us(const msw_case *bound, double batch) { return batch * bound->measured->kv_us_per_tok; }

double msw_host_launch_us(const msw_case *bound, bool has_decodes, bool has_prefills) {
  if (!has_prefills) return 0.0;
  const double pieces_per_layer = has_decodes ? 3.0 : 2.0;
  return pieces_per_layer * bound->num_layers * bound->knobs.host_piece_us;
}

void msw_measured_check_attention(msw_case *bound, msw_arena *arena) {
  const msw_attention_kernel *kernel = &bound->measured->attention;
  const msw_latent_kernel *latent = &bound->measured->latent;
  const char *missing = NULL;
  msw_arena scratch = {0};
  if (msw_measured_decode_surface(bound, 1.0, &scratch).n == 0) missing = "decode";
  else if (msw_measured_prefill_curve(bound, 1.0, &scratch).n == 0) missing = "prefill";
  msw_arena_free(&scratch);
  if (!missing) return;
  bound->flags |= MSW_FLAG_VOID_TABLE;
  if (bound->measured->is_latent)
    bound->why_void = msw_format(arena, "no latent %s attention of %s was measured near %g heads on latents of %g + %g (%s)%s", missing,
                                 bound->gpu->name, latent->num_heads, latent->kv_lora_rank, latent->rope_dim,
                                 msw_dtype_name(latent->kv_dtype), no_latent_model);
  else
    bound->why_void = msw_format(arena, "no %s attention of %s was measured near %g heads on %g KV heads of %g (%s)%s", missing,
                                 bound->gpu->name, kernel->num_heads, kernel->num_kv_heads, kernel->head_dim,
                                 msw_dtype_name(kernel->kv_dtype), msw_measured_no_model);
}

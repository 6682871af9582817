/* Attention by configuration of heads: itself, else other heads on the same KV heads, else other KV heads with as many queries
 * each, in exchange for batch. What is not measured becomes a row of points of its own first. */
#include "msw/base/num.h"
#include "surface_index.h"

static const double MAX_GROUP = 8.0;   /* KV heads are exchanged for batch at most by this factor */

typedef struct {
  const msw_attention_configs *format;
  double l2_bytes;
  msw_arena *scratch;
} lookup;

/* ---- One row */

/* KV length from which the KV of the requests no longer fits the cache. A window that is shorter never fills it. */
static double full_cache(const msw_attention_kernel *kernel, double batch, double l2_bytes) {
  if (!(l2_bytes > 0.0)) return (double)NAN;
  const double kv_bytes_per_tok = 2.0 * kernel->num_kv_heads * kernel->head_dim * msw_dtype_bytes(kernel->kv_dtype);
  const double edge = l2_bytes / (kv_bytes_per_tok * batch);
  return kernel->window > 0.0 && edge > kernel->window ? (double)NAN : edge;
}

static msw_attention_row row_of(msw_latency_kind kind, const msw_attention_kernel *kernel, double batch, double l2_bytes) {
  const double edge = kind == MSW_LATENCY_DECODE ? full_cache(kernel, batch, l2_bytes) : (double)NAN;
  return (msw_attention_row){kind, kernel->window, edge};
}

msw_attention_row msw_attention_row_of(const msw_attention_config *config, double batch, double l2_bytes) {
  const msw_latency_key *key = &config->slice->key;
  const msw_attention_kernel kernel = {key->kv_dtype, config->num_heads, config->num_kv_heads, config->head_dim,
                                       config->window};
  return row_of(key->kind, &kernel, batch, l2_bytes);
}

msw_time_curve msw_attention_curve(const msw_attention_row *row, const msw_time_knots *knots, msw_arena *arena) {
  if (row->kind == MSW_LATENCY_PREFILL) return msw_knots_quadratic(knots, !(row->window > 0.0), arena);
  const msw_time_curve curve = msw_knots_linear(knots, row->edge, arena);
  const double last = knots->x[knots->n - 1];
  const bool is_held = row->window > 0.0 && last >= row->window;   /* beyond its window no more KV is read */
  return is_held ? msw_time_cut(&curve, last, false, arena) : curve;
}

/* ---- One configuration */

/* sum(weight * row) on the union of their places; `axis` is said of all of it. */
static msw_time_knots mix(const msw_time_knots *knots, const msw_attention_row *rows, const msw_axis_weights *along,
                          msw_flags axis, msw_arena *arena) {
  size_t n = 0;
  const double *x = msw_mix_places(knots, along->n, &n, arena);
  double *us = msw_arena_array(arena, n, sizeof *us);
  msw_flags *flags = msw_arena_array(arena, n, sizeof *flags);
  msw_time_curve curves[2];
  for (size_t i_part = 0; i_part < along->n; i_part++)
    curves[i_part] = msw_attention_curve(&rows[i_part], &knots[i_part], arena);
  for (size_t i_x = 0; i_x < n; i_x++) {
    double part_us[2] = {0.0, 0.0};
    flags[i_x] = axis;
    for (size_t i_part = 0; i_part < along->n; i_part++) {
      part_us[i_part] = msw_time_at(&curves[i_part], x[i_x], &flags[i_x]);
      us[i_x] += along->weight[i_part] * part_us[i_part];
    }
    us[i_x] = msw_mix_limited(us[i_x], part_us[0], along->ratio);
  }
  return (msw_time_knots){x, us, flags, n};
}

/* A row at any batch: measured, else linear in batch. */
static msw_time_knots config_row(const lookup *l, const msw_attention_config *config, double batch) {
  msw_axis_weights along = {.n = 0};
  msw_axis_weigh(config->batches, config->n_batches, batch, &along);
  if (!along.flags) return config->rows[along.i[0]];
  msw_time_knots knots[2];
  msw_attention_row rows[2];
  for (size_t i_part = 0; i_part < along.n; i_part++) {
    const size_t i_batch = along.i[i_part];
    knots[i_part] = config->rows[i_batch];
    rows[i_part] = msw_attention_row_of(config, config->batches[i_batch], l->l2_bytes);
  }
  return mix(knots, rows, &along, along.flags, l->scratch);
}

/* ---- Heads */

/* On these KV heads: the configuration, else a line between the nearest two numbers of heads. */
static bool heads_row(const lookup *l, const msw_attention_heads *heads, double num_heads, double batch, msw_time_knots *out,
                      msw_surface_source *source) {
  const msw_attention_config *configs = &l->format->configs[heads->first];
  const size_t n = heads->end - heads->first;
  if (num_heads < configs[0].num_heads || num_heads > configs[n - 1].num_heads) return false;
  double *values = msw_arena_array(l->scratch, n, sizeof *values);
  for (size_t i_config = 0; i_config < n; i_config++) values[i_config] = configs[i_config].num_heads;
  msw_axis_weights along = {.n = 0};
  msw_axis_weigh(values, n, num_heads, &along);
  msw_time_knots knots[2];
  msw_attention_row rows[2];
  for (size_t i_part = 0; i_part < along.n; i_part++) {
    const msw_attention_config *config = &configs[along.i[i_part]];
    knots[i_part] = config_row(l, config, batch);
    rows[i_part] = msw_attention_row_of(config, batch, l->l2_bytes);
    source->slice[i_part] = config->slice;
    source->weight[i_part] = along.weight[i_part];
  }
  source->n = along.n;
  *out = along.flags ? mix(knots, rows, &along, MSW_FLAG_SHAPE_BORROWED, l->scratch) : knots[0];
  return true;
}

static bool same_kind(const msw_attention_heads *heads, const msw_attention_kernel *kernel) {
  return msw_same_number(heads->head_dim, kernel->head_dim) && msw_same_number(heads->window, kernel->window);
}

/* Points of a row and what is said of all of them. */
typedef struct { msw_time_knots knots; msw_flags flags; } flagged_row;

/* With other KV heads and as many queries on each: so many more requests. */
static bool exchange(const lookup *l, const msw_attention_heads *heads, const msw_attention_kernel *kernel, double batch,
                     flagged_row *out, msw_surface_source *source) {
  const double factor = kernel->num_kv_heads / heads->num_kv_heads;
  if (!same_kind(heads, kernel) || factor > MAX_GROUP || factor < 1.0 / MAX_GROUP) return false;
  out->flags = MSW_FLAG_SHAPE_BORROWED;
  return heads_row(l, heads, kernel->num_heads / factor, batch * factor, &out->knots, source);
}

/* Own KV heads first, then the next smaller numbers of them, then the larger ones. */
static bool any_heads(const lookup *l, const msw_attention_kernel *kernel, double batch, flagged_row *out,
                      msw_surface_source *source) {
  const msw_attention_heads *heads = l->format->heads;
  size_t n_below = 0, first_above = l->format->n_heads;
  out->flags = 0;
  for (size_t i_heads = l->format->n_heads; i_heads-- > 0;) {
    if (!same_kind(&heads[i_heads], kernel)) continue;
    if (heads[i_heads].num_kv_heads > kernel->num_kv_heads)
      first_above = i_heads;
    else if (heads[i_heads].num_kv_heads < kernel->num_kv_heads)
      n_below = n_below > 0 ? n_below : i_heads + 1;
    else if (heads_row(l, &heads[i_heads], kernel->num_heads, batch, &out->knots, source))
      return true;
  }
  for (size_t i_heads = n_below; i_heads-- > 0;)
    if (exchange(l, &heads[i_heads], kernel, batch, out, source)) return true;
  for (size_t i_heads = first_above; i_heads < l->format->n_heads; i_heads++)
    if (exchange(l, &heads[i_heads], kernel, batch, out, source)) return true;
  return false;
}

static bool curve_of(const lookup *l, const msw_attention_kernel *kernel, double batch, msw_time_curve *curve,
                     msw_flags *flags, msw_surface_source *source) {
  flagged_row row;
  if (!any_heads(l, kernel, batch, &row, source)) return false;
  const msw_attention_row what = row_of(l->format->kind, kernel, batch, l->l2_bytes);
  *curve = msw_attention_curve(&what, &row.knots, l->scratch);
  *flags = row.flags;
  return true;
}

/* A window that is not yet reached is none; beyond it decode reads no more KV, and prefill costs the same for each token. */
static bool with_window(const lookup *l, const msw_attention_kernel *kernel, double batch, msw_time_curve *curve,
                        msw_flags *flags, msw_surface_source *source) {
  if (curve_of(l, kernel, batch, curve, flags, source)) return true;
  msw_attention_kernel full = *kernel;
  full.window = 0.0;
  if (!(kernel->window > 0.0) || !curve_of(l, &full, batch, curve, flags, source)) return false;
  *curve = msw_time_cut(curve, kernel->window, l->format->kind == MSW_LATENCY_PREFILL, l->scratch);
  *flags |= MSW_FLAG_SHAPE_BORROWED;
  return true;
}

/* ---- Number formats */

static bool in_formats(const msw_attention_configs *formats, size_t n_formats, const msw_attention_kernel *kernel,
                       double batch, double l2_bytes, msw_arena *arena, msw_time_curve *curve, msw_surface_source *source) {
  msw_format_choice choices[MSW_FORMAT_CHOICES];
  const size_t n_choices = msw_format_choices(kernel->kv_dtype, false, choices);
  msw_arena scratch = {0};
  bool found = false;
  for (size_t i_choice = 0; i_choice < n_choices; i_choice++) {
    for (size_t i_format = 0; i_format < n_formats && !found; i_format++) {
      const lookup l = {&formats[i_format], l2_bytes, &scratch};
      msw_time_curve made;
      msw_flags flags = 0;
      if (formats[i_format].kv_dtype != choices[i_choice].dtype || choices[i_choice].block_scaled) continue;
      found = with_window(&l, kernel, batch, &made, &flags, source);
      if (found) *curve = msw_time_copy(&made, flags, arena);
    }
  }
  msw_arena_free(&scratch);
  return found;
}

bool msw_surface_decode(const msw_surfaces *surfaces, const msw_attention_kernel *kernel, double batch, double l2_bytes,
                        msw_arena *arena, msw_time_curve *curve, msw_surface_source *source) {
  *source = (msw_surface_source){.n = 0};
  return in_formats(surfaces->decode, surfaces->n_decode, kernel, batch, l2_bytes, arena, curve, source);
}

bool msw_surface_prefill(const msw_surfaces *surfaces, const msw_attention_kernel *kernel, double batch, msw_arena *arena,
                         msw_time_curve *curve, msw_surface_source *source) {
  *source = (msw_surface_source){.n = 0};
  return in_formats(surfaces->prefill, surfaces->n_prefill, kernel, batch, 0.0, arena, curve, source);
}

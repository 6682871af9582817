/* Attention by configuration of heads: what the tests of one configuration, of other heads and beyond the table share. */
#include "crossval_parts.h"

msw_cross_attention msw_cross_attention_of(const msw_cross_table *table, bool is_windowed) {
  const size_t n = table->set.n_slices;
  const msw_latency_slice **configs = msw_arena_array(table->arena, n, sizeof *configs);
  const msw_cross_row **rows = msw_arena_array(table->arena, n, sizeof *rows);
  size_t *n_rows = msw_arena_array(table->arena, n, sizeof *n_rows), n_configs = 0;
  for (size_t i_slice = 0; i_slice < n; i_slice++) {
    const msw_latency_slice *slice = &table->set.slices[i_slice];
    if ((slice->key.window > 0) != is_windowed) continue;
    configs[n_configs] = slice;
    rows[n_configs] = msw_cross_rows(slice, table->arena, &n_rows[n_configs]);
    n_configs++;
  }
  return (msw_cross_attention){table, is_windowed, configs, rows, n_rows, n_configs};
}

bool msw_cross_curve(const msw_cross_attention *attention, msw_cross_rest *rest, const msw_latency_key *key, double batch,
                     msw_time_curve *curve) {
  const msw_attention_kernel kernel = {key->kv_dtype, (double)key->num_heads, (double)key->num_kv_heads,
                                       (double)key->head_dim, (double)key->window};
  const double l2_bytes = attention->table->gpu->l2_bytes;
  msw_surface_source source;
  if (key->kind == MSW_LATENCY_PREFILL)
    return msw_surface_prefill(rest->surfaces, &kernel, batch, &rest->arena, curve, &source);
  return msw_surface_decode(rest->surfaces, &kernel, batch, l2_bytes, &rest->arena, curve, &source);
}

/* Pairs of a new token and one that it sees. */
static double seen_pairs(const msw_latency_key *key, double x) {
  const double half = .5, window = key->window > 0 ? (double)key->window : (double)INFINITY;
  if (key->kind == MSW_LATENCY_DECODE) return fmin(x, window);
  return x <= window ? half * x * x : window * x - half * window * window;
}

double msw_cross_work(const msw_latency_key *key, double x, double x_other) {
  return seen_pairs(key, x) / seen_pairs(key, x_other);
}

bool msw_cross_same_kv_heads(const msw_latency_key *a, const msw_latency_key *b) {
  return a->head_dim == b->head_dim && a->window == b->window && a->num_kv_heads == b->num_kv_heads;
}

/* The same kernel with half or double the KV heads and as many queries on each. */
static bool is_exchanged(const msw_latency_key *a, const msw_latency_key *b) {
  if (a->head_dim != b->head_dim || a->window != b->window) return false;
  const bool is_half = 2 * a->num_kv_heads == b->num_kv_heads && 2 * a->num_heads == b->num_heads;
  return is_half || (a->num_kv_heads == 2 * b->num_kv_heads && a->num_heads == 2 * b->num_heads);
}

void msw_cross_keep_around(const msw_cross_attention *attention, size_t i_config, const msw_cross_box *without,
                           msw_cross_rest *rest) {
  const msw_latency_key *key = &attention->configs[i_config]->key;
  const msw_latency_slice *fewer = NULL, *more = NULL;
  for (size_t i_other = 0; i_other < attention->n_configs; i_other++) {
    const msw_latency_slice *other = attention->configs[i_other];
    if (!msw_cross_same_kv_heads(key, &other->key)) continue;
    if (other->key.num_heads < key->num_heads) fewer = other;
    if (other->key.num_heads > key->num_heads && !more) more = other;
  }
  msw_cross_begin(rest, attention->table);
  for (size_t i_other = 0; i_other < attention->n_configs; i_other++) {
    const msw_latency_slice *other = attention->configs[i_other];
    if (other == attention->configs[i_config])
      msw_cross_keep(rest, other, without);
    else if (other == fewer || other == more || is_exchanged(key, &other->key))
      msw_cross_keep(rest, other, NULL);
  }
  msw_cross_lookup(rest);
}

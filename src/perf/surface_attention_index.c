/* Attention measurements by configuration of heads. */
#include <stdlib.h>

#include "msw/base/num.h"
#include "surface_index.h"

static int compare(double a, double b) { return (a > b) - (a < b); }

static int by_heads(const void *a, const void *b) {
  const msw_attention_config *left = a, *right = b;
  int order = compare(left->head_dim, right->head_dim);
  if (order == 0) order = compare(left->window, right->window);
  if (order == 0) order = compare(left->num_kv_heads, right->num_kv_heads);
  return order != 0 ? order : compare(left->num_heads, right->num_heads);
}

bool msw_attention_same_heads(const msw_attention_config *a, const msw_attention_config *b) {
  return msw_same_number(a->head_dim, b->head_dim) && msw_same_number(a->window, b->window) &&
         msw_same_number(a->num_kv_heads, b->num_kv_heads);
}

static msw_attention_configs index_format(const msw_latency_slice *slices, size_t n, double l2_bytes, msw_arena *arena) {
  msw_attention_config *configs = msw_arena_array(arena, n, sizeof *configs);
  msw_attention_heads *heads = msw_arena_array(arena, n, sizeof *heads);
  for (size_t i_config = 0; i_config < n; i_config++) {
    const msw_latency_key *key = &slices[i_config].key;
    configs[i_config] = (msw_attention_config){
        .head_dim = (double)key->head_dim, .window = (double)key->window, .num_kv_heads = (double)key->num_kv_heads,
        .num_heads = (double)key->num_heads, .slice = &slices[i_config]};
  }
  qsort(configs, n, sizeof *configs, by_heads);
  size_t n_heads = 0;
  for (size_t i_config = 0; i_config < n; i_config++) {
    const msw_attention_config *config = &configs[i_config];
    if (i_config == 0 || !msw_attention_same_heads(&configs[i_config - 1], config))
      heads[n_heads++] = (msw_attention_heads){config->head_dim, config->window, config->num_kv_heads, i_config, 0};
    heads[n_heads - 1].end = i_config + 1;
  }
  const size_t n_spikes = msw_attention_fill(configs, n, l2_bytes, arena);
  return (msw_attention_configs){slices[0].key.kind, slices[0].key.dtype, slices[0].key.kv_dtype, configs, n, heads, n_heads,
                                 n_spikes};
}

size_t msw_attention_index(const msw_latency_set *set, msw_latency_kind kind, msw_arena *arena,
                           msw_attention_configs **formats) {
  size_t n = 0, n_formats = 0;
  const msw_latency_slice *slices = msw_latency_of_kind(set, kind, &n);
  const double l2_bytes = set->gpu ? set->gpu->l2_bytes : 0.0;
  *formats = msw_arena_array(arena, MSW_N_DTYPES * MSW_N_DTYPES, sizeof **formats);
  for (size_t first = 0, end; first < n; first = end) {
    const msw_latency_key *key = &slices[first].key;
    for (end = first + 1; end < n && slices[end].key.dtype == key->dtype && slices[end].key.kv_dtype == key->kv_dtype;) end++;
    (*formats)[n_formats++] = index_format(&slices[first], end - first, l2_bytes, arena);
  }
  return n_formats;
}

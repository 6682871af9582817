/* Attention configurations that were not measured: a number of heads on the same KV heads, and all of a number of KV heads. */
#include "crossval_parts.h"
#include "msw/perf/flags.h"

/* The next configurations with fewer and more heads on the same KV heads. */
typedef struct { const msw_latency_slice *fewer, *more; } beside;

static bool find_beside(const msw_cross_attention *a, size_t i_config, beside *by) {
  const msw_latency_key *key = &a->configs[i_config]->key;
  *by = (beside){NULL, NULL};
  for (size_t i_other = 0; i_other < a->n_configs; i_other++) {
    const msw_latency_slice *other = a->configs[i_other];
    if (!msw_cross_same_kv_heads(key, &other->key)) continue;
    if (other->key.num_heads < key->num_heads) by->fewer = other;
    if (other->key.num_heads > key->num_heads && !by->more) by->more = other;
  }
  return by->fewer && by->more;
}

/* False where one of the two was not measured there. */
static bool guess_at(const beside *by, const msw_latency_key *key, double x, double batch, msw_cross_guess *guess) {
  const size_t i_low = msw_latency_point(by->fewer, x, batch), i_high = msw_latency_point(by->more, x, batch);
  *guess = msw_cross_no_guess();
  if (i_low == SIZE_MAX || i_high == SIZE_MAX) return false;
  const msw_cross_knot low = {(double)by->fewer->key.num_heads, by->fewer->latency_us[i_low]};
  const msw_cross_knot high = {(double)by->more->key.num_heads, by->more->latency_us[i_high]};
  const double heads = (double)key->num_heads;
  msw_cross_between(low, high, heads, heads / low.x, guess);
  return true;
}

/* ---- Tests of a configuration that is not in the rest */

/* `by` NULL: other KV heads; the rules beside the surfaces have nothing to say, and where these reach beyond what is
 * measured, the test is another one. */
static void test_config(const msw_cross_attention *a, size_t i_config, const beside *by, msw_cross_rest *rest,
                        msw_cross_trial *trial, size_t *i_test) {
  const msw_latency_slice *config = a->configs[i_config];
  for (size_t i_row = 0; i_row < a->n_rows[i_config]; i_row++) {
    const msw_cross_row *row = &a->rows[i_config][i_row];
    msw_time_curve curve;
    const bool found = msw_cross_curve(a, rest, &config->key, row->y, &curve);
    for (size_t i_point = row->first; i_point < row->end; i_point++) {
      const double x = config->x[i_point];
      msw_cross_guess guess = msw_cross_no_guess();
      msw_flags flags = 0;
      if (by && !guess_at(by, &config->key, x, row->y, &guess)) continue;
      if (!msw_cross_is_due(trial, (*i_test)++)) continue;
      if (found) guess.us[MSW_CROSS_MEASURED] = msw_time_at(&curve, x, &flags);
      if (by || (found && !(flags & MSW_FLAG_EXTRAPOLATED))) msw_cross_add(trial, config->latency_us[i_point], &guess);
    }
  }
}

/* ---- A number of heads */

static size_t count_heads(const msw_cross_attention *a) {
  size_t n = 0;
  beside by;
  msw_cross_guess guess;
  for (size_t i_config = 0; i_config < a->n_configs; i_config++) {
    const msw_latency_slice *config = a->configs[i_config];
    if (!find_beside(a, i_config, &by)) continue;
    for (size_t i_point = 0; i_point < config->n_points; i_point++)
      n += guess_at(&by, &config->key, config->x[i_point], config->y[i_point], &guess);
  }
  return n;
}

static void test_heads(const msw_cross_attention *a, msw_cross_list *list) {
  msw_cross_trial trial = msw_cross_start(a->table, a->is_windowed, MSW_CROSS_HEADS, count_heads(a), a->table->most_tests);
  size_t i_test = 0;
  for (size_t i_config = 0; i_config < a->n_configs; i_config++) {
    beside by;
    msw_cross_rest rest;
    if (!find_beside(a, i_config, &by)) continue;
    msw_cross_begin(&rest, a->table);
    for (size_t i_other = 0; i_other < a->n_configs; i_other++)
      if (i_other != i_config && msw_cross_same_kv_heads(&a->configs[i_config]->key, &a->configs[i_other]->key))
        msw_cross_keep(&rest, a->configs[i_other], NULL);
    msw_cross_lookup(&rest);
    test_config(a, i_config, &by, &rest, &trial, &i_test);
    msw_cross_end(&rest);
  }
  msw_cross_finish(&trial, list);
}

/* ---- A number of KV heads */

static bool is_same_kernel(const msw_latency_key *a, const msw_latency_key *b) {
  return a->head_dim == b->head_dim && a->window == b->window;
}

/* Whether any other number of KV heads is measured. */
static bool has_others(const msw_cross_attention *a, size_t i_config) {
  const msw_latency_key *key = &a->configs[i_config]->key;
  for (size_t i_other = 0; i_other < a->n_configs; i_other++) {
    const msw_latency_key *other = &a->configs[i_other]->key;
    if (is_same_kernel(key, other) && other->num_kv_heads != key->num_kv_heads) return true;
  }
  return false;
}

/* The first configuration of its KV heads leaves them out for all. */
static bool is_first(const msw_cross_attention *a, size_t i_config) {
  for (size_t i_before = 0; i_before < i_config; i_before++)
    if (msw_cross_same_kv_heads(&a->configs[i_before]->key, &a->configs[i_config]->key)) return false;
  return true;
}

static void test_kv_heads_of(const msw_cross_attention *a, size_t i_first, msw_cross_trial *trial, size_t *i_test) {
  const msw_latency_key *key = &a->configs[i_first]->key;
  msw_cross_rest rest;
  msw_cross_begin(&rest, a->table);
  for (size_t i_other = 0; i_other < a->n_configs; i_other++)
    if (is_same_kernel(key, &a->configs[i_other]->key) && !msw_cross_same_kv_heads(key, &a->configs[i_other]->key))
      msw_cross_keep(&rest, a->configs[i_other], NULL);
  msw_cross_lookup(&rest);
  for (size_t i_config = i_first; i_config < a->n_configs; i_config++)
    if (msw_cross_same_kv_heads(key, &a->configs[i_config]->key)) test_config(a, i_config, NULL, &rest, trial, i_test);
  msw_cross_end(&rest);
}

static void test_kv_heads(const msw_cross_attention *a, msw_cross_list *list) {
  size_t n_tests = 0, i_test = 0;
  for (size_t i_config = 0; i_config < a->n_configs; i_config++)
    n_tests += has_others(a, i_config) ? a->configs[i_config]->n_points : 0;
  msw_cross_trial trial = msw_cross_start(a->table, a->is_windowed, MSW_CROSS_KV_HEADS, n_tests, a->table->most_tests);
  for (size_t i_config = 0; i_config < a->n_configs; i_config++)
    if (has_others(a, i_config) && is_first(a, i_config)) test_kv_heads_of(a, i_config, &trial, &i_test);
  msw_cross_finish(&trial, list);
}

void msw_cross_heads(const msw_cross_attention *attention, msw_cross_list *list) {
  test_heads(attention, list);
  test_kv_heads(attention, list);
}

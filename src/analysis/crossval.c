/* All protocols on all tables of a GPU. */
#include "msw/analysis/crossval.h"

#include <stdlib.h>
#include <string.h>

#include "crossval_parts.h"
#include "msw/base/str.h"

static const char *const RULES[MSW_N_CROSS_RULES] = {
    [MSW_CROSS_MEASURED] = "measured", [MSW_CROSS_LINEAR] = "linear", [MSW_CROSS_LOG_LOG] = "log-log",
    [MSW_CROSS_FLOOR] = "floor", [MSW_CROSS_FLOOR_MFU] = "floor-mfu", [MSW_CROSS_NEAREST] = "nearest",
    [MSW_CROSS_AICONFIGURATOR] = "aiconfigurator"};

static const struct { const char *name, *text; } PROTOCOLS[MSW_N_CROSS_PROTOCOLS] = {
    [MSW_CROSS_M] = {"m", "an m of a shape"},
    [MSW_CROSS_M_PAIR] = {"m_pair", "an m and the one beside it"},
    [MSW_CROSS_SHAPE] = {"shape", "a shape (n, k)"},
    [MSW_CROSS_N] = {"n", "all shapes of an n"},
    [MSW_CROSS_N_AND_K] = {"n_and_k", "all shapes of an n and of a k"},
    [MSW_CROSS_LAST_M] = {"last_m", "the largest m of a shape"},
    [MSW_CROSS_LAST_N] = {"last_n", "all shapes of the largest n"},
    [MSW_CROSS_LAST_K] = {"last_k", "all shapes of the largest k"},
    [MSW_CROSS_POINT] = {"point", "a point"},
    [MSW_CROSS_BATCH] = {"batch", "a batch"},
    [MSW_CROSS_LENGTH] = {"length", "a length"},
    [MSW_CROSS_HEADS] = {"heads", "a number of heads"},
    [MSW_CROSS_KV_HEADS] = {"kv_heads", "a number of KV heads"},
    [MSW_CROSS_LAST_LENGTH] = {"last_length", "the largest length of a batch"},
    [MSW_CROSS_LAST_BATCH] = {"last_batch", "the largest batch of a length"},
    [MSW_CROSS_SIZE] = {"size", "a size"},
    [MSW_CROSS_LAST_SIZE] = {"last_size", "the largest size"},
};

const char *msw_cross_rule_name(msw_cross_rule rule) { return RULES[rule]; }
const char *msw_cross_protocol_name(msw_cross_protocol protocol) { return PROTOCOLS[protocol].name; }
const char *msw_cross_protocol_text(msw_cross_protocol protocol) { return PROTOCOLS[protocol].text; }

static bool is_attention(msw_latency_kind kind) { return kind == MSW_LATENCY_PREFILL || kind == MSW_LATENCY_DECODE; }

const char *msw_cross_format(const msw_latency_key *key) {
  if (key->block_scaled && key->dtype == MSW_FP8) return "fp8_block";
  return msw_dtype_name(is_attention(key->kind) ? key->kv_dtype : key->dtype);
}

static bool is_same_table(const msw_latency_key *a, const msw_latency_key *b) {
  return a->kind == b->kind && a->dtype == b->dtype && a->kv_dtype == b->kv_dtype && a->weight_dtype == b->weight_dtype &&
         a->block_scaled == b->block_scaled;
}

static void test_table(const msw_cross_table *table, msw_cross_list *list) {
  const msw_latency_kind kind = table->set.slices[0].key.kind;
  if (kind == MSW_LATENCY_GEMM) {
    msw_cross_gemm(table, list);
    msw_cross_shapes(table, list);
  } else if (is_attention(kind)) {
    for (int is_windowed = 0; is_windowed < 2; is_windowed++) {
      const msw_cross_attention attention = msw_cross_attention_of(table, is_windowed == 1);
      msw_cross_cells(&attention, list);
      msw_cross_heads(&attention, list);
      msw_cross_ends(&attention, list);
    }
  } else {
    msw_cross_lines(table, list);
  }
}

/* Results of one table in the order of the protocols. */
static int by_protocol(const void *a, const void *b) {
  const msw_cross_result *left = a, *right = b;
  if (left->is_windowed != right->is_windowed) return left->is_windowed ? 1 : -1;
  return (int)left->protocol - (int)right->protocol;
}

msw_cross_results msw_crossval(const msw_latency_set *set, const msw_cross_wanted *wanted, msw_arena *arena) {
  msw_cross_list list = {NULL, 0, 0};
  for (size_t first = 0, end; first < set->n_slices; first = end) {
    const msw_latency_key *key = &set->slices[first].key;
    for (end = first + 1; end < set->n_slices && is_same_table(key, &set->slices[end].key);) end++;
    if (!wanted->kinds[key->kind]) continue;
    if (wanted->format && !msw_equal_nocase(wanted->format, msw_cross_format(key))) continue;
    const msw_cross_table table = msw_cross_clean(set, &set->slices[first], end - first, wanted->most_tests, arena);
    const size_t n_before = list.n;
    test_table(&table, &list);
    if (list.n > n_before) qsort(list.items + n_before, list.n - n_before, sizeof *list.items, by_protocol);
  }
  msw_cross_result *items = msw_arena_array(arena, list.n, sizeof *items);
  for (size_t i_item = 0; i_item < list.n; i_item++) items[i_item] = list.items[i_item];
  free(list.items);
  return (msw_cross_results){items, list.n};
}

/* The report for people. */
#include <math.h>
#include <stdio.h>

#include "columns.h"
#include "crossval_show.h"
#include "msw/base/str.h"

static bool is_attention(const msw_latency_key *key) {
  return key->kind == MSW_LATENCY_PREFILL || key->kind == MSW_LATENCY_DECODE;
}

/* "decode bf16, KV fp8, window" */
static const char *title_of(const msw_cross_result *result, msw_arena *arena) {
  const msw_latency_key *key = result->key;
  const char *kind = msw_latency_name(key->kind);
  if (!is_attention(key)) return msw_format(arena, "%s %s", kind, msw_cross_format(key));
  return msw_format(arena, "%s %s, KV %s%s", kind, msw_dtype_name(key->dtype), msw_dtype_name(key->kv_dtype),
                    result->is_windowed ? ", window" : "");
}

static bool has_same_title(const msw_cross_result *a, const msw_cross_result *b) {
  return a->key == b->key && a->is_windowed == b->is_windowed;
}

static const char *tests_of(const msw_cross_result *result, msw_arena *arena) {
  if (result->n_held == result->n_tests) return msw_format(arena, "%zu", result->n_held);
  return msw_format(arena, "%zu of %zu", result->n_held, result->n_tests);
}

static const char *number(double value, const char *sign, msw_arena *arena) {
  if (isnan(value)) return "-";
  return sign[0] ? msw_format(arena, "%+.2f", value) : msw_format(arena, "%.2f", value);
}

/* A line for each rule; the first one says what is held out. */
static void add_result(msw_columns *table, const msw_crossval_report *report, const msw_cross_result *result,
                       msw_arena *arena) {
  for (size_t i_rule = 0; i_rule < report->n_rules; i_rule++) {
    const msw_cross_rule rule = report->rules[i_rule];
    const msw_cross_figures *figures = &result->rules[rule];
    const bool has_target = rule == MSW_CROSS_MEASURED && !isnan(result->target);
    msw_columns_add(table, i_rule == 0 ? msw_cross_protocol_text(result->protocol) : "");
    msw_columns_add(table, i_rule == 0 ? tests_of(result, arena) : "");
    msw_columns_add(table, msw_cross_rule_name(rule));
    msw_columns_add(table, msw_format(arena, "%zu", figures->n));
    msw_columns_add(table, number(figures->median, "", arena));
    msw_columns_add(table, number(figures->p90, "", arena));
    msw_columns_add(table, number(figures->bias, "+", arena));
    msw_columns_add(table, has_target ? msw_format(arena, "%.1f", result->target) : "");
  }
}

static void print_results(const msw_crossval_report *report, size_t first, size_t end, msw_arena *arena) {
  static const char *const HEADINGS[] = {"held out", "tests", "rule", "n", "median", "p90", "bias", "target"};
  const int indent = 2;
  msw_columns table = msw_columns_new("lrlrrrrr", arena);
  for (size_t i_col = 0; i_col < sizeof HEADINGS / sizeof *HEADINGS; i_col++) msw_columns_add(&table, HEADINGS[i_col]);
  for (size_t i_result = first; i_result < end; i_result++)
    add_result(&table, report, &report->results.items[i_result], arena);
  printf("\n%s\n", title_of(&report->results.items[first], arena));
  msw_columns_print(&table, indent, stdout);
}

void msw_crossval_text(const msw_crossval_report *report, msw_arena *arena) {
  printf("%s: errors of lookups in percent of the measured time\n", report->set->gpu->name);
  for (size_t first = 0, end; first < report->results.n; first = end) {
    const msw_cross_result *items = report->results.items;
    for (end = first + 1; end < report->results.n && has_same_title(&items[first], &items[end]);) end++;
    print_results(report, first, end, arena);
  }
}

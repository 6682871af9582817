/* The report for machines. Keys are stable. */
#include <stdio.h>

#include "crossval_show.h"
#include "msw/base/str.h"
#include "msw/formats/json.h"

static void add_rules(msw_arena *arena, msw_json *parent, const msw_crossval_report *report, const msw_cross_result *result) {
  msw_json *rules = msw_json_add_array(arena, parent, "methods");
  for (size_t i_rule = 0; i_rule < report->n_rules; i_rule++) {
    const msw_cross_figures *figures = &result->rules[report->rules[i_rule]];
    msw_json *rule = msw_json_add_object(arena, rules, NULL);
    msw_json_add_string(arena, rule, "method", msw_cross_rule_name(report->rules[i_rule]));
    msw_json_add_number(arena, rule, "n", (double)figures->n);
    msw_json_add_number(arena, rule, "median", figures->median);
    msw_json_add_number(arena, rule, "p90", figures->p90);
    msw_json_add_number(arena, rule, "bias", figures->bias);
  }
}

static void add_result(msw_arena *arena, msw_json *results, const msw_crossval_report *report,
                       const msw_cross_result *result) {
  const msw_latency_key *key = result->key;
  msw_json *object = msw_json_add_object(arena, results, NULL);
  msw_json_add_string(arena, object, "kernel", msw_latency_name(key->kind));
  msw_json_add_string(arena, object, "dtype", msw_dtype_name(key->dtype));
  msw_json_add_string(arena, object, "kv_dtype", key->kv_dtype == MSW_DTYPE_NONE ? NULL : msw_dtype_name(key->kv_dtype));
  msw_json_add_bool(arena, object, "block_scaled", key->block_scaled);
  msw_json_add_bool(arena, object, "window", result->is_windowed);
  msw_json_add_string(arena, object, "held_out", msw_cross_protocol_name(result->protocol));
  msw_json_add_string(arena, object, "description", msw_cross_protocol_text(result->protocol));
  msw_json_add_number(arena, object, "n_tests", (double)result->n_tests);
  msw_json_add_number(arena, object, "n_held", (double)result->n_held);
  msw_json_add_number(arena, object, "target", result->target);
  add_rules(arena, object, report, result);
}

static void add_files(msw_arena *arena, msw_json *root, const msw_latency_set *set) {
  msw_json *files = msw_json_add_array(arena, root, "files");
  for (size_t i_file = 0; i_file < set->n_files; i_file++) {
    if (set->files[i_file]->n_used == 0) continue;
    msw_json *file = msw_json_add_object(arena, files, NULL);
    msw_json_add_string(arena, file, "file", set->files[i_file]->path);
    msw_json_add_string(arena, file, "sha256", set->files[i_file]->sha256);
    msw_json_add_number(arena, file, "n_used", (double)set->files[i_file]->n_used);
  }
}

void msw_crossval_json(const msw_crossval_report *report, msw_arena *arena) {
  enum { INDENT = 2 };
  msw_json *root = msw_json_new(arena, MSW_JSON_OBJECT, (msw_loc){0});
  msw_json_add_string(arena, root, "gpu", report->set->gpu->name);
  msw_json *results = msw_json_add_array(arena, root, "results");
  for (size_t i_result = 0; i_result < report->results.n; i_result++)
    add_result(arena, results, report, &report->results.items[i_result]);
  add_files(arena, root, report->set);
  msw_buf text = {0};
  msw_json_write(root, INDENT, &text);
  printf("%s\n", text.text);
  msw_buf_free(&text);
}

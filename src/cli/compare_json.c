/* The comparison for machines. */
#include <stdio.h>

#include "compare_job.h"
#include "msw/base/str.h"
#include "msw/formats/json.h"

static void add_figures(msw_arena *arena, msw_json *to, const msw_difference_figures *figures) {
  const struct { const char *name; uint64_t n; } counts[] = {
      {"n", figures->n},
      {"n_only_reference", figures->n_only_reference},
      {"n_only_other", figures->n_only_other},
      {"n_neither", figures->n_neither},
      {"n_undefined", figures->n_undefined}};
  for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
    msw_json_add_number(arena, to, counts[i].name, (double)counts[i].n);
  for (size_t i = 0; i < MSW_N_COMPARE_FIGURES; i++)
    msw_json_add_number(arena, to, msw_compare_figures_shown[i].name,
                        msw_compare_figure_of(figures, &msw_compare_figures_shown[i]));
  for (size_t i = 0; i < MSW_N_BEYOND; i++)
    msw_json_add_number(arena, to, msw_format(arena, "n_beyond_%.0f", msw_beyond_percent[i]), (double)figures->n_beyond[i]);
}

static void add_slices(const msw_compare_job *job, size_t i_other, size_t i_field, msw_json *to) {
  msw_arena *arena = &job->ctx->arena;
  msw_json *slices = msw_json_add_array(arena, to, "slices");
  for (size_t i_group = 0; job->order.n_keys > 0 && i_group < msw_compare_groups(job->compare); i_group++) {
    msw_json *slice = msw_json_add_object(arena, slices, NULL);
    const msw_difference_figures figures = msw_compare_group(job->compare, i_other, i_field, i_group);
    for (size_t i_key = 0; i_key < job->order.n_keys; i_key++)
      msw_json_add_string(arena, slice, job->order.keys[i_key].name, msw_compare_group_label(job, i_group, i_key));
    add_figures(arena, slice, &figures);
  }
}

static void add_worst(const msw_compare_job *job, size_t i_other, size_t i_field, msw_json *to) {
  size_t n = 0, n_words = 0;
  msw_arena *arena = &job->ctx->arena;
  msw_json *list = msw_json_add_array(arena, to, "worst");
  const msw_worst_cell *worst = msw_compare_worst(job->compare, i_other, i_field, &n);
  for (size_t i_cell = 0; i_cell < n; i_cell++) {
    msw_json *cell = msw_json_add_object(arena, list, NULL), *place = msw_json_add_object(arena, cell, "at");
    const msw_compare_where *words = msw_compare_place_words(job, &worst[i_cell], arena, &n_words);
    for (size_t i = 0; i < n_words; i++) msw_json_add_string(arena, place, words[i].name, words[i].text);
    msw_json_add_number(arena, cell, "reference", worst[i_cell].reference);
    msw_json_add_number(arena, cell, "other", worst[i_cell].other);
    msw_json_add_number(arena, cell, "percent", worst[i_cell].percent);
    msw_json_add_string(arena, cell, "explain", msw_compare_explain(job, i_other + 1, &worst[i_cell], arena));
    msw_json_add_string(arena, cell, "explain_reference", msw_compare_explain(job, 0, &worst[i_cell], arena));
  }
}

static void add_decisions(const msw_compare_job *job, msw_json *root) {
  msw_arena *arena = &job->ctx->arena;
  if (!job->goal[0]) return;
  msw_json *decisions = msw_json_add_object(arena, root, "decisions");
  msw_json_add_string(arena, decisions, "axes", job->decided);
  msw_json_add_string(arena, decisions, "best", job->goal);
  msw_json *list = msw_json_add_array(arena, decisions, "against");
  for (size_t i_other = 0; i_other + 1 < job->order.n_sides; i_other++) {
    const msw_decision_figures figures = msw_compare_decision(job->compare, i_other);
    msw_json *one = msw_json_add_object(arena, list, NULL);
    msw_json_add_string(arena, one, "against", job->sides[i_other + 1].label);
    msw_json_add_number(arena, one, "n_places", (double)figures.n_places);
    msw_json_add_number(arena, one, "n_empty", (double)figures.n_empty);
    msw_json_add_number(arena, one, "n_changed", (double)figures.n_changed);
    msw_json_add_number(arena, one, "n_costly", (double)figures.n_costly);
    msw_json_add_number(arena, one, "cost_mean", figures.cost_mean);
    msw_json_add_number(arena, one, "cost_mean_changed", figures.cost_mean_changed);
    msw_json_add_number(arena, one, "cost_p95", figures.cost_p95);
    msw_json_add_number(arena, one, "cost_max", figures.cost_max);
  }
}

void msw_compare_json(const msw_compare_job *job) {
  msw_arena *arena = &job->ctx->arena;
  const int indent = 2;
  msw_buf out = {0};
  msw_json *root = msw_json_new(arena, MSW_JSON_OBJECT, (msw_loc){0});
  msw_json_add_string(arena, root, "file", job->view.result.path);
  msw_json_add_string(arena, root, "block", job->sides[0].block->name);
  msw_json_add_string(arena, root, "along", job->along);
  msw_json_add_string(arena, root, "reference", job->sides[0].label);
  msw_json_add_bool(arena, root, "only_fitting", job->only_fitting);
  msw_json_add_string(arena, root, "where", job->options->result.where);
  msw_json *list = msw_json_add_array(arena, root, "comparisons");
  for (size_t i_other = 0; i_other + 1 < job->order.n_sides; i_other++)
    for (size_t i_field = 0; i_field < job->order.n_fields; i_field++) {
      msw_json *one = msw_json_add_object(arena, list, NULL);
      const msw_difference_figures figures = msw_compare_overall(job->compare, i_other, i_field);
      msw_json_add_string(arena, one, "against", job->sides[i_other + 1].label);
      msw_json_add_string(arena, one, "field", job->fields[i_field]);
      add_figures(arena, msw_json_add_object(arena, one, "overall"), &figures);
      add_slices(job, i_other, i_field, one);
      add_worst(job, i_other, i_field, one);
    }
  add_decisions(job, root);
  msw_json_write(root, indent, &out);
  printf("%s\n", out.text);
  msw_buf_free(&out);
}

/* The comparison for people. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "columns.h"
#include "compare_job.h"
#include "msw/base/num.h"
#include "msw/base/str.h"

enum { COUNT_BYTES = 48 };

static const char *count_text(uint64_t n, msw_arena *arena) {
  char text[COUNT_BYTES];
  return msw_strdup(arena, msw_human_count(n, text, sizeof text));
}

static const char *percent_text(double percent, const char *format_sign, msw_arena *arena) {
  if (isnan(percent)) return "-";
  return format_sign[0] ? msw_format(arena, "%+.2f", percent) : msw_format(arena, "%.2f", percent);
}

/* "12.3", never nothing or all by rounding. */
static const char *share_text(uint64_t part, uint64_t whole, msw_arena *arena) {
  const double percent = whole ? 100.0 * (double)part / (double)whole : (double)NAN, least = 0.05, most = 99.95;
  if (whole == 0) return "-";
  if (part > 0 && percent < least) return "<0.1";
  if (part < whole && percent >= most) return ">99.9";
  return msw_format(arena, "%.1f", percent);
}

static const char *side_name(const msw_compare_job *job, size_t i_side, msw_arena *arena) {
  const char *label = job->sides[i_side].label;
  const bool is_number = job->order.along >= 0 && label[0] >= '0' && label[0] <= '9';
  return is_number ? msw_format(arena, "%s %s", job->along, label) : label;
}

static void print_head(const msw_compare_job *job, msw_arena *arena) {
  const msw_compared *reference = &job->sides[0];
  if (job->order.along >= 0) printf("%s", job->view.result.path);
  if (reference->block->name[0]) printf("%sblock %s", job->order.along >= 0 ? ", " : "", reference->block->name);
  if (job->order.along >= 0 || reference->block->name[0]) printf(": ");
  printf("differences from %s, in percent of its values\n", side_name(job, 0, arena));
  printf("%s cells on each side", count_text(msw_selection_cells(reference->block, &reference->selection), arena));
  if (job->only_fitting) printf(", those that fit");
  if (job->options->result.where) printf("%s where %s", job->only_fitting ? "" : ", those", job->options->result.where);
  printf("\n\n");
}

/* ---- Figures */

static void add_figures(msw_columns *table, const msw_difference_figures *figures, msw_arena *arena) {
  msw_columns_add(table, count_text(figures->n, arena));
  for (size_t i_figure = 0; i_figure < MSW_N_COMPARE_FIGURES; i_figure++)
    msw_columns_add(table, percent_text(msw_compare_figure_of(figures, &msw_compare_figures_shown[i_figure]),
                                        i_figure == 0 ? "+" : "", arena));
  for (size_t i_beyond = 0; i_beyond < MSW_N_BEYOND; i_beyond++)
    msw_columns_add(table, share_text(figures->n_beyond[i_beyond], figures->n, arena));
  msw_columns_end_row(table);
}

/* "tp 2, kv_len 513..1024" */
static const char *group_text(const msw_compare_job *job, size_t i_group, msw_arena *arena) {
  const char *text = "";
  for (size_t i_key = 0; i_key < job->order.n_keys; i_key++)
    text = msw_format(arena, "%s%s%s %s", text, text[0] ? ", " : "", job->order.keys[i_key].name,
                      msw_compare_group_label(job, i_group, i_key));
  return text;
}

static void add_headings(msw_columns *table, msw_arena *arena) {
  static const char *const first[] = {"against", "field", "cells", "n"};
  for (size_t i = 0; i < sizeof first / sizeof *first; i++) msw_columns_add(table, first[i]);
  for (size_t i = 0; i < MSW_N_COMPARE_FIGURES; i++) msw_columns_add(table, msw_compare_figures_shown[i].heading);
  for (size_t i = 0; i < MSW_N_BEYOND; i++) msw_columns_add(table, msw_format(arena, ">%.0f%%", msw_beyond_percent[i]));
}

static void print_figures(const msw_compare_job *job, msw_arena *arena) {
  msw_columns table = msw_columns_new("lllrrrrrrrrrrrr", arena);
  const size_t n_groups = job->order.n_keys > 0 ? msw_compare_groups(job->compare) : 0;
  add_headings(&table, arena);
  for (size_t i_other = 0; i_other + 1 < job->order.n_sides; i_other++)
    for (size_t i_field = 0; i_field < job->order.n_fields; i_field++) {
      const msw_difference_figures all = msw_compare_overall(job->compare, i_other, i_field);
      msw_columns_add(&table, i_field == 0 ? side_name(job, i_other + 1, arena) : "");
      msw_columns_add(&table, job->fields[i_field]);
      msw_columns_add(&table, "all");
      add_figures(&table, &all, arena);
      for (size_t i_group = 0; i_group < n_groups; i_group++) {
        const msw_difference_figures part = msw_compare_group(job->compare, i_other, i_field, i_group);
        if (part.n == 0) continue;
        msw_columns_add(&table, "");
        msw_columns_add(&table, "");
        msw_columns_add(&table, group_text(job, i_group, arena));
        add_figures(&table, &part, arena);
      }
    }
  msw_columns_print(&table, 0, stdout);
  printf("d: difference; >1%%: share of the n cells with a larger |d|, in percent\n");
}

/* What could not be compared, and why. */
static void print_lacks(const msw_compare_job *job, size_t i_other, size_t i_field, msw_arena *arena) {
  const msw_difference_figures all = msw_compare_overall(job->compare, i_other, i_field);
  const char *reference = side_name(job, 0, arena), *other = side_name(job, i_other + 1, arena), *text = "";
  const struct { uint64_t n; const char *why; } lacks[] = {
      {all.n_only_reference, msw_format(arena, "where only %s has a number", reference)},
      {all.n_only_other, msw_format(arena, "where only %s has a number", other)},
      {all.n_neither, "without numbers"},
      {all.n_undefined, msw_format(arena, "where %s has 0 and a percentage is nothing", reference)}};
  for (size_t i = 0; i < sizeof lacks / sizeof *lacks; i++)
    if (lacks[i].n > 0)
      text = msw_format(arena, "%s%s%s cells %s", text, text[0] ? "; " : "", count_text(lacks[i].n, arena), lacks[i].why);
  if (text[0]) printf("not compared (%s, %s): %s\n", other, job->fields[i_field], text);
}

/* ---- Decisions */

static void print_decisions(const msw_compare_job *job, msw_arena *arena) {
  static const char *const headings[] = {"against", "places", "changed", "cost>1%", "mean cost", "where changed", "p95", "max"};
  msw_columns table = msw_columns_new("lrrrrrrr", arena);
  if (!job->goal[0]) return;
  for (size_t i = 0; i < sizeof headings / sizeof *headings; i++) msw_columns_add(&table, headings[i]);
  uint64_t n_empty = 0;
  for (size_t i_other = 0; i_other + 1 < job->order.n_sides; i_other++) {
    const msw_decision_figures figures = msw_compare_decision(job->compare, i_other);
    msw_columns_add(&table, side_name(job, i_other + 1, arena));
    msw_columns_add(&table, count_text(figures.n_places, arena));
    msw_columns_add(&table, share_text(figures.n_changed, figures.n_places, arena));
    msw_columns_add(&table, share_text(figures.n_costly, figures.n_places, arena));
    msw_columns_add(&table, percent_text(figures.cost_mean, "", arena));
    msw_columns_add(&table, percent_text(figures.cost_mean_changed, "", arena));
    msw_columns_add(&table, percent_text(figures.cost_p95, "", arena));
    msw_columns_add(&table, percent_text(figures.cost_max, "", arena));
    n_empty = figures.n_empty > n_empty ? figures.n_empty : n_empty;
  }
  printf("\nDecision: %s with the %s, for each combination of the other axes\n", job->decided, job->goal);
  msw_columns_print(&table, 0, stdout);
  printf("all in percent; cost: what the other's choice loses by the numbers of %s\n", side_name(job, 0, arena));
  if (n_empty > 0) printf("%s combinations have no cell to choose\n", count_text(n_empty, arena));
}

/* ---- Worst cells */

static void print_worst(const msw_compare_job *job, size_t i_other, size_t i_field, msw_arena *arena) {
  size_t n = 0, n_words = 0;
  const msw_worst_cell *worst = msw_compare_worst(job->compare, i_other, i_field, &n);
  if (n == 0) return;
  printf("\nFurthest apart: %s, %s\n", side_name(job, i_other + 1, arena), job->fields[i_field]);
  for (size_t i_cell = 0; i_cell < n; i_cell++) {
    const msw_compare_where *words = msw_compare_place_words(job, &worst[i_cell], arena, &n_words);
    printf("  %+.2f %%  %.9g against %.9g at", worst[i_cell].percent, worst[i_cell].other, worst[i_cell].reference);
    for (size_t i = 0; i < n_words; i++) printf("%s %s %s", i ? "," : "", words[i].name, words[i].text);
    printf("%s\n", n_words == 0 ? " the only cell" : "");
    for (size_t i_side = i_other + 2; i_side-- > 0;) {
      const bool is_shown = i_side == 0 || i_side == i_other + 1;
      const char *command = is_shown ? msw_compare_explain(job, i_side, &worst[i_cell], arena) : NULL;
      if (command) printf("    %s\n", command);
    }
  }
}

void msw_compare_text(const msw_compare_job *job) {
  msw_arena *arena = &job->ctx->arena;
  print_head(job, arena);
  print_figures(job, arena);
  for (size_t i_other = 0; i_other + 1 < job->order.n_sides; i_other++)
    for (size_t i_field = 0; i_field < job->order.n_fields; i_field++) print_lacks(job, i_other, i_field, arena);
  print_decisions(job, arena);
  for (size_t i_other = 0; i_other + 1 < job->order.n_sides; i_other++)
    for (size_t i_field = 0; i_field < job->order.n_fields; i_field++) print_worst(job, i_other, i_field, arena);
}

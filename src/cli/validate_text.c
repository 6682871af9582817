/* The report for people. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "columns.h"
#include "msw/base/str.h"
#include "validate.h"

static void print_rows(const msw_validation *validation, msw_arena *arena) {
  static const msw_phase phases[] = {MSW_DECODE, MSW_PREFILL, MSW_MIXED};
  const char *by_phase = "";
  for (size_t i_phase = 0; i_phase < sizeof phases / sizeof *phases; i_phase++) {
    const size_t n = validation->n_of_phase[phases[i_phase]];
    const char *name = msw_phase_name(phases[i_phase]);
    if (n > 0) by_phase = msw_format(arena, "%s%s%zu %s", by_phase, by_phase[0] ? ", " : "", n, name);
  }
  printf("%zu measured steps: %s", validation->n_chosen, by_phase);
  if (validation->where)
    printf(" (of %zu, where %s)", validation->measured->n_rows, validation->where);
  printf("\nStalls among them: %zu (decode steps more than 10 %% over the median of their like)\n", validation->n_stalls);
  for (size_t i_set = 0; i_set < validation->sets.n; i_set++)
    printf("%s%s%s", i_set ? " " : "Set for every method: ", validation->sets.items[i_set],
           i_set + 1 == validation->sets.n ? "\n" : "");
  printf("Errors in percent of the measured time.\n\n");
}

/* The last figure, by observations, says nothing new where each row is one. */
static size_t n_shown_figures(const msw_validation *validation) {
  bool is_one_each = true;
  for (size_t i_chosen = 0; i_chosen < validation->n_chosen; i_chosen++)
    is_one_each = is_one_each && !(validation->measured->rows[validation->chosen[i_chosen]].n_obs > 1.0);
  return is_one_each ? MSW_N_FIGURES - 1 : MSW_N_FIGURES;
}

static void add_figures(msw_columns *table, const char *method, const char *rows, const msw_error_figures *figures,
                        msw_arena *arena) {
  msw_columns_add(table, method);
  msw_columns_add(table, rows);
  msw_columns_add(table, msw_format(arena, "%zu", figures->n));
  for (size_t i_figure = 0; table->n % table->n_cols != 0; i_figure++) {
    const double figure = msw_figure_of(figures, &msw_validate_figures[i_figure]);
    msw_columns_add(table, isnan(figure) ? "-" : msw_format(arena, "%.2f", figure));
  }
}

/* "model llama-2-7b-hf, tp 2" */
static const char *group_text(const msw_validation *validation, const msw_group *group, msw_arena *arena) {
  const char *text = "";
  for (size_t i_key = 0; i_key < validation->n_keys; i_key++) {
    const msw_group_key *key = &validation->keys[i_key];
    const char *label = key->labels[group->rows[0]];
    text = msw_format(arena, "%s%s%s %s", text, text[0] ? ", " : "", key->name, label[0] ? label : "(empty)");
  }
  return text;
}

static void print_figures(const msw_validation *validation, msw_arena *arena) {
  const size_t n_figures = n_shown_figures(validation);
  msw_columns table = msw_columns_new(n_figures == MSW_N_FIGURES ? "llrrrrrrrrrr" : "llrrrrrrrrr", arena);
  msw_columns_add(&table, "method");
  msw_columns_add(&table, "steps");
  msw_columns_add(&table, "n");
  for (size_t i_figure = 0; i_figure < n_figures; i_figure++)
    msw_columns_add(&table, msw_validate_figures[i_figure].heading);
  for (size_t i_method = 0; i_method < validation->n_methods; i_method++) {
    const msw_method_report *report = &validation->methods[i_method];
    add_figures(&table, report->label, "all", &report->overall, arena);
    if (validation->n_stalls > 0) add_figures(&table, "", "without stalls", &report->without_stalls, arena);
    for (size_t i_group = 0; i_group < validation->n_groups; i_group++)
      add_figures(&table, "", group_text(validation, &validation->groups[i_group], arena), &report->groups[i_group], arena);
  }
  msw_columns_print(&table, 0, stdout);
}

static void print_counts(const msw_validation *validation, msw_arena *arena) {
  for (size_t i_method = 0; i_method < validation->n_methods; i_method++) {
    const msw_method_report *report = &validation->methods[i_method];
    const char *flags = "";
    for (size_t i_flag = 0; i_flag < MSW_N_FLAGS; i_flag++)
      if (report->flag_counts[i_flag] > 0)
        flags = msw_format(arena, "%s%s%s %zu", flags, flags[0] ? ", " : "", msw_flag_table[i_flag].name,
                           report->flag_counts[i_flag]);
    if (flags[0] || report->n_not_predicted > 0) printf("\n%s\n", report->label);
    if (flags[0]) printf("  flags: %s\n", flags);
    for (size_t i_reason = 0; i_reason < report->n_not_predicted; i_reason++)
      printf("  not predicted: %zu: %s\n", report->not_predicted[i_reason].n, report->not_predicted[i_reason].text);
  }
}

static void add_worst(msw_columns *table, const msw_validation *validation, size_t i_method, size_t i_row,
                      msw_arena *arena) {
  const msw_measured_row *row = &validation->measured->rows[i_row];
  const msw_error_row *error = &validation->predictions[i_method].rows[i_row];
  msw_columns_add(table, msw_format(arena, "%s:%d", row->loc.file, row->loc.line));
  msw_columns_add(table, row->model);
  msw_columns_add(table, msw_format(arena, "%lld", (long long)row->tp));
  msw_columns_add(table, msw_measured_step_text(&row->step, arena));
  msw_columns_add(table, msw_format(arena, "%.1f", error->measured_us));
  msw_columns_add(table, msw_format(arena, "%.1f", error->predicted_us));
  msw_columns_add(table, msw_format(arena, "%+.2f", msw_error_percent(error)));
  msw_columns_add(table, validation->is_stall[i_row] > 0.0 ? "stall" : "");
  msw_columns_end_row(table);
}

static void print_worst(const msw_validation *validation, size_t i_method, msw_arena *arena) {
  static const char *const headings[] = {"row", "model", "tp", "step", "measured us", "predicted us", "error %", ""};
  const msw_method_report *report = &validation->methods[i_method];
  if (report->n_worst == 0) return;
  msw_columns table = msw_columns_new("llrlrrrl", arena);
  for (size_t i_col = 0; i_col < sizeof headings / sizeof *headings; i_col++) msw_columns_add(&table, headings[i_col]);
  for (size_t i_worst = 0; i_worst < report->n_worst; i_worst++)
    add_worst(&table, validation, i_method, report->worst[i_worst], arena);
  printf("\nworst of %s\n", report->label);
  msw_columns_print(&table, 2, stdout);
}

void msw_validate_text(const msw_validation *validation, msw_arena *arena) {
  print_rows(validation, arena);
  print_figures(validation, arena);
  print_counts(validation, arena);
  for (size_t i_method = 0; i_method < validation->n_methods; i_method++) print_worst(validation, i_method, arena);
}

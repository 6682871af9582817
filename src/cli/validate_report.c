/* What is told of predictions: figures over all rows and by group, what has no prediction and why, flags, worst rows. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "validate.h"

const msw_figure msw_validate_figures[MSW_N_FIGURES] = {
    {"mape", "MAPE", offsetof(msw_error_figures, mape)},
    {"bias", "bias", offsetof(msw_error_figures, bias)},
    {"p50", "p50", offsetof(msw_error_figures, p50)},
    {"p90", "p90", offsetof(msw_error_figures, p90)},
    {"p95", "p95", offsetof(msw_error_figures, p95)},
    {"p99", "p99", offsetof(msw_error_figures, p99)},
    {"max", "max", offsetof(msw_error_figures, max)},
    {"mape_by_batch", "by batch", offsetof(msw_error_figures, mape_by_batch)},
    {"mape_by_obs", "by obs", offsetof(msw_error_figures, mape_by_obs)},
};

/* Figures over those of the rows that have a prediction, without stalls where `is_stall` is given. */
static msw_error_figures figures_over(const msw_predictions *predictions, const size_t *rows, size_t n,
                                      const double *is_stall) {
  size_t *kept = msw_alloc_zero(n + 1, sizeof *kept), n_kept = 0;
  for (size_t i = 0; i < n; i++) {
    const bool is_left_out = is_stall && is_stall[rows[i]] > 0.0;
    if (!is_left_out && !isnan(predictions->rows[rows[i]].predicted_us)) kept[n_kept++] = rows[i];
  }
  const msw_error_figures figures = msw_error_figures_of(predictions->rows, kept, n_kept);
  free(kept);
  return figures;
}

static void count_reason(msw_counted *reasons, size_t *n, const char *text) {
  size_t i_reason = 0;
  while (i_reason < *n && strcmp(reasons[i_reason].text, text) != 0) i_reason++;
  if (i_reason == *n) reasons[(*n)++] = (msw_counted){.text = text};
  reasons[i_reason].n++;
}

static void count_rows(const msw_validation *validation, const msw_predictions *predictions, msw_arena *arena,
                       msw_method_report *report) {
  msw_counted *reasons = msw_arena_array(arena, validation->n_chosen, sizeof *reasons);
  for (size_t i_chosen = 0; i_chosen < validation->n_chosen; i_chosen++) {
    const size_t i_row = validation->chosen[i_chosen];
    if (predictions->why[i_row]) {
      count_reason(reasons, &report->n_not_predicted, predictions->why[i_row]);
      continue;
    }
    for (size_t i_flag = 0; i_flag < MSW_N_FLAGS; i_flag++)
      report->flag_counts[i_flag] += (predictions->flags[i_row] >> i_flag) & 1u;
  }
  report->not_predicted = reasons;
}

/* Larger error first; rows in order where errors are equal. */
static int by_error(const void *a, const void *b, void *opaque) {
  const msw_error_row *rows = opaque;
  const size_t first = *(const size_t *)a, second = *(const size_t *)b;
  const double first_error = fabs(msw_error_percent(&rows[first])), second_error = fabs(msw_error_percent(&rows[second]));
  if (first_error > second_error) return -1;
  if (first_error < second_error) return 1;
  return (first > second) - (first < second);
}

static void find_worst(const msw_validation *validation, const msw_predictions *predictions, size_t n_worst,
                       msw_arena *arena, msw_method_report *report) {
  if (n_worst == 0) return;
  size_t *rows = msw_arena_array(arena, validation->n_chosen, sizeof *rows), n = 0;
  for (size_t i_chosen = 0; i_chosen < validation->n_chosen; i_chosen++)
    if (!isnan(predictions->rows[validation->chosen[i_chosen]].predicted_us)) rows[n++] = validation->chosen[i_chosen];
  qsort_r(rows, n, sizeof *rows, by_error, predictions->rows);
  report->worst = rows;
  report->n_worst = n < n_worst ? n : n_worst;
}

static msw_method_report report_method(const msw_validation *validation, const msw_predictions *predictions,
                                       size_t n_worst, msw_arena *arena) {
  msw_method_report report = {.label = predictions->label};
  report.overall = figures_over(predictions, validation->chosen, validation->n_chosen, NULL);
  report.without_stalls = figures_over(predictions, validation->chosen, validation->n_chosen, validation->is_stall);
  msw_error_figures *groups = msw_arena_array(arena, validation->n_groups, sizeof *groups);
  for (size_t i_group = 0; i_group < validation->n_groups; i_group++) {
    const msw_group *group = &validation->groups[i_group];
    groups[i_group] = figures_over(predictions, group->rows, group->n, NULL);
  }
  report.groups = groups;
  count_rows(validation, predictions, arena, &report);
  find_worst(validation, predictions, n_worst, arena, &report);
  return report;
}

void msw_validate_report(msw_validation *validation, size_t n_worst, msw_arena *arena) {
  for (size_t i_chosen = 0; i_chosen < validation->n_chosen; i_chosen++) {
    validation->n_of_phase[validation->measured->rows[validation->chosen[i_chosen]].phase]++;
    validation->n_stalls += validation->is_stall[validation->chosen[i_chosen]] > 0.0;
  }
  if (validation->n_keys > 0)
    validation->groups = msw_group_rows(validation->keys, validation->n_keys, validation->chosen, validation->n_chosen,
                                        arena, &validation->n_groups);
  msw_method_report *methods = msw_arena_array(arena, validation->n_methods, sizeof *methods);
  for (size_t i_method = 0; i_method < validation->n_methods; i_method++)
    methods[i_method] = report_method(validation, &validation->predictions[i_method], n_worst, arena);
  validation->methods = methods;
}

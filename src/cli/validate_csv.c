/* The figures as one table, and every row with its predictions as another. */
#include <math.h>
#include <stdio.h>

#include "msw/base/file.h"
#include "msw/base/str.h"
#include "msw/formats/csv.h"
#include "validate.h"

static void add_text(msw_buf *out, const char *text, msw_arena *arena) {
  msw_buf_add(out, msw_csv_quote(arena, text));
  msw_buf_add(out, ",");
}

static void add_number(msw_buf *out, double number) {
  if (isnan(number)) msw_buf_add(out, "nan");   /* without the sign that some have */
  else msw_buf_printf(out, "%.17g", number);
}

/* ---- figures ---- */

static void add_figures(msw_buf *out, const msw_error_figures *figures) {
  msw_buf_printf(out, "%zu", figures->n);
  for (size_t i_figure = 0; i_figure < MSW_N_FIGURES; i_figure++) {
    msw_buf_add(out, ",");
    add_number(out, msw_figure_of(figures, &msw_validate_figures[i_figure]));
  }
  msw_buf_printf(out, ",%.17g\n", figures->n_obs);
}

/* Begins a line; `group` is NULL for those that are not of a group. */
static void add_line_start(msw_buf *out, const msw_validation *validation, const char *method, const char *steps,
                           const msw_group *group, msw_arena *arena) {
  add_text(out, method, arena);
  add_text(out, steps, arena);
  for (size_t i_key = 0; i_key < validation->n_keys; i_key++)
    add_text(out, group ? validation->keys[i_key].labels[group->rows[0]] : "", arena);
}

void msw_validate_csv(const msw_validation *validation, msw_arena *arena) {
  msw_buf out = {0};
  msw_buf_add(&out, "method,steps,");
  for (size_t i_key = 0; i_key < validation->n_keys; i_key++) add_text(&out, validation->keys[i_key].name, arena);
  msw_buf_add(&out, "n");
  for (size_t i_figure = 0; i_figure < MSW_N_FIGURES; i_figure++)
    msw_buf_printf(&out, ",%s", msw_validate_figures[i_figure].name);
  msw_buf_add(&out, ",n_obs\n");
  for (size_t i_method = 0; i_method < validation->n_methods; i_method++) {
    const msw_method_report *report = &validation->methods[i_method];
    add_line_start(&out, validation, report->label, "all", NULL, arena);
    add_figures(&out, &report->overall);
    add_line_start(&out, validation, report->label, "without_stalls", NULL, arena);
    add_figures(&out, &report->without_stalls);
    for (size_t i_group = 0; i_group < validation->n_groups; i_group++) {
      add_line_start(&out, validation, report->label, "group", &validation->groups[i_group], arena);
      add_figures(&out, &report->groups[i_group]);
    }
  }
  fwrite(out.text, 1, out.len, stdout);
  msw_buf_free(&out);
}

/* ---- rows ---- */

static void add_row(msw_buf *out, const msw_validation *validation, size_t i_method, size_t i_row, msw_arena *arena) {
  enum { FLAGS_BYTES = 1024 };
  char flags[FLAGS_BYTES];
  const msw_predictions *predictions = &validation->predictions[i_method];
  const msw_error_row *error = &predictions->rows[i_row];
  for (size_t i_col = 0; i_col < validation->measured->n_columns; i_col++)
    add_text(out, validation->measured->columns[i_col].texts[i_row], arena);
  add_text(out, predictions->label, arena);
  add_number(out, error->predicted_us);
  msw_buf_add(out, ",");
  add_number(out, msw_error_percent(error));
  msw_buf_printf(out, ",%s,", msw_flags_text(predictions->flags[i_row], flags, sizeof flags));
  msw_buf_printf(out, "%s\n", predictions->why[i_row] ? msw_csv_quote(arena, predictions->why[i_row]) : "");
}

msw_status msw_validate_write_rows(const msw_validation *validation, const char *path, msw_diag *diag) {
  msw_buf out = {0};
  msw_arena arena = {0};
  for (size_t i_col = 0; i_col < validation->measured->n_columns; i_col++)
    add_text(&out, validation->measured->columns[i_col].name, &arena);
  msw_buf_add(&out, "method,method_us,error_percent,flags,not_predicted\n");
  for (size_t i_method = 0; i_method < validation->n_methods; i_method++)
    for (size_t i_chosen = 0; i_chosen < validation->n_chosen; i_chosen++)
      add_row(&out, validation, i_method, validation->chosen[i_chosen], &arena);
  const msw_status status = msw_write_file_atomic(path, out.text, out.len, diag);
  msw_arena_free(&arena);
  msw_buf_free(&out);
  return status;
}

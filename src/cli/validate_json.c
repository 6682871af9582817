/* The report for machines. Keys are stable. */
#include <math.h>
#include <stdio.h>

#include "msw/base/num.h"
#include "msw/base/str.h"
#include "msw/formats/json.h"
#include "validate.h"

static void add_figures(msw_arena *arena, msw_json *parent, const msw_error_figures *figures) {
  msw_json_add_number(arena, parent, "n", (double)figures->n);
  for (size_t i_figure = 0; i_figure < MSW_N_FIGURES; i_figure++)
    msw_json_add_number(arena, parent, msw_validate_figures[i_figure].name,
                        msw_figure_of(figures, &msw_validate_figures[i_figure]));
  msw_json_add_number(arena, parent, "n_obs", figures->n_obs);
}

static void add_key(msw_arena *arena, msw_json *parent, const msw_group_key *key, size_t i_row) {
  double number;
  const char *label = key->labels[i_row];
  if (key->is_number && msw_parse_double(label, &number)) msw_json_add_number(arena, parent, key->name, number);
  else msw_json_add_string(arena, parent, key->name, label[0] ? label : NULL);
}

static void add_groups(msw_arena *arena, msw_json *parent, const msw_validation *validation, const msw_method_report *report) {
  msw_json *groups = msw_json_add_array(arena, parent, "groups");
  for (size_t i_group = 0; i_group < validation->n_groups; i_group++) {
    const msw_group *group = &validation->groups[i_group];
    msw_json *object = msw_json_add_object(arena, groups, NULL);
    for (size_t i_key = 0; i_key < validation->n_keys; i_key++)
      add_key(arena, object, &validation->keys[i_key], group->rows[0]);
    add_figures(arena, object, &report->groups[i_group]);
    msw_json_add_number(arena, object, "n_not_predicted", (double)(group->n - report->groups[i_group].n));
  }
}

static void add_counts(msw_arena *arena, msw_json *parent, const msw_method_report *report) {
  msw_json *reasons = msw_json_add_array(arena, parent, "not_predicted");
  for (size_t i_reason = 0; i_reason < report->n_not_predicted; i_reason++) {
    msw_json *reason = msw_json_add_object(arena, reasons, NULL);
    msw_json_add_string(arena, reason, "reason", report->not_predicted[i_reason].text);
    msw_json_add_number(arena, reason, "n", (double)report->not_predicted[i_reason].n);
  }
  msw_json *flags = msw_json_add_object(arena, parent, "flags");
  for (size_t i_flag = 0; i_flag < MSW_N_FLAGS; i_flag++)
    if (report->flag_counts[i_flag] > 0)
      msw_json_add_number(arena, flags, msw_flag_table[i_flag].name, (double)report->flag_counts[i_flag]);
}

static void add_worst(msw_arena *arena, msw_json *parent, const msw_validation *validation, size_t i_method) {
  const msw_method_report *report = &validation->methods[i_method];
  msw_json *list = msw_json_add_array(arena, parent, "worst");
  for (size_t i_worst = 0; i_worst < report->n_worst; i_worst++) {
    const size_t i_row = report->worst[i_worst];
    const msw_measured_row *row = &validation->measured->rows[i_row];
    const msw_error_row *error = &validation->predictions[i_method].rows[i_row];
    msw_json *object = msw_json_add_object(arena, list, NULL);
    msw_json_add_string(arena, object, "file", row->loc.file);
    msw_json_add_number(arena, object, "line", row->loc.line);
    msw_json_add_string(arena, object, "source", row->source);
    msw_json_add_string(arena, object, "gpu", row->gpu);
    msw_json_add_string(arena, object, "model", row->model);
    msw_json_add_number(arena, object, "tp", (double)row->tp);
    msw_json_add_string(arena, object, "step", msw_measured_step_text(&row->step, arena));
    msw_json_add_number(arena, object, "measured_us", error->measured_us);
    msw_json_add_number(arena, object, "predicted_us", error->predicted_us);
    msw_json_add_number(arena, object, "error", msw_error_percent(error));
    msw_json_add_bool(arena, object, "stall", validation->is_stall[i_row] > 0.0);
  }
}

static void add_method(msw_arena *arena, msw_json *methods, const msw_validation *validation, size_t i_method) {
  const msw_method_report *report = &validation->methods[i_method];
  msw_json *object = msw_json_add_object(arena, methods, NULL);
  msw_json_add_string(arena, object, "method", report->label);
  add_figures(arena, msw_json_add_object(arena, object, "overall"), &report->overall);
  add_groups(arena, object, validation, report);
  add_figures(arena, msw_json_add_object(arena, object, "without_stalls"), &report->without_stalls);
  add_counts(arena, object, report);
  add_worst(arena, object, validation, i_method);
}

static void add_inputs(msw_arena *arena, msw_json *root, const msw_validation *validation) {
  msw_json *rows = msw_json_add_object(arena, root, "rows");
  msw_json_add_number(arena, rows, "n", (double)validation->n_chosen);
  msw_json_add_number(arena, rows, "n_read", (double)validation->measured->n_rows);
  msw_json_add_number(arena, rows, "decode", (double)validation->n_of_phase[MSW_DECODE]);
  msw_json_add_number(arena, rows, "prefill", (double)validation->n_of_phase[MSW_PREFILL]);
  msw_json_add_number(arena, rows, "mixed", (double)validation->n_of_phase[MSW_MIXED]);
  msw_json_add_number(arena, rows, "stalls", (double)validation->n_stalls);
  msw_json_add_string(arena, root, "where", validation->where);
  msw_json *sets = msw_json_add_array(arena, root, "set");
  for (size_t i_set = 0; i_set < validation->sets.n; i_set++)
    msw_json_add_string(arena, sets, NULL, validation->sets.items[i_set]);
  msw_json *files = msw_json_add_array(arena, root, "files");
  for (size_t i_file = 0; i_file < validation->measured->n_files; i_file++) {
    msw_json *file = msw_json_add_object(arena, files, NULL);
    msw_json_add_string(arena, file, "file", validation->measured->files[i_file].path);
    msw_json_add_string(arena, file, "sha256", validation->measured->files[i_file].sha256);
    msw_json_add_number(arena, file, "rows", (double)validation->measured->files[i_file].n_rows);
  }
}

void msw_validate_json(const msw_validation *validation, msw_arena *arena) {
  enum { INDENT = 2 };
  msw_json *root = msw_json_new(arena, MSW_JSON_OBJECT, (msw_loc){0});
  msw_json *methods = msw_json_add_array(arena, root, "methods");
  for (size_t i_method = 0; i_method < validation->n_methods; i_method++) add_method(arena, methods, validation, i_method);
  add_inputs(arena, root, validation);
  msw_buf text = {0};
  msw_json_write(root, INDENT, &text);
  printf("%s\n", text.text);
  msw_buf_free(&text);
}

/* Predictions for measured steps: from methods, or read from a column. */
#include <math.h>

#include "msw/base/num.h"
#include "validate.h"

/* Room for one method's predictions; none is made yet. */
static msw_predictions new_predictions(const char *label, const msw_measured *measured, msw_arena *arena) {
  msw_predictions made = {.label = label,
                          .rows = msw_arena_array(arena, measured->n_rows, sizeof *made.rows),
                          .flags = msw_arena_array(arena, measured->n_rows, sizeof *made.flags),
                          .why = msw_arena_array(arena, measured->n_rows, sizeof *made.why)};
  const msw_measured_column *batch = msw_measured_find(measured, "batch");
  for (size_t i_row = 0; i_row < measured->n_rows; i_row++) {
    const msw_measured_row *row = &measured->rows[i_row];
    made.rows[i_row] = (msw_error_row){row->latency_us, (double)NAN, row->n_obs, batch->numbers[i_row]};
  }
  return made;
}

static msw_status read_column(const char *name, const msw_measured *measured, const size_t *chosen, size_t n_chosen,
                              msw_diag *diag, msw_predictions *predictions) {
  const size_t n_errors_before = diag->n_errors;
  const msw_measured_column *column = msw_measured_find(measured, name);
  for (size_t i_chosen = 0; i_chosen < n_chosen; i_chosen++) {
    const size_t i_row = chosen[i_chosen];
    const char *text = column->texts[i_row];
    double predicted_us;
    if (text[0] == '\0') predictions->why[i_row] = "the column is empty";
    else if (msw_parse_double(text, &predicted_us) && predicted_us > 0.0) predictions->rows[i_row].predicted_us = predicted_us;
    else
      msw_error(diag, measured->rows[i_row].loc, name, NULL, "expected microseconds > 0 or an empty cell, found \"%s\"", text);
  }
  return diag->n_errors == n_errors_before ? MSW_OK : MSW_BAD_INPUT;
}

msw_status msw_validate_predict(msw_context *ctx, const msw_validate_method *methods, size_t n_methods,
                                const msw_measured *measured, const size_t *chosen, size_t n_chosen,
                                msw_predictions *predictions) {
  msw_status status = MSW_OK;
  bool knows_columns = false;
  for (size_t i_method = 0; i_method < n_methods && status == MSW_OK; i_method++) {
    const msw_validate_method *method = &methods[i_method];
    msw_predictions *made = &predictions[i_method];
    *made = new_predictions(method->label, measured, &ctx->arena);
    if (method->column) status = read_column(method->column, measured, chosen, n_chosen, &ctx->diag, made);
    else status = msw_validate_evaluate(ctx, &method->method, measured, chosen, n_chosen, &knows_columns, made);
  }
  return status;
}

/* From the options that all commands on results share to an open result. */
#include "result_options.h"

#include "interrupt.h"
#include "msw/base/str.h"
#include "place.h"
#include "threads.h"

/* Most commands need no data root, so that one which is missing is no error unless the user named it. */
static msw_status open_data(const msw_result_order *order, msw_context *ctx, msw_result_view *view) {
  const msw_data_options options = {.data_dir = order->data_dir};
  const msw_diag_mark before = msw_diag_here(&ctx->diag);
  msw_status status = msw_context_open_data(ctx, &options);
  if (status == MSW_OK) view->data = &ctx->data;
  if (status == MSW_OK || order->data_dir) return status;
  msw_diag_rewind(&ctx->diag, before);
  return MSW_OK;
}

msw_status msw_result_order_open_file(const msw_result_order *order, msw_context *ctx, msw_result_view *view) {
  *view = (msw_result_view){.n_threads = order->n_threads > 0 ? order->n_threads : msw_default_threads(),
                            .stop = msw_catch_interrupts()};
  msw_status status = open_data(order, ctx, view);
  return status == MSW_OK ? msw_result_open(order->file, &ctx->arena, &ctx->diag, &view->result) : status;
}

msw_status msw_result_order_open(const msw_result_order *order, msw_context *ctx, msw_result_view *view) {
  msw_status status = msw_result_order_open_file(order, ctx, view);
  if (status != MSW_OK) return status;
  view->block = msw_result_find_block(&view->result, order->block, "--block", &ctx->diag);
  if (!view->block) return MSW_BAD_INPUT;
  view->selection = msw_select_all(view->block, &ctx->arena);
  for (size_t i_text = 0; i_text < order->select.n; i_text++) {
    const char *text = order->select.items[i_text];
    if (msw_select(view->block, text, "--select", &ctx->arena, &ctx->diag, &view->selection) != MSW_OK) status = MSW_BAD_INPUT;
  }
  return status;
}

void msw_result_view_close(msw_result_view *view) { msw_result_close(&view->result); }

static const struct { msw_result_form form; const char *suffix; } forms_by_suffix[] = {
    {MSW_FORM_CSV, ".csv"}, {MSW_FORM_JSON, ".json"}, {MSW_FORM_H5, ".h5"},       {MSW_FORM_NC, ".nc"},
    {MSW_FORM_PNG, ".png"}, {MSW_FORM_HTML, ".html"}, {MSW_FORM_GNUPLOT, ".bin"},
};

static msw_result_form form_of(const char *path, unsigned forms, msw_diag *diag) {
  const char *known = "";
  for (size_t i_form = 0; i_form < sizeof forms_by_suffix / sizeof forms_by_suffix[0]; i_form++) {
    if ((forms & forms_by_suffix[i_form].form) == 0) continue;
    if (msw_ends_with(path, forms_by_suffix[i_form].suffix)) return forms_by_suffix[i_form].form;
    known = msw_format(&diag->arena, "%s %s", known, forms_by_suffix[i_form].suffix);
  }
  msw_error(diag, (msw_loc){0}, "--output", msw_format(&diag->arena, "one of%s", known),
            "'%s' does not end with a form that this command writes", path);
  return MSW_FORM_NONE;
}

bool msw_result_order_check_output(const msw_result_order *order, unsigned forms, msw_diag *diag, msw_result_form *form) {
  const size_t n_errors_before = diag->n_errors;
  *form = MSW_FORM_NONE;
  if (order->csv && order->json) msw_error(diag, (msw_loc){0}, NULL, NULL, "--json and --csv exclude each other");
  if (order->output) *form = form_of(order->output, forms, diag);
  if (*form != MSW_FORM_NONE && msw_place_check(order->output, &order->file, 1, diag) != MSW_OK) *form = MSW_FORM_NONE;
  return diag->n_errors == n_errors_before;
}

/* From options to formulas over an open result. */
#include "decide.h"

#include "formula_list.h"
#include "prices.h"
#include "validate.h"

msw_status msw_decision_open(const msw_result_order *order, msw_decision_options options, msw_context *ctx, msw_decision *d) {
  *d = (msw_decision){.order = order, .ctx = ctx, .i_where = MSW_NO_FORMULA};
  const bool is_good = msw_result_order_check_output(order, MSW_FORM_CSV | MSW_FORM_JSON, &ctx->diag, &d->form);
  msw_status status = msw_result_order_open(order, ctx, &d->view);
  if (status == MSW_OK) status = msw_prices_set(options.prices, d->view.data != NULL, ctx);
  if (status == MSW_OK && !is_good) status = MSW_BAD_INPUT;
  if (!d->view.block) return status == MSW_OK ? MSW_BAD_INPUT : status;
  d->formulas = msw_formulas_new(d->view.block, d->view.data, &ctx->arena);
  if (status != MSW_OK) return status;
  const char *fitting = options.misfits ? NULL : msw_fitting_cells(d->view.block);
  d->only_fitting = fitting != NULL;
  return msw_formulas_add_where(d->formulas, order->where, fitting, &ctx->diag, &d->i_where);
}

void msw_decision_close(msw_decision *d) {
  msw_formulas_free(d->formulas);
  msw_result_view_close(&d->view);
}

bool msw_decision_add(msw_decision *d, const char *text, const char *what, size_t *i_formula) {
  return msw_formulas_add(d->formulas, text, what, &d->ctx->diag, i_formula) == MSW_OK;
}

bool msw_decision_show(msw_decision *d, const msw_opt_list *list) {
  bool is_good = true;
  size_t n = 0;
  const char *const *texts = msw_split_formulas(list, &d->ctx->arena, &n);
  d->shown = msw_arena_array(&d->ctx->arena, n + 1, sizeof *d->shown);
  for (size_t i = 0; i < n; i++) is_good = msw_decision_add(d, texts[i], "--show", &d->shown[d->n_shown++]) && is_good;
  return is_good;
}

bool msw_decision_axes(msw_decision *d, const msw_opt_list *list, const char *what, bool *is_named) {
  bool is_good = true;
  size_t n = 0;
  const char *const *names = msw_split_commas(list, &d->ctx->arena, &n);
  for (size_t i_name = 0; i_name < n; i_name++) {
    const msw_result_axis *axis = msw_result_find_axis(d->view.block, names[i_name], what, &d->ctx->diag);
    if (axis) is_named[axis->i_dim] = true;
    is_good = is_good && axis;
  }
  return is_good;
}

msw_cell_search msw_decision_cells(const msw_decision *d) {
  return (msw_cell_search){.result = &d->view.result, .block = d->view.block, .selection = &d->view.selection,
                           .formulas = d->formulas, .i_where = d->i_where, .shown = d->shown, .n_shown = d->n_shown,
                           .n_threads = d->view.n_threads, .stop = d->view.stop};
}

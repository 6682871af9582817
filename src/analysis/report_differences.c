/* How far methods lie apart, for a page. */
#include <string.h>

#include "msw/analysis/compare.h"
#include "report_parts.h"

static const char along[] = "method";

/* Dimension of the methods where there are several; -1: there is nothing to compare. */
static int method_dim(const msw_report_source *source) {
  for (size_t i_dim = 0; i_dim < source->block->rank; i_dim++)
    if (strcmp(source->block->axes[i_dim].name, along) == 0 && source->selection->dims[i_dim].n > 1) return (int)i_dim;
  return -1;
}

static const char *field_named(const msw_result_block *block, const char *name) {
  const msw_result_field *field = msw_result_field_named(block, name);
  return field && field->type == MSW_FIELD_F32 ? field->name : NULL;
}

static const char *compared_field(const msw_result_block *block) {
  const char *step = field_named(block, "step_us");
  return step ? step : field_named(block, block->signal ? block->signal : "");
}

/* tp and batch, where there is something to choose. Reductions have chosen already. */
static bool choose_decided(const msw_report_source *source, msw_compare_order *order) {
  bool is_any = false;
  for (size_t i_dim = 0; i_dim < source->block->rank; i_dim++) {
    const char *name = source->block->axes[i_dim].name;
    order->is_decided[i_dim] = source->block->phase[0] && source->selection->dims[i_dim].n > 1 &&
                               (strcmp(name, "tp") == 0 || strcmp(name, "batch") == 0);
    is_any = is_any || order->is_decided[i_dim];
  }
  return is_any;
}

static msw_status add_formulas(const char *field, const char *decide, msw_compared *sides, size_t n_sides, msw_arena *arena,
                               msw_diag *diag, msw_compare_order *order, size_t *i_field) {
  msw_status status = MSW_OK;
  for (size_t i_side = 0; i_side < n_sides && status == MSW_OK; i_side++) {
    sides[i_side].formulas = msw_formulas_new(sides[i_side].block, NULL, arena);
    status = msw_formulas_add(sides[i_side].formulas, field, "report", diag, i_field);
    if (status == MSW_OK && decide) status = msw_formulas_add(sides[i_side].formulas, decide, "report", diag, &order->i_decide);
    const char *fitting = msw_fitting_cells(sides[i_side].block);
    if (status == MSW_OK && fitting) status = msw_formulas_add(sides[i_side].formulas, fitting, "report", diag, &order->i_where);
  }
  return status;
}

/* ---- The document ---- */

static void add_figures(msw_arena *arena, msw_json *object, const msw_difference_figures *f) {
  const struct { const char *name; double value; } figures[] = {
      {"n", (double)f->n}, {"n_only_reference", (double)f->n_only_reference}, {"n_only_other", (double)f->n_only_other},
      {"mean", f->mean}, {"mean_abs", f->mean_abs}, {"p50", f->p50}, {"p90", f->p90}, {"p95", f->p95}, {"p99", f->p99},
      {"max", f->max}};
  for (size_t i = 0; i < sizeof figures / sizeof figures[0]; i++)
    msw_json_add_number(arena, object, figures[i].name, figures[i].value);
  msw_json *beyond = msw_json_add_array(arena, object, "beyond");
  for (size_t i = 0; i < MSW_N_BEYOND; i++) {
    msw_json *entry = msw_json_add_object(arena, beyond, NULL);
    msw_json_add_number(arena, entry, "percent", msw_beyond_percent[i]);
    msw_json_add_number(arena, entry, "n", (double)f->n_beyond[i]);
  }
}

static void add_decision(msw_arena *arena, msw_json *object, const msw_decision_figures *d) {
  msw_json *decision = msw_json_add_object(arena, object, "decision");
  msw_json_add_number(arena, decision, "n_places", (double)d->n_places);
  msw_json_add_number(arena, decision, "n_changed", (double)d->n_changed);
  msw_json_add_number(arena, decision, "cost_mean", d->cost_mean);
  msw_json_add_number(arena, decision, "cost_p95", d->cost_p95);
  msw_json_add_number(arena, decision, "cost_max", d->cost_max);
}

static void add_others(const msw_compare *compare, const msw_compare_order *order, const char *field, const char *decide,
                       msw_arena *arena, msw_json *parent) {
  msw_json *object = msw_json_add_object(arena, parent, "differences");
  msw_json_add_string(arena, object, "field", field);
  msw_json_add_string(arena, object, "reference", order->sides[0].label);
  msw_json_add_bool(arena, object, "only_fitting", order->i_where != MSW_NO_FORMULA);
  msw_json_add_string(arena, object, "decide", order->i_decide == MSW_NO_FORMULA ? NULL : decide);
  msw_json *decided = msw_json_add_array(arena, object, "decided");
  for (size_t i_dim = 0; i_dim < order->sides[0].block->rank; i_dim++)
    if (order->is_decided[i_dim]) msw_json_add_string(arena, decided, NULL, order->sides[0].block->axes[i_dim].name);
  msw_json *others = msw_json_add_array(arena, object, "others");
  for (size_t i_other = 0; i_other + 1 < order->n_sides; i_other++) {
    msw_json *other = msw_json_add_object(arena, others, NULL);
    const msw_difference_figures figures = msw_compare_overall(compare, i_other, 0);
    msw_json_add_string(arena, other, "label", order->sides[i_other + 1].label);
    add_figures(arena, other, &figures);
    if (order->i_decide == MSW_NO_FORMULA) continue;
    const msw_decision_figures decision = msw_compare_decision(compare, i_other);
    add_decision(arena, other, &decision);
  }
}

/* Where there are too many places to decide at, differences alone are told. */
static msw_compare *begin(msw_compare_order *order, msw_diag *diag) {
  const msw_diag_mark before = msw_diag_here(diag);
  msw_compare *compare = msw_compare_new(order, diag);
  if (compare || order->i_decide == MSW_NO_FORMULA) return compare;
  msw_diag_rewind(diag, before);
  order->i_decide = MSW_NO_FORMULA;
  return msw_compare_new(order, diag);
}

static msw_status find_differences(const msw_report_source *source, const char *field, msw_compare_order *order,
                                   msw_compared *sides, msw_arena *arena, msw_diag *diag, msw_json *parent) {
  size_t i_field = 0;
  const char *throughput = field_named(source->block, "tok_per_s_per_gpu"), *decide = throughput ? throughput : field;
  if (!choose_decided(source, order)) decide = NULL;
  order->decide_max = throughput != NULL;
  msw_status status = add_formulas(field, decide, sides, order->n_sides, arena, diag, order, &i_field);
  if (status != MSW_OK) return status;
  order->fields = &i_field;
  order->n_fields = 1;
  msw_compare *compare = begin(order, diag);
  if (!compare) return MSW_BAD_INPUT;
  status = msw_compare_scan(compare, diag);
  if (status == MSW_OK) add_others(compare, order, field, decide, arena, parent);
  msw_compare_free(compare);
  return status;
}

msw_status msw_report_differences(const msw_report_source *source, msw_arena *arena, msw_diag *diag, msw_json *parent) {
  const char *field = compared_field(source->block);
  msw_compared *sides = NULL;
  size_t n_sides = 0, i_dim = 0;
  if (method_dim(source) < 0 || !field) {
    msw_json_add_string(arena, parent, "differences", NULL);
    return MSW_OK;
  }
  msw_status status = msw_compare_along(source->result, source->block, source->selection, along, NULL, arena, diag, &sides,
                                        &n_sides, &i_dim);
  if (status != MSW_OK) return status;
  msw_compare_order order = {.sides = sides, .n_sides = n_sides, .along = (int)i_dim, .i_where = MSW_NO_FORMULA,
                             .i_decide = MSW_NO_FORMULA, .n_threads = source->n_threads, .stop = source->stop};
  status = find_differences(source, field, &order, sides, arena, diag, parent);
  for (size_t i_side = 0; i_side < n_sides; i_side++) msw_formulas_free(sides[i_side].formulas);
  return status;
}

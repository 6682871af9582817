/* Pareto fronts for a page: throughput of a GPU against the speed that one user sees. */
#include <string.h>

#include "msw/analysis/front.h"
#include "report_parts.h"

/* Fronts that a page can let people choose among, and values of an axis of numbers that are chosen by a selector. */
enum { MOST_FRONTS = 512, MOST_CHOICES = 16 };

static const char throughput[] = "tok_per_s_per_gpu";

/* tp, ep and batch are what is decided; everything else is given. */
static bool is_decided(const msw_result_axis *axis) {
  return strcmp(axis->name, "tp") == 0 || strcmp(axis->name, "ep") == 0 || strcmp(axis->name, "batch") == 0;
}

/* A zip is decided when all that run along it are. */
static bool is_by(const msw_result_block *block, size_t i_dim) {
  bool has_members = false, decides_all = true;
  for (size_t i_axis = 0; i_axis < block->n_zipped; i_axis++) {
    if (block->zipped[i_axis].i_dim != i_dim) continue;
    has_members = true;
    decides_all = decides_all && is_decided(&block->zipped[i_axis]);
  }
  return has_members ? !decides_all : !is_decided(&block->axes[i_dim]);
}

/* Shortens the longest of the given axes until there are few enough fronts. */
static msw_selection choose(const msw_result_block *block, const msw_selection *selection, const bool *by, msw_arena *arena) {
  msw_selection chosen = *selection;
  for (size_t most = MOST_CHOICES; most >= 2; most--) {
    size_t n_fronts = 1;
    for (size_t i_dim = 0; i_dim < block->rank; i_dim++) {
      if (!by[i_dim]) continue;
      if (!block->axes[i_dim].is_text)
        chosen.dims[i_dim] = msw_report_thin_axis(&block->axes[i_dim], selection->dims[i_dim], most, arena, NULL);
      n_fronts *= chosen.dims[i_dim].n;
    }
    if (n_fronts <= MOST_FRONTS) break;
  }
  return chosen;
}

static void add_objective(msw_arena *arena, msw_json *parent, const char *key, const msw_formulas *formulas,
                          const msw_objective *objective) {
  msw_json *object = msw_json_add_object(arena, parent, key);
  msw_json_add_string(arena, object, "name", msw_formula_text(formulas, objective->i_formula));
  msw_json_add_string(arena, object, "long_name", msw_formula_label(formulas, objective->i_formula));
  msw_json_add_string(arena, object, "units", msw_formula_units(formulas, objective->i_formula));
  msw_json_add_bool(arena, object, "is_max", objective->is_max);
}

/* All fronts one behind the other; "first" says where each begins and, at its end, where the last one ends. */
static void add_points(const msw_fronts *fronts, msw_arena *arena, msw_json *object) {
  const size_t n_fronts = msw_fronts_count(fronts);
  size_t n = 0;
  for (size_t i_front = 0; i_front < n_fronts; i_front++) n += msw_front_size(fronts, i_front);
  double *cells = msw_arena_array(arena, n, sizeof *cells), *first = msw_arena_array(arena, n_fronts + 1, sizeof *first);
  float *x = msw_arena_array(arena, n, sizeof *x), *y = msw_arena_array(arena, n, sizeof *y);
  for (size_t i_front = 0, at = 0; i_front < n_fronts; i_front++) {
    for (size_t i_point = 0; i_point < msw_front_size(fronts, i_front); i_point++, at++) {
      const msw_front_point *point = msw_front_point_at(fronts, i_front, i_point);
      x[at] = (float)point->values[0];
      y[at] = (float)point->values[1];
      cells[at] = (double)point->cell;
    }
    first[i_front + 1] = (double)at;
  }
  msw_report_add_numbers(arena, object, "first", first, n_fronts + 1);
  msw_report_add_floats(arena, object, "x", x, n);
  msw_report_add_floats(arena, object, "y", y, n);
  msw_report_add_numbers(arena, object, "cells", cells, n);
}

static void add_front(const msw_front_order *order, const msw_fronts *fronts, msw_arena *arena, msw_json *parent) {
  msw_json *object = msw_json_add_object(arena, parent, "pareto");
  add_objective(arena, object, "x_axis", order->cells.formulas, &order->objectives[0]);
  add_objective(arena, object, "y_axis", order->cells.formulas, &order->objectives[1]);
  msw_json_add_bool(arena, object, "only_fitting", order->cells.i_where != MSW_NO_FORMULA);
  msw_json_add_number(arena, object, "n_cells", (double)msw_fronts_cells(fronts));
  msw_json *by = msw_json_add_array(arena, object, "by");
  for (size_t i_dim = 0; i_dim < order->cells.block->rank; i_dim++) {
    if (!order->is_by[i_dim]) continue;
    msw_json *dim = msw_json_add_object(arena, by, NULL), *at = NULL;
    msw_json_add_number(arena, dim, "dim", (double)i_dim);
    at = msw_json_add_array(arena, dim, "at");
    for (size_t i = 0; i < order->cells.selection->dims[i_dim].n; i++)
      msw_json_add_number(arena, at, NULL, (double)order->cells.selection->dims[i_dim].at[i]);
  }
  add_points(fronts, arena, object);
}

static void add_reason(msw_arena *arena, msw_json *parent, const char *why) {
  msw_json_add_string(arena, msw_json_add_object(arena, parent, "pareto"), "why", why);
}

static msw_status find_fronts(const msw_report_source *source, msw_front_order *order, msw_formulas *formulas, msw_arena *arena,
                              msw_diag *diag, msw_json *parent) {
  const bool is_prefill = strcmp(source->block->phase, "prefill") == 0;
  order->objectives[0].is_max = !is_prefill;
  order->objectives[1].is_max = true;
  msw_status status = msw_formulas_add(formulas, is_prefill ? "step_us" : "tok_per_s_per_user", "report", diag,
                                       &order->objectives[0].i_formula);
  if (status == MSW_OK) status = msw_formulas_add(formulas, throughput, "report", diag, &order->objectives[1].i_formula);
  const char *fitting = msw_fitting_cells(source->block);
  if (status == MSW_OK && fitting) status = msw_formulas_add(formulas, fitting, "report", diag, &order->cells.i_where);
  if (status != MSW_OK) return status;
  msw_fronts *fronts = msw_fronts_new(order, diag);
  if (!fronts) return MSW_BAD_INPUT;
  status = msw_fronts_scan(fronts, diag);
  if (status == MSW_OK) add_front(order, fronts, arena, parent);
  msw_fronts_free(fronts);
  return status;
}

msw_status msw_report_front(const msw_report_source *source, msw_arena *arena, msw_diag *diag, msw_json *parent) {
  const msw_result_block *block = source->block;
  msw_front_order order = {.cells = {.result = source->result, .block = block, .i_where = MSW_NO_FORMULA,
                                     .n_threads = source->n_threads, .stop = source->stop},
                           .n_objectives = 2};
  if (!msw_result_field_named(block, "step_us") || !msw_result_field_named(block, throughput)) {
    add_reason(arena, parent, "the sweep's fields hold no step_us and tok_per_s_per_gpu");
    return MSW_OK;
  }
  for (size_t i_dim = 0; i_dim < block->rank; i_dim++) order.is_by[i_dim] = is_by(block, i_dim);
  const msw_selection chosen = choose(block, source->selection, order.is_by, arena);
  order.cells.selection = &chosen;
  msw_formulas *formulas = msw_formulas_new(block, NULL, arena);
  order.cells.formulas = formulas;
  msw_status status = find_fronts(source, &order, formulas, arena, diag, parent);
  msw_formulas_free(formulas);
  return status;
}

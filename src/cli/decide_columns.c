/* Columns for a result's axes and formulas, and what is said of axes that need none. */
#include <math.h>
#include <string.h>

#include "decide.h"

static bool is_single(const msw_decision *d, size_t i_dim) { return d->view.selection.dims[i_dim].n == 1; }

/* Axes along zips say more than a zip's position does. */
static bool has_members(const msw_decision *d, size_t i_dim) {
  const msw_result_block *block = d->view.block;
  for (size_t i = 0; i < block->n_zipped; i++)
    if (block->zipped[i].i_dim == i_dim) return true;
  return false;
}

static void add_axis(msw_decision *d, const msw_result_axis *axis, bool is_for_machines) {
  d->columns[d->n_columns++] =
      (msw_cell_column){.name = axis->name, .units = axis->units, .axis = axis, .is_for_machines = is_for_machines};
}

static void add_dimension(msw_decision *d, size_t i_dim) {
  const msw_result_block *block = d->view.block;
  add_axis(d, &block->axes[i_dim], is_single(d, i_dim) || has_members(d, i_dim));
  for (size_t i = 0; i < block->n_zipped; i++)
    if (block->zipped[i].i_dim == i_dim) add_axis(d, &block->zipped[i], is_single(d, i_dim));
}

void msw_decision_begin_columns(msw_decision *d, const bool *is_key) {
  enum { MOST_OTHERS = 8 };   /* objectives and counts */
  const msw_result_block *block = d->view.block;
  const size_t most = block->rank + block->n_zipped + d->n_shown + MOST_OTHERS;
  d->columns = msw_arena_array(&d->ctx->arena, most, sizeof *d->columns);
  d->column_of = msw_arena_array(&d->ctx->arena, d->n_shown + MOST_OTHERS, sizeof *d->column_of);
  d->is_key = is_key;
  for (int turn = 0; turn < 2; turn++)
    for (size_t i_dim = 0; i_dim < block->rank; i_dim++)
      if (is_key[i_dim] == (turn == 0)) add_dimension(d, i_dim);
}

void msw_decision_add_column(msw_decision *d, size_t i_formula) {
  d->column_of[i_formula] = SIZE_MAX;
  for (size_t i_col = 0; i_col < d->n_columns; i_col++)
    if (strcmp(d->columns[i_col].name, msw_formula_text(d->formulas, i_formula)) == 0) return;
  d->column_of[i_formula] = d->n_columns;
  d->columns[d->n_columns++] = (msw_cell_column){.name = msw_formula_text(d->formulas, i_formula),
                                                 .units = msw_formula_units(d->formulas, i_formula),
                                                 .is_float32 = msw_formula_is_float32(d->formulas, i_formula)};
}

void msw_decision_count_column(msw_decision *d, const char *name) {
  d->columns[d->n_columns++] = (msw_cell_column){.name = name, .units = ""};
}

void msw_decision_fill_axes(const msw_decision *d, const uint64_t *from_key, const uint64_t *from_rest, double *cells) {
  for (size_t i_col = 0; i_col < d->n_columns && d->columns[i_col].axis; i_col++) {
    const size_t i_dim = d->columns[i_col].axis->i_dim;
    const uint64_t *from = d->is_key[i_dim] ? from_key : from_rest;
    cells[i_col] = from ? (double)from[i_dim] : (double)NAN;
  }
}

void msw_decision_fill_column(const msw_decision *d, size_t i_formula, double value, double *cells) {
  if (d->column_of[i_formula] != SIZE_MAX) cells[d->column_of[i_formula]] = value;
}

/* ---- Words */

const char *msw_decision_title(const msw_decision *d) {
  const char *block = d->view.block->name;
  return block[0] ? msw_format(&d->ctx->arena, "%s, block %s", d->order->file, block) : d->order->file;
}

const char *msw_decision_everywhere(const msw_decision *d) {
  const char *text = "";
  for (size_t i = 0; i < d->n_columns && d->columns[i].axis; i++) {
    const msw_result_axis *axis = d->columns[i].axis;
    const bool is_position = has_members(d, axis->i_dim) && axis == &d->view.block->axes[axis->i_dim];
    if (!is_single(d, axis->i_dim) || is_position) continue;
    text = msw_format(&d->ctx->arena, "%s%s%s %s", text, text[0] ? ", " : "", axis->name,
                      axis->texts[d->view.selection.dims[axis->i_dim].at[0]]);
  }
  return text;
}

static const char *name_of(const msw_decision *d, size_t i_dim) {
  const msw_result_block *block = d->view.block;
  const char *members = "";
  for (size_t i = 0; i < block->n_zipped; i++)
    if (block->zipped[i].i_dim == i_dim)
      members = msw_format(&d->ctx->arena, "%s%s%s", members, members[0] ? ", " : "", block->zipped[i].name);
  const char *name = block->axes[i_dim].name;
  return members[0] ? msw_format(&d->ctx->arena, "%s (%s)", name, members) : name;
}

const char *msw_decision_names(const msw_decision *d, const bool *marked, bool which) {
  const char *text = "";
  for (size_t i_dim = 0; i_dim < d->view.block->rank; i_dim++)
    if (marked[i_dim] == which && !is_single(d, i_dim))
      text = msw_format(&d->ctx->arena, "%s%s%s", text, text[0] ? ", " : "", name_of(d, i_dim));
  return text;
}

const char *msw_decision_goal(const msw_decision *d, size_t i_formula, bool is_max) {
  return msw_format(&d->ctx->arena, "%s %s", is_max ? "largest" : "least", msw_formula_text(d->formulas, i_formula));
}

const char *msw_decision_where(const msw_decision *d) {
  const char *fitting = d->only_fitting ? " of cells that fit" : "";
  return d->order->where ? msw_format(&d->ctx->arena, "%s where %s", fitting, d->order->where) : fitting;
}

const char *msw_decision_kept(const msw_decision *d) {
  if (!d->only_fitting) return d->order->where ? " for which --where holds" : "";
  return d->order->where ? " that fits and for which --where holds" : " that fits";
}

/* Evaluating expressions over rows of evaluated cells. */
#include "cell_expr.h"

#include <string.h>

#include "kernels.h"

struct msw_cell_expr_work {
  msw_expr_input *inputs;      /* [n_variables] */
  double **numbers;            /* [n_computed] a row of each field as doubles */
  double *result, *scratch;
};

static size_t most_scratch(const msw_spec_block *spec) {
  size_t most = 0;
  for (size_t i = 0; i < spec->n_constraints; i++) {
    size_t needs = msw_expr_scratch(spec->constraints[i].expr, MSW_ROW_CELLS);
    most = needs > most ? needs : most;
  }
  for (size_t i = 0; i < spec->n_reductions; i++) {
    size_t needs = spec->reductions[i].condition ? msw_expr_scratch(spec->reductions[i].condition, MSW_ROW_CELLS) : 0;
    most = needs > most ? needs : most;
  }
  return most;
}

msw_cell_expr_work *msw_cell_expr_work_new(const msw_plan_block *block, msw_arena *arena) {
  msw_cell_expr_work *work = msw_arena_alloc(arena, sizeof *work);
  work->inputs = msw_arena_array(arena, block->spec->n_variables + 1, sizeof *work->inputs);
  work->numbers = msw_arena_array(arena, block->n_computed + 1, sizeof *work->numbers);
  for (size_t i_field = 0; i_field < block->n_computed; i_field++)
    work->numbers[i_field] = msw_arena_array(arena, MSW_ROW_CELLS, sizeof(double));
  work->result = msw_arena_array(arena, MSW_ROW_CELLS, sizeof(double));
  work->scratch = msw_arena_array(arena, most_scratch(block->spec) + 1, sizeof(double));
  return work;
}

static msw_expr_input field_input(const msw_plan_block *block, const char *name, const msw_cell_row *row,
                                  msw_cell_expr_work *work) {
  size_t i_field = 0;
  while (strcmp(block->fields[i_field]->name, name) != 0) i_field++;   /* the plan computes every field that is named */
  const float *cells = row->fields[i_field];
  for (size_t i_cell = 0; i_cell < row->n; i_cell++) work->numbers[i_field][i_cell] = (double)cells[i_cell];
  return (msw_expr_input){work->numbers[i_field], 1};
}

const double *msw_cell_expr_row(const msw_plan_block *block, const msw_expr *expr, const msw_cell_row *row,
                                msw_cell_expr_work *work) {
  size_t n_slots;
  const size_t *slots = msw_expr_slots(expr, &n_slots);
  for (size_t i_slot = 0; i_slot < n_slots; i_slot++) {
    const msw_spec_variable *variable = &block->spec->variables[slots[i_slot]];
    msw_expr_input *input = &work->inputs[slots[i_slot]];
    if (variable->axis == MSW_N_AXES) *input = field_input(block, variable->name, row, work);
    else *input = (msw_expr_input){variable->values + row->position[variable->axis],
                                   row->row_axes & msw_axes_of(variable->axis) ? 1 : 0};
  }
  msw_expr_eval(expr, work->inputs, row->n, work->scratch, work->result);
  return work->result;
}

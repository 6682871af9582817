/* Expressions over axes and fields of evaluated cells: constraints and the conditions of reductions. Private to grid. */
#ifndef MSW_GRID_CELL_EXPR_H
#define MSW_GRID_CELL_EXPR_H

#include "msw/grid/plan.h"
#include "msw/grid/rule.h"

/* A row of evaluated cells: where it stands, and its fields as the file holds them. */
typedef struct {
  const size_t *position;      /* [MSW_N_AXES] of the first cell */
  msw_axis_set row_axes;       /* axes that move along the row (one, or none when the row is one cell) */
  size_t n;                    /* <= MSW_ROW_CELLS */
  const void *const *fields;   /* [block->n_computed] the row's first cell of each */
} msw_cell_row;

typedef struct msw_cell_expr_work msw_cell_expr_work;
msw_cell_expr_work *msw_cell_expr_work_new(const msw_plan_block *block, msw_arena *arena);
/* result[i] = the expression's value at cell i; the array is the work's own, until the next call. */
const double *msw_cell_expr_row(const msw_plan_block *block, const msw_expr *expr, const msw_cell_row *row,
                                msw_cell_expr_work *work);

#endif

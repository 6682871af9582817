/* "include": points beside the grid, evaluated one by one by the scalar reference into a table. Neither rules nor
 * constraints touch them, and they count as no cells.
 */
#ifndef MSW_GRID_POINTS_H
#define MSW_GRID_POINTS_H

#include "msw/grid/plan.h"
#include "msw/grid/run.h"

/* One column: an axis of the phase (texts or numbers) or a field (cells). The others are NULL. */
typedef struct {
  const char *name, *unit, *long_name;
  const char *const *texts;    /* [n_points] */
  const double *numbers;       /* [n_points] */
  const msw_field *field;
  const void *cells;           /* [n_points] of the field's type */
} msw_point_column;

typedef struct { size_t n_points, n_columns; const msw_point_column *columns; } msw_point_table;

/* Tables [plan->n_blocks], axes before fields, points in the order of the sweep file; n_points 0 for blocks without any.
 * A point that has no number has the flags that say why, and a warning. */
const msw_point_table *msw_points_eval(const msw_plan *plan, const msw_run_tables *tables, msw_arena *arena,
                                       msw_diag *diag);

#endif

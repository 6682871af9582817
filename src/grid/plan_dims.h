/* Parts of plan building. Private to grid. */
#ifndef MSW_GRID_PLAN_DIMS_H
#define MSW_GRID_PLAN_DIMS_H

#include "msw/grid/plan.h"

/* Fills rank, n_outer, dims with their chunks, dim_of_axis, n_cases, tiles_per_case, chunk_cells, counts.n_total.
 * False when the number of cells overflows (reported by the spec already; an internal guard). */
bool msw_plan_dims(msw_plan_block *block);

/* Fills fields, n_fields, n_computed and cell_bytes. */
bool msw_plan_fields(const msw_spec_block *spec, msw_arena *arena, msw_diag *diag, msw_plan_block *block);

/* Fills methods, knobs and method_flags. */
bool msw_plan_methods(const msw_spec_block *spec, msw_arena *arena, msw_diag *diag, msw_plan_block *block);

/* Fills points; methods, knobs and method_flags are there. */
bool msw_plan_points(const msw_spec_block *spec, msw_arena *arena, msw_diag *diag, msw_plan_block *block);

/* Fills counts, rule_counts and void_counts, exactly. */
void msw_plan_count(msw_arena *arena, msw_plan_block *block);

#endif

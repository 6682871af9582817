/* A part of a result as arrays: any selection, fields or formulas over it, box by box so that memory stays small.
 */
#ifndef MSW_ANALYSIS_SLICE_H
#define MSW_ANALYSIS_SLICE_H

#include "msw/analysis/formula.h"

typedef struct {
  const msw_result *result;
  const msw_result_block *block;
  const msw_selection *selection;
  const msw_formulas *formulas;
  const size_t *fields;          /* [n_fields] formulas */
  size_t n_fields;
  size_t i_where;                /* MSW_NO_FORMULA: every cell */
  int n_threads;
  const volatile int *stop;      /* may be NULL */
} msw_slice_order;

/* A stretch of the selection in row-major order: cells [first_cell, first_cell + n_cells). */
typedef struct {
  uint64_t first_cell;
  size_t n_cells;
  const double *const *values;   /* [n_fields][n_cells] NaN without a number */
  const bool *holds;             /* [n_cells] the condition; NULL without one */
} msw_slice_stretch;
/* Anything but MSW_OK ends it. */
typedef msw_status msw_slice_visit(void *context, const msw_slice_stretch *stretch);
/* Stretches in order, one at a time. */
msw_status msw_slice_read(const msw_slice_order *order, msw_slice_visit *visit, void *context, msw_diag *diag);

/* Dimensions with several selected positions, in order; how many. */
size_t msw_slice_dims(const msw_slice_order *order, size_t dims[MSW_H5_MAX_RANK]);

/* The field of the block that a formula is and nothing else; NULL for others. */
const msw_result_field *msw_slice_field(const msw_slice_order *order, size_t i_field);

/* A labelled netCDF-4 file (grid_file.h). With `only_varying` dimensions with one position are left out: the attribute `fixed`
 * says where they stand. Cells for which the condition does not hold have no number, code 0 and no flags. */
msw_status msw_slice_write_grid(const msw_slice_order *order, bool only_varying, const char *path, msw_diag *diag);

#endif

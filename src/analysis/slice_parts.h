/* What slice.c and slice_grid.c share. */
#ifndef MSW_ANALYSIS_SLICE_PARTS_H
#define MSW_ANALYSIS_SLICE_PARTS_H

#include "boxes.h"
#include "msw/analysis/slice.h"

/* The cells of a box, row-major. */
typedef struct { double **values; bool *holds; /* NULL without a condition */ } msw_slice_cells;
void msw_slice_room(const msw_slice_order *order, size_t most_cells, msw_slice_cells *cells);
void msw_slice_cells_free(const msw_slice_order *order, msw_slice_cells *cells);
msw_status msw_slice_box(const msw_slice_order *order, const msw_box *box, msw_slice_cells *cells, msw_diag *diag);

#endif

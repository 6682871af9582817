/* What searches for cells have in common (best.h, front.h): which cells of a block take part, and what is to be told of those
 * that are found.
 */
#ifndef MSW_ANALYSIS_CELL_SEARCH_H
#define MSW_ANALYSIS_CELL_SEARCH_H

#include "msw/analysis/formula.h"

/* All that it points at must outlive the search. */
typedef struct {
  const msw_result *result;               /* for scans only */
  const msw_result_block *block;
  const msw_selection *selection;
  const msw_formulas *formulas;
  size_t i_where;                         /* MSW_NO_FORMULA: every cell */
  const size_t *shown;                    /* [n_shown] further formulas, evaluated at the cells that are found */
  size_t n_shown;
  int n_threads;
  const volatile int *stop;               /* may be NULL */
} msw_cell_search;

/* Goes over all pieces of the selection, with the formulas' streams. */
msw_status msw_cell_search_scan(const msw_cell_search *search, msw_scan_visit *visit, void *context, msw_diag *diag);
/* The condition at the cells of a piece, as msw_formula_values gives it; NULL: it holds everywhere. */
const double *msw_cell_search_where(const msw_cell_search *search, const msw_scan_piece *piece, msw_formula_work *work);
/* Values [n_shown] of the shown formulas at one cell of a piece. Overwrites what `work` holds of them. */
void msw_cell_search_show(const msw_cell_search *search, const msw_scan_piece *piece, size_t i_cell, msw_formula_work *work,
                          double *shown);

/* Positions of cell number `cell` of a block, counted row-major over its dimensions. */
void msw_cell_place(const msw_result_block *block, uint64_t cell, uint64_t at[MSW_H5_MAX_RANK]);

#endif

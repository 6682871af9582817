/* The best cell for every combination of the axes that are not searched over.
 *
 * A cell counts where the condition holds and the value is a number (infinite ones are numbers). Of equal values the cell that
 * comes first in the file is taken, so that the outcome does not depend on threads, chunks or the order of pieces.
 */
#ifndef MSW_ANALYSIS_BEST_H
#define MSW_ANALYSIS_BEST_H

#include "msw/analysis/cell_search.h"

enum { MSW_BEST_MOST_ROWS = 4000000 };

typedef struct {
  msw_cell_search cells;
  size_t i_value;                         /* what is to be best */
  bool is_max;                            /* the largest; else the least */
  bool is_over[MSW_H5_MAX_RANK];          /* dimensions that are searched */
} msw_best_order;

typedef struct {
  double value;       /* NaN where no cell counts; `cell` means nothing then */
  uint64_t cell;      /* its number in the file: row-major over the block's dimensions */
  uint64_t n_cells;   /* that count */
} msw_best_row;

/* Rows as they are found. */
typedef struct msw_best msw_best;
/* NULL and an error where there would be more than MSW_BEST_MOST_ROWS. */
msw_best *msw_best_new(const msw_best_order *order, msw_diag *diag);
void msw_best_free(msw_best *best);
/* Takes a piece of the scan of the formulas' streams into account; called by many threads, each with its own i_thread. */
void msw_best_add(msw_best *best, const msw_scan_piece *piece);
/* All pieces of the selection. */
msw_status msw_best_scan(msw_best *best, msw_diag *diag);

/* Row-major over the selected positions of the dimensions that are not searched. */
size_t msw_best_count(const msw_best *best);
const msw_best_row *msw_best_rows(const msw_best *best);
const double *msw_best_shown(const msw_best *best);   /* [rows][n_shown]; NaN where no cell counts */
/* For each dimension the position in the file that row i_row stands at; of searched ones 0. */
void msw_best_place(const msw_best *best, size_t i_row, uint64_t at[MSW_H5_MAX_RANK]);

#endif

/* Pareto fronts: the cells that no other cell beats in every objective.
 *
 * One cell beats another when it is at least as good in all objectives and better in one; of cells that are equal in all, the
 * one that comes first in the file stays and stands for the others. Cells where the condition does not hold, or with an
 * objective that is not a number, take no part. The outcome does not depend on threads, chunks or the order of pieces.
 */
#ifndef MSW_ANALYSIS_FRONT_H
#define MSW_ANALYSIS_FRONT_H

#include "msw/analysis/cell_search.h"

enum { MSW_FRONT_MOST_OBJECTIVES = 3, MSW_FRONT_MOST_POINTS = 2000000, MSW_FRONT_MOST_FRONTS = 1000000 };

typedef struct { size_t i_formula; bool is_max; } msw_objective;

typedef struct {
  msw_cell_search cells;
  msw_objective objectives[MSW_FRONT_MOST_OBJECTIVES];
  size_t n_objectives;                    /* 2 or 3 */
  bool is_by[MSW_H5_MAX_RANK];            /* a front for each combination of these dimensions' selected positions */
} msw_front_order;

/* A point, and the values of the shown formulas at it. */
typedef struct {
  double values[MSW_FRONT_MOST_OBJECTIVES];
  uint64_t cell;                          /* its number in the file: row-major over the block's dimensions */
  double shown[];
} msw_front_point;

typedef struct msw_fronts msw_fronts;
/* NULL and an error where there would be more than MSW_FRONT_MOST_FRONTS. A thread keeps MSW_FRONT_MOST_POINTS at most. */
msw_fronts *msw_fronts_new(const msw_front_order *order, msw_diag *diag);
void msw_fronts_free(msw_fronts *fronts);
/* Takes a piece of the scan of the formulas' streams into account; called by many threads, each with its own i_thread. False
 * where there are too many points. */
bool msw_fronts_add(msw_fronts *fronts, const msw_scan_piece *piece);
/* Puts together what the threads found; nothing can be added any more. */
void msw_fronts_finish(msw_fronts *fronts);
/* All pieces of the selection, and finishes. */
msw_status msw_fronts_scan(msw_fronts *fronts, msw_diag *diag);

/* Fronts are row-major over the `by` dimensions. Their points are sorted by the first objective, best first, then by the
 * others. */
size_t msw_fronts_count(const msw_fronts *fronts);
size_t msw_front_size(const msw_fronts *fronts, size_t i_front);
const msw_front_point *msw_front_point_at(const msw_fronts *fronts, size_t i_front, size_t i_point);
/* Positions in the file that the `by` dimensions of a front stand at; of others 0. */
void msw_front_place(const msw_fronts *fronts, size_t i_front, uint64_t at[MSW_H5_MAX_RANK]);
/* Cells that took part, of all fronts. */
uint64_t msw_fronts_cells(const msw_fronts *fronts);

#endif

/* Looking for best cells: each thread finds those of a piece by itself and then puts them beside what others found. */
#include "msw/analysis/best.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>

#include "cell_groups.h"

struct msw_best {
  msw_best_order order;
  msw_cell_groups groups;
  msw_best_row *rows;              /* [n_groups] */
  double *shown;                   /* [n_groups][n_shown] */
  msw_formula_work **work;         /* [n_threads] made by the thread itself */
  pthread_mutex_t mutex;           /* of rows and shown */
};

msw_best *msw_best_new(const msw_best_order *order, msw_diag *diag) {
  msw_cell_groups groups;
  bool is_key[MSW_H5_MAX_RANK];
  for (size_t i_dim = 0; i_dim < MSW_H5_MAX_RANK; i_dim++) is_key[i_dim] = !order->is_over[i_dim];
  if (!msw_cell_groups_make(order->cells.block, order->cells.selection, is_key, MSW_BEST_MOST_ROWS, &groups)) {
    msw_error(diag, (msw_loc){0}, NULL, "search over more axes, or select fewer values",
              "%llu rows, and %d are the most", (unsigned long long)groups.n_groups, MSW_BEST_MOST_ROWS);
    return NULL;
  }
  msw_best *best = msw_alloc_zero(1, sizeof *best);
  best->order = *order;
  best->groups = groups;
  best->rows = msw_alloc_zero(groups.n_groups + 1, sizeof *best->rows);
  best->shown = msw_alloc_zero(groups.n_groups * order->cells.n_shown + 1, sizeof *best->shown);
  best->work = msw_alloc_zero((size_t)order->cells.n_threads, sizeof *best->work);
  for (size_t i_group = 0; i_group < groups.n_groups; i_group++) best->rows[i_group].value = (double)NAN;
  for (size_t i = 0; i < groups.n_groups * order->cells.n_shown; i++) best->shown[i] = (double)NAN;
  pthread_mutex_init(&best->mutex, NULL);
  return best;
}

void msw_best_free(msw_best *best) {
  if (!best) return;
  for (int i_thread = 0; i_thread < best->order.cells.n_threads; i_thread++) msw_formula_work_free(best->work[i_thread]);
  pthread_mutex_destroy(&best->mutex);
  free(best->work);
  free(best->shown);
  free(best->rows);
  free(best);
}

/* ---- One piece */

/* The best of a group so far; `i_cell` counts inside the piece. */
typedef struct { double value; size_t i_cell; uint64_t n_cells; } candidate;

/* Cells of a piece come in the file's order, so that of equal ones the first stays. */
static void look(candidate *found, double value, size_t i_cell, bool is_max) {
  if (isnan(value)) return;
  const bool is_better = is_max ? value > found->value : value < found->value;
  if (found->n_cells++ > 0 && !is_better) return;
  found->value = value;
  found->i_cell = i_cell;
}

static void look_along(const msw_piece_rows *row, const double *values, const double *holds, bool is_max, candidate *found) {
  for (size_t i = 0; i < row->n; i++) {
    const size_t i_cell = row->first_cell + i;
    if (!holds || msw_holds(holds[i_cell])) look(&found[row->group + i * row->step], values[i_cell], i_cell, is_max);
  }
}

/* Is the cell better than what the row has? Of equal ones the one that comes first in the file. */
static bool beats(const msw_best *best, const msw_best_row *row, double value, uint64_t cell) {
  const bool is_better = best->order.is_max ? value > row->value : value < row->value;
  const bool is_worse = best->order.is_max ? value < row->value : value > row->value;
  return row->n_cells == 0 || is_better || (!is_worse && cell < row->cell);
}

static void put_beside(msw_best *best, const msw_scan_piece *piece, uint64_t i_group, const candidate *found,
                       msw_formula_work *work) {
  const msw_cell_search *cells = &best->order.cells;
  msw_best_row *row = &best->rows[i_group];
  const uint64_t cell = msw_piece_cell(&best->groups, piece, found->i_cell);
  pthread_mutex_lock(&best->mutex);
  if (beats(best, row, found->value, cell)) {
    row->value = found->value;
    row->cell = cell;
    msw_cell_search_show(cells, piece, found->i_cell, work, &best->shown[i_group * cells->n_shown]);
  }
  row->n_cells += found->n_cells;
  pthread_mutex_unlock(&best->mutex);
}

/* The piece's own positions, as if they were all that is selected: groups are counted inside the piece. */
static msw_cell_groups groups_inside(const msw_best *best, const msw_scan_piece *piece) {
  msw_cell_groups inside = best->groups;
  inside.n_groups = 1;
  for (size_t i_dim = inside.block->rank; i_dim-- > 0;) {
    if (!inside.is_key[i_dim]) continue;
    inside.stride[i_dim] = inside.n_groups;
    inside.n_groups *= piece->count[i_dim];
  }
  return inside;
}

/* Number among all groups of one that is counted inside the piece. */
static uint64_t group_outside(const msw_best *best, const msw_cell_groups *inside, const msw_scan_piece *piece,
                              uint64_t i_inside) {
  uint64_t i_group = 0;
  for (size_t i_dim = 0; i_dim < inside->block->rank; i_dim++) {
    if (!inside->is_key[i_dim]) continue;
    i_group += (piece->first[i_dim] + i_inside / inside->stride[i_dim]) * best->groups.stride[i_dim];
    i_inside %= inside->stride[i_dim];
  }
  return i_group;
}

void msw_best_add(msw_best *best, const msw_scan_piece *piece) {
  const msw_best_order *order = &best->order;
  const msw_cell_search *cells = &order->cells;
  const msw_cell_groups inside = groups_inside(best, piece);
  msw_scan_piece from_zero = *piece;   /* its cells, numbered as groups inside it */
  for (size_t i_dim = 0; i_dim < cells->block->rank; i_dim++) from_zero.first[i_dim] = 0;
  msw_formula_work **work = &best->work[piece->i_thread];
  if (!*work) *work = msw_formula_work_new(cells->formulas);
  const double *values = msw_formula_values(cells->formulas, order->i_value, cells->selection, piece, *work);
  const double *holds = msw_cell_search_where(cells, piece, *work);
  candidate *found = msw_alloc_zero(inside.n_groups, sizeof *found);
  msw_piece_rows rows = msw_piece_rows_begin(&inside, &from_zero);
  while (msw_piece_rows_next(&rows)) look_along(&rows, values, holds, order->is_max, found);
  for (uint64_t i_inside = 0; i_inside < inside.n_groups; i_inside++)
    if (found[i_inside].n_cells > 0)
      put_beside(best, piece, group_outside(best, &inside, piece, i_inside), &found[i_inside], *work);
  free(found);
}

static bool visit(void *context, const msw_scan_piece *piece) {
  msw_best_add(context, piece);
  return true;
}

msw_status msw_best_scan(msw_best *best, msw_diag *diag) {
  return msw_cell_search_scan(&best->order.cells, visit, best, diag);
}

/* ---- What was found */

size_t msw_best_count(const msw_best *best) { return best->groups.n_groups; }
const msw_best_row *msw_best_rows(const msw_best *best) { return best->rows; }
const double *msw_best_shown(const msw_best *best) { return best->shown; }

void msw_best_place(const msw_best *best, size_t i_row, uint64_t at[MSW_H5_MAX_RANK]) {
  msw_cell_group_place(&best->groups, i_row, at);
}

/* Pareto fronts: a set of points for each thread and front, put together at the end. */
#include "msw/analysis/front.h"

#include <math.h>
#include <stdlib.h>

#include "cell_groups.h"
#include "front_points.h"

/* What a thread works with. */
typedef struct {
  msw_formula_work *work;          /* NULL before its first piece */
  msw_point_set *sets;             /* [n_groups] */
  uint64_t n_cells;                /* that took part */
  size_t n_points;                 /* in all sets, those that are still to be taken out included */
} share;

struct msw_fronts {
  msw_front_order order;
  msw_cell_groups groups;
  share *shares;                   /* [n_threads]; after finish the first one has all */
};

msw_fronts *msw_fronts_new(const msw_front_order *order, msw_diag *diag) {
  msw_cell_groups groups;
  if (!msw_cell_groups_make(order->cells.block, order->cells.selection, order->is_by, MSW_FRONT_MOST_FRONTS, &groups)) {
    msw_error(diag, (msw_loc){0}, NULL, "name fewer axes, or select fewer values", "%llu fronts, and %d are the most",
              (unsigned long long)groups.n_groups, MSW_FRONT_MOST_FRONTS);
    return NULL;
  }
  msw_fronts *fronts = msw_alloc_zero(1, sizeof *fronts);
  fronts->order = *order;
  fronts->groups = groups;
  fronts->shares = msw_alloc_zero((size_t)order->cells.n_threads, sizeof *fronts->shares);
  return fronts;
}

static void free_share(msw_fronts *fronts, share *mine) {
  for (uint64_t i_group = 0; mine->sets && i_group < fronts->groups.n_groups; i_group++) msw_points_free(&mine->sets[i_group]);
  free(mine->sets);
  msw_formula_work_free(mine->work);
  *mine = (share){.n_cells = mine->n_cells};
}

void msw_fronts_free(msw_fronts *fronts) {
  if (!fronts) return;
  for (int i_thread = 0; i_thread < fronts->order.cells.n_threads; i_thread++) free_share(fronts, &fronts->shares[i_thread]);
  free(fronts->shares);
  free(fronts);
}

static void begin_share(const msw_fronts *fronts, share *mine) {
  const size_t bytes = sizeof(msw_front_point) + fronts->order.cells.n_shown * sizeof(double);
  mine->work = msw_formula_work_new(fronts->order.cells.formulas);
  mine->sets = msw_alloc_zero(fronts->groups.n_groups, sizeof *mine->sets);
  for (uint64_t i_group = 0; i_group < fronts->groups.n_groups; i_group++)
    mine->sets[i_group] = (msw_point_set){.size = bytes, .n_objectives = fronts->order.n_objectives};
}

/* ---- One piece */

typedef struct {
  const double *objectives[MSW_FRONT_MOST_OBJECTIVES], *holds;   /* [n_cells]; holds NULL: everywhere */
} piece_values;

static piece_values values_of(const msw_fronts *fronts, const msw_scan_piece *piece, msw_formula_work *work) {
  const msw_front_order *order = &fronts->order;
  piece_values values = {0};
  for (size_t i = 0; i < order->n_objectives; i++)
    values.objectives[i] =
        msw_formula_values(order->cells.formulas, order->objectives[i].i_formula, order->cells.selection, piece, work);
  values.holds = msw_cell_search_where(&order->cells, piece, work);
  return values;
}

/* Greater is better; false where the cell takes no part. */
static bool objectives_at(const msw_fronts *fronts, const piece_values *values, size_t i_cell, double *goodness) {
  bool is_there = !values->holds || msw_holds(values->holds[i_cell]);
  for (size_t i = 0; i < fronts->order.n_objectives; i++) {
    const double value = values->objectives[i][i_cell];
    goodness[i] = fronts->order.objectives[i].is_max ? value : -value;
    is_there = is_there && !isnan(value);
  }
  return is_there;
}

/* The cell's number in the file is `cell`. */
static void try_cell(msw_fronts *fronts, share *mine, msw_point_set *set, const msw_scan_piece *piece, size_t i_cell,
                     uint64_t cell, const double *goodness) {
  if (msw_points_beat(set, goodness, cell)) return;
  const size_t n_before = set->n;
  msw_front_point *point = msw_points_add(set);
  for (size_t i = 0; i < MSW_FRONT_MOST_OBJECTIVES; i++) point->values[i] = goodness[i];
  point->cell = cell;
  msw_cell_search_show(&fronts->order.cells, piece, i_cell, mine->work, point->shown);
  mine->n_points += set->n - n_before;   /* which may be fewer than before */
}

static void try_row(msw_fronts *fronts, share *mine, const piece_values *values, const msw_piece_rows *row) {
  static const uint64_t only[] = {0};
  const size_t rank = fronts->groups.block->rank;
  const msw_scan_piece *piece = row->piece;
  const uint64_t *along = rank ? fronts->order.cells.selection->dims[rank - 1].at + piece->first[rank - 1] : only;
  const uint64_t start = msw_piece_cell(&fronts->groups, piece, row->first_cell) - along[0];
  double goodness[MSW_FRONT_MOST_OBJECTIVES] = {0};
  for (size_t i = 0; i < row->n; i++) {
    if (!objectives_at(fronts, values, row->first_cell + i, goodness)) continue;
    mine->n_cells++;
    try_cell(fronts, mine, &mine->sets[row->group + i * row->step], piece, row->first_cell + i, start + along[i], goodness);
  }
}

bool msw_fronts_add(msw_fronts *fronts, const msw_scan_piece *piece) {
  share *mine = &fronts->shares[piece->i_thread];
  if (!mine->work) begin_share(fronts, mine);
  const piece_values values = values_of(fronts, piece, mine->work);
  msw_piece_rows row = msw_piece_rows_begin(&fronts->groups, piece);
  while (mine->n_points <= MSW_FRONT_MOST_POINTS && msw_piece_rows_next(&row)) try_row(fronts, mine, &values, &row);
  return mine->n_points <= MSW_FRONT_MOST_POINTS;
}

static bool visit(void *context, const msw_scan_piece *piece) { return msw_fronts_add(context, piece); }

static bool has_too_many(const msw_fronts *fronts) {
  for (int i_thread = 0; i_thread < fronts->order.cells.n_threads; i_thread++)
    if (fronts->shares[i_thread].n_points > MSW_FRONT_MOST_POINTS) return true;
  return false;
}

msw_status msw_fronts_scan(msw_fronts *fronts, msw_diag *diag) {
  const msw_status status = msw_cell_search_scan(&fronts->order.cells, visit, fronts, diag);
  if (has_too_many(fronts)) {
    msw_error(diag, (msw_loc){0}, NULL, "leave cells out with --where or --select", "more than %d points that no other beats",
              MSW_FRONT_MOST_POINTS);
    return MSW_BAD_INPUT;
  }
  if (status == MSW_OK) msw_fronts_finish(fronts);
  return status;
}

/* ---- What was found */

/* From goodness back to values. */
static void turn_back(const msw_fronts *fronts, msw_point_set *set) {
  for (size_t i_point = 0; i_point < set->n; i_point++)
    for (size_t i = 0; i < fronts->order.n_objectives; i++)
      if (!fronts->order.objectives[i].is_max) msw_point(set, i_point)->values[i] *= -1.0;
}

void msw_fronts_finish(msw_fronts *fronts) {
  share *all = &fronts->shares[0];
  if (!all->sets) begin_share(fronts, all);
  for (int i_thread = 1; i_thread < fronts->order.cells.n_threads; i_thread++) {
    share *theirs = &fronts->shares[i_thread];
    for (uint64_t i_group = 0; theirs->sets && i_group < fronts->groups.n_groups; i_group++)
      msw_points_join(&all->sets[i_group], &theirs->sets[i_group]);
    all->n_cells += theirs->n_cells;
    free_share(fronts, theirs);
  }
  for (uint64_t i_group = 0; i_group < fronts->groups.n_groups; i_group++) {
    msw_points_tidy(&all->sets[i_group]);
    turn_back(fronts, &all->sets[i_group]);
  }
}

size_t msw_fronts_count(const msw_fronts *fronts) { return fronts->groups.n_groups; }
size_t msw_front_size(const msw_fronts *fronts, size_t i_front) { return fronts->shares[0].sets[i_front].n; }

const msw_front_point *msw_front_point_at(const msw_fronts *fronts, size_t i_front, size_t i_point) {
  return msw_point(&fronts->shares[0].sets[i_front], i_point);
}

void msw_front_place(const msw_fronts *fronts, size_t i_front, uint64_t at[MSW_H5_MAX_RANK]) {
  msw_cell_group_place(&fronts->groups, i_front, at);
}

uint64_t msw_fronts_cells(const msw_fronts *fronts) { return fronts->shares[0].n_cells; }

/* One piece of a comparison. */
#include <math.h>
#include <stdlib.h>

#include "compare_parts.h"

/* A piece seen from one thread. */
typedef struct {
  msw_compare *compare;
  const msw_scan_piece *piece;
  msw_compare_worker *worker;
  size_t n_row, n_rows;          /* cells of a row along the last dimension; rows */
} view;

static void make_room(view *v) {
  msw_compare_worker *worker = v->worker;
  if (v->piece->n_cells <= worker->cap) return;
  worker->cap = v->piece->n_cells;
  worker->percent = msw_realloc(worker->percent, worker->cap * sizeof *worker->percent);
  worker->chosen = msw_realloc(worker->chosen, worker->cap * sizeof *worker->chosen);
  worker->row_cells = msw_realloc(worker->row_cells, worker->cap * sizeof *worker->row_cells);
}

/* Values of a formula on one side. */
static const double *values_of(const view *v, size_t i_side, size_t i_formula) {
  const msw_compared *side = &v->compare->order.sides[i_side];
  msw_formula_work **work = &v->worker->formulas[i_side];
  msw_scan_piece own = *v->piece;
  own.values += i_side * v->compare->n_streams;
  if (!*work) *work = msw_formula_work_new(side->formulas);
  return msw_formula_values(side->formulas, i_formula, &side->selection, &own, *work);
}

/* Cells of the selection in front of each row of the piece. */
static void number_rows(const view *v) {
  const size_t rank = v->compare->order.sides[0].block->rank;
  const msw_box whole = msw_compare_whole(v->compare);
  for (size_t i_row = 0; i_row < v->n_rows; i_row++)
    v->worker->row_cells[i_row] = msw_box_row(&whole, rank, v->piece, i_row);
}

/* Where the condition holds on both sides; NULL: everywhere. */
static const bool *choose(const view *v, size_t i_other) {
  const size_t i_where = v->compare->order.i_where;
  if (i_where == MSW_NO_FORMULA) return NULL;
  const double *here = values_of(v, 0, i_where), *there = values_of(v, i_other + 1, i_where);
  for (size_t i = 0; i < v->piece->n_cells; i++) v->worker->chosen[i] = msw_holds(here[i]) && msw_holds(there[i]);
  return v->worker->chosen;
}

static void subtract(const view *v, const double *a, const double *b, const bool *chosen) {
  double *percent = v->worker->percent;
  const size_t n = v->piece->n_cells;
  for (size_t i = 0; i < n; i++) {
    const double apart = b[i] - a[i];
    percent[i] = apart < 0.0 || apart > 0.0 ? 100.0 * apart / fabs(a[i]) : apart;   /* equal zeros too */
  }
  for (size_t i = 0; chosen && i < n; i++)
    if (!chosen[i]) percent[i] = (double)NAN;
}

/* ---- Figures */

static void count_run(const view *v, size_t i_list, uint32_t i_group, const msw_spread_run *run) {
  const msw_compare *compare = v->compare;
  const size_t n_lists = compare->n_others * compare->order.n_fields, i_copy = v->piece->i_thread % compare->n_copies;
  msw_locked_spread *spread = &compare->spreads[(i_copy * n_lists + i_list) * compare->n_groups + i_group];
  pthread_mutex_lock(&spread->lock);
  msw_spread_add(&spread->spread, run);
  pthread_mutex_unlock(&spread->lock);
}

/* What the dimensions but the last add to the groups of a row. */
static uint32_t group_of_row(const view *v, size_t i_row) {
  uint32_t group = 0;
  const size_t rank = v->compare->order.sides[0].block->rank;
  for (size_t i_dim = rank ? rank - 1 : 0; i_dim-- > 0;) {
    const uint32_t *adds = v->compare->group_of[i_dim];
    if (adds) group += adds[v->piece->first[i_dim] + i_row % v->piece->count[i_dim]];
    i_row /= v->piece->count[i_dim];
  }
  return group;
}

/* Stretches of a row that are in one group. */
static void count_row(const view *v, size_t i_list, size_t i_row, const msw_spread_run *row) {
  const size_t rank = v->compare->order.sides[0].block->rank;
  const uint32_t group = group_of_row(v, i_row);
  const uint32_t *adds = rank ? v->compare->group_of[rank - 1] : NULL;
  const uint32_t *here = adds ? adds + v->piece->first[rank - 1] : NULL;
  for (size_t i = 0, end; i < row->n; i = end) {
    for (end = here ? i + 1 : row->n; end < row->n && here[end] == here[i];) end++;
    const msw_spread_run run = {row->a + i, row->b + i, row->percent + i, row->chosen ? row->chosen + i : NULL, end - i};
    count_run(v, i_list, group + (here ? here[i] : 0), &run);
  }
}

/* Without slices the piece is one run. */
static void count(const view *v, size_t i_list, const msw_spread_run *piece) {
  if (v->compare->n_groups == 1) {
    count_run(v, i_list, 0, piece);
    return;
  }
  for (size_t i_row = 0; i_row < v->n_rows; i_row++) {
    const size_t i = i_row * v->n_row;
    const msw_spread_run row = {piece->a + i, piece->b + i, piece->percent + i, piece->chosen ? piece->chosen + i : NULL,
                                v->n_row};
    count_row(v, i_list, i_row, &row);
  }
}

/* ---- Worst cells */

static void keep_worst(const view *v, size_t i_list, const msw_spread_run *piece) {
  msw_worst_list *worst = &v->worker->worst[i_list];
  for (size_t i = 0; worst->n_most > 0 && i < piece->n; i++) {
    const double size = fabs(piece->percent[i]);
    if (!isfinite(size) || !(size > 0.0) || !msw_worst_wants(worst, size)) continue;
    const msw_worst_cell cell = {piece->a[i], piece->b[i], piece->percent[i],
                                 v->worker->row_cells[i / v->n_row] + i % v->n_row};
    msw_worst_add(worst, &cell);
  }
}

/* ---- All of it */

static void add_fields(const view *v, size_t i_other, const bool *chosen) {
  const msw_compare_order *order = &v->compare->order;
  for (size_t i_field = 0; i_field < order->n_fields; i_field++) {
    const size_t i_list = i_other * order->n_fields + i_field;
    const double *a = values_of(v, 0, order->fields[i_field]), *b = values_of(v, i_other + 1, order->fields[i_field]);
    subtract(v, a, b, chosen);
    const msw_spread_run piece = {a, b, v->worker->percent, chosen, v->piece->n_cells};
    count(v, i_list, &piece);
    keep_worst(v, i_list, &piece);
    if (v->compare->put) v->compare->put(v->compare->put_context, i_other, i_field, v->piece, v->worker->percent);
  }
}

void msw_compare_add(msw_compare *compare, const msw_scan_piece *piece) {
  const msw_compare_order *order = &compare->order;
  const size_t rank = order->sides[0].block->rank;
  view v = {compare, piece, &compare->workers[piece->i_thread], rank ? piece->count[rank - 1] : 1, 0};
  v.n_rows = piece->n_cells / v.n_row;
  make_room(&v);
  number_rows(&v);
  for (size_t i_other = 0; i_other < compare->n_others; i_other++) {
    const bool *chosen = choose(&v, i_other);
    add_fields(&v, i_other, chosen);
    if (compare->choices)
      msw_choices_add(compare->choices, i_other, piece, values_of(&v, 0, order->i_decide),
                      values_of(&v, i_other + 1, order->i_decide), chosen, v.worker->row_cells);
  }
}

/* Comparing, piece by piece. */
#include "msw/analysis/compare.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compare_parts.h"
#include "msw/base/num.h"

/* ---- Making ready */

static bool check_streams(const msw_compare_order *order, size_t n_streams, msw_diag *diag) {
  if (order->along < 0 || n_streams * order->n_sides <= MSW_SCAN_MAX_STREAMS) return true;
  msw_error(diag, (msw_loc){0}, NULL, "select fewer values of the axis, or name fewer fields",
            "%zu values with %zu fields each are too much at a time: %d numbers a cell are the most", order->n_sides, n_streams,
            MSW_SCAN_MAX_STREAMS);
  return false;
}

/* What each position adds to the number of its group. */
static bool number_groups(msw_compare *compare, msw_diag *diag) {
  uint64_t n_groups = 1;
  const msw_compare_order *order = &compare->order;
  for (size_t i_key = order->n_keys; i_key-- > 0;) {
    const msw_compare_key *key = &order->keys[i_key];
    uint32_t **adds = &compare->group_of[key->i_dim];
    if (!*adds) *adds = msw_alloc_zero(compare->counts[key->i_dim], sizeof **adds);
    for (size_t i = 0; i < compare->counts[key->i_dim]; i++) (*adds)[i] += key->of[i] * (uint32_t)n_groups;
    n_groups *= key->n;
    if (n_groups * compare->n_others * order->n_fields <= MSW_COMPARE_MOST_GROUPS) continue;
    msw_error(diag, (msw_loc){0}, "--by", "fewer axes, or a smaller --bins", "more than %d slices", MSW_COMPARE_MOST_GROUPS);
    return false;
  }
  compare->n_groups = (size_t)n_groups;
  return true;
}

static void make_room(msw_compare *compare) {
  enum { MOST_SPREADS = 4096 };
  const msw_compare_order *order = &compare->order;
  const size_t n_threads = (size_t)order->n_threads, n_lists = compare->n_others * order->n_fields;
  const size_t n_spreads = n_lists * compare->n_groups;
  compare->n_copies = MOST_SPREADS / n_spreads < n_threads ? MOST_SPREADS / n_spreads : n_threads;
  if (compare->n_copies == 0) compare->n_copies = 1;
  compare->spreads = msw_alloc_zero(compare->n_copies * n_spreads, sizeof *compare->spreads);
  for (size_t i = 0; i < compare->n_copies * n_spreads; i++) pthread_mutex_init(&compare->spreads[i].lock, NULL);
  compare->workers = msw_alloc_zero(n_threads, sizeof *compare->workers);
  compare->worst = msw_alloc_zero(n_lists, sizeof *compare->worst);
  for (size_t i_thread = 0; i_thread < n_threads; i_thread++) {
    msw_compare_worker *worker = &compare->workers[i_thread];
    worker->formulas = msw_alloc_zero(order->n_sides, sizeof *worker->formulas);
    worker->worst = msw_alloc_zero(n_lists, sizeof *worker->worst);
    for (size_t i_list = 0; i_list < n_lists; i_list++)
      worker->worst[i_list] = (msw_worst_list){msw_alloc_zero(order->n_worst, sizeof(msw_worst_cell)), 0, order->n_worst};
  }
}

msw_compare *msw_compare_new(const msw_compare_order *order, msw_diag *diag) {
  const msw_compared *reference = &order->sides[0];
  msw_compare *compare = msw_alloc_zero(1, sizeof *compare);
  compare->order = *order;
  compare->n_others = order->n_sides - 1;
  msw_formulas_streams(reference->formulas, &compare->n_streams);
  for (size_t i_dim = 0; i_dim < reference->block->rank; i_dim++) compare->counts[i_dim] = reference->selection.dims[i_dim].n;
  bool is_good = check_streams(order, compare->n_streams, diag);
  is_good = number_groups(compare, diag) && is_good;
  if (is_good && order->i_decide != MSW_NO_FORMULA) {
    compare->choices = msw_choices_new(order, diag);
    is_good = compare->choices != NULL;
  }
  if (is_good) {
    make_room(compare);
    return compare;
  }
  msw_compare_free(compare);
  return NULL;
}

static void free_worker(const msw_compare *compare, msw_compare_worker *worker) {
  for (size_t i_side = 0; i_side < compare->order.n_sides; i_side++) msw_formula_work_free(worker->formulas[i_side]);
  for (size_t i_list = 0; i_list < compare->n_others * compare->order.n_fields; i_list++) free(worker->worst[i_list].cells);
  free(worker->formulas);
  free(worker->worst);
  free(worker->percent);
  free(worker->chosen);
  free(worker->row_cells);
}

void msw_compare_free(msw_compare *compare) {
  if (!compare) return;
  const size_t n_lists = compare->n_others * compare->order.n_fields;
  for (size_t i = 0; compare->spreads && i < compare->n_copies * n_lists * compare->n_groups; i++) {
    pthread_mutex_destroy(&compare->spreads[i].lock);
    msw_spread_free(&compare->spreads[i].spread);
  }
  for (size_t i_thread = 0; compare->workers && i_thread < (size_t)compare->order.n_threads; i_thread++)
    free_worker(compare, &compare->workers[i_thread]);
  for (size_t i_list = 0; compare->worst && i_list < n_lists; i_list++) free(compare->worst[i_list].cells);
  for (size_t i_dim = 0; i_dim < MSW_H5_MAX_RANK; i_dim++) free(compare->group_of[i_dim]);
  msw_choices_free(compare->choices);
  free(compare->worst);
  free(compare->workers);
  free(compare->spreads);
  free(compare);
}

/* ---- After all pieces */

void msw_compare_finish(msw_compare *compare) {
  const msw_compare_order *order = &compare->order;
  const size_t n_lists = compare->n_others * order->n_fields, n_spreads = n_lists * compare->n_groups;
  for (size_t i_copy = 1; i_copy < compare->n_copies; i_copy++)
    for (size_t i = 0; i < n_spreads; i++)
      msw_spread_merge(&compare->spreads[i].spread, &compare->spreads[i_copy * n_spreads + i].spread);
  for (size_t i_list = 0; i_list < n_lists; i_list++) {
    msw_worst_list *all = &compare->worst[i_list];
    *all = (msw_worst_list){msw_alloc_zero(order->n_worst, sizeof *all->cells), 0, order->n_worst};
    for (size_t i_thread = 0; i_thread < (size_t)order->n_threads; i_thread++) {
      const msw_worst_list *found = &compare->workers[i_thread].worst[i_list];
      for (size_t i_cell = 0; i_cell < found->n; i_cell++) msw_worst_add(all, &found->cells[i_cell]);
    }
    msw_worst_sort(all);
  }
}

size_t msw_compare_groups(const msw_compare *compare) { return compare->n_groups; }

static const msw_locked_spread *spreads_of(const msw_compare *compare, size_t i_other, size_t i_field) {
  return &compare->spreads[(i_other * compare->order.n_fields + i_field) * compare->n_groups];
}

msw_difference_figures msw_compare_overall(const msw_compare *compare, size_t i_other, size_t i_field) {
  msw_spread all = {0};
  for (size_t i_group = 0; i_group < compare->n_groups; i_group++)
    msw_spread_merge(&all, &spreads_of(compare, i_other, i_field)[i_group].spread);
  const msw_difference_figures figures = msw_spread_figures(&all);
  msw_spread_free(&all);
  return figures;
}

msw_difference_figures msw_compare_group(const msw_compare *compare, size_t i_other, size_t i_field, size_t i_group) {
  return msw_spread_figures(&spreads_of(compare, i_other, i_field)[i_group].spread);
}

const msw_worst_cell *msw_compare_worst(const msw_compare *compare, size_t i_other, size_t i_field, size_t *n) {
  const msw_worst_list *list = &compare->worst[i_other * compare->order.n_fields + i_field];
  *n = list->n;
  return list->cells;
}

msw_decision_figures msw_compare_decision(const msw_compare *compare, size_t i_other) {
  return msw_choices_figures(compare->choices, i_other);
}

void msw_compare_place(const msw_compare *compare, size_t i_side, uint64_t i_selected, uint64_t at[MSW_H5_MAX_RANK]) {
  const msw_compared *side = &compare->order.sides[i_side];
  for (size_t i_dim = side->block->rank; i_dim-- > 0;) {
    at[i_dim] = side->selection.dims[i_dim].at[i_selected % compare->counts[i_dim]];
    i_selected /= compare->counts[i_dim];
  }
}

/* Choices of two sides at every place, and what the other's would cost on the reference's terms. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compare_parts.h"
#include "msw/analysis/errors.h"
#include "msw/base/num.h"

static const double COSTLY_PERCENT = 1.0;
enum { STRETCH = 4096 /* places in a row that share a lock */ };

msw_choices *msw_choices_new(const msw_compare_order *order, msw_diag *diag) {
  const msw_compared *reference = &order->sides[0];
  bool is_key[MSW_H5_MAX_RANK] = {false};
  uint64_t n = 0;
  msw_choices *choices = msw_alloc_zero(1, sizeof *choices);
  for (size_t i_dim = 0; i_dim < reference->block->rank; i_dim++) is_key[i_dim] = !order->is_decided[i_dim];
  const bool is_fine =
      msw_cell_groups_make(reference->block, &reference->selection, is_key, MSW_COMPARE_MOST_PLACES, &choices->places);
  if (!is_fine || !msw_mul_u64(choices->places.n_groups, order->n_sides - 1, &n) || n > MSW_COMPARE_MOST_PLACES) {
    msw_error(diag, (msw_loc){0}, "--decide", "decide along more axes, or select fewer values",
              "%llu decisions to compare, %d are the most", (unsigned long long)choices->places.n_groups,
              MSW_COMPARE_MOST_PLACES);
    free(choices);
    return NULL;
  }
  choices->is_max = order->decide_max;
  choices->choices = msw_alloc_zero(n, sizeof *choices->choices);
  for (size_t i_lock = 0; i_lock < MSW_CHOICE_LOCKS; i_lock++) pthread_mutex_init(&choices->locks[i_lock], NULL);
  return choices;
}

void msw_choices_free(msw_choices *choices) {
  if (!choices) return;
  for (size_t i_lock = 0; i_lock < MSW_CHOICE_LOCKS; i_lock++) pthread_mutex_destroy(&choices->locks[i_lock]);
  free(choices->choices);
  free(choices);
}

/* Better, or as good and earlier in the file. */
static bool beats(double value, uint64_t cell, double best, uint64_t best_cell, bool is_max) {
  if (is_max ? value > best : value < best) return true;
  return msw_same_number(value, best) && cell < best_cell;
}

static void consider(msw_choice *choice, double reference, double other, uint64_t cell, bool is_max) {
  if (!choice->is_there || beats(reference, cell, choice->reference, choice->cell, is_max)) {
    choice->reference = reference;
    choice->cell = cell;
  }
  if (!choice->is_there || beats(other, cell, choice->other, choice->cell_of_other, is_max)) {
    choice->other = other;
    choice->reference_at_other = reference;
    choice->cell_of_other = cell;
  }
  choice->is_there = true;
}

/* Places of a row are `group`, group + step, …; the lock of a stretch of them is held while the row crosses it. */
typedef struct { const double *reference, *other; const bool *chosen; uint64_t first_cell; } row_values;

static void add_row(msw_choices *choices, msw_choice *all, const msw_piece_rows *row, const row_values *values) {
  uint64_t held = MSW_CHOICE_LOCKS;
  for (size_t i = 0; i < row->n; i++) {
    const uint64_t place = row->group + i * row->step, lock = place / STRETCH % MSW_CHOICE_LOCKS;
    if (isnan(values->reference[i]) || isnan(values->other[i]) || (values->chosen && !values->chosen[i])) continue;
    if (lock != held && held < MSW_CHOICE_LOCKS) pthread_mutex_unlock(&choices->locks[held]);
    if (lock != held) pthread_mutex_lock(&choices->locks[lock]);
    held = lock;
    consider(&all[place], values->reference[i], values->other[i], values->first_cell + i, choices->is_max);
  }
  if (held < MSW_CHOICE_LOCKS) pthread_mutex_unlock(&choices->locks[held]);
}

void msw_choices_add(msw_choices *choices, size_t i_other, const msw_scan_piece *piece, const double *reference,
                     const double *other, const bool *chosen, const uint64_t *row_cells) {
  msw_choice *all = choices->choices + i_other * choices->places.n_groups;
  msw_piece_rows row = msw_piece_rows_begin(&choices->places, piece);
  for (size_t i_row = 0; msw_piece_rows_next(&row); i_row++) {
    const row_values values = {reference + row.first_cell, other + row.first_cell, chosen ? chosen + row.first_cell : NULL,
                               row_cells[i_row]};
    add_row(choices, all, &row, &values);
  }
}

/* What the reference loses by the other's choice, in percent; 0 where it is as good. NaN where the best is 0. */
static double cost_of(const msw_choice *choice, bool is_max) {
  const double loss = is_max ? choice->reference - choice->reference_at_other : choice->reference_at_other - choice->reference;
  return loss > 0.0 || loss < 0.0 ? 100.0 * loss / fabs(choice->reference) : 0.0;
}

static double mean_of(const double *values, size_t n) {
  double sum = 0.0;
  for (size_t i = 0; i < n; i++) sum += values[i];
  return n ? sum / (double)n : (double)NAN;
}

msw_decision_figures msw_choices_figures(const msw_choices *choices, size_t i_other) {
  const double none = (double)NAN;
  const msw_choice *all = choices->choices + i_other * choices->places.n_groups;
  msw_decision_figures figures = {.cost_p95 = none, .cost_max = none};
  double *costs = msw_alloc(choices->places.n_groups * sizeof *costs);
  double *changed = msw_alloc(choices->places.n_groups * sizeof *changed);
  for (uint64_t i_place = 0; i_place < choices->places.n_groups; i_place++) {
    if (!all[i_place].is_there) continue;
    const double cost = cost_of(&all[i_place], choices->is_max);
    if (all[i_place].cell != all[i_place].cell_of_other) changed[figures.n_changed++] = cost;
    figures.n_costly += cost > COSTLY_PERCENT;
    costs[figures.n_places++] = cost;
  }
  figures.n_empty = choices->places.n_groups - figures.n_places;
  qsort(costs, figures.n_places, sizeof *costs, msw_compare_numbers);
  figures.cost_mean = mean_of(costs, figures.n_places);
  figures.cost_mean_changed = mean_of(changed, figures.n_changed);
  if (figures.n_places > 0) {
    const double p95 = 95.0;
    figures.cost_p95 = msw_percentile(costs, figures.n_places, p95);
    figures.cost_max = costs[figures.n_places - 1];
  }
  free(costs);
  free(changed);
  return figures;
}

/* Rows of a product of factors. Where no rule holds, a cell counts for the product of the tables. Those over the row's
 * own dimension are multiplied once for all rows, and summed up from the left, so that a stretch costs one subtraction.
 */
#include "row_sum.h"

#include <stdlib.h>

enum { WINDOW_CELLS = 1 << 14 };   /* long rows are cut, so that lists of stretches stay small */

typedef struct { const msw_count_factor *factor; size_t stride; const uint64_t *part; } table_row;   /* its part: a row */

struct msw_row_sum {
  msw_arena arena;
  const msw_plan_block *block;
  size_t i_dim;
  size_t length, n_window;
  msw_axis_set axes;                   /* that run along the row */
  size_t position[MSW_N_AXES];
  const msw_spec_rule **rules;         /* [n_rules] */
  table_row *tables;                   /* [n_tables] over other dimensions, too */
  size_t n_rules, n_tables;
  uint64_t *before;                    /* [length + 1] sum of own counts left of a position; NULL: all are 1 */
  double *scratch;
  msw_stretch *held, *found, *spare;   /* what rules hold so far, the next rule, and both joined */
};

/* ---- Tables ---- */

size_t msw_table_entry(const msw_plan_block *block, msw_dim_set dims, const msw_dim_position *where) {
  size_t entry = 0;
  for (size_t i_dim = 0; dims >> i_dim; i_dim++)
    if (dims & msw_dim_bit(i_dim)) entry = entry * (size_t)block->dims[i_dim].n + (size_t)where->at[i_dim];
  return entry;
}

bool msw_next_position(const msw_plan_block *block, msw_dim_set dims, msw_dim_position *where) {
  for (size_t i_dim = block->rank; i_dim-- > 0;) {
    if (!(dims & msw_dim_bit(i_dim))) continue;
    if (++where->at[i_dim] < block->dims[i_dim].n) return true;
    where->at[i_dim] = 0;
  }
  return false;
}

/* Entries between neighbours along a dimension of a table; 0 when it does not run along it. */
static size_t stride_of(const msw_row_sum *row, msw_dim_set dims) {
  if (row->i_dim == row->block->rank || !(dims & msw_dim_bit(row->i_dim))) return 0;
  const msw_dim_set up_to_it = msw_dim_bit(row->i_dim) | (msw_dim_bit(row->i_dim) - 1);
  return (size_t)msw_dims_cells(row->block, dims & ~up_to_it);
}

/* ---- Preparing ---- */

static void multiply_own(msw_row_sum *row, const uint64_t *table) {
  const bool is_first = !row->before;
  if (is_first) row->before = msw_arena_array(&row->arena, row->length + 1, sizeof *row->before);
  for (size_t at = 0; at < row->length; at++)
    row->before[at + 1] = is_first ? table[at] : row->before[at + 1] * table[at];
}

static void sort_factors(msw_row_sum *row, const msw_count_factor *factors, size_t n_factors) {
  row->rules = msw_arena_array(&row->arena, n_factors, sizeof *row->rules);
  row->tables = msw_arena_array(&row->arena, n_factors, sizeof *row->tables);
  for (size_t i_factor = 0; i_factor < n_factors; i_factor++) {
    const msw_count_factor *factor = &factors[i_factor];
    if (factor->rule) row->rules[row->n_rules++] = factor->rule;
    else if (factor->dims == msw_dim_bit(row->i_dim)) multiply_own(row, factor->table);
    else row->tables[row->n_tables++] = (table_row){factor, stride_of(row, factor->dims), NULL};
  }
  for (size_t at = 0; row->before && at < row->length; at++) row->before[at + 1] += row->before[at];
}

msw_row_sum *msw_row_sum_new(const msw_plan_block *block, size_t i_dim, const msw_count_factor *factors,
                             size_t n_factors) {
  msw_row_sum *row = msw_alloc_zero(1, sizeof *row);
  *row = (msw_row_sum){.block = block, .i_dim = i_dim, .length = 1};
  if (i_dim < block->rank) row->length = (size_t)block->dims[i_dim].n;
  row->n_window = row->length < WINDOW_CELLS ? row->length : WINDOW_CELLS;
  for (msw_axis_id axis = 0; axis < MSW_N_AXES; axis++)
    if (i_dim < block->rank && block->dim_of_axis[axis] == (int)i_dim) row->axes |= msw_axes_of(axis);
  sort_factors(row, factors, n_factors);
  const size_t most = msw_stretches_most(row->n_window);
  row->scratch = msw_arena_array(&row->arena, block->rule_book.n_scratch, sizeof *row->scratch);
  row->held = msw_arena_array(&row->arena, most, sizeof *row->held);
  row->found = msw_arena_array(&row->arena, most, sizeof *row->found);
  row->spare = msw_arena_array(&row->arena, most, sizeof *row->spare);
  return row;
}

void msw_row_sum_free(msw_row_sum *row) {
  if (!row) return;
  msw_arena_free(&row->arena);
  free(row);
}

/* ---- A row ---- */

static void stand_at(msw_row_sum *row, const msw_dim_position *where) {
  msw_dim_position start = *where;
  if (row->i_dim < row->block->rank) start.at[row->i_dim] = 0;
  for (int axis = 0; axis < MSW_N_AXES; axis++) {
    const int dim = row->block->dim_of_axis[axis];
    row->position[axis] = dim >= 0 ? (size_t)start.at[dim] : 0;
  }
  for (size_t i_table = 0; i_table < row->n_tables; i_table++) {
    const msw_count_factor *factor = row->tables[i_table].factor;
    row->tables[i_table].part = factor->table + msw_table_entry(row->block, factor->dims, &start);
  }
}

/* What no rule holds of a window, in `spare`; returns how many stretches. */
static size_t find_kept(msw_row_sum *row, size_t first, size_t n) {
  size_t n_held = 0;
  for (size_t i_rule = 0; i_rule < row->n_rules; i_rule++) {
    const size_t n_found = msw_rule_stretches(&row->block->rule_book, row->rules[i_rule], row->position, row->axes,
                                              first, n, row->scratch, row->found);
    if (n_found == 0) continue;
    n_held = msw_stretches_union(row->held, n_held, row->found, n_found, row->spare);
    msw_stretch *joined = row->spare;
    row->spare = row->held;
    row->held = joined;
  }
  return msw_stretches_rest(row->held, n_held, first, first + n, row->spare);
}

static uint64_t count_at(const msw_row_sum *row, size_t at) {
  uint64_t count = row->before ? row->before[at + 1] - row->before[at] : 1;
  for (size_t i_table = 0; i_table < row->n_tables; i_table++)
    count *= row->tables[i_table].part[at * row->tables[i_table].stride];
  return count;
}

static uint64_t sum_of(const msw_row_sum *row, msw_stretch kept) {
  if (row->n_tables == 0) return row->before ? row->before[kept.end] - row->before[kept.first] : kept.end - kept.first;
  uint64_t sum = 0;
  for (size_t at = kept.first; at < kept.end; at++) sum += count_at(row, at);
  return sum;
}

/* The next window of a row: false after the last one. */
static bool next_window(const msw_row_sum *row, size_t *first, size_t *n) {
  *first += *n;
  const size_t left = row->length - *first;
  *n = left < row->n_window ? left : row->n_window;
  return left > 0;
}

uint64_t msw_row_sum_at(msw_row_sum *row, const msw_dim_position *where) {
  uint64_t sum = 0;
  stand_at(row, where);
  for (size_t first = 0, n = 0; next_window(row, &first, &n);) {
    const size_t n_kept = find_kept(row, first, n);
    for (size_t i_kept = 0; i_kept < n_kept; i_kept++) sum += sum_of(row, row->spare[i_kept]);
  }
  return sum;
}

void msw_row_sum_visit(msw_row_sum *row, const msw_dim_position *where, msw_row_visit *visit, void *context) {
  stand_at(row, where);
  for (size_t first = 0, n = 0; next_window(row, &first, &n);) {
    const size_t n_kept = find_kept(row, first, n);
    for (size_t i_kept = 0; i_kept < n_kept; i_kept++)
      for (size_t at = row->spare[i_kept].first; at < row->spare[i_kept].end; at++)
        visit(context, at, count_at(row, at));
  }
}

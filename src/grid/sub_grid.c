/* Counting over a sub-grid: rows along its longest inner dimension, an odometer over the others. */
#include "sub_grid.h"

#include <stdlib.h>
#include <string.h>

#include "msw/grid/rule.h"
#include "void_case.h"

enum { ROW_CELLS = 4096 };   /* rows are cut so that the scratch stays small */

typedef struct {
  const msw_sub_grid *grid;
  size_t row_dim;                       /* rank: none */
  uint64_t at[MSW_MAX_RANK];
  size_t position[MSW_N_AXES];
  double *scratch;
  uint8_t mask[ROW_CELLS];
  msw_flags void_flags;                 /* of the outer position void_at */
  bool void_known;
  msw_sub_counts counts;
} walk;

static size_t choose_row_dim(const msw_sub_grid *grid) {
  size_t longest = grid->block->rank;
  for (size_t i_dim = grid->block->n_outer; i_dim < grid->block->rank; i_dim++)
    if (grid->in[i_dim] && (longest == grid->block->rank || grid->block->dims[i_dim].n > grid->block->dims[longest].n))
      longest = i_dim;
  return longest;
}

static void set_positions(walk *w) {
  for (int axis = 0; axis < MSW_N_AXES; axis++) {
    int dim = w->grid->block->dim_of_axis[axis];
    w->position[axis] = dim >= 0 ? (size_t)w->at[dim] : 0;
  }
}

static void count_cells(walk *w, size_t n) {
  msw_flags flags = 0;
  if (w->grid->with_void) {
    if (!w->void_known) w->void_flags = msw_plan_case_void(w->grid->block, w->position);
    w->void_known = true;
    flags = w->void_flags;
  }
  uint64_t excluded = 0;
  for (size_t i_cell = 0; i_cell < n; i_cell++) excluded += w->mask[i_cell] != 0;
  w->counts.n_total += n;
  w->counts.n_excluded += excluded;
  if (!flags) w->counts.n_valid += n - excluded;
  for (size_t i_flag = 0; i_flag < MSW_N_FLAGS; i_flag++)
    if (flags & msw_flag_table[i_flag].bit) w->counts.void_counts[i_flag] += n - excluded;
}

static void count_row(walk *w) {
  const msw_plan_block *block = w->grid->block;
  bool has_row = w->row_dim < block->rank;
  uint64_t length = has_row ? block->dims[w->row_dim].n : 1;
  msw_axis_id row_axis = has_row ? block->dims[w->row_dim].axis : MSW_N_AXES;
  set_positions(w);
  for (uint64_t first = 0; first < length; first += ROW_CELLS) {
    size_t n = length - first < ROW_CELLS ? (size_t)(length - first) : ROW_CELLS;
    memset(w->mask, 0, n);
    for (size_t i_rule = 0; i_rule < w->grid->n_rules; i_rule++)
      msw_rule_row(block->spec, w->grid->rules[i_rule], w->position, row_axis, (size_t)first, n, w->scratch, w->mask);
    count_cells(w, n);
  }
}

/* Next combination of the other dimensions, last fastest; false after the last one. */
static bool advance(walk *w) {
  const msw_plan_block *block = w->grid->block;
  for (size_t i_dim = block->rank; i_dim-- > 0;) {
    if (!w->grid->in[i_dim] || i_dim == w->row_dim) continue;
    if (i_dim < block->n_outer) w->void_known = false;
    if (++w->at[i_dim] < block->dims[i_dim].n) return true;
    w->at[i_dim] = 0;
  }
  return false;
}

msw_sub_counts msw_sub_grid_count(const msw_sub_grid *grid) {
  walk *w = msw_alloc_zero(1, sizeof *w);
  w->grid = grid;
  w->row_dim = choose_row_dim(grid);
  w->scratch = msw_alloc_zero(msw_rule_scratch(grid->block->spec, ROW_CELLS), sizeof *w->scratch);
  do count_row(w);
  while (advance(w));
  msw_sub_counts counts = w->counts;
  free(w->scratch);
  free(w);
  return counts;
}

/* Rules ("exclude", "when") over cells: along a row cell by cell, and, without looking at every cell, as stretches of a
 * row and over whole boxes.
 */
#ifndef MSW_GRID_RULE_H
#define MSW_GRID_RULE_H

#include "msw/grid/stretch.h"
#include "msw/inputs/spec.h"

/* ---- A row, cell by cell: the reference ------------------------------------------------------------------------- */

/* Doubles of scratch that msw_rule_row needs for rows of n cells of this block's rules. */
size_t msw_rule_scratch(const msw_spec_block *block, size_t n);

/* mask[i] |= 1 where the rule holds at the cell whose axes stand at `position`, but with `row_axis` at first + i,
 * 0 <= i < n. row_axis MSW_N_AXES: a single cell, n = 1. The row axis must not be zipped. */
void msw_rule_row(const msw_spec_block *block, const msw_spec_rule *rule, const size_t position[MSW_N_AXES],
                  msw_axis_id row_axis, size_t first, size_t n, double *scratch, uint8_t *mask);

/* ---- Stretches and boxes ---------------------------------------------------------------------------------------- */

/* How the values of a variable run along its axis. */
typedef enum { MSW_UNORDERED, MSW_ASCENDING, MSW_DESCENDING } msw_order;   /* neighbours may be equal, none is NaN */

/* What is worked out once for the questions below. Costs the sum of the lengths of the axes that the rules name. */
typedef struct {
  const msw_spec_block *block;
  const msw_order *orders;     /* [block->n_variables] */
  const msw_bounds *bounds;    /* [block->n_variables] over the whole axis */
  size_t n_scratch;            /* doubles of scratch for a question: 0 before the first one, then left alone */
} msw_rule_book;
msw_rule_book msw_rule_book_make(const msw_spec_block *block, msw_arena *arena);

/* Where one of the block's rules holds in a box: of every axis that it names, the positions box[axis], at least one. A
 * large box costs no more than a small one where values are in order. Sure of single cells, of matches, and of nearly
 * all other boxes in which nothing changes; where it is unsure, cells have to be looked at. */
msw_extent msw_rule_over(const msw_rule_book *book, const msw_spec_rule *rule, const msw_stretch box[MSW_N_AXES],
                         double *scratch);

/* Axes as bits: msw_axes_of(MSW_AXIS_KV_LEN) … */
typedef uint32_t msw_axis_set;
static inline msw_axis_set msw_axes_of(msw_axis_id axis) { return (msw_axis_set)1 << axis; }

/* The stretches of a row in which the rule holds: exactly the cells in which msw_rule_row finds it. Along the row the
 * axes in `row_axes` (one, the members of a zip, or none with first 0 and n 1) run from `first` to first + n - 1; the
 * others stand at `position`. The stretches are positions of the row axes. `out` takes msw_stretches_most(n); returns
 * how many. Where the values along the row are in order and the rule seldom changes it costs the logarithm of n, and
 * less where it changes at about the same place as in the row asked for before; else n. */
size_t msw_rule_stretches(const msw_rule_book *book, const msw_spec_rule *rule, const size_t position[MSW_N_AXES],
                          msw_axis_set row_axes, size_t first, size_t n, double *scratch, msw_stretch *out);

#endif

/* What is known of a reduction after some of its cells: accumulators for every cell that is left. Adding cells in any
 * order, in any grouping, and combining partial results gives the same in the end, bit for bit:
 *   min, max      the extreme of a set does not depend on order; -0 counts as 0
 *   argmin, argmax  beside it the least number (reduction.h) of the cells that have it: of equal ones the first in the file
 *   count         an integer
 *   mean          an exact sum (exact_sum.h), rounded once at the end
 * NaN takes no part anywhere.
 */
#ifndef MSW_GRID_PARTIAL_H
#define MSW_GRID_PARTIAL_H

#include "msw/grid/exact_sum.h"
#include "msw/grid/reduction.h"

typedef struct {
  msw_reduce_op op;
  uint64_t n;                  /* cells */
  float *extreme;              /* min, max, arg: NaN where there is none; of the negated values for min, argmin */
  uint64_t *at;                /* arg: the number of the cell */
  uint64_t *count;             /* count */
  msw_exact_sum *sums;         /* mean */
} msw_partial;

void msw_partial_init(msw_partial *partial, msw_reduce_op op, uint64_t n);
void msw_partial_free(msw_partial *partial);
uint64_t msw_partial_cell_bytes(msw_reduce_op op);   /* memory */

/* Adds n values, whose numbers are `at` and, if they all go into `cell`, those that follow; with `spread` each goes into
 * a cell of its own, from `cell` on. */
void msw_partial_add(msw_partial *partial, uint64_t cell, bool spread, const float *values, size_t n, uint64_t at);
/* Adds the cells of `from` to those of `into` from `first` on. */
void msw_partial_combine(msw_partial *into, uint64_t first, const msw_partial *from);
/* The first cells and the last that hold anything: *n is 0 when none does. */
void msw_partial_extent(const msw_partial *partial, uint64_t *first, uint64_t *n);

/* Results: cells first … first + n - 1 of a variable, in the memory layout of its type. */
void msw_partial_results(const msw_partial *partial, const msw_reduced_variable *variable, uint64_t first, size_t n,
                         void *out);

#endif

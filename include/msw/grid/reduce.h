/* The reductions of a run: accumulators for all of them, to which threads add evaluated tiles in any order.
 *
 * Threads share sets of accumulators, as many sets as fit a budget of memory and at least one. Two tiles of a block go into
 * the same cells of a reduction, or into entirely different ones, for a tile is a box of the grid's own cut: so the lock
 * that a thread takes is chosen by where its tile goes.
 */
#ifndef MSW_GRID_REDUCE_H
#define MSW_GRID_REDUCE_H

#include "msw/grid/partial.h"

typedef struct msw_reduce msw_reduce;

/* Memory that one set of accumulators takes; UINT64_MAX where it overflows. 0: the plan has no reductions. */
uint64_t msw_reduce_memory(const msw_plan *plan);
/* NULL for a plan without reductions. The plan is borrowed. `budget`: bytes for sets beyond the first. */
#define MSW_REDUCE_BUDGET ((uint64_t)256 << 20)
msw_reduce *msw_reduce_new(const msw_plan *plan, int n_threads, uint64_t budget);
void msw_reduce_free(msw_reduce *reduce);

/* Adds a tile's cells; `fields` [n_computed] as msw_eval_tile filled them. By many threads at once, each with its own
 * number. */
void msw_reduce_add(msw_reduce *reduce, int thread, size_t i_block, const msw_tile *tile, void *const *fields);
/* What all tiles so far come to, for a reduction of a block; when no thread adds any more. */
const msw_partial *msw_reduce_total(msw_reduce *reduce, size_t i_block, size_t i_reduction);

#endif

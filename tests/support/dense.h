/* All cells of a block in plain arrays, to be compared cell by cell: row-major over the block's dimensions.
 */
#ifndef MSW_TEST_DENSE_H
#define MSW_TEST_DENSE_H

#include "msw/grid/eval.h"
#include "msw/grid/run.h"

typedef struct {
  const msw_plan_block *block;
  size_t n_cells;
  void **fields;                        /* [n_fields] n_cells of the field's type each */
  uint8_t *written;                     /* [n_cells] how often */
  uint64_t flag_counts[MSW_N_FLAG_BITS];
  uint64_t n_evaluated;
} dense;

dense *dense_new(const msw_plan_block *block);
void dense_free(dense *cells);

/* Evaluates every tile of every case on this thread. `tables` as for msw_bind_case. */
dense *dense_eval(const msw_plan_block *block, const msw_kernel_set *const *tables);
/* The same into `cells`, with the caller's scratch and a chunk of every field. */
void dense_fill(dense *cells, const msw_kernel_set *const *tables, msw_eval_scratch *scratch, void *const *chunks);
/* The same through msw_run. */
dense *dense_run(const msw_plan *plan, const msw_kernel_set *const *tables, int n_threads);
/* Copies a tile's chunks into place. */
void dense_put(dense *cells, const msw_tile *tile, void *const *chunks);

/* Positions of all axes at a cell, and back. */
void dense_positions(const msw_plan_block *block, size_t i_cell, size_t position[MSW_N_AXES]);
size_t dense_cell(const msw_plan_block *block, const size_t position[MSW_N_AXES]);

/* Bytes of one cell of a field. */
const void *dense_at(const dense *cells, size_t i_field, size_t i_cell);

/* Other chunks for a block (a copy to be changed): lengths of the inner dimensions, in order, each at least 1. */
void dense_rechunk(msw_plan_block *block, const uint64_t *chunks);

#endif

/* Dense results of a block. */
#include "dense.h"

#include <stdlib.h>
#include <string.h>

#include "msw_test.h"

dense *dense_new(const msw_plan_block *block) {
  dense *cells = msw_alloc_zero(1, sizeof *cells);
  cells->block = block;
  cells->n_cells = (size_t)block->counts.n_total;
  cells->fields = msw_alloc_zero(block->n_fields, sizeof *cells->fields);
  cells->written = msw_alloc_zero(cells->n_cells, 1);
  for (size_t i_field = 0; i_field < block->n_fields; i_field++)
    cells->fields[i_field] = msw_alloc_zero(cells->n_cells, msw_field_size(block->fields[i_field]->type));
  return cells;
}

void dense_free(dense *cells) {
  for (size_t i_field = 0; i_field < cells->block->n_fields; i_field++) free(cells->fields[i_field]);
  free(cells->fields);
  free(cells->written);
  free(cells);
}

const void *dense_at(const dense *cells, size_t i_field, size_t i_cell) {
  return (const char *)cells->fields[i_field] + i_cell * msw_field_size(cells->block->fields[i_field]->type);
}

void dense_put(dense *cells, const msw_tile *tile, void *const *chunks) {
  const msw_plan_block *block = cells->block;
  for (uint64_t i = 0; i < tile->n_cells; i++) {
    uint64_t rest = i, in_chunk = 0, in_block = 0, chunk_stride = 1, block_stride = 1;
    for (size_t i_dim = block->rank; i_dim-- > 0;) {
      uint64_t at = rest % tile->count[i_dim];
      rest /= tile->count[i_dim];
      in_chunk += at * chunk_stride;
      in_block += (tile->start[i_dim] + at) * block_stride;
      chunk_stride *= block->dims[i_dim].chunk;
      block_stride *= block->dims[i_dim].n;
    }
    assert_true(in_block < cells->n_cells);
    cells->written[in_block]++;
    for (size_t i_field = 0; i_field < block->n_fields; i_field++) {
      size_t size = msw_field_size(block->fields[i_field]->type);
      memcpy((char *)cells->fields[i_field] + in_block * size, (const char *)chunks[i_field] + in_chunk * size, size);
    }
  }
}

static void **new_chunks(const msw_plan_block *block) {
  void **chunks = msw_alloc_zero(block->n_fields, sizeof *chunks);
  for (size_t i_field = 0; i_field < block->n_fields; i_field++)
    chunks[i_field] = msw_alloc_zero((size_t)block->chunk_cells, msw_field_size(block->fields[i_field]->type));
  return chunks;
}

static void free_chunks(const msw_plan_block *block, void **chunks) {
  for (size_t i_field = 0; i_field < block->n_fields; i_field++) free(chunks[i_field]);
  free(chunks);
}

void dense_fill(dense *cells, const msw_kernel_set *const *tables, msw_eval_scratch *scratch, void *const *chunks) {
  const msw_plan_block *block = cells->block;
  for (uint64_t i_case = 0; i_case < block->n_cases; i_case++) {
    msw_bound_case bound;
    msw_bind_case(block, tables, i_case, &bound);
    for (uint64_t i_tile = 0; i_tile < block->tiles_per_case; i_tile++) {
      msw_tile tile;
      msw_plan_tile(block, i_case, i_tile, &tile);
      msw_eval_tile(block, &bound, &tile, scratch, chunks, cells->flag_counts, &cells->n_evaluated);
      dense_put(cells, &tile, chunks);
    }
    msw_bound_case_free(&bound);
  }
}

dense *dense_eval(const msw_plan_block *block, const msw_kernel_set *const *tables) {
  dense *cells = dense_new(block);
  msw_eval_scratch *scratch = msw_eval_scratch_new(block);
  void **chunks = new_chunks(block);
  dense_fill(cells, tables, scratch, chunks);
  free_chunks(block, chunks);
  msw_eval_scratch_free(scratch);
  return cells;
}

typedef struct { dense *cells; void ***chunks; } dense_sink;   /* chunks [slots][n_fields] */

static void encode(void *context, int slot, size_t i_block, size_t i_field, const void *cells, size_t n_bytes) {
  dense_sink *sink = context;
  (void)i_block;
  memcpy(sink->chunks[slot][i_field], cells, n_bytes);
}

static msw_status commit(void *context, int slot, size_t i_block, const msw_tile *tile) {
  dense_sink *sink = context;
  (void)i_block;
  dense_put(sink->cells, tile, sink->chunks[slot]);
  return MSW_OK;
}

dense *dense_run(const msw_plan *plan, const msw_kernel_set *const *tables, int n_threads) {
  const msw_plan_block *block = &plan->blocks[0];
  const int n_slots = msw_run_slots(n_threads);
  dense_sink context = {dense_new(block), msw_alloc_zero((size_t)n_slots, sizeof(void **))};
  for (int slot = 0; slot < n_slots; slot++) context.chunks[slot] = new_chunks(block);
  const msw_kernel_set *const *of_block[] = {tables};
  msw_run_tables run_tables = {.of_block = of_block};
  msw_sink sink = {.context = &context, .encode = encode, .commit = commit};
  msw_run_options options = {.n_threads = n_threads};
  msw_block_counts counts;
  assert_int_equal(msw_run(plan, &run_tables, &sink, &options, &counts), MSW_OK);
  context.cells->n_evaluated = counts.n_evaluated;
  memcpy(context.cells->flag_counts, counts.flags, sizeof counts.flags);
  for (int slot = 0; slot < n_slots; slot++) free_chunks(block, context.chunks[slot]);
  free(context.chunks);
  return context.cells;
}

void dense_positions(const msw_plan_block *block, size_t i_cell, size_t position[MSW_N_AXES]) {
  size_t at[MSW_MAX_RANK];
  for (size_t i_dim = block->rank; i_dim-- > 0;) {
    at[i_dim] = i_cell % (size_t)block->dims[i_dim].n;
    i_cell /= (size_t)block->dims[i_dim].n;
  }
  for (int axis = 0; axis < MSW_N_AXES; axis++)
    position[axis] = block->dim_of_axis[axis] >= 0 ? at[block->dim_of_axis[axis]] : 0;
}

size_t dense_cell(const msw_plan_block *block, const size_t position[MSW_N_AXES]) {
  size_t at[MSW_MAX_RANK] = {0}, i_cell = 0;
  for (int axis = 0; axis < MSW_N_AXES; axis++)
    if (block->dim_of_axis[axis] >= 0) at[block->dim_of_axis[axis]] = position[axis];
  for (size_t i_dim = 0; i_dim < block->rank; i_dim++) i_cell = i_cell * (size_t)block->dims[i_dim].n + at[i_dim];
  return i_cell;
}

void dense_rechunk(msw_plan_block *block, const uint64_t *chunks) {
  block->chunk_cells = block->tiles_per_case = 1;
  for (size_t i_dim = block->n_outer; i_dim < block->rank; i_dim++) {
    msw_dim *dim = &block->dims[i_dim];
    dim->chunk = chunks[i_dim - block->n_outer] < dim->n ? chunks[i_dim - block->n_outer] : dim->n;
    block->chunk_cells *= dim->chunk;
    block->tiles_per_case *= (dim->n + dim->chunk - 1) / dim->chunk;
  }
}

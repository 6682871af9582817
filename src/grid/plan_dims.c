/* Dimensions of a block and how they are cut into chunks. */
#include "plan_dims.h"

#include "msw/base/num.h"

/* Measured rule (docs/decisions/0004-chunks.md): 512 KiB of float32, so that any reader's 1 MiB cache holds a chunk;
 * lengths not below 128 and batches not below 8 as long as that suffices. */
enum { MAX_CHUNK_CELLS = 131072, MIN_LENGTH_CHUNK = 128, MIN_BATCH_CHUNK = 8 };

static void add_dim(msw_plan_block *block, msw_dim dim) { block->dims[block->rank++] = dim; }

static void add_axes(msw_plan_block *block, msw_axis_id from, msw_axis_id to, bool outer) {
  for (msw_axis_id axis = from; axis < to; axis++) {
    const msw_spec_axis *given = &block->spec->axes[axis];
    if (given->n == 0 || given->zip >= 0) continue;
    block->dim_of_axis[axis] = (int)block->rank;
    add_dim(block, (msw_dim){.name = msw_axis_name(axis), .axis = axis, .zip = -1, .n = given->n, .chunk = 1,
                             .outer = outer});
  }
}

static void add_zips(msw_plan_block *block) {
  for (size_t i_zip = 0; i_zip < block->spec->n_zips; i_zip++) {
    const msw_spec_zip *zip = &block->spec->zips[i_zip];
    for (size_t i_member = 0; i_member < zip->n_members; i_member++)
      block->dim_of_axis[zip->members[i_member]] = (int)block->rank;
    add_dim(block, (msw_dim){.name = zip->name, .axis = MSW_N_AXES, .zip = (int)i_zip, .n = zip->n, .chunk = 1,
                             .outer = true});
  }
}

static bool is_batch(msw_axis_id axis) { return axis == MSW_AXIS_BATCH || axis == MSW_AXIS_PREFILL_BATCH; }

/* The inner dimension to halve next: the longest length above its minimum, else the longest batch above its, else any. */
static size_t dim_to_halve(const msw_plan_block *block) {
  for (int pass = 0; pass < 3; pass++) {
    size_t widest = block->rank;
    for (size_t i_dim = block->n_outer; i_dim < block->rank; i_dim++) {
      const msw_dim *dim = &block->dims[i_dim];
      bool batch = is_batch(dim->axis);
      if (pass == 0 && (batch || dim->chunk <= MIN_LENGTH_CHUNK)) continue;
      if (pass == 1 && (!batch || dim->chunk <= MIN_BATCH_CHUNK)) continue;
      if (widest == block->rank || dim->chunk > block->dims[widest].chunk) widest = i_dim;
    }
    if (widest < block->rank) return widest;
  }
  return block->rank - 1;
}

static uint64_t chunk_cells(const msw_plan_block *block) {
  uint64_t cells = 1;
  for (size_t i_dim = block->n_outer; i_dim < block->rank; i_dim++)
    if (!msw_mul_u64(cells, block->dims[i_dim].chunk, &cells)) return UINT64_MAX;
  return cells;
}

static void choose_chunks(msw_plan_block *block) {
  for (size_t i_dim = block->n_outer; i_dim < block->rank; i_dim++) block->dims[i_dim].chunk = block->dims[i_dim].n;
  while ((block->chunk_cells = chunk_cells(block)) > MAX_CHUNK_CELLS) {
    msw_dim *dim = &block->dims[dim_to_halve(block)];
    dim->chunk = (dim->chunk + 1) / 2;
  }
}

bool msw_plan_dims(msw_plan_block *block) {
  for (int axis = 0; axis < MSW_N_AXES; axis++) block->dim_of_axis[axis] = -1;
  add_axes(block, 0, MSW_FIRST_NUMERIC_AXIS, true);
  add_zips(block);
  block->n_outer = block->rank;
  add_axes(block, MSW_FIRST_NUMERIC_AXIS, MSW_N_AXES, false);
  choose_chunks(block);

  uint64_t inner = 1;
  block->n_cases = block->tiles_per_case = 1;
  for (size_t i_dim = 0; i_dim < block->rank; i_dim++) {
    const msw_dim *dim = &block->dims[i_dim];
    uint64_t *product = dim->outer ? &block->n_cases : &inner;
    if (!msw_mul_u64(*product, dim->n, product)) return false;
    if (!dim->outer) block->tiles_per_case *= (dim->n + dim->chunk - 1) / dim->chunk;
  }
  return msw_mul_u64(block->n_cases, inner, &block->counts.n_total);
}

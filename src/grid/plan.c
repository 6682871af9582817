/* Building a plan from a spec. */
#include "msw/grid/plan.h"

#include "msw/base/num.h"
#include "msw/grid/reduction.h"
#include "plan_dims.h"

static bool build_block(const msw_spec_block *spec, msw_arena *arena, msw_diag *diag, msw_plan_block *block) {
  block->spec = spec;
  bool fields_good = msw_plan_fields(spec, arena, diag, block);
  bool methods_good = msw_plan_methods(spec, arena, diag, block);
  methods_good = msw_plan_points(spec, arena, diag, block) && methods_good;
  if (!msw_plan_dims(block)) {
    msw_error(diag, (msw_loc){0}, spec->name, NULL, "the number of cells overflows");
    return false;
  }
  if (!fields_good || !methods_good) return false;
  msw_plan_reductions(block, arena);
  msw_plan_count(arena, block);
  return true;
}

msw_status msw_plan_build(const msw_spec *spec, msw_arena *arena, msw_diag *diag, msw_plan *plan) {
  msw_plan_block *blocks = msw_arena_array(arena, spec->n_blocks, sizeof *blocks);
  *plan = (msw_plan){.spec = spec, .blocks = blocks, .n_blocks = spec->n_blocks};
  bool good = true;
  for (size_t i_block = 0; i_block < spec->n_blocks; i_block++) {
    msw_plan_block *block = &blocks[i_block];
    uint64_t bytes;
    if (!build_block(&spec->blocks[i_block], arena, diag, block)) {
      good = false;
      continue;
    }
    plan->n_valid += block->counts.n_valid;
    block->first_tile = plan->n_tiles;
    plan->n_tiles += block->n_cases * block->tiles_per_case;   /* no more than cells: cannot overflow where they do not */
    if (!msw_add_u64(plan->n_cells, block->counts.n_total, &plan->n_cells) ||
        !msw_mul_u64(block->counts.n_total, block->cell_bytes, &bytes) ||
        !msw_add_u64(bytes, block->reduced_bytes, &bytes) ||
        !msw_add_u64(plan->n_bytes, bytes, &plan->n_bytes))
      plan->n_bytes = UINT64_MAX;   /* more than any limit */
  }
  return good ? MSW_OK : MSW_BAD_INPUT;
}

void msw_plan_case_positions(const msw_plan_block *block, uint64_t i_case, size_t position[MSW_N_AXES]) {
  uint64_t at[MSW_MAX_RANK] = {0};
  for (size_t i_dim = block->n_outer; i_dim-- > 0;) {
    at[i_dim] = i_case % block->dims[i_dim].n;
    i_case /= block->dims[i_dim].n;
  }
  for (int axis = 0; axis < MSW_N_AXES; axis++) {
    int dim = block->dim_of_axis[axis];
    position[axis] = dim >= 0 && (size_t)dim < block->n_outer ? (size_t)at[dim] : 0;
  }
}

void msw_plan_tile(const msw_plan_block *block, uint64_t i_case, uint64_t i_tile, msw_tile *tile) {
  *tile = (msw_tile){.i_case = i_case, .n_cells = 1};
  for (size_t i_dim = block->rank; i_dim-- > block->n_outer;) {
    const msw_dim *dim = &block->dims[i_dim];
    uint64_t n_chunks = (dim->n + dim->chunk - 1) / dim->chunk;
    tile->start[i_dim] = i_tile % n_chunks * dim->chunk;
    i_tile /= n_chunks;
    uint64_t left = dim->n - tile->start[i_dim];
    tile->count[i_dim] = left < dim->chunk ? left : dim->chunk;
    tile->n_cells *= tile->count[i_dim];
  }
  for (size_t i_dim = block->n_outer; i_dim-- > 0;) {
    tile->start[i_dim] = i_case % block->dims[i_dim].n;
    tile->count[i_dim] = 1;
    i_case /= block->dims[i_dim].n;
  }
}

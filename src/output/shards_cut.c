/* How a plan is cut into shards, and what is in a stretch of its tiles. */
#include "msw/output/shards.h"

#include "msw/base/num.h"

/* What so many cells of a block count for. Reduced cells take work though they take no bytes. */
static uint64_t counted_bytes(const msw_plan_block *block, uint64_t n_cells) {
  uint64_t bytes;
  if (block->spec->n_reductions > 0) return n_cells / MSW_REDUCED_CELLS_PER_BYTE;
  return msw_mul_u64(n_cells, block->cell_bytes, &bytes) ? bytes : UINT64_MAX;
}

static uint64_t largest_tile_bytes(const msw_plan *plan) {
  uint64_t largest = 1;
  for (size_t i_block = 0; i_block < plan->n_blocks; i_block++) {
    uint64_t bytes = counted_bytes(&plan->blocks[i_block], plan->blocks[i_block].chunk_cells);
    if (bytes > largest) largest = bytes;
  }
  return largest;
}

static uint64_t all_bytes(const msw_plan *plan) {
  uint64_t bytes = 0;
  for (size_t i_block = 0; i_block < plan->n_blocks; i_block++) {
    const msw_plan_block *block = &plan->blocks[i_block];
    if (!msw_add_u64(bytes, counted_bytes(block, block->counts.n_total), &bytes)) return UINT64_MAX;
  }
  return bytes;
}

msw_cut msw_cut_plan(const msw_plan *plan, uint64_t shard_bytes) {
  msw_cut cut = {.n_tiles = plan->n_tiles, .tiles_per_shard = shard_bytes / largest_tile_bytes(plan)};
  if (cut.tiles_per_shard == 0) cut.tiles_per_shard = 1;
  if (all_bytes(plan) <= shard_bytes || cut.tiles_per_shard > plan->n_tiles) cut.tiles_per_shard = plan->n_tiles;
  cut.n_shards = (cut.n_tiles - 1) / cut.tiles_per_shard + 1;
  return cut;
}

msw_tile_range msw_cut_tiles(const msw_cut *cut, uint64_t i_shard) {
  uint64_t first = i_shard * cut->tiles_per_shard, left = cut->n_tiles - first;
  return (msw_tile_range){first, left < cut->tiles_per_shard ? left : cut->tiles_per_shard};
}

static uint64_t case_cells(const msw_plan_block *block) {
  uint64_t cells = 1;
  for (size_t i_dim = block->n_outer; i_dim < block->rank; i_dim++) cells *= block->dims[i_dim].n;
  return cells;
}

/* Tiles [first, end) of one case. */
static uint64_t cells_within_case(const msw_plan_block *block, uint64_t first, uint64_t end) {
  uint64_t cells = 0;
  for (uint64_t i_tile = first; i_tile < end; i_tile++) {
    msw_tile tile;
    msw_plan_tile(block, 0, i_tile, &tile);
    cells += tile.n_cells;
  }
  return cells;
}

/* Tiles [first, end) numbered within the block: whole cases at once, tile by tile only at both ends. */
static uint64_t cells_within_block(const msw_plan_block *block, uint64_t first, uint64_t end) {
  uint64_t per_case = block->tiles_per_case, first_case = first / per_case, end_case = end / per_case;
  if (first_case == end_case) return cells_within_case(block, first % per_case, end % per_case);
  uint64_t head = first % per_case ? cells_within_case(block, first % per_case, per_case) : 0;
  uint64_t n_whole = end_case - first_case - (first % per_case ? 1 : 0);
  return head + n_whole * case_cells(block) + cells_within_case(block, 0, end % per_case);
}

uint64_t msw_tiles_cells(const msw_plan *plan, msw_tile_range tiles) {
  uint64_t cells = 0;
  for (size_t i_block = 0; i_block < plan->n_blocks; i_block++) {
    const msw_plan_block *block = &plan->blocks[i_block];
    msw_tile_range here = msw_tiles_within(tiles, block->first_tile, block->n_cases * block->tiles_per_case);
    if (here.n > 0) cells += cells_within_block(block, here.first, here.first + here.n);
  }
  return cells;
}

/* Tiles: each a chunk; together they cover every cell exactly once, in the order of the file. */
#include "grid_fixture.h"
#include "random_sweep.h"

/* Whatever the chunks: every cell once, counts right, first cells ascending along each case. */
static void check_cover(const msw_plan_block *block) {
  size_t n_cells = (size_t)block->counts.n_total;
  uint8_t *seen = calloc(n_cells, 1);
  for (uint64_t i_case = 0; i_case < block->n_cases; i_case++)
    for (uint64_t i_tile = 0; i_tile < block->tiles_per_case; i_tile++) {
      msw_tile tile;
      uint64_t product = 1;
      msw_plan_tile(block, i_case, i_tile, &tile);
      assert_int_equal(tile.i_case, i_case);
      for (size_t i_dim = 0; i_dim < block->rank; i_dim++) {
        const msw_dim *dim = &block->dims[i_dim];
        assert_int_equal(tile.start[i_dim] % dim->chunk, 0);
        assert_in_range(tile.count[i_dim], 1, dim->chunk);
        assert_true(tile.start[i_dim] + tile.count[i_dim] <= dim->n);
        assert_true(tile.count[i_dim] == dim->chunk || tile.start[i_dim] + tile.count[i_dim] == dim->n);
        product *= tile.count[i_dim];
      }
      assert_int_equal(tile.n_cells, product);
      for (uint64_t i = 0; i < tile.n_cells; i++) {
        uint64_t rest = i, at = 0, stride = 1;
        for (size_t i_dim = block->rank; i_dim-- > 0;) {
          at += (tile.start[i_dim] + rest % tile.count[i_dim]) * stride;
          rest /= tile.count[i_dim];
          stride *= block->dims[i_dim].n;
        }
        assert_int_equal(seen[at]++, 0);
      }
    }
  for (size_t i_cell = 0; i_cell < n_cells; i_cell++) assert_int_equal(seen[i_cell], 1);
  free(seen);
}

static void tiles_of_a_case_by_hand(void **state) {
  grid_fixture *f = *state;
  begin_sweep(f, MSW_DECODE, "v2-floor");
  NUMBERS(&f->sweep, MSW_AXIS_TP, 1, 2);
  NUMBERS(&f->sweep, MSW_AXIS_BATCH, 1, 2, 3);
  NUMBERS(&f->sweep, MSW_AXIS_KV_LEN, 1, 2, 3, 4, 5);
  msw_plan plan = made_plan(&f->sweep);
  msw_plan_block block = plan.blocks[0];
  dense_rechunk(&block, (const uint64_t[]){2, 2});
  assert_int_equal(block.tiles_per_case, 6);
  static const uint64_t batch_start[] = {0, 0, 0, 2, 2, 2}, kv_start[] = {0, 2, 4, 0, 2, 4}, cells[] = {4, 4, 2, 2, 2, 1};
  for (uint64_t i_tile = 0; i_tile < 6; i_tile++) {
    msw_tile tile;
    msw_plan_tile(&block, 1, i_tile, &tile);
    assert_int_equal(tile.start[2], 1);   /* tp */
    assert_int_equal(tile.start[6], batch_start[i_tile]);
    assert_int_equal(tile.start[7], kv_start[i_tile]);
    assert_int_equal(tile.n_cells, cells[i_tile]);
  }
  check_cover(&block);
  made_sweep_free(&f->sweep);
}

static void random_sweeps_with_random_chunks(void **state) {
  (void)state;
  const rng seeded = rng_start("plan tiles", 20260101);
  enum { ROUNDS = 60 };
  for (uint64_t i_round = 0; i_round < ROUNDS; i_round++) {
    rng r = rng_fork(&seeded, i_round);
    random_world world;
    made_sweep sweep;
    random_world_make(&world, &r);
    random_sweep_make(&sweep, &r, &world, (random_sweep_wish){.phase = (msw_phase)(i_round % 3), .longest_axis = i_round % 3 ? 4 : 12});
    msw_plan plan = made_plan(&sweep);
    msw_plan_block block = plan.blocks[0];
    check_cover(&block);
    uint64_t chunks[MSW_MAX_RANK];
    for (size_t i_dim = 0; i_dim < MSW_MAX_RANK; i_dim++) chunks[i_dim] = 1 + rng_below(&r, 5);
    dense_rechunk(&block, chunks);
    check_cover(&block);
    made_sweep_free(&sweep);
    random_world_free(&world);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {GRID_TEST(tiles_of_a_case_by_hand), GRID_TEST(random_sweeps_with_random_chunks)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

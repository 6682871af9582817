/* Counting what rules leave of a sub-grid, against walking it, with tables of every size. */
#include "sub_grid.h"

#include "grid_fixture.h"
#include "random_expr.h"
#include "random_sweep.h"

/* Cells of a decode sweep over tp {1,2,4}, batch 1 … 200, kv_len 1 … 3000 in which no rule of a list holds. */
static void fill_axes(grid_fixture *f) {
  double values[3000];
  for (int i = 0; i < 3000; i++) values[i] = i + 1;
  begin_sweep(f, MSW_MIXED, "v1-calibrated");
  NUMBERS(&f->sweep, MSW_AXIS_TP, 1, 2, 4);
  made_numbers(&f->sweep, MSW_AXIS_BATCH, values, 200);
  made_numbers(&f->sweep, MSW_AXIS_KV_LEN, values, 3000);
  made_numbers(&f->sweep, MSW_AXIS_SEQ_LEN, values, 500);
}

static msw_sub_grid whole(const msw_plan_block *block, const msw_spec_rule **rules, size_t max_table) {
  msw_sub_grid grid = {.block = block, .rules = rules, .n_rules = block->spec->n_rules, .max_table = max_table};
  for (size_t i_rule = 0; i_rule < grid.n_rules; i_rule++) rules[i_rule] = &block->spec->rules[i_rule];
  for (size_t i_dim = 0; i_dim < block->rank; i_dim++) grid.dims |= msw_dim_bit(i_dim);
  for (msw_axis_id axis = MSW_AXIS_GPU; axis <= MSW_AXIS_METHOD; axis++)
    if (axis != MSW_AXIS_EP) grid.void_dims |= msw_dim_bit((size_t)block->dim_of_axis[axis]);
  return grid;
}

/* A chain of rules: no three of its dimensions are looked at together. */
static void chains(void **state) {
  grid_fixture *f = *state;
  const msw_spec_rule *rules[3];
  fill_axes(f);
  made_exclude(&f->sweep, "batch * kv_len > 9000");
  made_exclude(&f->sweep, "seq_len > kv_len");
  made_exclude(&f->sweep, "seq_len * tp > 1000");
  uint64_t want = 0;
  for (uint64_t kv_len = 1; kv_len <= 3000; kv_len++) {
    const uint64_t n_batch = 9000 / kv_len < 200 ? 9000 / kv_len : 200, n_seq = kv_len < 500 ? kv_len : 500;
    for (uint64_t tp = 1; tp <= 4; tp *= 2) want += n_batch * (n_seq < 1000 / tp ? n_seq : 1000 / tp);
  }
  const msw_plan plan = made_plan(&f->sweep);
  static const size_t max_tables[] = {0, 1, 100, 400, 100000};
  for (size_t i = 0; i < COUNT(max_tables); i++) {
    const msw_sub_grid grid = whole(&plan.blocks[0], rules, max_tables[i]);
    assert_int_equal(msw_sub_grid_count(&grid).n_kept, want);
  }
  made_sweep_free(&f->sweep);
}

static void nothing_is_left(void **state) {
  grid_fixture *f = *state;
  const msw_spec_rule *rules[2];
  fill_axes(f);
  made_exclude(&f->sweep, "batch >= 1");
  made_exclude(&f->sweep, "kv_len > seq_len");
  const msw_plan plan = made_plan(&f->sweep);
  const msw_sub_grid grid = whole(&plan.blocks[0], rules, 0);
  assert_int_equal(msw_sub_grid_count(&grid).n_kept, 0);
  assert_int_equal(msw_sub_grid_count(&grid).n_valid, 0);
  made_sweep_free(&f->sweep);
}

/* Tables of one entry make every dimension stand still in turn: that must not change a count. */
static void any_table_size(void **state) {
  (void)state;
  enum { ROUNDS = 60 };
  const rng seeded = rng_start("sub-grids", 20261123);
  for (uint64_t i_round = 0; i_round < ROUNDS; i_round++) {
    rng r = rng_fork(&seeded, i_round);
    random_world world;
    made_sweep sweep;
    const msw_spec_rule *rules[MADE_MAX_RULES];
    random_world_make(&world, &r);
    random_sweep_make(&sweep, &r, &world, (random_sweep_wish){.phase = (msw_phase)(i_round % 3), .longest_axis = 5});
    for (size_t i_rule = 1 + rng_below(&r, 4); i_rule-- > 0;) made_exclude(&sweep, random_edge(&sweep, &r, 2));
    const msw_plan plan = made_plan(&sweep);
    const msw_sub_grid large = whole(&plan.blocks[0], rules, 0);
    const msw_sub_counts want = msw_sub_grid_count(&large);
    for (size_t max_table = 1; max_table < 50; max_table *= 3) {
      const msw_sub_grid small = whole(&plan.blocks[0], rules, max_table);
      const msw_sub_counts got = msw_sub_grid_count(&small);
      assert_memory_equal(&got, &want, sizeof want);
    }
    made_sweep_free(&sweep);
    random_world_free(&world);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {GRID_TEST(chains), GRID_TEST(nothing_is_left), cmocka_unit_test(any_table_size)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

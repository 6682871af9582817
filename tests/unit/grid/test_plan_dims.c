/* Dimensions of a block: order, zips, chunks. */
#include "grid_fixture.h"

/* Axis of n values 1 … n. */
static void give(grid_fixture *f, msw_axis_id axis, size_t n) {
  double *values = malloc(n * sizeof *values);
  for (size_t i = 0; i < n; i++) values[i] = (double)i + 1;
  made_numbers(&f->sweep, axis, values, n);
  free(values);
}

static void expect_dim(const msw_plan_block *block, size_t i_dim, const char *name, uint64_t n, uint64_t chunk, bool outer) {
  assert_string_equal(block->dims[i_dim].name, name);
  assert_int_equal(block->dims[i_dim].n, n);
  assert_int_equal(block->dims[i_dim].chunk, chunk);
  assert_int_equal(block->dims[i_dim].outer, outer);
}

static void dimensions_of_each_phase(void **state) {
  grid_fixture *f = *state;
  static const char *const names[3][11] = {
      {"gpu", "model", "tp", "ep", "dtype", "method", "batch", "kv_len", NULL},
      {"gpu", "model", "tp", "ep", "dtype", "method", "batch", "cached_len", "seq_len", NULL},
      {"gpu", "model", "tp", "ep", "dtype", "method", "batch", "kv_len", "prefill_batch", "cached_len", "seq_len"}};
  for (int phase = MSW_DECODE; phase <= MSW_MIXED; phase++) {
    begin_sweep(f, (msw_phase)phase, "v2-floor");
    msw_plan plan = made_plan(&f->sweep);
    const msw_plan_block *block = &plan.blocks[0];
    assert_int_equal(block->n_outer, 6);
    for (size_t i_dim = 0; i_dim < block->rank; i_dim++) {
      assert_string_equal(block->dims[i_dim].name, names[phase][i_dim]);
      assert_int_equal(block->dims[i_dim].outer, i_dim < 6);
      assert_int_equal(block->dims[i_dim].zip, -1);
      assert_int_equal(block->dim_of_axis[block->dims[i_dim].axis], i_dim);
    }
    assert_true(block->rank == 11 || !names[phase][block->rank]);
    assert_int_equal(block->n_cases * block->tiles_per_case, 1);
    made_sweep_free(&f->sweep);
  }
}

/* A fixed value stays as a length-1 dimension; axes that the phase lacks have none. */
static void axes_and_their_dimensions(void **state) {
  grid_fixture *f = *state;
  begin_sweep(f, MSW_DECODE, "v2-floor");
  give(f, MSW_AXIS_TP, 2);
  give(f, MSW_AXIS_BATCH, 3);
  give(f, MSW_AXIS_KV_LEN, 5);
  msw_plan plan = made_plan(&f->sweep);
  const msw_plan_block *block = &plan.blocks[0];
  expect_dim(block, 2, "tp", 2, 1, true);
  expect_dim(block, 6, "batch", 3, 3, false);
  expect_dim(block, 7, "kv_len", 5, 5, false);
  assert_int_equal(block->dim_of_axis[MSW_AXIS_SEQ_LEN], -1);
  assert_int_equal(block->n_cases, 2);
  assert_int_equal(block->chunk_cells, 15);
  assert_int_equal(block->tiles_per_case, 1);
  assert_int_equal(block->counts.n_total, 30);
  made_sweep_free(&f->sweep);
}

/* Zips follow the categorical axes; their members run along them. */
static void zips(void **state) {
  grid_fixture *f = *state;
  static const msw_axis_id a[] = {MSW_AXIS_TP, MSW_AXIS_BATCH}, b[] = {MSW_AXIS_SEQ_LEN};
  begin_sweep(f, MSW_MIXED, "v2-floor");
  give(f, MSW_AXIS_TP, 4);
  give(f, MSW_AXIS_BATCH, 4);
  give(f, MSW_AXIS_SEQ_LEN, 3);
  give(f, MSW_AXIS_KV_LEN, 2);
  made_zip(&f->sweep, "scale", a, 2);
  made_zip(&f->sweep, "lengths", b, 1);
  msw_plan plan = made_plan(&f->sweep);
  const msw_plan_block *block = &plan.blocks[0];
  assert_int_equal(block->rank, 10);
  assert_int_equal(block->n_outer, 7);
  expect_dim(block, 5, "scale", 4, 1, true);
  expect_dim(block, 6, "lengths", 3, 1, true);
  expect_dim(block, 7, "kv_len", 2, 2, false);
  assert_int_equal(block->dims[5].axis, MSW_N_AXES);
  assert_int_equal(block->dims[6].zip, 1);
  assert_int_equal(block->dim_of_axis[MSW_AXIS_TP], 5);
  assert_int_equal(block->dim_of_axis[MSW_AXIS_BATCH], 5);
  assert_int_equal(block->n_cases, 12);
  assert_int_equal(block->counts.n_total, 24);
  for (uint64_t i_case = 0; i_case < 12; i_case++) {
    size_t position[MSW_N_AXES];
    msw_plan_case_positions(block, i_case, position);
    assert_int_equal(position[MSW_AXIS_TP], i_case / 3);
    assert_int_equal(position[MSW_AXIS_BATCH], i_case / 3);
    assert_int_equal(position[MSW_AXIS_SEQ_LEN], i_case % 3);
    assert_int_equal(position[MSW_AXIS_KV_LEN], 0);
  }
  made_sweep_free(&f->sweep);
}

static void everything_zipped(void **state) {
  grid_fixture *f = *state;
  static const msw_axis_id all[] = {MSW_AXIS_BATCH, MSW_AXIS_KV_LEN};
  begin_sweep(f, MSW_DECODE, "v2-floor");
  give(f, MSW_AXIS_BATCH, 9);
  give(f, MSW_AXIS_KV_LEN, 9);
  made_zip(&f->sweep, "points", all, 2);
  msw_plan plan = made_plan(&f->sweep);
  assert_int_equal(plan.blocks[0].rank, plan.blocks[0].n_outer);
  assert_int_equal(plan.blocks[0].chunk_cells, 1);
  assert_int_equal(plan.blocks[0].tiles_per_case, 1);
  assert_int_equal(plan.blocks[0].n_cases, 9);
  made_sweep_free(&f->sweep);
}

/* docs/decisions/0004: the longest length above 128 is halved, then batches above 8, until 131072 cells are left. */
static const struct { size_t batch, kv_len; uint64_t batch_chunk, kv_chunk; } chunks[] = {
    {1, 131072, 1, 131072}, {1, 131073, 1, 65537},  {1, 300000, 1, 75000},   {64, 2048, 64, 2048},
    {64, 2049, 64, 1025},   {1000, 1000, 1000, 125}, {2000, 200, 1000, 100}, {4096, 4096, 1024, 128},
    {300000, 1, 75000, 1},  {100, 100, 100, 100},
};

static void chunks_of_decode(void **state) {
  grid_fixture *f = *state;
  for (size_t i_row = 0; i_row < COUNT(chunks); i_row++) {
    begin_sweep(f, MSW_DECODE, "v2-floor");
    give(f, MSW_AXIS_BATCH, chunks[i_row].batch);
    give(f, MSW_AXIS_KV_LEN, chunks[i_row].kv_len);
    msw_plan plan = made_plan(&f->sweep);
    const msw_plan_block *block = &plan.blocks[0];
    expect_dim(block, 6, "batch", chunks[i_row].batch, chunks[i_row].batch_chunk, false);
    expect_dim(block, 7, "kv_len", chunks[i_row].kv_len, chunks[i_row].kv_chunk, false);
    assert_true(block->chunk_cells <= 131072);
    made_sweep_free(&f->sweep);
  }
}

static void chunks_of_five_axes(void **state) {
  grid_fixture *f = *state;
  begin_sweep(f, MSW_MIXED, "v2-floor");
  give(f, MSW_AXIS_BATCH, 64);
  give(f, MSW_AXIS_KV_LEN, 512);
  give(f, MSW_AXIS_PREFILL_BATCH, 16);
  give(f, MSW_AXIS_CACHED_LEN, 4);
  give(f, MSW_AXIS_SEQ_LEN, 300);
  msw_plan plan = made_plan(&f->sweep);
  const msw_plan_block *block = &plan.blocks[0];
  assert_true(block->chunk_cells <= 131072);
  assert_true(block->chunk_cells > 131072 / 8);
  expect_dim(block, 9, "cached_len", 4, 4, false);
  made_sweep_free(&f->sweep);
}

static void a_huge_plan_costs_nothing(void **state) {
  grid_fixture *f = *state;
  begin_sweep(f, MSW_MIXED, "v2-floor");
  give(f, MSW_AXIS_TP, 100);
  give(f, MSW_AXIS_BATCH, 1000);
  give(f, MSW_AXIS_KV_LEN, 10000);
  give(f, MSW_AXIS_SEQ_LEN, 10000);
  made_exclude(&f->sweep, "batch * seq_len > 1000000");
  msw_plan plan = made_plan(&f->sweep);
  assert_int_equal(plan.n_cells, UINT64_C(10000000000000));
  assert_int_equal(plan.blocks[0].counts.n_excluded + plan.blocks[0].counts.n_void + plan.n_valid, plan.n_cells);
  made_sweep_free(&f->sweep);
}

static void more_cells_than_numbers(void **state) {
  grid_fixture *f = *state;
  begin_sweep(f, MSW_MIXED, "v2-floor");
  give(f, MSW_AXIS_TP, 1000);
  for (msw_axis_id axis = MSW_AXIS_BATCH; axis < MSW_N_AXES; axis++) give(f, axis, 10000);
  msw_plan plan;
  assert_int_equal(msw_plan_build(&f->sweep.spec, &f->sweep.arena, &f->sweep.diag, &plan), MSW_BAD_INPUT);
  assert_says(&f->sweep.diag, "the number of cells overflows");
  made_sweep_free(&f->sweep);
}

/* The cells can be counted, their bytes cannot: more than any limit. */
static void more_bytes_than_numbers(void **state) {
  grid_fixture *f = *state;
  begin_sweep(f, MSW_MIXED, "v2-floor");
  give(f, MSW_AXIS_EP, 1000);
  give(f, MSW_AXIS_BATCH, 10000);
  give(f, MSW_AXIS_KV_LEN, 10000);
  give(f, MSW_AXIS_CACHED_LEN, 10000);
  give(f, MSW_AXIS_SEQ_LEN, 10000);
  msw_plan plan = made_plan(&f->sweep);
  assert_true(plan.n_cells == UINT64_C(10000000000000000000));
  assert_true(plan.n_bytes == UINT64_MAX);
  made_sweep_free(&f->sweep);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      GRID_TEST(dimensions_of_each_phase), GRID_TEST(axes_and_their_dimensions), GRID_TEST(zips), GRID_TEST(everything_zipped),
      GRID_TEST(chunks_of_decode), GRID_TEST(chunks_of_five_axes), GRID_TEST(a_huge_plan_costs_nothing),
      GRID_TEST(more_cells_than_numbers), GRID_TEST(more_bytes_than_numbers),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Exact counts, reckoned by hand: independent rules multiply, connected ones are counted together. */
#include "grid_fixture.h"

/* tp {1,2,4}, batch {1 … 10}, kv_len {1 … 20}: 600 cells; tp 4 does not divide 10 heads (200 void cells). */
static void fill_axes(grid_fixture *f) {
  double values[20];
  for (int i = 0; i < 20; i++) values[i] = i + 1;
  begin_sweep(f, MSW_DECODE, "v1-calibrated");
  NUMBERS(&f->sweep, MSW_AXIS_TP, 1, 2, 4);
  made_numbers(&f->sweep, MSW_AXIS_BATCH, values, 10);
  made_numbers(&f->sweep, MSW_AXIS_KV_LEN, values, 20);
}

static void expect(grid_fixture *f, uint64_t n_excluded, uint64_t n_void) {
  msw_plan plan = made_plan(&f->sweep);
  const msw_cell_counts *counts = &plan.blocks[0].counts;
  assert_int_equal(counts->n_total, 600);
  assert_int_equal(counts->n_excluded, n_excluded);
  assert_int_equal(counts->n_void, n_void);
  assert_int_equal(counts->n_valid, 600 - n_excluded - n_void);
  assert_int_equal(plan.blocks[0].void_counts[2], n_void);   /* void_tp */
  made_sweep_free(&f->sweep);
}

static void without_rules(void **state) {
  grid_fixture *f = *state;
  fill_axes(f);
  expect(f, 0, 200);
}

static void a_rule_over_one_axis(void **state) {
  grid_fixture *f = *state;
  fill_axes(f);
  made_exclude(&f->sweep, "kv_len > 15");
  expect(f, 150, 150);   /* a quarter of all, void or not */
}

static void independent_rules(void **state) {
  grid_fixture *f = *state;
  fill_axes(f);
  made_exclude(&f->sweep, "kv_len > 15");
  made_exclude(&f->sweep, "batch <= 5");
  expect(f, 600 - 600 * 3 / 8, 75);
}

static void connected_rules(void **state) {
  grid_fixture *f = *state;
  fill_axes(f);
  made_exclude(&f->sweep, "kv_len <= batch");      /* 55 of 200 */
  made_exclude(&f->sweep, "kv_len > 19");          /* 10 more */
  expect(f, 3 * 65, 135);
}

static void a_rule_about_what_is_void(void **state) {
  grid_fixture *f = *state;
  fill_axes(f);
  made_exclude(&f->sweep, "tp == 4 && kv_len <= 10");
  expect(f, 100, 100);
}

static void a_rule_over_all(void **state) {
  grid_fixture *f = *state;
  fill_axes(f);
  made_exclude(&f->sweep, "tp * batch * kv_len >= 1");
  expect(f, 600, 0);
}

static void each_rule_alone(void **state) {
  grid_fixture *f = *state;
  static const uint8_t tps[] = {1, 0, 1}, batches[] = {1, 1, 1, 0, 0, 0, 0, 0, 0, 0};
  fill_axes(f);
  made_exclude(&f->sweep, "kv_len <= batch");
  made_exclude(&f->sweep, "kv_len <= batch");      /* again: alone it excludes as many */
  msw_spec_rule *match = made_match(&f->sweep);
  made_holds(&f->sweep, match, MSW_AXIS_TP, tps);
  made_holds(&f->sweep, match, MSW_AXIS_BATCH, batches);
  made_exclude(&f->sweep, "model.num_kv_heads == 3");
  msw_plan plan = made_plan(&f->sweep);
  static const uint64_t counts[] = {165, 165, 120, 0};
  for (size_t i_rule = 0; i_rule < COUNT(counts); i_rule++) {
    assert_int_equal(plan.blocks[0].rule_counts[i_rule].n_cells, counts[i_rule]);
    assert_ptr_equal(plan.blocks[0].rule_counts[i_rule].rule, &f->sweep.rules[i_rule]);
  }
  made_sweep_free(&f->sweep);
}

static void rules_that_name_no_axis(void **state) {
  grid_fixture *f = *state;
  fill_axes(f);
  made_exclude(&f->sweep, "1 > 2");
  expect(f, 0, 200);
  fill_axes(f);
  made_exclude(&f->sweep, "2 > 1");
  msw_plan plan = made_plan(&f->sweep);
  assert_int_equal(plan.blocks[0].rule_counts[0].n_cells, 600);
  expect(f, 600, 0);
}

static void zipped_axes_count_once(void **state) {
  grid_fixture *f = *state;
  static const msw_axis_id members[] = {MSW_AXIS_TP, MSW_AXIS_BATCH};
  begin_sweep(f, MSW_DECODE, "v1-calibrated");
  NUMBERS(&f->sweep, MSW_AXIS_TP, 1, 2, 4);
  NUMBERS(&f->sweep, MSW_AXIS_BATCH, 10, 20, 30);
  NUMBERS(&f->sweep, MSW_AXIS_KV_LEN, 1, 2, 3, 4);
  made_zip(&f->sweep, "scale", members, 2);
  made_exclude(&f->sweep, "batch * kv_len > 60");   /* 10: none, 20: 4, 30: 3 and 4 */
  msw_plan plan = made_plan(&f->sweep);
  assert_int_equal(plan.blocks[0].counts.n_total, 12);
  assert_int_equal(plan.blocks[0].counts.n_excluded, 3);
  assert_int_equal(plan.blocks[0].counts.n_void, 2);
  made_sweep_free(&f->sweep);
}

static void cells_void_for_several_reasons(void **state) {
  grid_fixture *f = *state;
  const msw_model *models[] = {&f->world->model, &f->moe};
  fill_axes(f);
  made_models(&f->sweep, models, 2);
  made_exclude(&f->sweep, "kv_len > 15");
  msw_plan plan = made_plan(&f->sweep);
  assert_int_equal(plan.blocks[0].counts.n_void, 150 + 450);
  assert_int_equal(plan.blocks[0].void_counts[1], 450);   /* void_architecture */
  assert_int_equal(plan.blocks[0].void_counts[2], 300);   /* void_tp, both models */
  made_sweep_free(&f->sweep);
}

/* A cell counts once: as excluded, else as conditional, else as void. */
static void conditional_cells(void **state) {
  grid_fixture *f = *state;
  fill_axes(f);
  made_when(&f->sweep, "kv_len > batch");          /* 145 of 200, all tp: 435 */
  made_exclude(&f->sweep, "kv_len > 10");          /* half of all, 100 of those 145 */
  made_when(&f->sweep, "tp == 4 && kv_len == 1");  /* 10 more; void besides */
  msw_plan plan = made_plan(&f->sweep);
  const msw_plan_block *block = &plan.blocks[0];
  static const uint64_t alone[] = {435, 300, 10};
  assert_int_equal(block->counts.n_excluded, 300);
  assert_int_equal(block->counts.n_conditional, 3 * 45 + 10);
  assert_int_equal(block->counts.n_void, 45);
  assert_int_equal(block->counts.n_valid, 110);
  for (size_t i_rule = 0; i_rule < COUNT(alone); i_rule++) assert_int_equal(block->rule_counts[i_rule].n_cells, alone[i_rule]);
  made_sweep_free(&f->sweep);
}

/* Rules of both kinds over different axes are independent all the same. */
static void conditional_elsewhere(void **state) {
  grid_fixture *f = *state;
  fill_axes(f);
  made_when(&f->sweep, "kv_len > 15");
  made_exclude(&f->sweep, "batch <= 5");
  msw_plan plan = made_plan(&f->sweep);
  assert_int_equal(plan.blocks[0].counts.n_excluded, 300);
  assert_int_equal(plan.blocks[0].counts.n_conditional, 75);
  assert_int_equal(plan.blocks[0].counts.n_void, 75);
  made_sweep_free(&f->sweep);
}

static void everything_is_conditional(void **state) {
  grid_fixture *f = *state;
  fill_axes(f);
  made_when(&f->sweep, "2 > 1");
  made_exclude(&f->sweep, "kv_len > 15");
  msw_plan plan = made_plan(&f->sweep);
  assert_int_equal(plan.blocks[0].counts.n_excluded, 150);
  assert_int_equal(plan.blocks[0].counts.n_conditional, 450);
  assert_int_equal(plan.blocks[0].counts.n_valid + plan.blocks[0].counts.n_void, 0);
  made_sweep_free(&f->sweep);
}

/* 2e12 cells, reckoned along each rule's own edge. */
static void large_grids(void **state) {
  grid_fixture *f = *state;
  enum { BATCHES = 1000, LENGTHS = 20000, SEQS = 25000 };
  double *values = malloc(SEQS * sizeof *values);
  for (int i = 0; i < SEQS; i++) values[i] = i + 1;
  begin_sweep(f, MSW_MIXED, "v1-calibrated");
  NUMBERS(&f->sweep, MSW_AXIS_TP, 1, 2, 4, 5);
  made_numbers(&f->sweep, MSW_AXIS_BATCH, values, BATCHES);
  made_numbers(&f->sweep, MSW_AXIS_KV_LEN, values, LENGTHS);
  made_numbers(&f->sweep, MSW_AXIS_SEQ_LEN, values, SEQS);
  free(values);
  made_exclude(&f->sweep, "batch * kv_len > 100000");
  made_exclude(&f->sweep, "kv_len > 2 * seq_len");
  made_exclude(&f->sweep, "tp * kv_len > 60000");
  uint64_t kept[2] = {0, 0};   /* tp 1, 2, 5; tp 4, which is void */
  for (uint64_t kv_len = 1; kv_len <= LENGTHS; kv_len++) {
    const uint64_t n_batch = 100000 / kv_len < BATCHES ? 100000 / kv_len : BATCHES, n_seq = SEQS + 1 - (kv_len + 1) / 2;
    for (uint64_t tp = 1; tp <= 5; tp++)
      if (tp != 3 && tp * kv_len <= 60000) kept[tp == 4] += n_batch * n_seq;
  }
  msw_plan plan = made_plan(&f->sweep);
  assert_int_equal(plan.blocks[0].counts.n_total, UINT64_C(2000000000000));
  assert_int_equal(plan.blocks[0].counts.n_valid, kept[0]);
  assert_int_equal(plan.blocks[0].counts.n_void, kept[1]);
  made_sweep_free(&f->sweep);
}

/* A row longer than the window in which rows are looked at. */
static void long_axes(void **state) {
  grid_fixture *f = *state;
  enum { LENGTH = 50001 };
  double *values = malloc(LENGTH * sizeof *values);
  for (int i = 0; i < LENGTH; i++) values[i] = i + 1;
  begin_sweep(f, MSW_DECODE, "v1-calibrated");
  made_numbers(&f->sweep, MSW_AXIS_KV_LEN, values, LENGTH);
  NUMBERS(&f->sweep, MSW_AXIS_BATCH, 1, 2);
  made_exclude(&f->sweep, "kv_len * batch > 9000");
  msw_plan plan = made_plan(&f->sweep);
  assert_int_equal(plan.blocks[0].counts.n_excluded, 41001 + 45501);
  free(values);
  made_sweep_free(&f->sweep);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      GRID_TEST(without_rules), GRID_TEST(a_rule_over_one_axis), GRID_TEST(independent_rules), GRID_TEST(connected_rules),
      GRID_TEST(a_rule_about_what_is_void), GRID_TEST(a_rule_over_all), GRID_TEST(each_rule_alone),
      GRID_TEST(rules_that_name_no_axis), GRID_TEST(zipped_axes_count_once), GRID_TEST(cells_void_for_several_reasons),
      GRID_TEST(conditional_cells), GRID_TEST(conditional_elsewhere), GRID_TEST(everything_is_conditional),
      GRID_TEST(large_grids), GRID_TEST(long_axes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Binding a case of a plan: its axes, its rules, its constants. */
#include "msw/grid/bind.h"

#include "grid_fixture.h"

static void axes_of_a_case(void **state) {
  grid_fixture *f = *state;
  static const msw_axis_id members[] = {MSW_AXIS_TP, MSW_AXIS_SEQ_LEN};
  begin_sweep(f, MSW_PREFILL, "v2-interp");
  NUMBERS(&f->sweep, MSW_AXIS_TP, 1, 2, 5);
  NUMBERS(&f->sweep, MSW_AXIS_SEQ_LEN, 100, 200, 300);
  NUMBERS(&f->sweep, MSW_AXIS_BATCH, 7, 8);
  made_zip(&f->sweep, "scale", members, 2);
  msw_plan plan = made_plan(&f->sweep);
  msw_bound_case bound;
  msw_bind_case(&plan.blocks[0], f->tables, 2, &bound);
  assert_int_equal(bound.i_case, 2);
  assert_int_equal(bound.position[MSW_AXIS_TP], 2);
  assert_int_equal(bound.position[MSW_AXIS_SEQ_LEN], 2);
  assert_int_equal(bound.n[MSW_AXIS_SEQ_LEN], 1);
  assert_same(bound.values[MSW_AXIS_SEQ_LEN][0], 300);
  assert_int_equal(bound.n[MSW_AXIS_BATCH], 2);
  assert_same(bound.values[MSW_AXIS_BATCH][1], 8);
  assert_int_equal(bound.n[MSW_AXIS_CACHED_LEN], 1);
  assert_int_equal(bound.n[MSW_AXIS_KV_LEN], 0);
  assert_same(bound.bound.tp, 5);
  assert_same(bound.bound.bw_bytes_per_s, 5e11);
  assert_int_equal(bound.bound.flags, 0);
  assert_false(bound.excluded);
  msw_bound_case_free(&bound);
  made_sweep_free(&f->sweep);
}

/* Rules over outer axes are decided once; the others are kept for the cells. */
static void rules_of_a_case(void **state) {
  grid_fixture *f = *state;
  begin_sweep(f, MSW_DECODE, "v2-interp");
  NUMBERS(&f->sweep, MSW_AXIS_TP, 1, 2);
  NUMBERS(&f->sweep, MSW_AXIS_BATCH, 1, 2, 3);
  made_exclude(&f->sweep, "tp == 2");
  made_exclude(&f->sweep, "batch * tp == 3");
  msw_plan plan = made_plan(&f->sweep);
  for (uint64_t i_case = 0; i_case < 2; i_case++) {
    msw_bound_case bound;
    msw_bind_case(&plan.blocks[0], f->tables, i_case, &bound);
    assert_int_equal(bound.excluded, i_case == 1);
    assert_int_equal(bound.n_rules, 1);
    assert_ptr_equal(bound.rules[0], &f->sweep.rules[1]);
    msw_bound_case_free(&bound);
  }
  made_sweep_free(&f->sweep);
}

/* A rule over inner axes is left out of the cases in which it holds nowhere; where it holds everywhere the case is excluded. */
static void rules_that_do_not_change_within_a_case(void **state) {
  grid_fixture *f = *state;
  static const bool excluded[] = {false, false, true}, conditional[] = {true, false, false};
  static const size_t n_rules[] = {1, 1, 0};
  begin_sweep(f, MSW_DECODE, "v2-interp");
  NUMBERS(&f->sweep, MSW_AXIS_TP, 1, 2, 5);
  NUMBERS(&f->sweep, MSW_AXIS_BATCH, 1, 2, 3, 4);
  made_exclude(&f->sweep, "batch * tp >= 5");   /* tp 1: nowhere, 2: from 3 on, 5: everywhere */
  made_when(&f->sweep, "batch + 5 > 5 * tp");   /* tp 1: everywhere, 2, 5: nowhere */
  msw_plan plan = made_plan(&f->sweep);
  for (uint64_t i_case = 0; i_case < 3; i_case++) {
    msw_bound_case bound;
    msw_bind_case(&plan.blocks[0], f->tables, i_case, &bound);
    assert_int_equal(bound.excluded, excluded[i_case]);
    assert_int_equal(bound.conditional, conditional[i_case]);
    assert_int_equal(bound.n_rules, n_rules[i_case]);
    if (bound.n_rules) assert_ptr_equal(bound.rules[0], &f->sweep.rules[i_case == 0]);
    msw_bound_case_free(&bound);
  }
  made_sweep_free(&f->sweep);
}

/* A rule over zipped numeric axes alone is one over outer axes. */
static void rules_over_zips(void **state) {
  grid_fixture *f = *state;
  static const msw_axis_id members[] = {MSW_AXIS_BATCH, MSW_AXIS_KV_LEN};
  begin_sweep(f, MSW_DECODE, "v2-interp");
  NUMBERS(&f->sweep, MSW_AXIS_BATCH, 1, 2, 3);
  NUMBERS(&f->sweep, MSW_AXIS_KV_LEN, 30, 20, 10);
  made_zip(&f->sweep, "points", members, 2);
  made_exclude(&f->sweep, "batch * kv_len == 40");
  msw_plan plan = made_plan(&f->sweep);
  for (uint64_t i_case = 0; i_case < 3; i_case++) {
    msw_bound_case bound;
    msw_bind_case(&plan.blocks[0], f->tables, i_case, &bound);
    assert_int_equal(bound.excluded, i_case == 1);
    assert_int_equal(bound.n_rules, 0);
    msw_bound_case_free(&bound);
  }
  made_sweep_free(&f->sweep);
}

static void number_formats_and_tables(void **state) {
  grid_fixture *f = *state;
  static const char *const dtypes[] = {"config", "fp8", "fp4"};
  static const msw_flags flags[] = {0, 0, MSW_FLAG_VOID_PEAK};
  const msw_gpu *gpus[] = {&f->world->gpu, &f->second_gpu};
  begin_sweep(f, MSW_DECODE, "v2-interp");
  f->second_gpu.peak_flop_per_s[MSW_BF16] = f->second_gpu.peak_flop_per_s[MSW_FP8] = 1e14;
  made_gpus(&f->sweep, gpus, 2);
  made_dtypes(&f->sweep, dtypes, 3);
  msw_plan plan = made_plan(&f->sweep);
  for (uint64_t i_case = 0; i_case < 6; i_case++) {
    msw_bound_case bound;
    msw_bind_case(&plan.blocks[0], f->tables, i_case, &bound);
    msw_flags want = flags[i_case % 3];
    if (i_case >= 3 && !want) want = MSW_FLAG_VOID_TABLE;   /* "bare" has none */
    assert_int_equal(bound.bound.flags, want);
    if (i_case % 3 < 2) assert_int_equal(bound.bound.weight_dtype, i_case % 3 ? MSW_FP8 : MSW_BF16);
    msw_bound_case_free(&bound);
  }
  made_sweep_free(&f->sweep);
}

static void without_tables(void **state) {
  grid_fixture *f = *state;
  begin_sweep(f, MSW_DECODE, "v2-interp");
  msw_plan plan = made_plan(&f->sweep);
  msw_bound_case bound;
  msw_bind_case(&plan.blocks[0], NULL, 0, &bound);
  assert_int_equal(bound.bound.flags, MSW_FLAG_VOID_TABLE);
  msw_bound_case_free(&bound);
  made_sweep_free(&f->sweep);
}

int main(void) {
  const struct CMUnitTest tests[] = {GRID_TEST(axes_of_a_case), GRID_TEST(rules_of_a_case),
                                     GRID_TEST(rules_that_do_not_change_within_a_case), GRID_TEST(rules_over_zips),
                                     GRID_TEST(number_formats_and_tables), GRID_TEST(without_tables)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Tiles of each phase against the scalar reference; void, excluded and border cells. */
#include "msw/grid/eval.h"

#include "cell_check.h"
#include "grid_fixture.h"

static void add_axes(grid_fixture *f) {
  NUMBERS(&f->sweep, MSW_AXIS_TP, 1, 2, 3, 5);   /* 3 splits heads: void */
  NUMBERS(&f->sweep, MSW_AXIS_BATCH, 1, 8, 55, 2000);
  if (f->sweep.block.phase != MSW_PREFILL) NUMBERS(&f->sweep, MSW_AXIS_KV_LEN, 1, 512, 700, 9000);
  if (f->sweep.block.phase == MSW_DECODE) return;
  NUMBERS(&f->sweep, MSW_AXIS_CACHED_LEN, 0, 100);
  NUMBERS(&f->sweep, MSW_AXIS_SEQ_LEN, 1, 100, 513, 2048, 70000);
  if (f->sweep.block.phase == MSW_MIXED) NUMBERS(&f->sweep, MSW_AXIS_PREFILL_BATCH, 1, 3);
}

static msw_plan_block begin(grid_fixture *f, msw_phase phase, const char *preset, const char *mixed_rule) {
  static msw_method_setting setting;
  setting = (msw_method_setting){.knob = "mixed_rule", .kind = MSW_SETTING_TEXT, .text = mixed_rule};
  begin_sweep(f, phase, preset);
  if (mixed_rule) made_methods(&f->sweep, &(msw_method_spec){.label = "m", .base = preset, .settings = &setting, .n_settings = 1}, 1);
  add_axes(f);
  return made_plan(&f->sweep).blocks[0];
}

static void every_phase_and_preset(void **state) {
  grid_fixture *f = *state;
  static const char *const presets[] = {"v1-calibrated", "v2-floor", "v2-interp"};
  for (int phase = MSW_DECODE; phase <= MSW_MIXED; phase++)
    for (int i_preset = 0; i_preset < 3; i_preset++) {
      msw_plan_block block = begin(f, (msw_phase)phase, presets[i_preset], NULL);
      dense *cells = dense_eval(&block, f->tables);
      check_cells(cells, f->tables, 1, presets[i_preset]);
      assert_int_equal(cells->n_evaluated, cells->n_cells / 4 * 3);
      assert_int_equal(cells->flag_counts[2], cells->n_cells / 4);   /* void_tp */
      dense_free(cells);
      made_sweep_free(&f->sweep);
    }
}

static void every_mixed_rule(void **state) {
  grid_fixture *f = *state;
  static const char *const rules[] = {"fused", "max", "sum", "weighted"};
  for (int i_rule = 0; i_rule < 4; i_rule++)
    for (int phase = MSW_DECODE; phase <= MSW_MIXED; phase++) {
      msw_plan_block block = begin(f, (msw_phase)phase, i_rule == 0 ? "v1-calibrated" : "v2-interp", rules[i_rule]);
      dense *cells = dense_eval(&block, f->tables);
      check_cells(cells, f->tables, 1, rules[i_rule]);
      dense_free(cells);
      made_sweep_free(&f->sweep);
    }
}

/* In a fused step of the kernel-table family. */
static void fused_tables(void **state) {
  grid_fixture *f = *state;
  msw_plan_block block = begin(f, MSW_MIXED, "v2-floor", "fused");
  dense *cells = dense_eval(&block, f->tables);
  check_cells(cells, f->tables, 1, "fused tables");
  dense_free(cells);
  made_sweep_free(&f->sweep);
}

static void zips_of_inner_axes(void **state) {
  grid_fixture *f = *state;
  static const msw_axis_id members[][2] = {{MSW_AXIS_BATCH, MSW_AXIS_KV_LEN}, {MSW_AXIS_TP, MSW_AXIS_BATCH}, {MSW_AXIS_TP, MSW_AXIS_KV_LEN}};
  for (size_t i_zip = 0; i_zip < COUNT(members); i_zip++)
    for (int phase = MSW_DECODE; phase <= MSW_MIXED; phase += 2) {
      begin_sweep(f, (msw_phase)phase, "v2-interp");
      add_axes(f);
      made_zip(&f->sweep, "z", members[i_zip], 2);
      made_exclude(&f->sweep, "batch * kv_len == 8 * 512");
      msw_plan_block block = made_plan(&f->sweep).blocks[0];
      dense *cells = dense_eval(&block, f->tables);
      check_cells(cells, f->tables, 1, "zip");
      dense_free(cells);
      made_sweep_free(&f->sweep);
    }
}

static void check_counts(const msw_plan_block *block, const dense *cells) {
  assert_int_equal(cells->n_evaluated, block->counts.n_valid);
  assert_int_equal(cells->flag_counts[0], block->counts.n_excluded);
  for (size_t i_flag = 1; i_flag <= 5; i_flag++) assert_int_equal(cells->flag_counts[i_flag], block->void_counts[i_flag]);
}

/* What a plan promised is what the grid holds, also where a cell is both excluded and void. */
static void excluded_cells(void **state) {
  grid_fixture *f = *state;
  static const char *const rules[] = {"batch > 8", "tp == 3", "tp == 2", "tp == 3 && batch > 8", "batch * tp > 20"};
  for (int phase = MSW_DECODE; phase <= MSW_MIXED; phase++)
    for (size_t i_rule = 0; i_rule < COUNT(rules); i_rule++) {
      begin_sweep(f, (msw_phase)phase, "v2-interp");
      add_axes(f);
      made_exclude(&f->sweep, rules[i_rule]);
      made_exclude(&f->sweep, phase == MSW_DECODE ? "kv_len == 700" : "seq_len == 100");
      msw_plan_block block = made_plan(&f->sweep).blocks[0];
      dense *cells = dense_eval(&block, f->tables);
      check_cells(cells, f->tables, 1, rules[i_rule]);
      check_counts(&block, cells);
      dense_free(cells);
      made_sweep_free(&f->sweep);
    }
}

/* Chunks are whole; what lies beyond the grid is void in all fields. */
static void border_cells(void **state) {
  grid_fixture *f = *state;
  static const char *const names[] = {"step_us", "bound", "flags", NULL};
  begin_sweep(f, MSW_DECODE, "v2-interp");
  made_fields(&f->sweep, names);
  NUMBERS(&f->sweep, MSW_AXIS_BATCH, 1, 2, 3);
  NUMBERS(&f->sweep, MSW_AXIS_KV_LEN, 512, 600, 700, 800, 900);
  msw_plan_block block = made_plan(&f->sweep).blocks[0];
  dense_rechunk(&block, (const uint64_t[]){2, 3});
  msw_eval_scratch *scratch = msw_eval_scratch_new(&block);
  msw_bound_case bound;
  msw_tile tile;
  msw_bind_case(&block, f->tables, 0, &bound);
  msw_plan_tile(&block, 0, 3, &tile);   /* 1 x 2 of 2 x 3 */
  float step_us[6];
  uint8_t bounds[6];
  uint32_t flags[6];
  void *out[] = {step_us, bounds, flags};
  uint64_t counts[MSW_N_FLAGS] = {0}, n_evaluated = 0;
  memset(step_us, 0, sizeof step_us);
  memset(bounds, 99, sizeof bounds);
  memset(flags, 99, sizeof flags);
  msw_eval_tile(&block, &bound, &tile, scratch, out, counts, &n_evaluated);
  assert_int_equal(n_evaluated, 2);
  for (int i_cell = 0; i_cell < 6; i_cell++) {
    assert_int_equal(isnan((double)step_us[i_cell]) != 0, i_cell >= 2);
    assert_int_equal(bounds[i_cell] == MSW_BOUND_NONE, i_cell >= 2);
    if (i_cell >= 2) assert_int_equal(flags[i_cell], 0);
  }
  msw_bound_case_free(&bound);
  msw_eval_scratch_free(scratch);
  made_sweep_free(&f->sweep);
}

static void void_models_and_gpus(void **state) {
  grid_fixture *f = *state;
  const msw_gpu *gpus[] = {&f->world->gpu, &f->second_gpu};
  const msw_model *models[] = {&f->world->model, &f->moe};
  begin_sweep(f, MSW_MIXED, "v2-interp");
  add_axes(f);
  made_gpus(&f->sweep, gpus, 2);
  made_models(&f->sweep, models, 2);
  made_exclude(&f->sweep, "seq_len == 100 && batch == 8");
  msw_plan_block block = made_plan(&f->sweep).blocks[0];
  dense *cells = dense_eval(&block, f->tables);
  check_cells(cells, f->tables, 1, "void models and GPUs");
  check_counts(&block, cells);
  dense_free(cells);
  made_sweep_free(&f->sweep);
}

static void freeing_nothing(void **state) {
  (void)state;
  msw_eval_scratch_free(NULL);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      GRID_TEST(every_phase_and_preset), GRID_TEST(every_mixed_rule), GRID_TEST(fused_tables), GRID_TEST(zips_of_inner_axes),
      GRID_TEST(excluded_cells), GRID_TEST(border_cells), GRID_TEST(void_models_and_gpus), cmocka_unit_test(freeing_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

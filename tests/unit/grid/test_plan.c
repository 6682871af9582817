/* Building a plan: fields, methods, totals, and what is wrong with them. */
#include "grid_fixture.h"

static void default_fields_are_all(void **state) {
  grid_fixture *f = *state;
  size_t n_fields;
  const msw_field *fields = msw_fields(&n_fields);
  begin_sweep(f, MSW_DECODE, "v2-interp");
  NUMBERS(&f->sweep, MSW_AXIS_BATCH, 1, 2);
  NUMBERS(&f->sweep, MSW_AXIS_KV_LEN, 512, 1024, 2048);
  msw_plan plan = made_plan(&f->sweep);
  assert_int_equal(plan.n_blocks, 1);
  assert_int_equal(plan.blocks[0].n_fields, n_fields);
  assert_ptr_equal(plan.blocks[0].fields[0], &fields[0]);
  assert_int_equal(plan.blocks[0].cell_bytes, 12 * 4 + 1);
  assert_int_equal(plan.n_cells, 6);
  assert_int_equal(plan.n_valid, 6);
  assert_int_equal(plan.n_bytes, 6 * 49);
  made_sweep_free(&f->sweep);
}

static void chosen_fields_keep_the_registrys_order(void **state) {
  grid_fixture *f = *state;
  static const char *const names[] = {"flags", "bound", "step_us", "flags", NULL};
  begin_sweep(f, MSW_DECODE, "v2-interp");
  made_fields(&f->sweep, names);
  msw_plan plan = made_plan(&f->sweep);
  assert_int_equal(plan.blocks[0].n_fields, 3);
  assert_string_equal(plan.blocks[0].fields[0]->name, "step_us");
  assert_string_equal(plan.blocks[0].fields[1]->name, "bound");
  assert_string_equal(plan.blocks[0].fields[2]->name, "flags");
  assert_int_equal(plan.blocks[0].cell_bytes, 9);
  made_sweep_free(&f->sweep);
}

static char *said(const msw_diag *diag) {
  char *text = NULL;
  size_t len = 0;
  FILE *out = open_memstream(&text, &len);
  msw_diag_print(diag, out, 100);
  fclose(out);
  return text;
}

static void everything_wrong_is_said_at_once(void **state) {
  grid_fixture *f = *state;
  static const char *const names[] = {"step_us", "step_uss", "xyzzy", NULL};
  static const msw_method_setting setting = {.knob = "bw_efficiency", .kind = MSW_SETTING_NUMBER, .number = 9, .text = "9",
                                             .where = {{"made.json", 7, 9}, "axes.method[1]"}};
  const msw_method_spec methods[] = {{.label = "a", .base = "v2-flor", .where = {{"made.json", 6, 9}, "axes.method[0]"}},
                                     {.label = "b", .base = "v2-floor", .settings = &setting, .n_settings = 1}};
  begin_sweep(f, MSW_DECODE, "v2-interp");
  made_fields(&f->sweep, names);
  made_methods(&f->sweep, methods, 2);
  msw_plan plan;
  assert_int_equal(msw_plan_build(&f->sweep.spec, &f->sweep.arena, &f->sweep.diag, &plan), MSW_BAD_INPUT);
  char *text = said(&f->sweep.diag);
  assert_string_equal(text,
                      "made.json:2:3: error: fields: unknown field \"step_uss\" (did you mean 'step_us'?)\n"
                      "made.json:3:3: error: fields: unknown field \"xyzzy\"\n"
                      "made.json:6:9: error: axes.method[0]: unknown method \"v2-flor\" (did you mean 'v2-floor'?)\n"
                      "made.json:7:9: error: axes.method[1]: bw_efficiency: expected a number from 1e-06 to 2; found 9\n");
  free(text);
  made_sweep_free(&f->sweep);
}

static void wrong_constants_of_a_gpu(void **state) {
  grid_fixture *f = *state;
  static const msw_gpu_param params[] = {{"bw_efficiency", 0, false, {"gpus/made.json", 4, 9}}};
  const msw_gpu_method block = {.method = "v2-floor", .params = params, .n_params = 1};
  begin_sweep(f, MSW_DECODE, "v2-floor");
  f->world->gpu.methods = &block;
  f->world->gpu.n_methods = 1;
  msw_plan plan;
  assert_int_equal(msw_plan_build(&f->sweep.spec, &f->sweep.arena, &f->sweep.diag, &plan), MSW_BAD_INPUT);
  assert_says(&f->sweep.diag, "bw_efficiency: expected a number from 1e-06 to 2; found 0");
  made_sweep_free(&f->sweep);
}

static void knobs_of_every_gpu_and_method(void **state) {
  grid_fixture *f = *state;
  const msw_gpu *gpus[] = {&f->world->gpu, &f->second_gpu};
  static const msw_method_setting setting = {.knob = "bw_efficiency", .kind = MSW_SETTING_NUMBER, .number = 0.25, .text = ".25"};
  const msw_method_spec methods[] = {{.label = "a", .base = "v2-floor"}, {.label = "b", .base = "v2-interp"},
                                     {.label = "c", .base = "v2-floor", .settings = &setting, .n_settings = 1}};
  begin_sweep(f, MSW_DECODE, "v2-floor");
  f->second_gpu.n_methods = 1;   /* constants of v2-interp alone */
  made_gpus(&f->sweep, gpus, 2);
  made_methods(&f->sweep, methods, 3);
  msw_plan plan = made_plan(&f->sweep);
  const msw_plan_block *block = &plan.blocks[0];
  assert_same(block->knobs[0 * 3 + 0].bw_efficiency, 0.5);
  assert_same(block->knobs[0 * 3 + 2].bw_efficiency, 0.25);
  assert_int_equal(block->knobs[0 * 3 + 1].gemm_lookup, MSW_LOOKUP_LINEAR);
  assert_int_equal(block->knobs[1 * 3 + 0].gemm_lookup, MSW_LOOKUP_FLOOR);
  static const msw_flags flags[] = {0, 0, 0, MSW_FLAG_VOID_PARAMS, 0, MSW_FLAG_VOID_PARAMS};
  for (size_t i = 0; i < 6; i++) assert_int_equal(block->method_flags[i], flags[i]);
  assert_int_equal(block->counts.n_void, 3);   /* "bare" has no peak either */
  assert_int_equal(block->void_counts[4], 3);
  assert_int_equal(block->void_counts[5], 2);
  made_sweep_free(&f->sweep);
}

static void several_blocks_add_up(void **state) {
  grid_fixture *f = *state;
  begin_sweep(f, MSW_DECODE, "v2-floor");
  NUMBERS(&f->sweep, MSW_AXIS_BATCH, 1, 2, 3);
  msw_spec_block blocks[2] = {f->sweep.block, f->sweep.block};
  static const double batches[] = {1, 2, 3, 4, 5};
  blocks[1].axes[MSW_AXIS_BATCH].values = batches;
  blocks[1].axes[MSW_AXIS_BATCH].n = 5;
  f->sweep.spec.blocks = blocks;
  f->sweep.spec.n_blocks = 2;
  msw_plan plan = made_plan(&f->sweep);
  assert_int_equal(plan.n_cells, 8);
  assert_int_equal(plan.n_valid, 8);
  assert_int_equal(plan.n_bytes, 8 * 49);
  made_sweep_free(&f->sweep);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      GRID_TEST(default_fields_are_all), GRID_TEST(chosen_fields_keep_the_registrys_order),
      GRID_TEST(everything_wrong_is_said_at_once), GRID_TEST(wrong_constants_of_a_gpu),
      GRID_TEST(knobs_of_every_gpu_and_method), GRID_TEST(several_blocks_add_up),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

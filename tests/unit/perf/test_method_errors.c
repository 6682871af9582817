/* What users read when a method is wrong: every message, exactly. */
#include <stdlib.h>

#include "made_case.h"
#include "msw_test.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* The diag as printed; free() it. */
static char *said(const msw_diag *diag) {
  char *text = NULL;
  size_t len = 0;
  FILE *out = open_memstream(&text, &len);
  msw_diag_print(diag, out, 100);
  fclose(out);
  return text;
}

static void assert_said(made_world *world, const char *want) {
  char *got = said(&world->diag);
  assert_string_equal(got, want);
  free(got);
  msw_diag_free(&world->diag);
  world->diag = (msw_diag){0};
}

static const struct { const char *set, *message; } command_line[] = {
    {"gemm_lookup=sqrt", "error: --set gemm_lookup: gemm_lookup: expected one of floor, linear; found sqrt"},
    {"gemm_lookup=3", "error: --set gemm_lookup: gemm_lookup: expected one of floor, linear; found 3"},
    {"gemm_lookup=", "error: --set gemm_lookup: gemm_lookup: expected one of floor, linear; found "},
    {"prefill_bucket=pow3", "error: --set prefill_bucket: prefill_bucket: expected one of pow2, exact or an ascending list "
                            "of lengths; found pow3 (did you mean 'pow2'?)"},
    {"engin=vllm-0.15.1", "error: --set engin: unknown knob \"engin\" (did you mean 'engine'?)"},
    {"prefill_bucket=512", "error: --set prefill_bucket: prefill_bucket: expected one of pow2, exact or an ascending list "
                           "of lengths; found 512"},
    {"prefill_bucket=[]", "error: --set prefill_bucket: prefill_bucket: expected one of pow2, exact or an ascending list "
                          "of lengths; found []"},
    {"prefill_bucket=[1,]", "error: --set prefill_bucket: prefill_bucket: expected one of pow2, exact or an ascending list "
                            "of lengths; found [1,]"},
    {"prefill_bucket=[1]2]", "error: --set prefill_bucket: prefill_bucket: expected one of pow2, exact or an ascending "
                             "list of lengths; found [1]2]"},
    {"prefill_bucket=[1,2", "error: --set prefill_bucket: prefill_bucket: expected one of pow2, exact or an ascending list "
                            "of lengths; found [1,2"},
    {"prefill_bucket=[2,1]",
     "error: --set prefill_bucket: prefill_bucket: expected 1 to 64 ascending lengths from 1 to 1e9; found [2,1]"},
    {"prefill_bucket=[2,2]",
     "error: --set prefill_bucket: prefill_bucket: expected 1 to 64 ascending lengths from 1 to 1e9; found [2,2]"},
    {"prefill_bucket=[0]",
     "error: --set prefill_bucket: prefill_bucket: expected 1 to 64 ascending lengths from 1 to 1e9; found [0]"},
    {"prefill_bucket=[2G]",
     "error: --set prefill_bucket: prefill_bucket: expected 1 to 64 ascending lengths from 1 to 1e9; found [2G]"},
    {"causal_factor=3", "error: --set causal_factor: causal_factor: expected a number from 1 to 2; found 3"},
    {"causal_factor=0.5", "error: --set causal_factor: causal_factor: expected a number from 1 to 2; found 0.5"},
    {"causal_factor=two", "error: --set causal_factor: causal_factor: expected a number from 1 to 2; found two"},
    {"causal_factor=nan", "error: --set causal_factor: causal_factor: expected a number from 1 to 2; found nan"},
    {"causal_factor=true", "error: --set causal_factor: causal_factor: expected a number from 1 to 2; found true"},
    {"bw_efficiency=0", "error: --set bw_efficiency: bw_efficiency: expected a number from 1e-06 to 2; found 0"},
    {"per_layer_overhead_us=1e7",
     "error: --set per_layer_overhead_us: per_layer_overhead_us: expected a number from 0 to 1e+06; found 1e7"},
    {"gemm_weight_floor=1",
     "error: --set gemm_weight_floor: gemm_weight_floor: expected true or false; found 1"},
    {"gemm_weight_floor=yes",
     "error: --set gemm_weight_floor: gemm_weight_floor: expected true or false; found yes"},
    {"gemm_lookups=floor", "error: --set gemm_lookups: unknown knob \"gemm_lookups\" (did you mean 'gemm_lookup'?)"},
    {"xyzzy=1", "error: --set xyzzy: unknown knob \"xyzzy\""},
    {"gemm_lookup", "error: --set: expected KNOB=VALUE, found \"gemm_lookup\""},
    {"=1", "error: --set: expected KNOB=VALUE, found \"=1\""},
    {"", "error: --set: expected KNOB=VALUE, found \"\""},
};

static void every_wrong_set(void **state) {
  made_world *world = *state;
  for (size_t i_row = 0; i_row < COUNT(command_line); i_row++) {
    msw_method method;
    char want[512];
    snprintf(want, sizeof want, "mfusweep: %s\n", command_line[i_row].message);
    assert_false(msw_method_parse("v2-floor", &command_line[i_row].set, 1, &world->arena, &world->diag, &method));
    assert_said(world, want);
  }
}

static void at_most_64_edges(void **state) {
  made_world *world = *state;
  double list[65];
  for (int i_edge = 0; i_edge < 65; i_edge++) list[i_edge] = i_edge + 1;
  msw_method_setting setting = {.knob = "prefill_bucket", .kind = MSW_SETTING_LIST, .text = "[1,…]", .list = list, .n_list = 64,
                                .where = {{"s.json", 4, 2}, "axes.method[0].prefill_bucket"}};
  msw_method_spec spec = {.label = "m", .base = "v2-floor", .settings = &setting, .n_settings = 1};
  msw_method method;
  assert_true(msw_method_resolve(&spec, &world->diag, &method));
  setting.n_list = 65;
  assert_false(msw_method_resolve(&spec, &world->diag, &method));
  assert_said(world, "s.json:4:2: error: axes.method[0].prefill_bucket: prefill_bucket: expected 1 to 64 ascending lengths "
                     "from 1 to 1e9; found [1,…]\n");
}

static void unknown_presets(void **state) {
  made_world *world = *state;
  msw_method method;
  assert_false(msw_method_parse("v2-flor", NULL, 0, &world->arena, &world->diag, &method));
  assert_said(world, "mfusweep: error: --method: unknown method \"v2-flor\" (did you mean 'v2-floor'?)\n");
  assert_false(msw_method_parse("xyzzy", NULL, 0, &world->arena, &world->diag, &method));
  assert_said(world, "mfusweep: error: --method: unknown method \"xyzzy\" (methods: v1-calibrated, v2-floor, v2-interp, measured, infersim)\n");
}

/* Knobs belong to families; a setting without effect would be a silent mistake. */
static void knobs_of_other_methods(void **state) {
  made_world *world = *state;
  static const char *const foreign[] = {"world_size=4", "fp8_kv=true"}, *const own[] = {"gemm_lookup=linear"};
  msw_method method;
  assert_false(msw_method_parse("v2-floor", foreign, COUNT(foreign), &world->arena, &world->diag, &method));
  assert_said(world, "mfusweep: error: --set world_size: v2-floor has no knob \"world_size\" (it is one of infersim)\n"
                     "mfusweep: error: --set fp8_kv: v2-floor has no knob \"fp8_kv\" (it is one of infersim)\n");
  assert_false(msw_method_parse("infersim", own, COUNT(own), &world->arena, &world->diag, &method));
  assert_said(world, "mfusweep: error: --set gemm_lookup: infersim has no knob \"gemm_lookup\" (it is one of v1-calibrated, "
                     "v2-floor, v2-interp)\n");
}

/* What single steps are evaluated with alone is an error in a sweep, beside the others. */
static void presets_that_sweeps_do_not_take(void **state) {
  made_world *world = *state;
  msw_method_spec spec = {.label = "m", .base = "infersim", .where = {{"s.json", 4, 5}, "axes.method"}};
  msw_method method;
  size_t n_sweeps, n;
  assert_true(msw_method_parse("infersim", NULL, 0, &world->arena, &world->diag, &method));
  assert_false(msw_method_resolve(&spec, &world->diag, &method));
  assert_said(world, "s.json:4:5: error: axes.method: method \"infersim\" is for eval, explain and validate (sweeps do not take it "
                     "yet)\n");
  assert_ptr_equal(msw_sweep_presets(&n_sweeps), msw_presets(&n));
  for (size_t i_preset = 0; i_preset < n; i_preset++)
    assert_int_equal(msw_presets(&n)[i_preset].in_sweeps, i_preset < n_sweeps);
}

/* A sweep's author sees all mistakes of a method at once, each with its place. */
static void all_problems_of_a_method_together(void **state) {
  made_world *world = *state;
  static const msw_method_setting settings[] = {
      {.knob = "mixed_rul", .kind = MSW_SETTING_TEXT, .text = "sum", .where = {{"s.json", 5, 7}, "axes.method[0].mixed_rul"}},
      {.knob = "causal_factor", .kind = MSW_SETTING_NUMBER, .number = 9, .text = "9",
       .where = {{"s.json", 6, 7}, "axes.method[0].causal_factor"}},
      {.knob = "tp_fallback", .kind = MSW_SETTING_TEXT, .text = "nearest"},
  };
  msw_method_spec spec = {.label = "m", .base = "v3", .settings = settings, .n_settings = COUNT(settings),
                          .where = {{"s.json", 4, 5}, "axes.method[0].base"}};
  msw_method method;
  assert_false(msw_method_resolve(&spec, &world->diag, &method));
  assert_said(world,
              "s.json:4:5: error: axes.method[0].base: unknown method \"v3\" (methods: v1-calibrated, v2-floor, v2-interp, measured, infersim)\n"
              "s.json:5:7: error: axes.method[0].mixed_rul: unknown knob \"mixed_rul\" (did you mean 'mixed_rule'?)\n"
              "s.json:6:7: error: axes.method[0].causal_factor: causal_factor: expected a number from 1 to 2; found 9\n");
}

static void wrong_constants_of_a_gpu_entry(void **state) {
  made_world *world = *state;
  static const msw_gpu_param params[] = {{.name = "bw_eficiency", .value = 0.7, .loc = {"gpus/made.json", 3, 9}},
                                         {.name = "bw_efficiency", .value = 7, .loc = {"gpus/made.json", 4, 9}},
                                         {.name = "gemm_lookup", .value = 1, .loc = {"gpus/made.json", 5, 9}}};
  const msw_gpu_method block = {.method = "v2-floor", .params = params, .n_params = COUNT(params)};
  world->gpu.methods = &block;
  world->gpu.n_methods = 1;
  msw_method method;
  msw_knobs knobs;
  msw_flags flags = 0;
  assert_true(msw_method_parse("v2-floor", NULL, 0, &world->arena, &world->diag, &method));
  assert_false(msw_method_knobs(&method, &world->gpu, &world->diag, &knobs, &flags));
  assert_said(world, "gpus/made.json:3:9: error: unknown knob \"bw_eficiency\" (did you mean 'bw_efficiency'?)\n"
                     "gpus/made.json:4:9: error: bw_efficiency: expected a number from 1e-06 to 2; found 7\n"
                     "gpus/made.json:5:9: error: gemm_lookup: expected one of floor, linear; found 1\n");
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, made_setup, made_teardown)
  const struct CMUnitTest tests[] = {
      TEST(every_wrong_set), TEST(at_most_64_edges), TEST(unknown_presets), TEST(knobs_of_other_methods),
      TEST(presets_that_sweeps_do_not_take), TEST(all_problems_of_a_method_together), TEST(wrong_constants_of_a_gpu_entry),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

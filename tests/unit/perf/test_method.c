/* Methods: preset, then the GPU entry's constants, then the user's settings. Messages: test_method_errors.c. */
#include "made_case.h"
#include "msw_test.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static msw_method parse(made_world *world, const char *preset, const char *const *sets, size_t n_sets) {
  msw_method method;
  assert_true(msw_method_parse(preset, sets, n_sets, &world->arena, &world->diag, &method));
  assert_no_errors(&world->diag);
  return method;
}

static msw_knobs knobs_of(made_world *world, const msw_method *method, msw_flags *flags) {
  msw_knobs knobs;
  *flags = 0;
  assert_true(msw_method_knobs(method, &world->gpu, &world->diag, &knobs, flags));
  assert_no_errors(&world->diag);
  return knobs;
}

static void give_constants(made_world *world, const char *fitted_on) {
  static const msw_gpu_param params[] = {{.name = "bw_efficiency", .value = 0.7},
                                         {.name = "per_layer_overhead_us", .value = 25}};
  msw_gpu_method *method = msw_arena_alloc(&world->arena, sizeof *method);
  *method = (msw_gpu_method){.method = "v2-interp", .fitted_on = fitted_on, .params = params, .n_params = COUNT(params)};
  world->gpu.methods = method;
  world->gpu.n_methods = 1;
}

static void settings_of_every_kind(void **state) {
  made_world *world = *state;
  static const char *const sets[] = {"gemm_lookup=floor", "bw_efficiency=0.25", "gemm_weight_floor=false",
                                     "prefill_bucket=[512,2k,4Ki]", "mixed_rule=fused", "per_layer_overhead_us=0"};
  msw_flags flags;
  msw_method method = parse(world, "v2-interp", sets, COUNT(sets));
  msw_knobs knobs = knobs_of(world, &method, &flags);
  assert_string_equal(method.label, "v2-interp");
  assert_int_equal(knobs.gemm_lookup, MSW_LOOKUP_FLOOR);
  assert_int_equal(knobs.mixed_rule, MSW_MIXED_FUSED);
  assert_int_equal(knobs.gemm_weight_floor, 0);
  assert_int_equal(knobs.prefill_bucket, MSW_BUCKET_EDGES);
  assert_int_equal(knobs.n_bucket_edges, 3);
  assert_same(knobs.bucket_edges[1], 2000);
  assert_same(knobs.bucket_edges[2], 4096);
  assert_same(knobs.bw_efficiency, 0.25);
  assert_int_equal(knobs.decode_lookup, MSW_DECODE_BILINEAR);   /* untouched */
  assert_int_equal(flags, 0);
}

static void the_last_setting_wins(void **state) {
  made_world *world = *state;
  static const char *const sets[] = {"prefill_bucket=[512]", "prefill_bucket=exact", "causal_factor=1", "causal_factor=2"};
  msw_flags flags;
  msw_method method = parse(world, "v2-floor", sets, COUNT(sets));
  msw_knobs knobs = knobs_of(world, &method, &flags);
  assert_int_equal(knobs.prefill_bucket, MSW_BUCKET_EXACT);
  assert_same(knobs.causal_factor, 2);
}

static void gpu_constants_and_user_settings(void **state) {
  made_world *world = *state;
  static const char *const sets[] = {"bw_efficiency=0.9"};
  give_constants(world, "m1");   /* an alias of this GPU */
  msw_flags flags;
  msw_method plain = parse(world, "v2-interp", NULL, 0), changed = parse(world, "v2-interp", sets, 1);
  msw_knobs knobs = knobs_of(world, &plain, &flags);
  assert_same(knobs.bw_efficiency, 0.7);
  assert_same(knobs.per_layer_overhead_us, 25);
  assert_int_equal(flags, 0);
  knobs = knobs_of(world, &changed, &flags);
  assert_same(knobs.bw_efficiency, 0.9);
  assert_same(knobs.per_layer_overhead_us, 25);
}

static void constants_of_another_method_are_not_taken(void **state) {
  made_world *world = *state;
  give_constants(world, NULL);
  msw_flags flags;
  msw_method method = parse(world, "v2-floor", NULL, 0);
  msw_knobs knobs = knobs_of(world, &method, &flags);
  assert_true(isnan(knobs.bw_efficiency));
  assert_int_equal(flags, MSW_FLAG_VOID_PARAMS);
}

static void borrowed_constants_are_flagged_while_in_use(void **state) {
  made_world *world = *state;
  static const char *const one[] = {"bw_efficiency=0.9"};
  static const char *const both[] = {"bw_efficiency=0.9", "per_layer_overhead_us=1"};
  give_constants(world, "other");
  msw_flags flags;
  msw_method plain = parse(world, "v2-interp", NULL, 0), some = parse(world, "v2-interp", one, 1),
             all = parse(world, "v2-interp", both, 2);
  knobs_of(world, &plain, &flags);
  assert_int_equal(flags, MSW_FLAG_PARAMS_BORROWED);
  knobs_of(world, &some, &flags);
  assert_int_equal(flags, MSW_FLAG_PARAMS_BORROWED);
  knobs_of(world, &all, &flags);
  assert_int_equal(flags, 0);
  give_constants(world, NULL);   /* not said where they were fitted */
  knobs_of(world, &plain, &flags);
  assert_int_equal(flags, 0);
}

/* Everything that the constant-MFU family needs, one knob left out at a time. */
static void a_missing_constant_voids(void **state) {
  made_world *world = *state;
  static const char *const all[] = {
      "bw_efficiency=1",     "step_overhead_us=1",    "all_reduce_latency_us=1",      "mfu_prefill=1",
      "mfu_prefill_multiplier=1", "mfu_decode=1",     "mfu_decode_multiplier=1",      "tp_scaling_exponent=0",
      "decode_tp_scaling_exponent=0", "prefill_bw_factor=1", "decode_bw_factor=1",    "vector_peak_fraction=1",
      "prefill_overhead_us=0", "mixed_prefill_overhead_us=0"};
  msw_flags flags;
  for (size_t i_left_out = 0; i_left_out <= COUNT(all); i_left_out++) {
    const char *sets[COUNT(all)];
    size_t n_sets = 0;
    for (size_t i_set = 0; i_set < COUNT(all); i_set++)
      if (i_set != i_left_out) sets[n_sets++] = all[i_set];
    msw_method method = parse(world, "v1-calibrated", sets, n_sets);
    knobs_of(world, &method, &flags);
    assert_int_equal(flags, i_left_out < COUNT(all) ? MSW_FLAG_VOID_PARAMS : 0);
  }
}

static void infersim_needs_the_gpus_constants(void **state) {
  made_world *world = *state;
  static const char *const all[] = {"peak_16bit_tflops=100", "peak_8bit_tflops=200", "mem_bw_gib_per_s=900",
                                    "intra_node_gib_per_s=100", "inter_node_gib_per_s=40", "default_mfu=0.5"};
  msw_flags flags;
  for (size_t i_left_out = 0; i_left_out <= COUNT(all); i_left_out++) {
    const char *sets[COUNT(all)];
    size_t n_sets = 0;
    for (size_t i_set = 0; i_set < COUNT(all); i_set++)
      if (i_set != i_left_out) sets[n_sets++] = all[i_set];
    msw_method method = parse(world, "infersim", sets, n_sets);
    knobs_of(world, &method, &flags);
    assert_int_equal(flags, i_left_out < COUNT(all) ? MSW_FLAG_VOID_PARAMS : 0);
  }
}

static void flags_are_added_to(void **state) {
  made_world *world = *state;
  msw_method method = parse(world, "v2-floor", NULL, 0);
  msw_knobs knobs;
  msw_flags flags = MSW_FLAG_TABLE_HOLE;
  assert_true(msw_method_knobs(&method, &world->gpu, &world->diag, &knobs, &flags));
  assert_int_equal(flags, MSW_FLAG_TABLE_HOLE | MSW_FLAG_VOID_PARAMS);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, made_setup, made_teardown)
  const struct CMUnitTest tests[] = {
      TEST(settings_of_every_kind), TEST(the_last_setting_wins), TEST(gpu_constants_and_user_settings),
      TEST(constants_of_another_method_are_not_taken), TEST(borrowed_constants_are_flagged_while_in_use),
      TEST(a_missing_constant_voids), TEST(infersim_needs_the_gpus_constants), TEST(flags_are_added_to),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

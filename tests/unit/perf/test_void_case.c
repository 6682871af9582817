/* Cases that can have no numbers: every reason, its flag and its sentence. */
#include "made_case.h"
#include "msw_test.h"

static void expect(made_world *world, msw_flags flags, const char *why) {
  msw_case bound = made_bind(world);
  assert_int_equal(bound.flags, flags);
  assert_string_equal(bound.why_void, why);
}

static void experts(void **state) {
  made_world *world = *state;
  world->model.is_moe = true;
  expect(world, MSW_FLAG_VOID_ARCHITECTURE, "toy is a MoE model; this method prices dense models with ordinary attention only");
}

static void latent_attention(void **state) {
  made_world *world = *state;
  world->model.is_mla = true;
  expect(world, MSW_FLAG_VOID_ARCHITECTURE, "toy is a MLA model; this method prices dense models with ordinary attention only");
  world->model.is_moe = true;
  expect(world, MSW_FLAG_VOID_ARCHITECTURE,
         "toy is a MoE and MLA model; this method prices dense models with ordinary attention only");
}

static void tp_that_splits_heads(void **state) {
  made_world *world = *state;
  world->tp = 4;
  expect(world, MSW_FLAG_VOID_TP, "tp 4 does not divide the 10 attention heads of toy");
  world->tp = 20;
  expect(world, MSW_FLAG_VOID_TP, "tp 20 does not divide the 10 attention heads of toy");
  world->allow_split_heads = true;
  msw_case bound = made_bind(world);
  assert_int_equal(bound.flags, MSW_FLAG_TP_SPLITS_HEADS);
  assert_null(bound.why_void);
  world->tp = 5;
  assert_int_equal(made_bind(world).flags, 0);
}

static void missing_constants(void **state) {
  made_world *world = *state;
  world->method_flags = MSW_FLAG_VOID_PARAMS;
  expect(world, MSW_FLAG_VOID_PARAMS, "made lacks constants of this method (bench_data/gpus, \"methods\")");
}

static void missing_peaks(void **state) {
  made_world *world = *state;
  world->dtype = MSW_FP4;
  expect(world, MSW_FLAG_VOID_PEAK, "made has no peak for fp4");
  world->dtype = MSW_FP8;
  world->gpu.peak_flop_per_s[MSW_BF16] = 0;   /* the KV cache's */
  expect(world, MSW_FLAG_VOID_PEAK, "made has no peak for bf16");
  world->dtype = MSW_DTYPE_NONE;
  world->model.torch_dtype = MSW_DTYPE_NONE;
  expect(world, MSW_FLAG_VOID_PEAK, "the config.json of toy names no torch_dtype; say which number format");
}

static void missing_tables(void **state) {
  made_world *world = *state;
  msw_kernel_table *all = world->tables;
  world->set.n_tables = 0;
  expect(world, MSW_FLAG_VOID_TABLE, "no GEMM table for made in the bench-data folders");
  world->set = (msw_kernel_set){.tables = all, .n_tables = 1};
  expect(world, MSW_FLAG_VOID_TABLE, "no prefill attention table for made in the bench-data folders");
  world->set.n_tables = 2;
  expect(world, MSW_FLAG_VOID_TABLE, "no decode attention table for made in the bench-data folders");
  world->set = (msw_kernel_set){.tables = all + 1, .n_tables = 3};
  expect(world, MSW_FLAG_VOID_TABLE, "no GEMM table for made in the bench-data folders");
}

static void no_set_of_tables(void **state) {
  made_world *world = *state;
  msw_case_key key = {.gpu = &world->gpu, .model = &world->model, .tp = 1, .family = world->family, .knobs = &world->knobs};
  msw_case bound;
  msw_case_bind(&key, &world->arena, &bound);
  assert_int_equal(bound.flags, MSW_FLAG_VOID_TABLE);
  key.family = MSW_FAMILY_CONSTANT_MFU;   /* needs none */
  msw_case_bind(&key, &world->arena, &bound);
  assert_int_equal(bound.flags, 0);
}

/* There is a table, but not of the model's heads: the sentence must not deny it. */
static void a_shape_that_may_not_be_borrowed(void **state) {
  made_world *world = *state;
  world->knobs.shape_fallback = MSW_SHAPE_NONE;
  assert_int_equal(made_bind(world).flags, 0);
  world->model.num_kv_heads = 5;
  expect(world, MSW_FLAG_VOID_TABLE, "no prefill attention table of shape 10-5-100 for made in the bench-data folders");
  world->tables[1].shape.num_kv_heads = 5;
  expect(world, MSW_FLAG_VOID_TABLE, "no decode attention table of shape 10-5-100 for made in the bench-data folders");
}

/* A rounded mfu column can hold nothing but zeros; from latency the same table has its numbers. */
static void tables_without_a_measurement(void **state) {
  made_world *world = *state;
  static const double zeros[9] = {0};
  static const char *const kinds[] = {"GEMM", "prefill attention", "decode attention"};
  for (int i_table = 0; i_table < 3; i_table++) {
    const double *column = world->tables[i_table].file_mfu;
    char why[128];
    snprintf(why, sizeof why, "no %s table for made in the bench-data folders", kinds[i_table]);
    world->tables[i_table].file_mfu = zeros;
    world->knobs.mfu_source = MSW_MFU_FROM_FILE;
    expect(world, MSW_FLAG_VOID_TABLE, why);
    world->knobs.mfu_source = MSW_MFU_FROM_LATENCY;
    assert_int_equal(made_bind(world).flags, 0);
    world->tables[i_table].file_mfu = column;
  }
}

/* All reasons are flagged; the sentence gives the first. An architecture that is not modelled is reason enough not to ask
 * for its peak. */
static void several_reasons(void **state) {
  made_world *world = *state;
  world->tp = 3;
  world->dtype = MSW_FP4;
  world->method_flags = MSW_FLAG_VOID_PARAMS | MSW_FLAG_PARAMS_BORROWED;
  expect(world, MSW_FLAG_VOID_TP | MSW_FLAG_VOID_PARAMS | MSW_FLAG_VOID_PEAK | MSW_FLAG_PARAMS_BORROWED,
         "tp 3 does not divide the 10 attention heads of toy");
  world->model.is_moe = true;
  expect(world, MSW_FLAG_VOID_ARCHITECTURE | MSW_FLAG_VOID_TP | MSW_FLAG_VOID_PARAMS | MSW_FLAG_PARAMS_BORROWED,
         "toy is a MoE model; this method prices dense models with ordinary attention only");
}

static void a_void_case_has_no_numbers(void **state) {
  made_world *world = *state;
  world->model.is_moe = true;
  msw_op_list ops = {0};
  msw_breakdown got = made_eval(world, "4*512", "1*0:512", &ops);
  const double numbers[] = {got.step_us, got.hardware_us, got.comm_us, got.overhead_us, got.prefill.time_us,
                            got.prefill.gemm_us, got.prefill.attn_us, got.prefill.memory_us, got.decode.time_us,
                            got.decode.gemm_us, got.decode.attn_us, got.decode.memory_us, got.fused.time_us, got.kv_tok,
                            got.tok_per_step, got.tok_per_s_per_gpu, got.weight_gib, got.kv_gib};
  for (size_t i_number = 0; i_number < sizeof numbers / sizeof numbers[0]; i_number++) assert_true(isnan(numbers[i_number]));
  assert_int_equal(got.bound, MSW_BOUND_NONE);
  assert_int_equal(got.flags, MSW_FLAG_VOID_ARCHITECTURE);
  assert_int_equal(ops.n, 0);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, made_setup, made_teardown)
  const struct CMUnitTest tests[] = {
      TEST(experts), TEST(latent_attention), TEST(tp_that_splits_heads), TEST(missing_constants), TEST(missing_peaks),
      TEST(missing_tables), TEST(no_set_of_tables), TEST(a_shape_that_may_not_be_borrowed), TEST(tables_without_a_measurement),
      TEST(several_reasons), TEST(a_void_case_has_no_numbers),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

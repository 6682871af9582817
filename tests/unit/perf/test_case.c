/* Binding: everything that does not depend on the step, reckoned by hand (made_case.h has the figures). */
#include "made_case.h"
#include "msw_test.h"

static const double eps = 1e-14;

static void architecture_and_roofline(void **state) {
  made_world *world = *state;
  msw_case bound = made_bind(world);
  assert_int_equal(bound.flags, 0);
  assert_null(bound.why_void);
  assert_same(bound.num_layers, 10);
  assert_same(bound.head_dim, 100);
  assert_same(bound.kv_size, 200);
  assert_same(bound.intermediate_size, 4000);
  assert_int_equal(bound.weight_dtype, MSW_BF16);
  assert_int_equal(bound.kv_dtype, MSW_BF16);
  assert_same(bound.gemm_flop_per_s, 1e14);
  assert_same(bound.attention_flop_per_s, 1e14);
  assert_same(bound.bw_bytes_per_s, 5e11);
  assert_same(bound.layer_weight_bytes, 2 * 10 * 14.4e6);
  assert_same(bound.tp_prefill, 1);
  assert_same(bound.tp_decode, 1);
}

static void projections_have_their_shapes(void **state) {
  made_world *world = *state;
  world->model.head_dim = 150;   /* q = 1500, kv = 300 under head_dim_rule = config */
  world->model.head_dim_explicit = true;
  world->knobs.head_dim_rule = MSW_HEAD_DIM_CONFIG;
  msw_case bound = made_bind(world);
  static const double k[] = {1000, 1000, 1000, 1500, 1000, 1000, 4000}, n[] = {1500, 300, 300, 1000, 4000, 4000, 1000};
  static const char *const names[] = {"q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"};
  for (int op = 0; op < MSW_N_PROJECTIONS; op++) {
    assert_same(bound.gemm[op].k, k[op]);
    assert_same(bound.gemm[op].n, n[op]);
    assert_string_equal(msw_projection_name((msw_projection)op), names[op]);
  }
  assert_same(bound.layer_weight_bytes, 2 * 10 * (1000. * (1500 + 600) + 1500. * 1000 + 3 * 1000. * 4000));
  world->knobs.head_dim_rule = MSW_HEAD_DIM_HIDDEN_OVER_HEADS;   /* as published: the explicit one is ignored */
  bound = made_bind(world);
  assert_same(bound.head_dim, 100);
  assert_same(bound.gemm[MSW_OP_Q].n, 1000);
  assert_same(bound.layer_weight_bytes, 2 * 10 * 14.4e6);
}

static void head_dim_is_an_integer_division(void **state) {
  made_world *world = *state;
  world->model.hidden_size = 1009;
  msw_case bound = made_bind(world);
  assert_same(bound.head_dim, 100);
  assert_same(bound.gemm[MSW_OP_Q].n, 1009);
}

static void intermediate_size_defaults_to_4d(void **state) {
  made_world *world = *state;
  world->model.intermediate_size = 0;
  assert_same(made_bind(world).intermediate_size, 4000);
  world->model.intermediate_size = 3000;
  assert_same(made_bind(world).intermediate_size, 3000);
}

static void number_formats(void **state) {
  made_world *world = *state;
  world->dtype = MSW_FP8;
  msw_case bound = made_bind(world);
  assert_same(bound.gemm_flop_per_s, 2e14);
  assert_same(bound.attention_flop_per_s, 1e14);
  assert_same(bound.weight_bytes_per_param, 1);
  assert_same(bound.kv_bytes_per_value, 2);   /* 16 bit beside narrower weights */
  assert_int_equal(bound.kv_dtype, MSW_BF16);
  world->dtype = MSW_FP16;
  bound = made_bind(world);
  assert_int_equal(bound.kv_dtype, MSW_FP16);
  assert_same(bound.weight_bytes_per_param, 2);
}

static void tp_exponents_of_constant_mfu(void **state) {
  made_world *world = *state;
  made_use(world, "v1-calibrated");
  world->tp = 2;
  msw_case bound = made_bind(world);
  assert_close(bound.tp_prefill, sqrt(2), eps, 0);
  assert_close(bound.tp_decode, 4, eps, 0);
  assert_null(bound.prefill_table);   /* needs no tables */
  world->knobs.tp_scaling_exponent = 0;   /* 0 means linear */
  assert_same(made_bind(world).tp_prefill, 2);
  made_use(world, "v2-floor");   /* ignores the exponents */
  bound = made_bind(world);
  assert_same(bound.tp_prefill, 2);
  assert_same(bound.tp_decode, 2);
}

static void tables_and_their_flags(void **state) {
  made_world *world = *state;
  msw_case bound = made_bind(world);
  assert_ptr_equal(bound.prefill_table, &world->tables[1]);
  assert_ptr_equal(bound.decode_table, &world->tables[2]);
  assert_int_equal(bound.prefill.n, 3);
  assert_same(bound.prefill.power, 2);
  assert_same(bound.gemm[MSW_OP_Q].curve.power, 1);
  assert_int_equal(bound.decode.n_batch, 2);
  assert_int_equal(bound.gemm[MSW_OP_Q].flags, 0);
  assert_int_equal(bound.gemm[MSW_OP_K].flags, MSW_FLAG_SHAPE_BORROWED);   /* (1000, 200): (1000, 1000) stands in */
  world->tp = 2;
  assert_ptr_equal(made_bind(world).decode_table, &world->tables[3]);
  world->tp = 5;
  bound = made_bind(world);
  assert_ptr_equal(bound.decode_table, &world->tables[2]);
  assert_int_equal(bound.decode_flags, MSW_FLAG_TP_BORROWED);
  world->tp = 1;
  world->model.num_kv_heads = 5;
  bound = made_bind(world);
  assert_int_equal(bound.prefill_flags, MSW_FLAG_SHAPE_BORROWED);
  assert_int_equal(bound.decode_flags, MSW_FLAG_SHAPE_BORROWED);
  assert_int_equal(bound.flags, 0);   /* known per lookup, not of every cell */
}

static void gemm_tables_of_the_weights_format_first(void **state) {
  made_world *world = *state;
  msw_kernel_table all[5];
  memcpy(all, world->tables, sizeof world->tables);
  all[4] = all[0];
  all[0].dtype = MSW_FP8;
  world->set = (msw_kernel_set){.tables = all, .n_tables = 5};
  assert_ptr_equal(made_bind(world).gemm[0].table, &all[4]);
  world->dtype = MSW_FP8;
  assert_ptr_equal(made_bind(world).gemm[0].table, &all[0]);
  world->dtype = MSW_FP16;   /* neither: the first table's format stands in */
  assert_ptr_equal(made_bind(world).gemm[0].table, &all[0]);
}

/* The published tables hold one fresh sequence a row; others do not mix with them. Nor do rows without a measurement. */
static void prefill_rows_that_count(void **state) {
  made_world *world = *state;
  static const double batch[] = {1, 2, 1}, cached[] = {0, 0, 64};
  static const double mfu[] = {.25, 0, .5};
  msw_kernel_table *table = &world->tables[1];
  table->batch = batch;
  table->cached_len = cached;
  assert_int_equal(made_bind(world).prefill.n, 1);
  static const double ones[] = {1, 1, 1}, zeros[] = {0, 0, 0};
  table->batch = ones;
  table->cached_len = zeros;
  table->file_mfu = mfu;
  msw_case bound = made_bind(world);
  assert_int_equal(bound.prefill.n, 2);
  assert_same(bound.prefill.x[1], 2048);
  static const double least[] = {.25, 1e-4, .5};   /* "below 1e-4" is missing, 1e-4 itself is not */
  table->file_mfu = least;
  assert_int_equal(made_bind(world).prefill.n, 3);
}

static void an_mfu_column_of_another_peak(void **state) {
  made_world *world = *state;
  world->tables[2].implied_flop_per_s = 3e13;
  world->tables[2].n_mfu_agree = world->tables[2].n_mfu_rows = 100;
  assert_true(msw_kernel_table_mfu_is_off(&world->tables[2]));
  assert_int_equal(made_bind(world).flags, MSW_FLAG_MFU_COLUMN_OFF);
  world->knobs.mfu_source = MSW_MFU_FROM_LATENCY;
  assert_int_equal(made_bind(world).flags, 0);
}

static void flags_of_the_method_are_kept(void **state) {
  made_world *world = *state;
  world->method_flags = MSW_FLAG_PARAMS_BORROWED;
  assert_int_equal(made_bind(world).flags, MSW_FLAG_PARAMS_BORROWED);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, made_setup, made_teardown)
  const struct CMUnitTest tests[] = {
      TEST(architecture_and_roofline), TEST(projections_have_their_shapes), TEST(head_dim_is_an_integer_division),
      TEST(intermediate_size_defaults_to_4d), TEST(number_formats), TEST(tp_exponents_of_constant_mfu),
      TEST(tables_and_their_flags), TEST(gemm_tables_of_the_weights_format_first), TEST(prefill_rows_that_count),
      TEST(an_mfu_column_of_another_peak), TEST(flags_of_the_method_are_kept),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

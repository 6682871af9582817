/* The scalar reference: phases, buckets, mixed rules and totals of whole steps. */
#include "made_case.h"
#include "msw/perf/phase.h"
#include "msw_test.h"

static const double eps = 1e-13;

static void a_decode_step(void **state) {
  made_world *world = *state;
  world->knobs.gemm_weight_floor = 0;
  msw_breakdown got = made_eval(world, "8*1024", "", NULL);
  double gemm_us = 2 * 8 * 14.4e6 * 10 / (1e14 * .1) * 1e6;            /* below the table: MFU .1 */
  double attn_us = 40000. * 8 * 1024 / (1e14 * .08) * 1e6;
  double memory_us = (2 * 14.4e6 * 10 + 8 * (8000 + 8000 * 1024 * .8 + 15000)) / 5e11 * 1e6;
  assert_close(got.decode.gemm_us, gemm_us, eps, 0);
  assert_close(got.decode.attn_us, attn_us, eps, 0);
  assert_close(got.decode.memory_us, memory_us, eps, 0);
  assert_close(got.decode.time_us, fmax(gemm_us + attn_us, memory_us), eps, 0);
  assert_same(got.prefill.time_us + got.prefill.gemm_us + got.prefill.memory_us + got.fused.time_us, 0);
  assert_same(got.hardware_us, got.decode.time_us);
  assert_same(got.comm_us, 0);
  assert_same(got.overhead_us, 100);
  assert_same(got.step_us, got.hardware_us + 100);
  assert_same(got.tok_per_step, 8);
  assert_close(got.tok_per_s_per_gpu, 8e6 / got.step_us, eps, 0);
  assert_same(got.kv_tok, 8 * 1025);
  assert_int_equal(got.bound, MSW_BOUND_MEMORY);
  assert_int_equal(got.flags, MSW_FLAG_SHAPE_BORROWED | MSW_FLAG_TABLE_CLAMPED);
}

static void a_prefill_step(void **state) {
  made_world *world = *state;
  msw_breakdown got = made_eval(world, "", "1*0:1000", NULL);
  double gemm_us = 2 * 1000 * 14.4e6 * 10 / (1e14 * .8) * 1e6;
  double attn_us = 40000. * 1000 * 1000 / 1.8 / (1e14 * .5) * 1e6;     /* bucket 1024 */
  assert_close(got.prefill.gemm_us, gemm_us, eps, 0);
  assert_close(got.prefill.attn_us, attn_us, eps, 0);
  assert_close(got.prefill.memory_us, (2 * 14.4e6 * 10 + 8000. * 1000 + 20000. * 1000 * .85) / 5e11 * 1e6, eps, 0);
  assert_close(got.prefill.time_us, gemm_us + attn_us, eps, 0);
  assert_same(got.decode.time_us, 0);
  assert_same(got.tok_per_step, 1000);
  assert_same(got.kv_tok, 1000);
  assert_int_equal(got.bound, MSW_BOUND_GEMM);
}

/* Every bucket is a launch of its own: it pays its GEMM again, shortest first; memory is counted once. */
static void buckets_are_launches(void **state) {
  made_world *world = *state;
  msw_case bound = made_bind(world);
  msw_flags flags = 0;
  msw_breakdown got = made_eval(world, "", "1*0:2000+2*0:100+1*100:300", NULL);
  double gemm_us = msw_gemm_us(&bound, MSW_PREFILL, 500, &flags, NULL) + msw_gemm_us(&bound, MSW_PREFILL, 2000, &flags, NULL);
  double small_flop = 40000. * (2 * 100 * 100 + 300 * 400), large_flop = 40000. * 2000 * 2000;
  assert_close(got.prefill.gemm_us, gemm_us, eps, 0);
  assert_close(got.prefill.attn_us, (small_flop / .25 + large_flop / .5) / 1.8 / 1e14 * 1e6, eps, 0);
  double dyn = 8000. * 2500 + 8000. * 100 * .92 + 20000. * 2500 * .85;
  assert_close(got.prefill.memory_us, (2 * 14.4e6 * 10 + dyn) / 5e11 * 1e6, eps, 0);
  assert_same(got.kv_tok, 2000 + 200 + 400);
  assert_same(got.tok_per_step, 2500);
}

static void exact_buckets_join_equal_lengths_only(void **state) {
  made_world *world = *state;
  world->knobs.prefill_bucket = MSW_BUCKET_EXACT;
  msw_case bound = made_bind(world);
  msw_flags flags = 0;
  msw_breakdown got = made_eval(world, "", "1*0:600+1*100:500+1*0:601", NULL);
  assert_close(got.prefill.gemm_us,
               msw_gemm_us(&bound, MSW_PREFILL, 1100, &flags, NULL) + msw_gemm_us(&bound, MSW_PREFILL, 601, &flags, NULL), eps, 0);
}

static void constant_mfu_has_no_buckets(void **state) {
  made_world *world = *state;
  made_use(world, "v1-calibrated");
  msw_breakdown got = made_eval(world, "", "1*0:2000+2*0:100", NULL);
  assert_close(got.prefill.gemm_us, 2 * 2200 * 14.4e6 * 10 / (1e14 * .5) * 1e6, eps, 0);
}

static void mixed_steps(void **state) {
  made_world *world = *state;
  const char *decode = "30*1024", *prefill = "1*0:700";
  double t_p = made_eval(world, "", prefill, NULL).prefill.time_us, t_d = made_eval(world, decode, "", NULL).decode.time_us;
  static const int rules[] = {MSW_MIXED_MAX, MSW_MIXED_SUM, MSW_MIXED_WEIGHTED};
  double hardware_us[] = {fmax(t_p, t_d), t_p + t_d, .75 * t_p + .25 * t_d};
  for (int i_rule = 0; i_rule < 3; i_rule++) {
    world->knobs.mixed_rule = rules[i_rule];
    msw_breakdown got = made_eval(world, decode, prefill, NULL);
    assert_same(got.prefill.time_us, t_p);
    assert_same(got.decode.time_us, t_d);
    assert_close(got.hardware_us, hardware_us[i_rule], eps, 0);
    assert_same(got.fused.time_us, 0);
    assert_same(got.tok_per_step, 730);
  }
}

/* One pass: GEMM for all tokens at once, weights read once, attention of both. */
static void a_fused_step(void **state) {
  made_world *world = *state;
  world->knobs.mixed_rule = MSW_MIXED_FUSED;
  msw_case bound = made_bind(world);
  msw_flags flags = 0;
  msw_breakdown got = made_eval(world, "30*1024", "1*0:700", NULL);
  assert_close(got.fused.gemm_us, msw_gemm_us(&bound, MSW_MIXED, 730, &flags, NULL), eps, 0);
  assert_same(got.fused.attn_us, got.prefill.attn_us + got.decode.attn_us);
  double dyn = msw_decode_dyn_bytes(&bound, 30, 1024) + msw_prefill_dyn_bytes(&bound, 1, 0, 700);
  assert_close(got.fused.memory_us, (2 * 14.4e6 * 10 + dyn) / 5e11 * 1e6, eps, 0);
  assert_same(got.hardware_us, got.fused.time_us);
  assert_true(got.hardware_us < got.prefill.time_us + got.decode.time_us);
  assert_true(got.fused.memory_us < got.prefill.memory_us + got.decode.memory_us);
}

static void a_fused_rule_needs_both_phases(void **state) {
  made_world *world = *state;
  world->knobs.mixed_rule = MSW_MIXED_FUSED;
  msw_breakdown got = made_eval(world, "30*1024", "", NULL);
  assert_same(got.fused.time_us, 0);
  assert_same(got.hardware_us, got.decode.time_us);
}

static void bounds_follow_the_longer_phase(void **state) {
  made_world *world = *state;
  assert_int_equal(made_eval(world, "1*512", "1*0:2000", NULL).bound, MSW_BOUND_GEMM);
  world->knobs.per_layer_overhead_us = 1e6;
  assert_int_equal(made_eval(world, "1*512", "1*0:2000", NULL).bound, MSW_BOUND_OVERHEAD);
  made_use(world, "v1-calibrated");
  world->tp = 2;
  world->knobs.all_reduce_latency_us = 1e5;
  assert_int_equal(made_eval(world, "1*512", "", NULL).bound, MSW_BOUND_COMM);
}

static void communication_and_overhead_are_added(void **state) {
  made_world *world = *state;
  made_use(world, "v1-calibrated");
  world->tp = 2;
  msw_breakdown got = made_eval(world, "3*100", "1*0:64", NULL);
  assert_same(got.comm_us, 100);
  assert_same(got.step_us, got.hardware_us + got.comm_us + got.overhead_us);
  assert_close(got.tok_per_s_per_gpu, 67e6 / got.step_us / 2, eps, 0);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, made_setup, made_teardown)
  const struct CMUnitTest tests[] = {
      TEST(a_decode_step), TEST(a_prefill_step), TEST(buckets_are_launches), TEST(exact_buckets_join_equal_lengths_only),
      TEST(constant_mfu_has_no_buckets), TEST(mixed_steps), TEST(a_fused_step), TEST(a_fused_rule_needs_both_phases),
      TEST(bounds_follow_the_longer_phase), TEST(communication_and_overhead_are_added),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

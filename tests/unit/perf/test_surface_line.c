/* Messages over bytes, experts over tokens. */
#include "made_latency.h"

static const made_point POINTS[] = {{1, 100, 10}, {1, 200, 14}};

static void add(made_latency *made, msw_latency_key key, double factor) {
  const made_point points[] = {{1, POINTS[0].x, factor * POINTS[0].us}, {1, POINTS[1].x, factor * POINTS[1].us}};
  made_add(made, key, points, 2);
}

static void all_reduce(void **state) {
  made_latency *made = *state;
  add(made, (msw_latency_key){.kind = MSW_LATENCY_ALL_REDUCE, .dtype = MSW_BF16, .n_gpus = 2}, 1);
  add(made, (msw_latency_key){.kind = MSW_LATENCY_NCCL, .dtype = MSW_FP16, .n_gpus = 2, .name = "all_reduce"}, 2);
  add(made, (msw_latency_key){.kind = MSW_LATENCY_NCCL, .dtype = MSW_INT8, .n_gpus = 8, .name = "all_reduce"}, 4);
  add(made, (msw_latency_key){.kind = MSW_LATENCY_NCCL, .dtype = MSW_FP16, .n_gpus = 8, .name = "all_reduce"}, 3);
  add(made, (msw_latency_key){.kind = MSW_LATENCY_NCCL, .dtype = MSW_FP16, .n_gpus = 4, .name = "all_gather"}, 5);
  made_done(made);
  msw_time_curve curve;
  msw_surface_source source;
  assert_true(msw_surface_all_reduce(made->surfaces, 2, &made->arena, &curve, &source));
  assert_at(&curve, 100, 10, EXACT);
  assert_at(&curve, 150, 12, BETWEEN);
  assert_at(&curve, 50, 10, BEYOND);
  assert_at(&curve, 300, 18, BEYOND);
  assert_int_equal(source.slice[0]->key.kind, MSW_LATENCY_ALL_REDUCE);
  assert_true(msw_surface_all_reduce(made->surfaces, 8, &made->arena, &curve, &source));
  assert_at(&curve, 100, 30, EXACT);
  assert_false(msw_surface_all_reduce(made->surfaces, 4, &made->arena, &curve, &source));
  assert_int_equal(source.n, 0);
}

static void spikes(void **state) {
  made_latency *made = *state;
  const made_point points[] = {{1, 100, 10}, {1, 200, 20}, {1, 300, 14}, {1, 400, 18}, {1, 500, 16}, {1, 600, 40}};
  made_add(made, (msw_latency_key){.kind = MSW_LATENCY_ALL_REDUCE, .dtype = MSW_BF16, .n_gpus = 2}, points, 6);
  made_done(made);
  msw_time_curve curve;
  msw_surface_source source;
  assert_true(msw_surface_all_reduce(made->surfaces, 2, &made->arena, &curve, &source));
  assert_at(&curve, 200, 12, BETWEEN);
  assert_at(&curve, 400, 18, EXACT);
  assert_at(&curve, 600, 40, EXACT);
  assert_int_equal(msw_surfaces_spikes(made->surfaces, MSW_LATENCY_ALL_REDUCE), 1);
  assert_int_equal(msw_surfaces_spikes(made->surfaces, MSW_LATENCY_MOE), 0);
}

static msw_latency_key experts(msw_dtype dtype, bool block_scaled, int64_t n_experts, const char *name) {
  return (msw_latency_key){.kind = MSW_LATENCY_MOE, .dtype = dtype, .block_scaled = block_scaled, .hidden_size = 4096,
                           .intermediate_size = 1536, .n_experts_per_tok = 8, .n_experts = n_experts, .moe_tp = 2,
                           .moe_ep = 1, .name = name};
}

static void moe(void **state) {
  made_latency *made = *state;
  add(made, experts(MSW_BF16, false, 128, "balanced"), 1);
  add(made, experts(MSW_BF16, false, 128, "power_law_1.2"), 2);
  add(made, experts(MSW_BF16, false, 64, "power_law_1.01"), 3);
  add(made, experts(MSW_FP8, true, 128, "power_law_1.2"), 4);
  made_done(made);
  static const struct { msw_dtype dtype; bool block_scaled; int64_t n_experts; double factor; msw_flags flags; } cases[] = {
      {MSW_BF16, false, 128, 2, 0}, {MSW_FP16, false, 128, 2, 0}, {MSW_BF16, false, 64, 3, 0}, {MSW_FP8, true, 128, 4, 0},
      {MSW_FP8, false, 128, 4, MSW_FLAG_DTYPE_BORROWED}, {MSW_BF16, false, 32, 0, 0}, {MSW_INT8, false, 128, 0, 0},
      {MSW_BF16, false, 256, 0, 0},
  };
  for (size_t i_case = 0; i_case < sizeof cases / sizeof *cases; i_case++) {
    const msw_moe_kernel kernel = {cases[i_case].dtype, cases[i_case].block_scaled, 4096, 1536, 8, cases[i_case].n_experts, 2,
                                   1};
    msw_time_curve curve;
    msw_surface_source source;
    const bool found = msw_surface_moe(made->surfaces, &kernel, &made->arena, &curve, &source);
    assert_int_equal(found, cases[i_case].factor > 0);
    if (found) assert_at(&curve, 150, cases[i_case].factor * 12, BETWEEN | cases[i_case].flags);
  }
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, made_setup, made_teardown)

int main(void) {
  const struct CMUnitTest tests[] = {TEST(all_reduce), TEST(spikes), TEST(moe)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

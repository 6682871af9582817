/* The block "analytic_mla" of GPU entries: both kernels, all of their coefficients and nothing else. */
#include "msw/inputs/gpu.h"

#include "input_fixture.h"
#include "msw/inputs/data_root.h"

#define NEEDED "\"peak_tflops\": {\"bf16\": 1}, \"mem_bw_gb_per_s\": 1, \"mem_gib\": 1"
#define CORE \
  "\"launch_us\": 11.5, \"cta_us\": 5.7, \"block_us\": 0.1, \"sm_load_gb_per_s\": 288, \"group_us\": 0.2, \"bw_fraction\": 0.9, " \
  "\"overlap_power\": 1, \"combine_us\": 0.01, \"combine_passes\": 18, \"ctas_per_sm\": 1, \"max_splits\": 16, " \
  "\"mha_splits\": 1, \"wide_head_slowdown\": 1, \"regroup_us\": 0"
#define DECODE "{" CORE ", \"heads_per_cta\": 64, \"query_passes\": 15.5, \"mfu\": 0.67}"
#define PREFILL \
  "{\"launch_us\": 18, \"mfu\": 1, \"cta_us\": 5, \"tail_fraction\": 0.9, \"overlap_power\": 2.6, \"bw_fraction\": 0.77, " \
  "\"kv_passes\": 1.7, \"token_us\": 0.1, \"throttle_fraction\": 0, \"softmax_us\": 0, \"q_tile\": 256, \"kv_tile\": 128, " \
  "\"gqa_packed\": 0, \"wide_head_slowdown\": 1, \"query_passes\": 1.2}"
#define ENTRY(block) "{" NEEDED ", \"num_sm\": 10, \"analytic_mla\": " block "}"
#define INPUT_TEST(test) cmocka_unit_test_setup_teardown(test, input_setup, input_teardown)
#define BLOCK(decode, prefill) "{\"fitted_on\": \"toy_sxm\", \"source\": \"a script\", \"decode\": " decode ", \"prefill\": " prefill "}"

static msw_status load(input_fixture *fixture, const char *text, msw_gpu *gpu) {
  return msw_gpu_load(put(fixture, "toy_sxm.json", text), "toy_sxm", &fixture->arena, &fixture->diag, gpu);
}

static void both_kernels(void **state) {
  input_fixture *fixture = *state;
  msw_gpu gpu;
  assert_int_equal(load(fixture, ENTRY(BLOCK(DECODE, PREFILL)), &gpu), MSW_OK);
  assert_null(gpu.analytic);
  assert_non_null(gpu.analytic_mla);
  assert_false(gpu.analytic_mla->is_borrowed);
  assert_string_equal(gpu.analytic_mla->fitted_on, "toy_sxm");
  assert_same(gpu.analytic_mla->decode.core.launch_us, 11.5);
  assert_same(gpu.analytic_mla->decode.heads_per_cta, 64);
  assert_same(gpu.analytic_mla->decode.query_passes, 15.5);
  assert_same(gpu.analytic_mla->decode.mfu, 0.67);
  assert_same(gpu.analytic_mla->prefill.q_tile, 256);
  assert_same(gpu.analytic_mla->prefill.query_passes, 1.2);
}

static void without_a_block(void **state) {
  input_fixture *fixture = *state;
  msw_gpu gpu;
  assert_int_equal(load(fixture, "{" NEEDED "}", &gpu), MSW_OK);
  assert_null(gpu.analytic_mla);
}

static void borrowed_and_told_so(void **state) {
  input_fixture *fixture = *state;
  msw_gpu gpu;
  assert_int_equal(load(fixture, ENTRY("{\"fitted_on\": \"other\", \"decode\": " DECODE ", \"prefill\": " PREFILL "}"), &gpu), MSW_OK);
  assert_true(gpu.analytic_mla->is_borrowed);
}

static void malformed(void **state) {
  static const struct { const char *text, *says; } cases[] = {
      {ENTRY("{\"decode\": " DECODE ", \"prefill\": " PREFILL "}"), "fitted_on"},
      {ENTRY("{\"fitted_on\": \"toy_sxm\", \"decode\": " DECODE "}"), "prefill"},
      {ENTRY(BLOCK("{" CORE ", \"query_passes\": 1}", PREFILL)), "heads_per_cta"},
      {ENTRY(BLOCK("{" CORE ", \"heads_per_cta\": 0, \"query_passes\": 1}", PREFILL)), "heads_per_cta"},
      {ENTRY(BLOCK("{" CORE ", \"heads_per_cta\": 1, \"query_passes\": -1}", PREFILL)), "query_passes"},
      {ENTRY(BLOCK("{" CORE ", \"heads_per_cta\": 1, \"query_passes\": 1, \"mfu\": 1, \"passes\": 1}", PREFILL)), "passes"},
      {ENTRY(BLOCK("{" CORE ", \"heads_per_cta\": 1, \"query_passes\": 1, \"mfu\": 1.1}", PREFILL)), "mfu"},
      {ENTRY(BLOCK(DECODE, "{\"launch_us\": 1}")), "token_us"},
      {ENTRY("[]"), "expected an object"},
      {"{" NEEDED ", \"analytic_mla\": " BLOCK(DECODE, PREFILL) "}", "num_sm"}};
  input_fixture *fixture = *state;
  for (size_t i_case = 0; i_case < sizeof cases / sizeof *cases; i_case++) {
    msw_gpu gpu;
    assert_int_equal(load(fixture, cases[i_case].text, &gpu), MSW_BAD_INPUT);
    assert_says(&fixture->diag, cases[i_case].says);
    forget(fixture);
  }
}

/* Every shipped GPU has it; B300 and GB300 have B200's. */
static void shipped(void **state) {
  input_fixture *fixture = *state;
  msw_data_root data;
  assert_int_equal(msw_data_root_open(MSW_TEST_ROOT, NULL, 0, &fixture->arena, &fixture->diag, &data), MSW_OK);
  for (size_t i_gpu = 0; i_gpu < data.n_gpus; i_gpu++) {
    const msw_gpu *gpu = &data.gpus[i_gpu];
    assert_non_null(gpu->analytic_mla);
    const bool is_fitted = strcmp(gpu->analytic_mla->fitted_on, gpu->name) == 0;
    assert_int_equal(gpu->analytic_mla->is_borrowed, !is_fitted);
    assert_int_equal(gpu->analytic_mla->decode.core.residuals.n > 0, is_fitted);
    if (strstr(gpu->name, "b300")) assert_string_equal(gpu->analytic_mla->fitted_on, "b200_sxm");
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {INPUT_TEST(both_kernels), INPUT_TEST(without_a_block), INPUT_TEST(borrowed_and_told_so),
                                     INPUT_TEST(malformed), INPUT_TEST(shipped)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

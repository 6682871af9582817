/* Engines of a GPU entry: reading their constants, and which one a name and version means. */
#include "msw/inputs/gpu.h"

#include "input_fixture.h"

static const char HEAD[] = "{\"peak_tflops\": {\"bf16\": 100}, \"mem_bw_gb_per_s\": 1000, \"mem_gib\": 10,\n";

static msw_status load(input_fixture *fixture, const char *engines, msw_gpu *gpu) {
  const char *text = msw_format(&fixture->arena, "%s \"engines\": %s}\n", HEAD, engines);
  return msw_gpu_load(put(fixture, "toy.json", text), "toy", &fixture->arena, &fixture->diag, gpu);
}

static void constants(void **state) {
  input_fixture *fixture = *state;
  msw_gpu gpu;
  assert_int_equal(load(fixture, "{\"vllm-0.15.1\": {\"fitted_on\": \"other\", \"small_kernel_us\": 3.5,\n"
                                 "\"fuse_all_reduce_norm\": true, \"off\": false, \"unknown to this layer\": -1}, \"bare\": {}}", &gpu),
                   MSW_OK);
  assert_int_equal(gpu.n_engines, 2);
  assert_int_equal(gpu.n_methods, 0);
  const msw_gpu_engine *engine = &gpu.engines[0];
  assert_string_equal(engine->method, "vllm-0.15.1");
  assert_string_equal(engine->fitted_on, "other");
  assert_int_equal(engine->n_params, 4);
  assert_same(engine->params[0].value, 3.5);
  assert_false(engine->params[0].is_flag);
  assert_string_equal(engine->params[1].name, "fuse_all_reduce_norm");
  assert_true(engine->params[1].is_flag);
  assert_same(engine->params[1].value, 1.0);
  assert_int_equal(engine->params[1].loc.line, 3);
  assert_true(engine->params[2].is_flag);
  assert_same(engine->params[2].value, 0.0);
  assert_same(engine->params[3].value, -1.0);
  assert_null(gpu.engines[1].fitted_on);
  assert_int_equal(gpu.engines[1].n_params, 0);
}

static void malformed(void **state) {
  static const struct { const char *engines, *says; } cases[] = {
      {"[]", "expected an object, found"},
      {"3", "expected an object, found"},
      {"{\"vllm-1\": 3}", "expected an object of constants, found"},
      {"{\"vllm-1\": {\"small_kernel_us\": \"3\"}}", "expected a number, found"},
      {"{\"vllm-1\": {\"small_kernel_us\": null}}", "expected a number, found"},
      {"{\"vllm-1\": {\"small_kernel_us\": [1]}}", "expected a number, found"},
      {"{\"vllm-1\": {\"fitted_on\": 3}}", "expected the name of a GPU, found"},
      {"{\"vllm-1\": {\"a\": 1, \"a\": 2}}", "a"},
  };
  input_fixture *fixture = *state;
  for (size_t i_case = 0; i_case < sizeof cases / sizeof *cases; i_case++) {
    msw_gpu gpu;
    assert_int_equal(load(fixture, cases[i_case].engines, &gpu), MSW_BAD_INPUT);
    assert_says(&fixture->diag, cases[i_case].says);
    msw_diag_free(&fixture->diag);
    fixture->diag = (msw_diag){0};
  }
}

/* Names in the order of an entry; want NULL: none of that engine. */
static const struct { const char *asked, *want; bool is_exact; } choices[] = {
    {"vllm-0.15.1", "vllm-0.15.1", true},
    {"vllm-0.9.2", "vllm-0.9.2", true},
    {"vllm-0.15.2", "vllm-0.15.1", false},     /* the last one below */
    {"vllm-0.15.0", "vllm-0.11", false},
    {"vllm-0.11.0", "vllm-0.11", false},       /* a missing number is less than any */
    {"vllm-0.10", "vllm-0.9.2", false},        /* numbers, not texts */
    {"vllm-0.9", "vllm-0.9.2", false},         /* none below: the first above */
    {"vllm-0.1", "vllm-0.9.2", false},
    {"vllm-2", "vllm-1", false},
    {"vllm-1.0", "vllm-1", false},
    {"vllm", "vllm-1", false},                 /* any: the newest */
    {"vllm-0.15.1rc2", "vllm-0.15.1", true},   /* what is not a number does not count */
    {"tensorrt-llm-1.2", "tensorrt-llm-1.1", false},
    {"tensorrt-llm", "tensorrt-llm-1.1", false},
    {"tensorrt-1.1", NULL, false},
    {"vll-1", NULL, false},
    {"VLLM-1", NULL, false},
    {"", NULL, false},
};

static void nearest(void **state) {
  input_fixture *fixture = *state;
  msw_gpu gpu;
  assert_int_equal(load(fixture, "{\"vllm-0.11\": {}, \"tensorrt-llm-1.1\": {}, \"vllm-1\": {}, \"vllm-0.9.2\": {}, "
                                 "\"vllm-0.15.1\": {}}", &gpu), MSW_OK);
  bool is_exact;
  for (size_t i_choice = 0; i_choice < sizeof choices / sizeof *choices; i_choice++) {
    const msw_gpu_engine *got = msw_gpu_find_engine(&gpu, choices[i_choice].asked, &is_exact);
    if (!choices[i_choice].want) {
      assert_null(got);
    } else {
      if (!got || strcmp(got->method, choices[i_choice].want) != 0)
        fail_msg("%s gives %s, not %s", choices[i_choice].asked, got ? got->method : "none", choices[i_choice].want);
    }
    if (is_exact != choices[i_choice].is_exact) fail_msg("%s: exact is %d", choices[i_choice].asked, is_exact);
  }
  assert_string_equal(msw_gpu_find_engine(&gpu, NULL, &is_exact)->method, "vllm-1");   /* the newest of the first one named */
  assert_true(is_exact);
}

static void none(void **state) {
  input_fixture *fixture = *state;
  msw_gpu gpu;
  bool is_exact = true;
  assert_int_equal(load(fixture, "{}", &gpu), MSW_OK);
  assert_null(msw_gpu_find_engine(&gpu, NULL, &is_exact));
  assert_false(is_exact);
  assert_null(msw_gpu_find_engine(&gpu, "vllm-1", &is_exact));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(constants, input_setup, input_teardown),
      cmocka_unit_test_setup_teardown(malformed, input_setup, input_teardown),
      cmocka_unit_test_setup_teardown(nearest, input_setup, input_teardown),
      cmocka_unit_test_setup_teardown(none, input_setup, input_teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* GPU entries: our own closed format, and the questions to an entry. */
#include "msw/inputs/gpu.h"

#include "input_fixture.h"

static const char FULL[] = "{\n"
                           "  \"name\": \"toy_sxm\",\n"
                           "  \"aliases\": [\"TOY\", \"toy\"],\n"
                           "  \"peak_tflops\": { \"bf16\": 989.5, \"fp8\": 1979, \"int8\": 1979 },\n"
                           "  \"mem_bw_gb_per_s\": 3350,\n"
                           "  \"mem_gib\": 80,\n"
                           "  \"tdp_w\": 700, \"usd_per_hour\": 2.5, \"price_source\": \"a list of 2026-08-26\",\n"
                           "  \"sm_version\": 90, \"gpus_per_node\": 8,\n"
                           "  \"intra_node_gb_per_s\": 450, \"inter_node_gb_per_s\": 50,\n"
                           "  \"methods\": { \"v2-floor\": { \"fitted_on\": \"toy_sxm\", \"bw_efficiency\": 0.82, "
                           "\"anything\": -1 }, \"bare\": {} },\n"
                           "  \"source\": \"made up\"\n"
                           "}\n";

static msw_status load(input_fixture *fixture, const char *text, msw_gpu *gpu) {
  return msw_gpu_load(put(fixture, "toy_sxm.json", text), "toy_sxm", &fixture->arena, &fixture->diag, gpu);
}

static void a_full_entry(void **state) {
  input_fixture *fixture = *state;
  msw_gpu gpu;
  assert_int_equal(load(fixture, FULL, &gpu), MSW_OK);
  assert_int_equal(fixture->diag.n, 0);
  assert_string_equal(gpu.name, "toy_sxm");
  assert_int_equal(strlen(gpu.sha256), 64);
  assert_int_equal(gpu.n_aliases, 2);
  assert_same(gpu.peak_flop_per_s[MSW_BF16], 989.5e12);
  assert_same(gpu.peak_flop_per_s[MSW_FP16], 989.5e12);
  assert_same(gpu.peak_flop_per_s[MSW_FP8], 1979e12);
  assert_same(gpu.peak_flop_per_s[MSW_FP4], 0.0);
  assert_same(gpu.mem_bw_bytes_per_s, 3350e9);
  assert_same(gpu.mem_gib, 80.0);
  assert_same(gpu.mem_bytes, 80.0 * 1073741824.0);
  assert_same(gpu.tdp_w, 700.0);
  assert_same(gpu.usd_per_hour, 2.5);
  assert_string_equal(gpu.price_source, "a list of 2026-08-26");
  assert_same(gpu.intra_node_bytes_per_s, 450e9);
  assert_same(gpu.inter_node_bytes_per_s, 50e9);
}

static void constants_of_methods(void **state) {
  input_fixture *fixture = *state;
  msw_gpu gpu;
  assert_int_equal(load(fixture, FULL, &gpu), MSW_OK);
  assert_int_equal(gpu.n_methods, 2);
  const msw_gpu_method *method = msw_gpu_find_method(&gpu, "v2-floor");
  assert_non_null(method);
  assert_string_equal(method->fitted_on, "toy_sxm");
  assert_int_equal(method->loc.line, 10);
  assert_int_equal(method->n_params, 2);
  assert_string_equal(method->params[0].name, "bw_efficiency");
  assert_same(method->params[0].value, 0.82);
  assert_int_equal(method->params[0].loc.line, 10);
  assert_same(method->params[1].value, -1.0);
  assert_null(msw_gpu_find_method(&gpu, "bare")->fitted_on);
  assert_null(msw_gpu_find_method(&gpu, "v2"));
}

static void names_and_aliases_in_any_case(void **state) {
  input_fixture *fixture = *state;
  msw_gpu gpu;
  assert_int_equal(load(fixture, FULL, &gpu), MSW_OK);
  assert_true(msw_gpu_is(&gpu, "toy_sxm"));
  assert_true(msw_gpu_is(&gpu, "Toy_SXM"));
  assert_true(msw_gpu_is(&gpu, "tOy"));
  assert_false(msw_gpu_is(&gpu, "toy_"));
  assert_false(msw_gpu_is(&gpu, ""));
}

static void fields_by_name(void **state) {
  static const struct { const char *field; double value; } CASES[] = {
      {"mem_gib", 80}, {"mem_bw_gb_per_s", 3350}, {"tdp_w", 700}, {"usd_per_hour", 2.5}, {"sm_version", 90}, {"gpus_per_node", 8},
      {"intra_node_gb_per_s", 450}, {"inter_node_gb_per_s", 50}, {"bf16_tflops", 989.5}, {"fp8_tflops", 1979},
      {"int8_tops", 1979},
  };
  input_fixture *fixture = *state;
  msw_gpu gpu;
  double value = 0.0;
  assert_int_equal(load(fixture, FULL, &gpu), MSW_OK);
  for (size_t i_case = 0; i_case < sizeof CASES / sizeof *CASES; i_case++) {
    assert_true(msw_gpu_field(&gpu, CASES[i_case].field, &value));
    assert_same(value, CASES[i_case].value);
  }
  assert_true(msw_gpu_field(&gpu, "fp4_tflops", &value));
  assert_true(isnan(value));
  assert_false(msw_gpu_field(&gpu, "mem_bytes", &value));
  size_t n = 0;
  const char *const *names = msw_gpu_field_names(&n);
  assert_int_equal(n, 14);
  for (size_t i_name = 0; i_name < n; i_name++) assert_true(msw_gpu_field(&gpu, names[i_name], &value));
}

#define NEEDED "\"peak_tflops\": {\"bf16\": 1}, \"mem_bw_gb_per_s\": 1, \"mem_gib\": 1"

static void little_is_needed(void **state) {
  input_fixture *fixture = *state;
  msw_gpu gpu;
  assert_int_equal(load(fixture, "{" NEEDED ", \"name\": \"TOY_sxm\"}", &gpu), MSW_OK);
  assert_int_equal(gpu.n_aliases + gpu.n_methods, 0);
  assert_same(gpu.tdp_w, 0.0);
}

static void refused_entries(void **state) {
  static const struct { const char *text, *said;
  } CASES[] = {
      {"5", "toy_sxm.json:1:1: error: expected an object, found a number\n"},
      {"{}", "toy_sxm.json:1:1: error: missing key \"peak_tflops\"\n"
             "toy_sxm.json:1:1: error: missing key \"mem_bw_gb_per_s\"\n"
             "toy_sxm.json:1:1: error: missing key \"mem_gib\"\n"},
      {"{" NEEDED ", \"tpd_w\": 1}", "unknown key \"tpd_w\" (did you mean 'tdp_w'?)\n"},
      {"{\"peak_tflops\": {\"fp8\": 1}, \"mem_bw_gb_per_s\": 1, \"mem_gib\": 1}",
       "peak_tflops: missing key \"bf16\"\n"},
      {"{\"peak_tflops\": {\"bf16\": 1, \"bf61\": 1}, \"mem_bw_gb_per_s\": 1, \"mem_gib\": 1}",
       "peak_tflops: unknown key \"bf61\" (did you mean 'bf16'?)\n"},
      {"{\"peak_tflops\": {\"bf16\": 0}, \"mem_bw_gb_per_s\": 1, \"mem_gib\": -1}", "mem_gib: must be at least 0.001"},
      {"{\"peak_tflops\": {\"bf16\": 989.5e12}, \"mem_bw_gb_per_s\": 1, \"mem_gib\": 1}",
       "peak_tflops.bf16: must be at least 0.001 and at most 1000000, found 989.5e12\n"},
      {"{" NEEDED ", \"usd_per_hour\": 0}", "usd_per_hour: must be at least 0.001"},
      {"{" NEEDED ", \"price_source\": \"a list\"}",
       "price_source: there is no \"usd_per_hour\" that it could be the source of\n"},
      {"{" NEEDED ", \"name\": \"other\"}", "name: 'other' is not the file's name 'toy_sxm'\n"},
      {"{" NEEDED ", \"aliases\": \"toy\"}", "aliases: expected an array of strings\n"},
      {"{" NEEDED ", \"aliases\": [\"\", 5]}", "aliases[0]: expected a name\n"},
      {"{" NEEDED ", \"aliases\": [\"\", 5]}", "aliases[1]: expected a name\n"},
      {"{" NEEDED ", \"methods\": []}", "methods: expected an object, found array\n"},
      {"{" NEEDED ", \"methods\": {\"m\": 5}}", "methods.m: expected an object of constants, found number\n"},
      {"{" NEEDED ", \"methods\": {\"m\": {\"a\": \"5\"}}}", "methods.m.a: expected a number, found string\n"},
      {"{" NEEDED ", \"methods\": {\"m\": {\"fitted_on\": 5}}}",
       "methods.m.fitted_on: expected the name of a GPU, found number\n"},
  };
  input_fixture *fixture = *state;
  for (size_t i_case = 0; i_case < sizeof CASES / sizeof *CASES; i_case++) {
    msw_gpu gpu;
    assert_int_equal(load(fixture, CASES[i_case].text, &gpu), MSW_BAD_INPUT);
    if (!strstr(said(fixture), CASES[i_case].said)) fail_msg("'%s' lacks '%s'", said(fixture), CASES[i_case].said);
    forget(fixture);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(a_full_entry, input_setup, input_teardown),
      cmocka_unit_test_setup_teardown(constants_of_methods, input_setup, input_teardown),
      cmocka_unit_test_setup_teardown(names_and_aliases_in_any_case, input_setup, input_teardown),
      cmocka_unit_test_setup_teardown(fields_by_name, input_setup, input_teardown),
      cmocka_unit_test_setup_teardown(little_is_needed, input_setup, input_teardown),
      cmocka_unit_test_setup_teardown(refused_entries, input_setup, input_teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

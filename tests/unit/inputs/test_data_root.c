/* Where data is found, and the names in it. */
#include "msw/inputs/data_root.h"

#include "input_fixture.h"

#define GPU_NUMBERS "\"peak_tflops\": {\"bf16\": 100}, \"mem_bw_gb_per_s\": 1000, \"mem_gib\": 80"
static const char GPU[] = "{" GPU_NUMBERS "}";
static const char GPU_ALIASED[] = "{\"aliases\": [\"TOY\", \"toy\"], " GPU_NUMBERS "}";
static const char MODEL[] = "{\"num_hidden_layers\": 2, \"hidden_size\": 64, \"num_attention_heads\": 4,"
                            " \"intermediate_size\": 128, \"vocab_size\": 100}";

/* root/ with two models and two GPUs; returns its path. */
static const char *put_root(input_fixture *fixture) {
  put(fixture, "root/model_configs/Beta-7b/config.json", MODEL);
  put(fixture, "root/model_configs/alpha-1b/config.json", MODEL);
  put(fixture, "root/model_configs/README.md", "no model");
  put(fixture, "root/model_configs/empty/README.md", "no model");
  put(fixture, "root/bench_data/gpus/toy_sxm.json", GPU_ALIASED);
  put(fixture, "root/bench_data/gpus/mini.json", GPU);
  put(fixture, "root/bench_data/gpus/README.md", "no GPU");
  return in_dir(fixture, "root");
}

static msw_status open_root(input_fixture *fixture, const char *root, const char *bench_dir, msw_data_root *data) {
  return msw_data_root_open(root, &bench_dir, bench_dir ? 1 : 0, &fixture->arena, &fixture->diag, data);
}

static void a_root(void **state) {
  input_fixture *fixture = *state;
  msw_data_root data;
  assert_int_equal(open_root(fixture, put_root(fixture), NULL, &data), MSW_OK);
  assert_int_equal(fixture->diag.n, 0);
  assert_string_equal(data.root, in_dir(fixture, "root"));
  assert_int_equal(data.n_bench_dirs, 1);
  assert_string_equal(data.bench_dirs[0], in_dir(fixture, "root/bench_data"));
  assert_int_equal(data.n_models, 2);
  assert_string_equal(data.model_names[0], "Beta-7b");
  assert_string_equal(data.model_names[1], "alpha-1b");
  assert_int_equal(data.n_gpus, 2);
  assert_string_equal(data.gpus[0].name, "mini");
  assert_string_equal(data.gpus[1].name, "toy_sxm");
}

static void models_and_gpus_by_pattern(void **state) {
  static const struct { const char *pattern; size_t n_models, n_gpus; } CASES[] = {
      {"alpha-1b", 1, 0}, {"ALPHA-1B", 1, 0}, {"*b", 2, 0}, {"*-7B", 1, 0}, {"alpha", 0, 0},  {"toy_SXM", 0, 1},
      {"Toy", 0, 1},      {"t?y", 0, 1},      {"*", 2, 2},  {"mini*", 0, 1}, {"[mt]*", 0, 2}, {"", 0, 0},
  };
  input_fixture *fixture = *state;
  msw_data_root data;
  size_t *matches = NULL;
  assert_int_equal(open_root(fixture, put_root(fixture), NULL, &data), MSW_OK);
  for (size_t i_case = 0; i_case < sizeof CASES / sizeof *CASES; i_case++) {
    assert_int_equal(msw_data_match_models(&data, CASES[i_case].pattern, &fixture->arena, &matches),
                     CASES[i_case].n_models);
    assert_int_equal(msw_data_match_gpus(&data, CASES[i_case].pattern, &fixture->arena, &matches),
                     CASES[i_case].n_gpus);
  }
  assert_int_equal(msw_data_match_gpus(&data, "toy", &fixture->arena, &matches), 1);
  assert_string_equal(data.gpus[matches[0]].name, "toy_sxm");
  assert_string_equal(msw_data_find_gpu(&data, "TOY")->name, "toy_sxm");
  assert_null(msw_data_find_gpu(&data, "t*"));
}

static void nearest_names(void **state) {
  input_fixture *fixture = *state;
  msw_data_root data;
  assert_int_equal(open_root(fixture, put_root(fixture), NULL, &data), MSW_OK);
  assert_string_equal(msw_data_nearest_model(&data, "alpa-1b"), "alpha-1b");
  assert_null(msw_data_nearest_model(&data, "something else"));
  assert_string_equal(msw_data_nearest_gpu(&data, "mimi"), "mini");
  assert_string_equal(msw_data_nearest_gpu(&data, "toy_sxn"), "toy_sxm");
}

static void models_are_loaded(void **state) {
  input_fixture *fixture = *state;
  msw_data_root data;
  msw_model model;
  assert_int_equal(open_root(fixture, put_root(fixture), NULL, &data), MSW_OK);
  assert_int_equal(msw_data_load_model(&data, 1, &fixture->arena, &fixture->diag, &model), MSW_OK);
  assert_string_equal(model.name, "alpha-1b");
  assert_string_equal(model.file, in_dir(fixture, "root/model_configs/alpha-1b/config.json"));
}

static void the_environment_names_a_root(void **state) {
  input_fixture *fixture = *state;
  msw_data_root data;
  const char *root = put_root(fixture);
  assert_int_equal(setenv("MFUSWEEP_DATA", root, 1), 0);
  assert_int_equal(open_root(fixture, NULL, NULL, &data), MSW_OK);
  assert_string_equal(data.root, root);
  assert_int_equal(setenv("MFUSWEEP_DATA", in_dir(fixture, "none"), 1), 0);
  assert_int_equal(open_root(fixture, root, NULL, &data), MSW_OK);   /* --data-dir comes first */
  assert_int_equal(open_root(fixture, NULL, NULL, &data), MSW_BAD_INPUT);
  assert_string_equal(said(fixture),
                      "none: error: $MFUSWEEP_DATA names no data root: it has no model_configs folder\n");
  assert_int_equal(unsetenv("MFUSWEEP_DATA"), 0);
}

static void the_working_directory_is_a_root(void **state) {
  input_fixture *fixture = *state;
  msw_data_root data;
  char *before = getcwd(NULL, 0);
  assert_int_equal(setenv("MFUSWEEP_DATA", "", 1), 0);   /* like unset */
  assert_int_equal(chdir(put_root(fixture)), 0);
  const msw_status status = open_root(fixture, NULL, NULL, &data);
  assert_int_equal(chdir(before), 0);
  free(before);
  assert_int_equal(unsetenv("MFUSWEEP_DATA"), 0);
  assert_int_equal(status, MSW_OK);
  assert_string_equal(data.root, ".");
  assert_int_equal(data.n_models, 2);
}

static void what_is_no_root(void **state) {
  input_fixture *fixture = *state;
  msw_data_root data;
  put(fixture, "bare/README.md", "nothing");
  assert_int_equal(open_root(fixture, in_dir(fixture, "bare"), NULL, &data), MSW_BAD_INPUT);
  assert_string_equal(said(fixture), "bare: error: --data-dir names no data root: it has no model_configs folder\n");
  forget(fixture);
  put(fixture, "bare/model_configs/toy/config.json", MODEL);
  assert_int_equal(open_root(fixture, in_dir(fixture, "bare"), NULL, &data), MSW_BAD_INPUT);
  assert_string_equal(said(fixture), "bare: error: no GPU entry found: expected bench_data/gpus/<gpu>.json\n");
}

static void names_that_clash(void **state) {
  input_fixture *fixture = *state;
  msw_data_root data;
  const char *root = put_root(fixture);
  put(fixture, "root/bench_data/gpus/toy.json", GPU_ALIASED);
  put(fixture, "root/model_configs/Alpha-1b/config.json", MODEL);
  assert_int_equal(open_root(fixture, root, NULL, &data), MSW_BAD_INPUT);
  assert_string_equal(said(fixture),
                      "root/model_configs: error: models 'Alpha-1b' and 'alpha-1b' differ only in case\n"
                      "root/bench_data/gpus/toy_sxm.json: error: 'TOY' is also a name of toy "
                      "(root/bench_data/gpus/toy.json)\n");
}

static void a_bench_folder_comes_first_and_overrides_gpus(void **state) {
  input_fixture *fixture = *state;
  msw_data_root data;
  const char *root = put_root(fixture);
  put(fixture, "mine/gpus/Mini.json", "{\"peak_tflops\": {\"bf16\": 7}, \"mem_bw_gb_per_s\": 1, \"mem_gib\": 1}");
  put(fixture, "mine/gpus/other.json", GPU);
  assert_int_equal(open_root(fixture, root, in_dir(fixture, "mine"), &data), MSW_OK);
  assert_int_equal(data.n_bench_dirs, 2);
  assert_string_equal(data.bench_dirs[0], in_dir(fixture, "mine"));
  assert_int_equal(data.n_gpus, 3);
  assert_same(msw_data_find_gpu(&data, "mini")->peak_flop_per_s[MSW_BF16], 7e12);
}

static void bench_folders_that_are_none(void **state) {
  input_fixture *fixture = *state;
  msw_data_root data;
  const char *root = put_root(fixture);
  put(fixture, "odd/tables/data.csv", "m,k,n\n");
  const char *dirs[] = {in_dir(fixture, "none"), in_dir(fixture, "odd")};
  assert_int_equal(msw_data_root_open(root, dirs, 2, &fixture->arena, &fixture->diag, &data), MSW_BAD_INPUT);
  assert_string_equal(said(fixture),
                      "none: error: --bench-data names no folder\n"
                      "odd: error: --bench-data holds no tables: expected gpus/<gpu>.json, gemm/<gpu>/*.csv, "
                      "mha/prefill/<gpu>/*.csv, mha/decode/<gpu>/*.csv, misc/<gpu>/*.csv or "
                      "<gpu>/<engine-version>/*_perf.csv\n");
}

static void table_folders_of_no_gpu(void **state) {
  input_fixture *fixture = *state;
  msw_data_root data;
  const char *root = put_root(fixture);
  put(fixture, "mine/gemm/toy_sxn/data.csv", "m,k,n,latency_us\n1,1,1,1\n");
  put(fixture, "mine/mha/decode/Toy/1-1-1.csv", "m,k,n,latency_us\n1,1,1,1\n");
  assert_int_equal(open_root(fixture, root, in_dir(fixture, "mine"), &data), MSW_OK);
  assert_string_equal(said(fixture), "mine/gemm/toy_sxn: warning: no GPU is called 'toy_sxn': its tables are not used "
                                     "(did you mean 'toy_sxm'?)\n");
}

static void a_bad_gpu_entry(void **state) {
  input_fixture *fixture = *state;
  msw_data_root data;
  const char *root = put_root(fixture);
  put(fixture, "root/bench_data/gpus/mini.json", "{");
  assert_int_equal(open_root(fixture, root, NULL, &data), MSW_BAD_INPUT);
  assert_int_equal(fixture->diag.n_errors, 1);
}

int main(void) {
  unsetenv("MFUSWEEP_DATA");
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(a_root, input_setup, input_teardown),
      cmocka_unit_test_setup_teardown(models_and_gpus_by_pattern, input_setup, input_teardown),
      cmocka_unit_test_setup_teardown(nearest_names, input_setup, input_teardown),
      cmocka_unit_test_setup_teardown(models_are_loaded, input_setup, input_teardown),
      cmocka_unit_test_setup_teardown(the_environment_names_a_root, input_setup, input_teardown),
      cmocka_unit_test_setup_teardown(the_working_directory_is_a_root, input_setup, input_teardown),
      cmocka_unit_test_setup_teardown(what_is_no_root, input_setup, input_teardown),
      cmocka_unit_test_setup_teardown(names_that_clash, input_setup, input_teardown),
      cmocka_unit_test_setup_teardown(a_bench_folder_comes_first_and_overrides_gpus, input_setup, input_teardown),
      cmocka_unit_test_setup_teardown(bench_folders_that_are_none, input_setup, input_teardown),
      cmocka_unit_test_setup_teardown(table_folders_of_no_gpu, input_setup, input_teardown),
      cmocka_unit_test_setup_teardown(a_bad_gpu_entry, input_setup, input_teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

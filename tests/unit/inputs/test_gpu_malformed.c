/* The blocks "engines" and "analytic" of a GPU entry, broken: all that is said. */
#include "input_fixture.h"
#include "msw/inputs/gpu.h"

#define HEAD "{\"peak_tflops\": {\"bf16\": 1}, \"mem_bw_gb_per_s\": 1, \"mem_gib\": 1, \"num_sm\": 1,\n"
#define ENGINES(text) HEAD "\"engines\": " text "}"
#define MEMORY_OP(text) HEAD "\"analytic\": {\"fitted_on\": \"toy\",\n\"memory_op\": " text "}}"
#define GEMM_NUMBERS \
  "\"launch_us\": 1, \"mfu\": 1, \"sm_load_gb_per_s\": 1, \"epilogue_us\": 1, \"k_us\": 1, \"bw_fraction\": 1, " \
  "\"overlap_power\": 1, \"wave_quantisation\": 1, \"split_us\": 1, \"split_passes\": 1, \"throttle_fraction\": 1"
#define GEMM(tiles, splits) \
  HEAD "\"analytic\": {\"fitted_on\": \"toy\", \"gemm\": {\"bf16\": {" GEMM_NUMBERS ",\n\"tiles\": " tiles ", \"splits\": " splits "}}}}"

static const struct { const char *text, *says; } refusals[] = {
    {"", "toy.json:1:1: error: expected a JSON value, found an empty document\n"},
    {ENGINES("null, \"engines\": {}"), "toy.json:2:18: error: duplicate key \"engines\" (first given at 2:1)\n"},
    {ENGINES("{\"a-1\": {}, \"a-1\": {\"b\": 1, \"b\": 2}}"),
     "toy.json:2:40: error: engines.a-1: duplicate key \"b\" (first given at 2:32)\n"
     "toy.json:2:24: error: engines: duplicate key \"a-1\" (first given at 2:13)\n"},
    {ENGINES("{\"a-1\": {\"b\": 1e400}}"), "toy.json:2:26: error: number \"1e400\" is out of range\n"},
    {ENGINES("{\"a-1\": {\"b\": {}, \"fitted_on\": [\"h100\"]}, \"a-2\": [1]}"),
     "toy.json:2:26: error: engines.a-1.b: expected a number, found object\n"
     "toy.json:2:43: error: engines.a-1.fitted_on: expected the name of a GPU, found array\n"
     "toy.json:2:61: error: engines.a-2: expected an object of constants, found array\n"},
    {HEAD "\"engine\": {}}", "toy.json:2:1: error: unknown key \"engine\" (did you mean 'engines'?)\n"},
    {MEMORY_OP("{\"launch_us\": 1, \"bw_fracton\": 1}"),
     "toy.json:3:14: error: analytic.memory_op: missing key \"bw_fraction\"\n"
     "toy.json:3:31: error: analytic.memory_op: unknown key \"bw_fracton\" (did you mean 'bw_fraction'?)\n"},
    {MEMORY_OP("{\"launch_us\": 1e308, \"bw_fraction\": 1e-300}"),
     "toy.json:3:28: error: analytic.memory_op.launch_us: must be at least 0 and at most 1000000, found 1e308\n"
     "toy.json:3:50: error: analytic.memory_op.bw_fraction: must be at least 1e-06 and at most 1, found 1e-300\n"},
    {MEMORY_OP("[]"), "toy.json:3:14: error: analytic.memory_op: expected an object, found an array\n"},
    {GEMM("[[0, 1e9, 1.5, 8], [0.5, 9, 8, 8], [0, 1e308, 8, 8192]]", "[1]"),
     "toy.json:3:20: error: analytic.gemm.bf16.tiles[0][2]: expected a number of rows or columns, 1 to 4096\n"
     "toy.json:3:30: error: analytic.gemm.bf16.tiles[1][0]: expected a number of rows\n"
     "toy.json:3:49: error: analytic.gemm.bf16.tiles[2][1]: expected a number of rows\n"
     "toy.json:3:59: error: analytic.gemm.bf16.tiles[2][3]: expected a number of rows or columns, 1 to 4096\n"},
    {GEMM("[[9, 1, 8, 8]]", "[1, 1.5]"),
     "toy.json:3:10: error: analytic.gemm.bf16.tiles: no tile for m = 1\n"
     "toy.json:3:40: error: analytic.gemm.bf16.splits[1]: expected a number of parts of k, 1 to 1024\n"},
    {"{\"peak_tflops\": {\"bf16\": 1e-300}, \"mem_bw_gb_per_s\": 1e-9, \"mem_gib\": 1, \"num_sm\": 1e-300}",
     "toy.json:1:26: error: peak_tflops.bf16: must be at least 0.001 and at most 1000000, found 1e-300\n"
     "toy.json:1:54: error: mem_bw_gb_per_s: must be at least 0.001 and at most 1000000, found 1e-9\n"
     "toy.json:1:84: error: num_sm: must be at least 0.001 and at most 100000, found 1e-300\n"},
};

static msw_status load(input_fixture *fixture, const char *text) {
  msw_gpu gpu;
  return msw_gpu_load(put(fixture, "toy.json", text), "toy", &fixture->arena, &fixture->diag, &gpu);
}

static void refused(void **state) {
  input_fixture *fixture = *state;
  for (size_t i_case = 0; i_case < sizeof refusals / sizeof *refusals; i_case++) {
    assert_int_equal(load(fixture, refusals[i_case].text), MSW_BAD_INPUT);
    assert_string_equal(said(fixture), refusals[i_case].says);
    forget(fixture);
  }
}

/* All entries of a list are tried for each time: it must end. */
static void long_lists(void **state) {
  enum { N_ENTRIES = 257 };
  input_fixture *fixture = *state;
  msw_buf tiles = {0}, splits = {0};
  for (int i_entry = 0; i_entry < N_ENTRIES; i_entry++) {
    msw_buf_add(&tiles, i_entry ? ", [0, 1e9, 8, 8]" : "[[0, 1e9, 8, 8]");
    msw_buf_add(&splits, i_entry ? ", 1" : "[1");
  }
  const char *text = msw_format(&fixture->arena, GEMM("%s]", "%s]"), tiles.text, splits.text);
  assert_int_equal(load(fixture, text), MSW_BAD_INPUT);
  assert_says(&fixture->diag, "expected a list of 256 tiles at most, found 257");
  assert_says(&fixture->diag, "expected a list of 256 numbers at most, found 257");
  msw_buf_free(&tiles);
  msw_buf_free(&splits);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(refused, input_setup, input_teardown),
      cmocka_unit_test_setup_teardown(long_lists, input_setup, input_teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

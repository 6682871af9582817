/* Kernel tables with something wrong: what is an error with its line, what is only a warning. */
#include "table_fixture.h"

#define SOURCE "{\"dtype\": \"bf16\", \"peak_tflops\": 100}"

typedef struct { const char *text, *said; } broken_case;

/* Every case is an error and says so. */
static void assert_refused(input_fixture *fixture, const char *path, const broken_case *cases, size_t n_cases) {
  put(fixture, msw_format(&fixture->arena, "%s/SOURCE.json", msw_dir_name(&fixture->arena, path)), SOURCE);
  for (size_t i_case = 0; i_case < n_cases; i_case++) {
    msw_kernel_set set;
    put(fixture, path, cases[i_case].text);
    assert_int_equal(load_tables(fixture, &set), MSW_BAD_INPUT);
    assert_int_equal(set.n_tables, 0);
    if (!strstr(said(fixture), cases[i_case].said)) fail_msg("'%s' lacks '%s'", said(fixture), cases[i_case].said);
    forget(fixture);
  }
}

static void gemm_files(void **state) {
  static const broken_case CASES[] = {
      {"", "data.csv: error: expected a header line, found an empty file\n"},
      {"m,k,n,latency_us,mfu\n", "data.csv: error: has no rows\n"},
      {"m,k,latency_us\n1,1,1\n", "data.csv:1: error: missing column \"n\""},
      {"m,k,n\n1,1,1\n", "data.csv:1: error: missing column \"latency_us\""},
      {"m,k,n,latency_us\n1,1,1,1\n1,1,1,0\n", "data.csv:3: error: latency_us: expected a number > 0, found \"0\"\n"},
      {"m,k,n,latency_us\n1,1,1,-2\n", "data.csv:2: error: latency_us: expected a number > 0, found \"-2\"\n"},
      {"m,k,n,latency_us\n1,1,1,nan\n", "data.csv:2: error: latency_us: expected a number > 0, found \"nan\"\n"},
      {"m,k,n,latency_us\n1,1,1,inf\n", "data.csv:2: error: latency_us: expected a number > 0, found \"inf\"\n"},
      {"m,k,n,latency_us\n1,1,1,\n", "data.csv:2: error: latency_us: expected a number > 0, found an empty cell\n"},
      {"m,k,n,latency_us\n1.5,1,1,1\n",
       "data.csv:2: error: m: expected an integer >= 1 and <= 1000000000, found \"1.5\"\n"},
      {"m,k,n,latency_us\n1,-1,1,1\n",
       "data.csv:2: error: k: expected an integer >= 1 and <= 1000000000, found \"-1\"\n"},
      {"m,k,n,latency_us\n1,1,0,1\n", "data.csv:2: error: n: expected an integer >= 1"},
      {"m,k,n,latency_us,mfu\n1,1,1,1,nan\n", "data.csv:2: error: mfu: expected a number >= 0 and <= 1000000, found \"nan\"\n"},
      {"m,k,n,latency_us,mfu\n1,1,1,1,-0.1\n", "data.csv:2: error: mfu: expected a number >= 0 and <= 1000000, found \"-0.1\"\n"},
      {"m,k,n,latency_us,dtype\n1,1,1,1,bf17\n",
       "data.csv:2: error: dtype: \"bf17\" is no known number format (known are"},
      {"m,k,n,latency_us\n1,1,1\n", "data.csv:2: error: expected 4 cells as in the header, found 3\n"},
  };
  assert_refused(*state, "bench/gemm/toy/data.csv", CASES, sizeof CASES / sizeof *CASES);
}

static void attention_files(void **state) {
  static const broken_case PREFILL[] = {
      {"seq_len,latency_us\n128,10\n", "8-2-64.csv:1: error: missing column \"dtype\"\n"},
      {"dtype,latency_us\nbf16,10\n", "8-2-64.csv:1: error: missing column \"seq_len\"\n"},
      {"dtype,seq_len,cached_len,latency_us\nbf16,1,-1,1\n", "cached_len: expected an integer >= 0"},
      {"dtype,seq_len,batch_size,latency_us\nbf16,1,0,1\n", "batch_size: expected an integer >= 1"},
  };
  static const broken_case DECODE[] = {
      {"dtype,batch_size,kv_len,latency_us\nbf16,1,1,1\n", "8-2-64.csv:1: error: missing column \"kv_dtype\""},
      {"dtype,kv_dtype,batch_size,latency_us\nbf16,bf16,1,1\n", "8-2-64.csv:1: error: missing column \"kv_len\""},
      {"dtype,kv_dtype,batch_size,kv_len,latency_us\nbf16,bf16,1,0,1\n", "kv_len: expected an integer >= 1"},
  };
  input_fixture *fixture = *state;
  assert_refused(fixture, "bench/mha/prefill/toy/8-2-64.csv", PREFILL, sizeof PREFILL / sizeof *PREFILL);
  assert_int_equal(remove(in_dir(fixture, "bench/mha/prefill/toy/8-2-64.csv")), 0);
  assert_refused(fixture, "bench/mha/decode/toy/8-2-64.csv", DECODE, sizeof DECODE / sizeof *DECODE);
}

static void all_bad_rows_are_reported(void **state) {
  input_fixture *fixture = *state;
  msw_kernel_set set;
  put(fixture, "bench/gemm/toy/data.csv", "m,k,n,latency_us\n0,1,1,1\n1,1,1,1\n1,x,1,0\n");
  assert_int_equal(load_tables(fixture, &set), MSW_BAD_INPUT);
  assert_int_equal(fixture->diag.n_errors, 3);
}

static void sources(void **state) {
  static const broken_case CASES[] = {
      {"{", "SOURCE.json:1:"},
      {"[]", "SOURCE.json:1:1: error: expected an object, found an array\n"},
      {"{\"gpu\": \"other\"}", "SOURCE.json:1:9: error: gpu: 'other' is not the folder's GPU toy_sxm\n"},
      {"{\"dtype\": \"bf17\"}", "SOURCE.json:1:11: error: dtype: 'bf17' is no known number format"},
      {"{\"peak_tflops\": \"100\"}", "peak_tflops: expected a number, found a string"},
      {"{\"peak_tflops\": 0}", "peak_tflops: must be at least 0.001"},
      {"{\"causal\": 1}", "causal: expected a boolean, found a number\n"},
  };
  input_fixture *fixture = *state;
  put(fixture, "bench/gemm/toy/data.csv", "m,k,n,latency_us\n1,1,1,1\n");
  for (size_t i_case = 0; i_case < sizeof CASES / sizeof *CASES; i_case++) {
    msw_kernel_set set;
    put(fixture, "bench/gemm/toy/SOURCE.json", CASES[i_case].text);
    assert_int_equal(load_tables(fixture, &set), MSW_BAD_INPUT);
    if (!strstr(said(fixture), CASES[i_case].said)) fail_msg("'%s' lacks '%s'", said(fixture), CASES[i_case].said);
    forget(fixture);
  }
}

static void repeated_rows_are_kept(void **state) {
  input_fixture *fixture = *state;
  msw_kernel_set set;
  put(fixture, "bench/gemm/toy/data.csv", "m,k,n,latency_us\n8,1,1,1\n4,1,1,2\n8,1,1,3\n4,1,1,4\n8,1,1,5\n8,1,2,6\n");
  put(fixture, "bench/gemm/toy/SOURCE.json", SOURCE);
  assert_int_equal(load_tables(fixture, &set), MSW_OK);
  assert_int_equal(set.tables[0].n_rows, 6);
  for (size_t i_row = 0; i_row < 6; i_row++) assert_same(set.tables[0].latency_us[i_row], (double)i_row + 1.0);
  assert_string_equal(said(fixture),
                      "bench/gemm/toy/data.csv:4: warning: 3 rows repeat an earlier row's sizes, this one "
                      "first; all are kept\n");
}

static void mixed_formats_keep_the_first(void **state) {
  input_fixture *fixture = *state;
  msw_kernel_set set;
  put(fixture, "bench/mha/decode/toy/8-2-64.csv",
      "dtype,kv_dtype,batch_size,kv_len,latency_us\n"
      "bf16,bf16,1,1024,1\nbf16,fp8,1,1024,2\nfp16,bf16,1,1024,3\nbf16,bf16,1,2048,4\n");
  put(fixture, "bench/mha/decode/toy/SOURCE.json", SOURCE);
  assert_int_equal(load_tables(fixture, &set), MSW_OK);
  assert_int_equal(set.tables[0].n_rows, 2);
  assert_same(set.tables[0].latency_us[1], 4);
  assert_same(set.tables[0].kv_len[1], 2048);
  assert_string_equal(said(fixture),
                      "bench/mha/decode/toy/8-2-64.csv: warning: dtype: 2 of 4 rows are not in the first row's "
                      "bf16 (KV bf16) and are left out (keep one number format to a file)\n");
}

/* ---- No header line ---- */

static void a_missing_header_is_supplied(void **state) {
  input_fixture *fixture = *state;
  msw_kernel_set set;
  put(fixture, "bench/mha/decode/toy/8-2-64.csv",
      "# made by hand\n\nbf16,bf16,1,1024,25.4893,0.009\nbf16,bf16, 2 ,1024,26.5,0.01\n");
  put(fixture, "bench/mha/decode/toy/SOURCE.json", SOURCE);
  assert_int_equal(load_tables(fixture, &set), MSW_OK);
  assert_int_equal(set.tables[0].n_rows, 2);
  assert_same(set.tables[0].latency_us[0], 25.4893);
  assert_same(set.tables[0].batch[1], 2);
  assert_string_equal(said(fixture),
                      "bench/mha/decode/toy/8-2-64.csv:3: warning: no header line: the columns are taken to be "
                      "dtype,kv_dtype,batch_size,kv_len,latency_us,mfu\n");
}

static void line_numbers_without_a_header(void **state) {
  input_fixture *fixture = *state;
  msw_kernel_set set;
  put(fixture, "bench/gemm/toy/data.csv", "\xEF\xBB\xBF" "1,1,1,5,0.1\n1,1,1,0,0.1\n1,1\n");
  assert_int_equal(load_tables(fixture, &set), MSW_BAD_INPUT);
  assert_string_equal(said(fixture), "bench/gemm/toy/data.csv:1: warning: no header line: the columns are taken to be "
                                     "m,k,n,latency_us,mfu\n"
                                     "bench/gemm/toy/data.csv:3: error: expected 5 cells as in the header, found 2\n");
  forget(fixture);
  put(fixture, "bench/gemm/toy/data.csv", "1,1,1,5,0.1\n1,1,1,0,0.1\n");
  assert_int_equal(load_tables(fixture, &set), MSW_BAD_INPUT);
  assert_non_null(strstr(said(fixture), "bench/gemm/toy/data.csv:2: error: latency_us: expected a number > 0"));
}

static void what_is_no_headless_table(void **state) {
  static const broken_case CASES[] = {
      {"1,1,1,5\n1,1,1,5\n", "columns 1 and 2 have the same name"},        /* not the standard number of columns */
      {"m,k,n,latency,mfu\n1,1,1,5,0.1\n", "missing column \"latency_us\""},   /* names, if not the right ones */
  };
  assert_refused(*state, "bench/gemm/toy/data.csv", CASES, sizeof CASES / sizeof *CASES);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(gemm_files, input_setup, input_teardown),
      cmocka_unit_test_setup_teardown(attention_files, input_setup, input_teardown),
      cmocka_unit_test_setup_teardown(all_bad_rows_are_reported, input_setup, input_teardown),
      cmocka_unit_test_setup_teardown(sources, input_setup, input_teardown),
      cmocka_unit_test_setup_teardown(repeated_rows_are_kept, input_setup, input_teardown),
      cmocka_unit_test_setup_teardown(mixed_formats_keep_the_first, input_setup, input_teardown),
      cmocka_unit_test_setup_teardown(a_missing_header_is_supplied, input_setup, input_teardown),
      cmocka_unit_test_setup_teardown(line_numbers_without_a_header, input_setup, input_teardown),
      cmocka_unit_test_setup_teardown(what_is_no_headless_table, input_setup, input_teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

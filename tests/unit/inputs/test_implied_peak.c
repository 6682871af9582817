/* Which peak the mfu column was divided by. */
#include "table_fixture.h"

/* A GEMM file of rows n = 1000, 2000 … whose mfu was divided by `tflops` and printed with `decimals`. */
static const char *gemm_text(input_fixture *fixture, double tflops, int decimals, int n_rows) {
  msw_buf text = {0};
  msw_buf_add(&text, "m,k,n,latency_us,mfu\n");
  for (int i_row = 1; i_row <= n_rows; i_row++) {
    const double latency_us = 17.125 * i_row + 3.375, flop = 2.0 * 100 * 1000 * 1000 * i_row;
    msw_buf_printf(&text, "100,1000,%d,%.3f,%.*f\n", 1000 * i_row, latency_us, decimals,
                   flop / latency_us / tflops / 1e6);
  }
  const char *result = msw_strdup(&fixture->arena, text.text);
  msw_buf_free(&text);
  return result;
}

static const msw_kernel_table *load_gemm(input_fixture *fixture, const char *text, const char *source) {
  msw_kernel_set set;
  put(fixture, "bench/gemm/toy/data.csv", text);
  if (source) put(fixture, "bench/gemm/toy/SOURCE.json", source);
  assert_int_equal(load_tables(fixture, &set), MSW_OK);
  assert_int_equal(set.n_tables, 1);
  return &set.tables[0];
}

static void the_declared_peak_is_confirmed(void **state) {
  input_fixture *fixture = *state;
  const msw_kernel_table *table =
      load_gemm(fixture, gemm_text(fixture, 200, 3, 20), "{\"dtype\": \"fp8\", \"peak_tflops\": 200}");
  assert_same(table->implied_flop_per_s, 200e12);
  assert_string_equal(table->implied_name, "toy_sxm fp8");
  assert_int_equal(table->n_mfu_rows, 20);
  assert_int_equal(table->n_mfu_agree, 20);
  assert_false(msw_kernel_table_mfu_is_off(table));
  assert_int_equal(fixture->diag.n, 0);
}

static void the_peak_of_another_format(void **state) {
  input_fixture *fixture = *state;
  const msw_kernel_table *table =
      load_gemm(fixture, gemm_text(fixture, 100, 3, 20), "{\"dtype\": \"fp8\", \"peak_tflops\": 200}");
  assert_same(table->peak_flop_per_s, 200e12);
  assert_true(table->peak_declared);
  assert_same(table->implied_flop_per_s, 100e12);
  assert_string_equal(table->implied_name, "toy_sxm bf16");
  assert_true(msw_kernel_table_mfu_is_off(table));
}

static void the_peak_of_another_gpu(void **state) {
  input_fixture *fixture = *state;
  const msw_kernel_table *table =
      load_gemm(fixture, gemm_text(fixture, 148, 3, 20), "{\"dtype\": \"bf16\", \"peak_tflops\": 100}");
  assert_same(table->implied_flop_per_s, 148e12);
  assert_string_equal(table->implied_name, "other bf16");
  assert_true(msw_kernel_table_mfu_is_off(table));
}

static void a_declared_peak_of_no_gpu(void **state) {
  input_fixture *fixture = *state;
  const msw_kernel_table *table =
      load_gemm(fixture, gemm_text(fixture, 123, 3, 20), "{\"dtype\": \"bf16\", \"peak_tflops\": 123}");
  assert_same(table->implied_flop_per_s, 123e12);
  assert_string_equal(table->implied_name, "declared");
  assert_false(msw_kernel_table_mfu_is_off(table));
}

static void a_peak_of_no_gpu(void **state) {
  input_fixture *fixture = *state;
  const msw_kernel_table *table =
      load_gemm(fixture, gemm_text(fixture, 123, 5, 20), "{\"dtype\": \"bf16\", \"peak_tflops\": 100}");
  assert_close(table->implied_flop_per_s, 123e12, 1e-4, 0.0);
  assert_null(table->implied_name);
  assert_int_equal(table->n_mfu_agree, 20);
  assert_true(msw_kernel_table_mfu_is_off(table));
}

/* The digits decide: to one decimal 100 and 100.5 TFLOP/s are the same, and what was declared is believed. */
static void among_near_peaks_the_declared_one(void **state) {
  input_fixture *fixture = *state;
  const msw_kernel_table *table =
      load_gemm(fixture, gemm_text(fixture, 100.2, 1, 20), "{\"dtype\": \"bf16\", \"peak_tflops\": 100.5}");
  assert_same(table->implied_flop_per_s, 100.5e12);
  assert_false(msw_kernel_table_mfu_is_off(table));
}

static void an_undeclared_peak_is_taken_from_the_mfu_column(void **state) {
  input_fixture *fixture = *state;
  const msw_kernel_table *table = load_gemm(fixture, gemm_text(fixture, 200, 3, 20), NULL);
  assert_int_equal(table->dtype, MSW_DTYPE_NONE);
  assert_false(table->peak_declared);
  assert_same(table->peak_flop_per_s, 200e12);
  assert_null(table->source_file);
  assert_string_equal(said(fixture),
                      "bench/gemm/toy/data.csv: warning: no peak declared: takes 200 TFLOP/s, which its mfu "
                      "column implies (toy_sxm fp8) (write SOURCE.json with dtype and peak_tflops beside it)\n");
}

static void without_anything_the_gpu_s_peak(void **state) {
  input_fixture *fixture = *state;
  const msw_kernel_table *table = load_gemm(fixture, "dtype,m,k,n,latency_us,mfu\nfp8,1,1,1,1,0.000\n", NULL);
  assert_same(table->peak_flop_per_s, 200e12);
  assert_same(table->implied_flop_per_s, 0.0);
  assert_int_equal(table->n_mfu_rows, 0);
  assert_string_equal(said(fixture),
                      "bench/gemm/toy/data.csv: warning: no peak declared: takes 200 TFLOP/s, the fp8 peak of "
                      "toy_sxm (write SOURCE.json with dtype and peak_tflops beside it)\n");
}

static void one_warning_for_a_folder(void **state) {
  input_fixture *fixture = *state;
  msw_kernel_set set;
  for (int heads = 1; heads <= 3; heads++)
    put(fixture, msw_format(&fixture->arena, "bench/mha/prefill/toy/%d-1-64.csv", heads),
        "dtype,seq_len,latency_us\nbf16,8,1\n");
  assert_int_equal(load_tables(fixture, &set), MSW_OK);
  assert_int_equal(set.n_tables, 3);
  assert_int_equal(fixture->diag.n, 1);
}

/* A few rows with mended figures do not hide what the others say. */
static void rows_that_disagree(void **state) {
  input_fixture *fixture = *state;
  const char *text = msw_format(&fixture->arena, "%s100,1000,50000,10,0.5\n100,1000,60000,10,0.5\n",
                                gemm_text(fixture, 148, 3, 8));
  const msw_kernel_table *table = load_gemm(fixture, text, "{\"dtype\": \"bf16\", \"peak_tflops\": 148}");
  assert_same(table->implied_flop_per_s, 148e12);
  assert_int_equal(table->n_mfu_agree, 8);
  assert_int_equal(table->n_mfu_rows, 10);
}

/* Unrounded figures agree up to the digits of the latency; exponents count as digits. */
static void many_digits(void **state) {
  input_fixture *fixture = *state;
  const char *source = "{\"dtype\": \"bf16\", \"peak_tflops\": 100}";
  const msw_kernel_table *table = load_gemm(fixture, gemm_text(fixture, 100, 16, 20), source);
  assert_int_equal(table->n_mfu_agree, 20);
  assert_same(table->implied_flop_per_s, 100e12);
  table =
      load_gemm(fixture, "m,k,n,latency_us,mfu\n1,1000,1000,10.000,2.000e-3\n2,1000,1000,10.000,4.000e-3\n", source);
  assert_int_equal(table->n_mfu_rows, 2);
  assert_same(table->implied_flop_per_s, 100e12);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(the_declared_peak_is_confirmed, input_setup, input_teardown),
      cmocka_unit_test_setup_teardown(the_peak_of_another_format, input_setup, input_teardown),
      cmocka_unit_test_setup_teardown(the_peak_of_another_gpu, input_setup, input_teardown),
      cmocka_unit_test_setup_teardown(a_declared_peak_of_no_gpu, input_setup, input_teardown),
      cmocka_unit_test_setup_teardown(a_peak_of_no_gpu, input_setup, input_teardown),
      cmocka_unit_test_setup_teardown(among_near_peaks_the_declared_one, input_setup, input_teardown),
      cmocka_unit_test_setup_teardown(an_undeclared_peak_is_taken_from_the_mfu_column, input_setup, input_teardown),
      cmocka_unit_test_setup_teardown(without_anything_the_gpu_s_peak, input_setup, input_teardown),
      cmocka_unit_test_setup_teardown(one_warning_for_a_folder, input_setup, input_teardown),
      cmocka_unit_test_setup_teardown(rows_that_disagree, input_setup, input_teardown),
      cmocka_unit_test_setup_teardown(many_digits, input_setup, input_teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Kernel tables: which files are found, what their rows become, which table wins. */
#include "table_fixture.h"

static const char GEMM[] = "m,k,n,latency_us,mfu\n16,64,32,2.5,0.1\n8,64,32,2,0.05\n";
static const char FP8_SOURCE[] =
    "{\"gpu\": \"toy_sxm\", \"dtype\": \"fp8\", \"peak_tflops\": 200, \"remark\": \"any key\"}";
static const char BF16_SOURCE[] = "{\"gpu\": \"TOY\", \"dtype\": \"bf16\", \"peak_tflops\": 100, \"causal\": null}";

static void a_gemm_table(void **state) {
  input_fixture *fixture = *state;
  msw_kernel_set set;
  put(fixture, "bench/gemm/TOY/data.csv", GEMM);
  put(fixture, "bench/gemm/TOY/SOURCE.json", FP8_SOURCE);
  assert_int_equal(load_tables(fixture, &set), MSW_OK);
  assert_int_equal(fixture->diag.n, 0);
  assert_string_equal(set.gpu->name, "toy_sxm");
  assert_int_equal(set.n_tables, 1);
  const msw_kernel_table *table = &set.tables[0];
  assert_int_equal(table->kind, MSW_KERNEL_GEMM);
  assert_string_equal(table->file, in_dir(fixture, "bench/gemm/TOY/data.csv"));
  assert_string_equal(table->source_file, in_dir(fixture, "bench/gemm/TOY/SOURCE.json"));
  assert_int_equal(strlen(table->sha256), 64);
  assert_int_equal(strlen(table->source_sha256), 64);
  assert_string_equal(table->gpu, "toy_sxm");
  assert_int_equal(table->dtype, MSW_FP8);
  assert_int_equal(table->kv_dtype, MSW_DTYPE_NONE);
  assert_int_equal(table->n_rows, 2);
  assert_same(table->m[1], 8);
  assert_same(table->k[1], 64);
  assert_same(table->n[1], 32);
  assert_null(table->batch);
  assert_null(table->kv_len);
  assert_same(table->latency_us[0], 2.5);
  assert_same(table->file_mfu[0], 0.1);
  assert_same(table->flop[0], 2.0 * 16 * 64 * 32);
  assert_false(table->causal);
  assert_true(table->peak_declared);
  assert_same(table->peak_flop_per_s, 200e12);
}

static void a_prefill_table(void **state) {
  input_fixture *fixture = *state;
  msw_kernel_set set;
  put(fixture, "bench/mha/prefill/toy/8-2-64.csv", "dtype,seq_len,latency_us,mfu\nbf16,128,10,0.1\n");
  put(fixture, "bench/mha/prefill/toy/SOURCE.json", BF16_SOURCE);
  assert_int_equal(load_tables(fixture, &set), MSW_OK);
  assert_int_equal(fixture->diag.n, 0);
  const msw_kernel_table *table = &set.tables[0];
  assert_int_equal(table->shape.num_heads, 8);
  assert_int_equal(table->shape.num_kv_heads, 2);
  assert_int_equal(table->shape.head_dim, 64);
  assert_int_equal(table->shape.tp, 1);
  assert_same(table->batch[0], 1);
  assert_same(table->cached_len[0], 0);
  assert_same(table->seq_len[0], 128);
  assert_int_equal(table->kv_dtype, MSW_BF16);
  assert_true(table->causal);
  assert_same(table->flop[0], 2.0 * 8 * 64 * 128 * 128);
}

static void optional_columns_of_prefill_in_any_order(void **state) {
  input_fixture *fixture = *state;
  msw_kernel_set set;
  put(fixture, "bench/mha/prefill/toy/8-2-64.csv",
      "note,latency_us,cached_len,seq_len,batch_size,kv_dtype,dtype\nx,10,256,128,4,fp8,bf16\n");
  put(fixture, "bench/mha/prefill/toy/SOURCE.json", BF16_SOURCE);
  assert_int_equal(load_tables(fixture, &set), MSW_OK);
  const msw_kernel_table *table = &set.tables[0];
  assert_same(table->batch[0], 4);
  assert_same(table->cached_len[0], 256);
  assert_int_equal(table->kv_dtype, MSW_FP8);
  assert_null(table->file_mfu);
  assert_same(table->implied_flop_per_s, 0.0);
  assert_false(msw_kernel_table_mfu_is_off(table));
  assert_same(table->flop[0], 4.0 * 8 * 64 * (128.0 * (256 + 128) - 128.0 * 128 / 2) * 4);
}

static void attention_that_is_not_causal(void **state) {
  input_fixture *fixture = *state;
  msw_kernel_set set;
  put(fixture, "bench/mha/prefill/toy/8-2-64.csv", "dtype,seq_len,latency_us\nbf16,128,10\n");
  put(fixture, "bench/mha/prefill/toy/SOURCE.json", "{\"peak_tflops\": 100, \"causal\": false}");
  assert_int_equal(load_tables(fixture, &set), MSW_OK);
  assert_false(set.tables[0].causal);
  assert_same(set.tables[0].flop[0], 4.0 * 8 * 64 * 128 * 128);
}

static void decode_tables_by_tp(void **state) {
  input_fixture *fixture = *state;
  msw_kernel_set set;
  const char *rows = "dtype,kv_dtype,batch_size,kv_len,latency_us,mfu\nbf16,fp8,16,1024,10,0.1\n";
  put(fixture, "bench/mha/decode/toy/8-2-64-tp4.csv", rows);
  put(fixture, "bench/mha/decode/toy/8-2-64.csv", rows);
  put(fixture, "bench/mha/decode/toy/SOURCE.json", BF16_SOURCE);
  assert_int_equal(load_tables(fixture, &set), MSW_OK);
  assert_int_equal(set.n_tables, 2);
  assert_int_equal(set.tables[0].shape.tp, 4);
  assert_same(set.tables[0].flop[0], 4.0 * 2 * 64 * 1024 * 16);
  assert_same(set.tables[0].batch[0], 16);
  assert_same(set.tables[0].kv_len[0], 1024);
  assert_null(set.tables[0].seq_len);
  assert_int_equal(set.tables[0].kv_dtype, MSW_FP8);
  assert_int_equal(set.tables[1].shape.tp, 1);
  assert_same(set.tables[1].flop[0], 4.0 * 8 * 64 * 1024 * 16);
}

static void tables_are_sorted_by_kind_folder_and_name(void **state) {
  input_fixture *fixture = *state;
  msw_kernel_set set;
  const char *prefill = "dtype,seq_len,latency_us\nbf16,128,10\n";
  put(fixture, "root/bench_data/mha/prefill/toy/1-1-64.csv", prefill);
  put(fixture, "root/bench_data/mha/prefill/toy/SOURCE.json", BF16_SOURCE);
  put(fixture, "root/bench_data/gemm/toy/data.csv", GEMM);
  put(fixture, "root/bench_data/gemm/toy/SOURCE.json", FP8_SOURCE);
  put(fixture, "bench/mha/prefill/toy/4-1-64.csv", prefill);
  put(fixture, "bench/mha/prefill/toy/2-1-64.csv", prefill);
  put(fixture, "bench/mha/prefill/toy/SOURCE.json", BF16_SOURCE);
  put(fixture, "bench/mha/prefill/other/2-1-64.csv", "not read");
  assert_int_equal(load_tables(fixture, &set), MSW_OK);
  assert_int_equal(set.n_tables, 4);
  assert_int_equal(set.tables[0].kind, MSW_KERNEL_GEMM);
  assert_int_equal(set.tables[1].shape.num_heads, 2);
  assert_int_equal(set.tables[2].shape.num_heads, 4);
  assert_int_equal(set.tables[3].shape.num_heads, 1);
}

static void earlier_folders_shadow_later_ones(void **state) {
  input_fixture *fixture = *state;
  msw_kernel_set set;
  put(fixture, "bench/gemm/toy/a.csv", GEMM);
  put(fixture, "bench/gemm/toy/b.csv", GEMM);
  put(fixture, "bench/gemm/toy/SOURCE.json", FP8_SOURCE);
  put(fixture, "root/bench_data/gemm/toy/shadowed.csv", GEMM);
  put(fixture, "root/bench_data/gemm/toy/bf16.csv", "dtype,m,k,n,latency_us\nbf16,1,1,1,1\n");
  put(fixture, "root/bench_data/gemm/toy/SOURCE.json", FP8_SOURCE);
  assert_int_equal(load_tables(fixture, &set), MSW_OK);
  assert_int_equal(set.n_tables, 3);   /* all files of the first folder, and the format that it has not */
  assert_string_equal(msw_base_name(set.tables[0].file), "a.csv");
  assert_string_equal(msw_base_name(set.tables[1].file), "b.csv");
  assert_string_equal(msw_base_name(set.tables[2].file), "bf16.csv");
  assert_int_equal(set.tables[2].dtype, MSW_BF16);
}

static void rows_of_another_format_than_declared(void **state) {
  input_fixture *fixture = *state;
  msw_kernel_set set;
  put(fixture, "bench/gemm/toy/data.csv", "dtype,m,k,n,latency_us\nbf16,1,1,1,1\n");
  put(fixture, "bench/gemm/toy/SOURCE.json", FP8_SOURCE);
  assert_int_equal(load_tables(fixture, &set), MSW_OK);
  assert_int_equal(set.tables[0].dtype, MSW_BF16);
  assert_false(set.tables[0].peak_declared);
  assert_same(set.tables[0].peak_flop_per_s, 100e12);
  assert_says(&fixture->diag, "rows are bf16, but ");
  assert_says(&fixture->diag, "no peak declared: takes 100 TFLOP/s, the bf16 peak of toy_sxm");
}

static void two_attention_files_of_one_shape(void **state) {
  input_fixture *fixture = *state;
  msw_kernel_set set;
  const char *rows = "dtype,kv_dtype,batch_size,kv_len,latency_us\nbf16,bf16,1,1024,10\n";
  put(fixture, "bench/mha/decode/toy/8-2-64.csv", rows);
  put(fixture, "bench/mha/decode/toy/8-2-64-tp1.csv", rows);
  put(fixture, "bench/mha/decode/toy/SOURCE.json", BF16_SOURCE);
  assert_int_equal(load_tables(fixture, &set), MSW_OK);
  assert_int_equal(set.n_tables, 1);
  assert_string_equal(said(fixture), "bench/mha/decode/toy/8-2-64.csv: warning: has the shape of "
                                     "bench/mha/decode/toy/8-2-64-tp1.csv and is not used\n");
}

static void file_names_that_say_no_shape(void **state) {
  static const char *const NAMES[] = {"8-2.csv", "a-2-64.csv", "8-2-64-tp.csv", "8-2-64-tp0.csv", "8-2-64-tp2x.csv",
                                      "0-2-64.csv", "8-2-64-.csv", "8-2-123456789.csv", "-2-64.csv"};
  input_fixture *fixture = *state;
  msw_kernel_set set;
  for (size_t i_name = 0; i_name < sizeof NAMES / sizeof *NAMES; i_name++)
    put(fixture, msw_format(&fixture->arena, "bench/mha/decode/toy/%s", NAMES[i_name]), "never read");
  put(fixture, "bench/mha/prefill/toy/8-2-64-tp1.csv", "never read");
  put(fixture, "bench/mha/prefill/toy/notes.txt", "never read");
  assert_int_equal(load_tables(fixture, &set), MSW_OK);
  assert_int_equal(set.n_tables, 0);
  assert_int_equal(fixture->diag.n, sizeof NAMES / sizeof *NAMES + 1);
  assert_says(&fixture->diag, "is not used: its name is not <H>-<Hkv>-<dh>.csv");
  assert_says(&fixture->diag, "is not used: its name is not <H>-<Hkv>-<dh>-tp<T>.csv");
}

static void shapes_that_cannot_be(void **state) {
  input_fixture *fixture = *state;
  msw_kernel_set set;
  put(fixture, "bench/mha/decode/toy/8-3-64.csv", "never read");
  put(fixture, "bench/mha/decode/toy/8-2-64-tp3.csv", "never read");
  assert_int_equal(load_tables(fixture, &set), MSW_BAD_INPUT);
  assert_string_equal(said(fixture),
                      "bench/mha/decode/toy/8-2-64-tp3.csv: error: its name says 8 heads, not a multiple of tp 3\n"
                      "bench/mha/decode/toy/8-3-64.csv: error: its name says 8 heads, not a multiple of KV heads 3\n");
}

static void no_tables_at_all(void **state) {
  input_fixture *fixture = *state;
  msw_kernel_set set;
  assert_int_equal(load_tables(fixture, &set), MSW_OK);
  assert_int_equal(set.n_tables, 0);
  assert_string_equal(msw_kernel_name(MSW_KERNEL_GEMM), "gemm");
  assert_string_equal(msw_kernel_name(MSW_KERNEL_PREFILL_ATTENTION), "mha/prefill");
  assert_string_equal(msw_kernel_name(MSW_KERNEL_DECODE_ATTENTION), "mha/decode");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(a_gemm_table, input_setup, input_teardown),
      cmocka_unit_test_setup_teardown(a_prefill_table, input_setup, input_teardown),
      cmocka_unit_test_setup_teardown(optional_columns_of_prefill_in_any_order, input_setup, input_teardown),
      cmocka_unit_test_setup_teardown(attention_that_is_not_causal, input_setup, input_teardown),
      cmocka_unit_test_setup_teardown(decode_tables_by_tp, input_setup, input_teardown),
      cmocka_unit_test_setup_teardown(tables_are_sorted_by_kind_folder_and_name, input_setup, input_teardown),
      cmocka_unit_test_setup_teardown(earlier_folders_shadow_later_ones, input_setup, input_teardown),
      cmocka_unit_test_setup_teardown(rows_of_another_format_than_declared, input_setup, input_teardown),
      cmocka_unit_test_setup_teardown(two_attention_files_of_one_shape, input_setup, input_teardown),
      cmocka_unit_test_setup_teardown(file_names_that_say_no_shape, input_setup, input_teardown),
      cmocka_unit_test_setup_teardown(shapes_that_cannot_be, input_setup, input_teardown),
      cmocka_unit_test_setup_teardown(no_tables_at_all, input_setup, input_teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

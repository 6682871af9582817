/* Large public kernel tables kept beside the project: every file reads, the peaks are found, the known defects are
 * seen. */
#include "input_fixture.h"
#include "msw/inputs/kernel_table.h"

static const char TABLES[] = MSW_TEST_ROOT "/../shared/data/kernels/infersim";

static void load(input_fixture *fixture, const char *gpu, msw_kernel_set *set) {
  msw_data_root *data = msw_arena_alloc(&fixture->arena, sizeof *data);
  const char *dirs[] = {TABLES};
  assert_int_equal(msw_data_root_open(MSW_TEST_ROOT, dirs, 1, &fixture->arena, &fixture->diag, data), MSW_OK);
  const msw_status status =
      msw_kernel_set_load(data, msw_data_find_gpu(data, gpu), &fixture->arena, &fixture->diag, set);
  assert_no_errors(&fixture->diag);
  assert_int_equal(status, MSW_OK);
}

typedef struct { const char *gpu; double gemm_tflops, attention_tflops; size_t n_gemm, n_prefill, n_decode; } known_gpu;

static void peaks_that_the_tables_imply(void **state) {
  static const known_gpu GPUS[] = {
      {"h100", 1979, 989.5, 1, 6, 18}, {"h20", 296, 148, 1, 5, 9}, {"h800", 1979, 989, 1, 0, 7},
  };
  input_fixture *fixture = *state;
  for (size_t i_gpu = 0; i_gpu < sizeof GPUS / sizeof *GPUS; i_gpu++) {
    msw_kernel_set set;
    size_t n_of_kind[MSW_KERNEL_DECODE_ATTENTION + 1] = {0};
    load(fixture, GPUS[i_gpu].gpu, &set);
    for (size_t i_table = 0; i_table < set.n_tables; i_table++) {
      const msw_kernel_table *table = &set.tables[i_table];
      const bool is_gemm = table->kind == MSW_KERNEL_GEMM;
      const double tflops = is_gemm ? GPUS[i_gpu].gemm_tflops : GPUS[i_gpu].attention_tflops;
      n_of_kind[table->kind]++;
      assert_int_equal(table->dtype, is_gemm ? MSW_FP8 : MSW_BF16);
      assert_same(table->peak_flop_per_s, tflops * 1e12);
      assert_same(table->implied_flop_per_s, tflops * 1e12);
      assert_false(msw_kernel_table_mfu_is_off(table));
    }
    assert_int_equal(n_of_kind[MSW_KERNEL_GEMM], GPUS[i_gpu].n_gemm);
    assert_int_equal(n_of_kind[MSW_KERNEL_PREFILL_ATTENTION], GPUS[i_gpu].n_prefill);
    assert_int_equal(n_of_kind[MSW_KERNEL_DECODE_ATTENTION], GPUS[i_gpu].n_decode);
    forget(fixture);
  }
}

static void these_tables_shadow_the_shipped_ones(void **state) {
  input_fixture *fixture = *state;
  msw_kernel_set set;
  load(fixture, "h100", &set);
  for (size_t i_table = 0; i_table < set.n_tables; i_table++)
    assert_int_equal(strncmp(set.tables[i_table].file, TABLES, strlen(TABLES)), 0);
}

static void a_file_without_header(void **state) {
  input_fixture *fixture = *state;
  msw_kernel_set set;
  load(fixture, "h20", &set);
  for (size_t i_table = 0; i_table < set.n_tables; i_table++) {
    const msw_kernel_table *table = &set.tables[i_table];
    if (!strstr(table->file, "mha/decode/h20/64-2-128.csv")) continue;
    assert_int_equal(table->n_rows, 41);
    assert_same(table->kv_len[0], 1024);
    assert_same(table->latency_us[0], 25.4893);
  }
  assert_says(&fixture->diag,
              "no header line: the columns are taken to be dtype,kv_dtype,batch_size,kv_len,latency_us,mfu");
  assert_says(&fixture->diag, "rows repeat an earlier row's sizes");   /* GEMM shapes that were measured twice */
}

static void rows_that_disagree_with_the_peak(void **state) {
  input_fixture *fixture = *state;
  msw_kernel_set set;
  load(fixture, "h20", &set);
  for (size_t i_table = 0; i_table < set.n_tables; i_table++) {
    const msw_kernel_table *table = &set.tables[i_table];
    if (strstr(table->file, "mha/decode/h20/32-4-128.csv")) assert_int_equal(table->n_mfu_rows - table->n_mfu_agree, 1);
    if (strstr(table->file, "gemm/h20/data.csv")) assert_true(table->n_mfu_agree > 370 && table->n_mfu_agree < 402);
  }
}

int main(void) {
  if (!msw_is_dir(TABLES)) return MSW_TEST_SKIPPED;
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(peaks_that_the_tables_imply, input_setup, input_teardown),
      cmocka_unit_test_setup_teardown(these_tables_shadow_the_shipped_ones, input_setup, input_teardown),
      cmocka_unit_test_setup_teardown(a_file_without_header, input_setup, input_teardown),
      cmocka_unit_test_setup_teardown(rows_that_disagree_with_the_peak, input_setup, input_teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

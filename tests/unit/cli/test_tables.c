/* What is found out about a kernel table. */
#include "msw_test.h"
#include "tables.h"

enum { N_ROWS = 6 };
/* 16 twice; 64 missing at k 2048; latency falls from 16 to 64 at k 4096. */
static const double m[N_ROWS] = {8, 16, 16, 8, 16, 64}, k[N_ROWS] = {2048, 2048, 2048, 4096, 4096, 4096},
                    n[N_ROWS] = {512, 512, 512, 512, 512, 512}, latency_us[N_ROWS] = {1, 2, 2, 2, 4, 3},
                    flop[N_ROWS] = {1e6, 2e6, 2e6, 2e6, 4e6, 16e6}, file_mfu[N_ROWS] = {0.5, 0.5, 0.5, 0.5, 0.5, 2.6};

static msw_kernel_table made(void) {
  return (msw_kernel_table){.kind = MSW_KERNEL_GEMM, .n_rows = N_ROWS, .m = m, .k = k, .n = n, .latency_us = latency_us,
                            .flop = flop, .file_mfu = file_mfu, .peak_flop_per_s = 4e12, .peak_declared = true,
                            .implied_flop_per_s = 2e12, .implied_name = "x bf16"};
}

static void test_report(void **state) {
  (void)state;
  msw_arena arena = {0};
  msw_kernel_table table = made();
  msw_table_report report = msw_table_examine(&table, &arena);
  assert_int_equal(report.n_sizes, 3);
  assert_string_equal(report.sizes[0].name, "m");
  assert_same(report.sizes[0].min, 8);
  assert_same(report.sizes[0].max, 64);
  assert_int_equal(report.sizes[0].n_distinct, 3);
  assert_int_equal(report.sizes[2].n_distinct, 1);
  assert_int_equal(report.n_duplicates, 1);
  assert_int_equal(report.n_grid, 6);
  assert_int_equal(report.n_holes, 1);
  assert_int_equal(report.falls[0].n_pairs, 3);
  assert_int_equal(report.falls[0].n_falls, 1);
  assert_close(report.falls[0].worst, 0.25, 1e-12, 0);
  assert_int_equal(report.falls[1].n_pairs, 2);   /* along k: m 8 and 16 (the first of the repeats counts) */
  assert_int_equal(report.falls[1].n_falls, 0);
  assert_int_equal(report.falls[2].n_pairs, 0);
  assert_int_equal(report.n_mfu_above_1, 1);
  assert_close(report.max_mfu, 16e6 / 3e-6 / 4e12, 1e-12, 0);
  assert_int_equal(report.n_file_mfu_above_1, 1);
  msw_arena_free(&arena);
}

static void test_defects(void **state) {
  (void)state;
  msw_arena arena = {0};
  msw_kernel_table table = made();
  msw_table_report report = msw_table_examine(&table, &arena);
  size_t n_defects;
  const char *const *defects = msw_table_defects(&table, &report, &arena, &n_defects);
  static const char *const expected[] = {
      "the mfu column was divided by another peak than the table's: use mfu_source=latency",
      "the mfu column is above 1 in 1 of 6 rows, up to 2.6",
      "recomputed from latency_us, MFU is above 1 in 1 of 6 rows, up to 1.333: peak or rows are wrong",
      "1 of 6 rows repeat the sizes of an earlier one",
      "ragged grid: 1 of 6 combinations of its sizes have no row",
      "latency falls where m grows in 1 of 3 steps, by up to 25.0 %",
  };
  assert_int_equal(n_defects, sizeof expected / sizeof expected[0]);
  for (size_t i_defect = 0; i_defect < n_defects; i_defect++)
    assert_string_equal(defects[i_defect], expected[i_defect]);
  msw_arena_free(&arena);
}

static void test_clean_table(void **state) {
  (void)state;
  msw_arena arena = {0};
  msw_kernel_table table = made();
  table.n_rows = 2;
  table.file_mfu = NULL;
  table.implied_flop_per_s = 0;
  table.implied_name = NULL;
  msw_table_report report = msw_table_examine(&table, &arena);
  size_t n_defects;
  msw_table_defects(&table, &report, &arena, &n_defects);
  assert_int_equal(n_defects, 0);
  assert_null(report.file_mfu.values);
  table.peak_declared = false;
  const char *const *defects = msw_table_defects(&table, &report, &arena, &n_defects);
  assert_int_equal(n_defects, 1);
  assert_string_equal(defects[0], "no SOURCE.json names its peak");
  msw_arena_free(&arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_report), cmocka_unit_test(test_defects),
                                     cmocka_unit_test(test_clean_table)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

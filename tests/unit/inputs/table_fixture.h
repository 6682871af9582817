/* A small data root for tests of kernel tables: one model, a GPU "toy_sxm" (alias "toy"; bf16 100, fp8 200 TFLOP/s) and
 * a GPU "other" (bf16 148 TFLOP/s). Tables go into bench/. */
#ifndef MSW_TEST_TABLE_FIXTURE_H
#define MSW_TEST_TABLE_FIXTURE_H

#include "input_fixture.h"
#include "msw/inputs/kernel_table.h"

static inline void put_root(input_fixture *fixture) {
  put(fixture, "root/model_configs/toy/config.json", "{}");
  put(fixture, "root/bench_data/gpus/toy_sxm.json",
      "{\"aliases\": [\"toy\"], \"peak_tflops\": {\"bf16\": 100, \"fp8\": 200}, \"mem_bw_gb_per_s\": 1, \"mem_gib\": "
      "1}");
  put(fixture, "root/bench_data/gpus/other.json",
      "{\"peak_tflops\": {\"bf16\": 148}, \"mem_bw_gb_per_s\": 1, \"mem_gib\": 1}");
}

/* The tables of toy_sxm in bench/ and, behind it, in root/bench_data. */
static inline msw_status load_tables(input_fixture *fixture, msw_kernel_set *set) {
  msw_data_root *data = msw_arena_alloc(&fixture->arena, sizeof *data);
  const char *bench = in_dir(fixture, "bench");
  const bool has_bench = msw_is_dir(bench);
  put_root(fixture);
  assert_int_equal(
      msw_data_root_open(in_dir(fixture, "root"), &bench, has_bench ? 1 : 0, &fixture->arena, &fixture->diag, data),
      MSW_OK);
  return msw_kernel_set_load(data, msw_data_find_gpu(data, "toy"), &fixture->arena, &fixture->diag, set);
}

#endif

/* Latency tables of a made GPU: toy_sxm of table_fixture.h, tables in bench/toy/vllm-0.1/ unless said otherwise. */
#ifndef MSW_TEST_LATENCY_FIXTURE_H
#define MSW_TEST_LATENCY_FIXTURE_H

#include "msw/inputs/latency_table.h"
#include "table_fixture.h"

#define GEMM_HEADER "kernel_source,gemm_dtype,m,n,k,latency\n"
#define ATTENTION_HEADER \
  "kernel_source,batch_size,isl,num_heads,num_key_value_heads,head_dim,beam_width,attn_dtype,kv_cache_dtype,step," \
  "window_size,latency\n"

/* The latencies of toy_sxm in the bench folders, the fixture's root last. */
static inline msw_status load_latencies_of(input_fixture *fixture, const char *const *benches, size_t n_benches,
                                           msw_latency_set *set) {
  msw_data_root *data = msw_arena_alloc(&fixture->arena, sizeof *data);
  const char **dirs = msw_arena_array(&fixture->arena, n_benches, sizeof *dirs);
  for (size_t i_bench = 0; i_bench < n_benches; i_bench++) dirs[i_bench] = in_dir(fixture, benches[i_bench]);
  put_root(fixture);
  assert_int_equal(msw_data_root_open(in_dir(fixture, "root"), dirs, n_benches, &fixture->arena, &fixture->diag, data),
                   MSW_OK);
  const msw_gpu *gpu = msw_data_find_gpu(data, "toy");
  msw_kernel_set own;
  msw_kernel_set_load(data, gpu, &fixture->arena, &fixture->diag, &own);
  return msw_latency_set_load(data, gpu, &own, &fixture->arena, &fixture->diag, set);
}

static inline msw_status load_latencies(input_fixture *fixture, msw_latency_set *set) {
  static const char *const BENCHES[] = {"bench"};
  return load_latencies_of(fixture, BENCHES, 1, set);
}

/* Loads one table, which must be fine but for defects. */
static inline msw_latency_set load_table(input_fixture *fixture, const char *name, const char *text) {
  msw_latency_set set;
  put(fixture, msw_format(&fixture->arena, "bench/toy/vllm-0.1/%s", name), text);
  const msw_status status = load_latencies(fixture, &set);
  assert_no_errors(&fixture->diag);
  assert_int_equal(status, MSW_OK);
  return set;
}

/* Latency at a place of a slice; fails when there is none. */
static inline double latency_at(const msw_latency_set *set, const msw_latency_key *key, double x, double y) {
  const msw_latency_slice *slice = msw_latency_find(set, key);
  assert_non_null(slice);
  const size_t i_point = msw_latency_point(slice, x, y);
  assert_true(i_point < slice->n_points);
  return slice->latency_us[i_point];
}

static inline bool has_point(const msw_latency_set *set, const msw_latency_key *key, double x, double y) {
  const msw_latency_slice *slice = msw_latency_find(set, key);
  return slice && msw_latency_point(slice, x, y) != SIZE_MAX;
}

/* The only defect of a file. */
static inline void assert_defect(const msw_latency_file *file, const char *what, size_t n, size_t line) {
  assert_int_equal(file->n_defects, 1);
  assert_non_null(strstr(file->defects[0].what, what));
  assert_int_equal(file->defects[0].n, n);
  assert_int_equal(file->defects[0].line, line);
}

#endif

/* Large public latency tables kept beside the project: every file reads, and what is known of them is found. */
#include "input_fixture.h"
#include "msw/inputs/latency_table.h"

static const char TABLES[] = MSW_TEST_ROOT "/../shared/data/kernels/aiconfigurator";

static msw_latency_set load(input_fixture *fixture, const char *gpu) {
  msw_data_root *data = msw_arena_alloc(&fixture->arena, sizeof *data);
  const char *dirs[] = {TABLES};
  msw_latency_set set;
  assert_int_equal(msw_data_root_open(MSW_TEST_ROOT, dirs, 1, &fixture->arena, &fixture->diag, data), MSW_OK);
  const msw_status status =
      msw_latency_set_load(data, msw_data_find_gpu(data, gpu), NULL, &fixture->arena, &fixture->diag, &set);
  assert_no_errors(&fixture->diag);
  assert_int_equal(status, MSW_OK);
  assert_int_equal(fixture->diag.n, 0);
  return set;
}

static size_t points_of_kind(const msw_latency_set *set, msw_latency_kind kind) {
  size_t n_slices, n_points = 0;
  const msw_latency_slice *slices = msw_latency_of_kind(set, kind, &n_slices);
  for (size_t i_slice = 0; i_slice < n_slices; i_slice++) n_points += slices[i_slice].n_points;
  return n_points;
}

static double at(const msw_latency_set *set, const msw_latency_key *key, double x, double y) {
  const msw_latency_slice *slice = msw_latency_find(set, key);
  assert_non_null(slice);
  const size_t i_point = msw_latency_point(slice, x, y);
  assert_true(i_point < slice->n_points);
  return slice->latency_us[i_point];
}

/* Every row is in use or counted as odd; none is faster than its GPU, L2-resident ones and 8-bit attention considered. */
static void check_files(const msw_latency_set *set) {
  size_t n_used = 0, n_points = 0;
  for (size_t i_file = 0; i_file < set->n_files; i_file++) {
    const msw_latency_file *file = set->files[i_file];
    size_t n_odd = 0;
    for (size_t i_defect = 0; i_defect < file->n_defects; i_defect++) {
      n_odd += file->defects[i_defect].n;
      assert_null(strstr(file->defects[i_defect].what, "faster than the GPU"));
    }
    assert_int_equal(file->n_used + n_odd, file->n_rows);
    n_used += file->n_used;
  }
  for (size_t i_slice = 0; i_slice < set->n_slices; i_slice++) {
    n_points += set->slices[i_slice].n_points;
    if (i_slice > 0) assert_true(msw_latency_key_compare(&set->slices[i_slice - 1].key, &set->slices[i_slice].key) < 0);
  }
  assert_int_equal(n_used, n_points);
}

/* Rows of the files, picked by hand. */
static void h100(void **state) {
  const msw_latency_set set = load(*state, "h100");
  msw_latency_key key = {.kind = MSW_LATENCY_GEMM, .dtype = MSW_BF16, .n = 65536, .k = 12288};
  assert_close(at(&set, &key, 32768, 1), 60324.04242621528, 1e-12, 0);
  key = (msw_latency_key){.kind = MSW_LATENCY_GEMM, .dtype = MSW_FP8, .block_scaled = true, .n = 65536, .k = 2048};
  assert_close(at(&set, &key, 32768, 1), 6692.71977742513, 1e-12, 0);
  assert_true(msw_latency_find(&set, &key)->is_eager[0]);
  key = (msw_latency_key){.kind = MSW_LATENCY_PREFILL, .dtype = MSW_BF16, .kv_dtype = MSW_FP8, .num_heads = 64,
                          .num_kv_heads = 64, .head_dim = 64};
  assert_close(at(&set, &key, 16384, 4), 17466.66081746419, 1e-12, 0);
  key = (msw_latency_key){.kind = MSW_LATENCY_DECODE, .dtype = MSW_BF16, .kv_dtype = MSW_FP8, .num_heads = 64,
                          .num_kv_heads = 2, .head_dim = 64, .window = 128};
  assert_close(at(&set, &key, 16384, 2), 15.0293335318565, 1e-12, 0);
  key = (msw_latency_key){.kind = MSW_LATENCY_ALL_REDUCE, .dtype = MSW_BF16, .n_gpus = 2};
  assert_close(at(&set, &key, 256, 1), 4.2915201187133, 1e-12, 0);
  key = (msw_latency_key){.kind = MSW_LATENCY_NCCL, .dtype = MSW_INT8, .n_gpus = 8, .name = "all_reduce"};
  assert_close(at(&set, &key, 536870912, 1), 2677.47, 1e-12, 0);
  assert_int_equal(points_of_kind(&set, MSW_LATENCY_PREFILL), 50830);
  assert_int_equal(points_of_kind(&set, MSW_LATENCY_DECODE), 62166);
  assert_int_equal(points_of_kind(&set, MSW_LATENCY_ALL_REDUCE), 69);   /* of 138: the others are eager */
  assert_int_equal(points_of_kind(&set, MSW_LATENCY_GEMM), 107188 - 91);   /* outliers */
  assert_int_equal(set.n_files, 8);
  check_files(&set);
}

static void other_gpus(void **state) {
  static const struct { const char *name; size_t n_files; } GPUS[] = {
      {"a100_sxm", 8}, {"h200_sxm", 8}, {"b200_sxm", 8}, {"b300_sxm", 6},
  };
  for (size_t i_gpu = 0; i_gpu < sizeof GPUS / sizeof *GPUS; i_gpu++) {
    const msw_latency_set set = load(*state, GPUS[i_gpu].name);
    assert_int_equal(set.n_files, GPUS[i_gpu].n_files);
    check_files(&set);
  }
}

int main(void) {
  if (!msw_is_dir(TABLES)) return MSW_TEST_SKIPPED;
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(h100, input_setup, input_teardown),
      cmocka_unit_test_setup_teardown(other_gpus, input_setup, input_teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* How fast the public latency tables beside the project load: prints rows/s for each GPU. Asserts nothing about time. */
#include <time.h>

#include "input_fixture.h"
#include "msw/inputs/latency_table.h"

static const char TABLES[] = MSW_TEST_ROOT "/../shared/data/kernels/aiconfigurator";

static double now_s(void) {
  const double s_per_ns = 1e-9;
  struct timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return (double)now.tv_sec + (double)now.tv_nsec * s_per_ns;
}

static void load_all(void **state) {
  static const char *const GPUS[] = {"a100_sxm", "h100_sxm", "h200_sxm", "b200_sxm", "b300_sxm"};
  input_fixture *fixture = *state;
  msw_data_root data;
  const char *dirs[] = {TABLES};
  assert_int_equal(msw_data_root_open(MSW_TEST_ROOT, dirs, 1, &fixture->arena, &fixture->diag, &data), MSW_OK);
  for (size_t i_gpu = 0; i_gpu < sizeof GPUS / sizeof *GPUS; i_gpu++) {
    msw_arena arena = {0};
    msw_latency_set set;
    size_t n_rows = 0;
    const double start_s = now_s();
    assert_int_equal(msw_latency_set_load(&data, msw_data_find_gpu(&data, GPUS[i_gpu]), NULL, &arena, &fixture->diag, &set),
                     MSW_OK);
    const double used_s = now_s() - start_s;
    for (size_t i_file = 0; i_file < set.n_files; i_file++) n_rows += set.files[i_file]->n_rows;
    print_message("%s: %zu rows, %zu slices in %.3f s of CPU, %.3g rows/s\n", GPUS[i_gpu], n_rows, set.n_slices, used_s,
                  (double)n_rows / used_s);
    msw_arena_free(&arena);
  }
}

int main(void) {
  if (!msw_is_dir(TABLES)) return MSW_TEST_SKIPPED;
  const struct CMUnitTest tests[] = {cmocka_unit_test_setup_teardown(load_all, input_setup, input_teardown)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

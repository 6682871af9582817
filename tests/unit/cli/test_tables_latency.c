/* How measured latencies are grouped for `tables`. */
#include "msw_test.h"
#include "tables_latency.h"

static const msw_latency_defect DEFECTS[] = {{"odd", 2, 7}, {"odder", 1, 9}};
static const msw_latency_file ONE = {.path = "one.csv", .engine = "vllm-1", .n_rows = 9, .n_used = 4, .defects = DEFECTS,
                                     .n_defects = 2},
                              TWO = {.path = "two.csv", .engine = ""};
static const double X[] = {1, 2, 4}, Y[] = {1, 1, 1}, LATENCY_US[] = {5, 6, 7};
static const uint32_t ROWS[] = {2, 3, 4};
static const uint8_t EAGER[] = {1, 1, 0};
static const msw_latency_file *const ALL_ONE[] = {&ONE, &ONE, &ONE}, *const MIXED[] = {&ONE, &TWO, &TWO};

static msw_latency_slice slice_of(msw_latency_key key, const msw_latency_file *const *files) {
  return (msw_latency_slice){key, 3, X, Y, LATENCY_US, ROWS, EAGER, files};
}

static void groups_of_a_file(void **state) {
  (void)state;
  const msw_latency_slice slices[] = {
      slice_of((msw_latency_key){.dtype = MSW_BF16, .n = 8, .k = 16, .name = ""}, ALL_ONE),
      slice_of((msw_latency_key){.dtype = MSW_BF16, .n = 8, .k = 32, .name = ""}, MIXED),
      slice_of((msw_latency_key){.kind = MSW_LATENCY_NCCL, .dtype = MSW_FP16, .n_gpus = 2, .name = "b"}, MIXED),
      slice_of((msw_latency_key){.kind = MSW_LATENCY_NCCL, .dtype = MSW_FP16, .n_gpus = 4, .name = "a"}, MIXED),
      slice_of((msw_latency_key){.kind = MSW_LATENCY_NCCL, .dtype = MSW_FP16, .n_gpus = 4, .name = "b"}, MIXED),
  };
  const msw_latency_file *const files[] = {&ONE, &TWO};
  const msw_latency_set set = {NULL, slices, sizeof slices / sizeof *slices, files, 2};
  msw_arena arena = {0};
  size_t n;
  const msw_latency_group *groups = msw_latency_groups(&set, &ONE, &arena, &n);
  assert_int_equal(n, 2);
  assert_int_equal(groups[0].n_slices, 2);
  assert_int_equal(groups[0].n_points, 4);
  assert_int_equal(groups[0].n_eager, 3);
  assert_string_equal(groups[0].x.name, "m");
  assert_int_equal(groups[0].x.n, 3);
  assert_same(groups[0].x.values[2], 4);
  assert_null(groups[0].y.name);
  assert_int_equal(groups[0].n_shapes, 2);
  assert_string_equal(groups[0].shapes[1].name, "k");
  assert_same(groups[0].shapes[1].values[1], 32);
  assert_null(groups[0].names_are);
  assert_string_equal(groups[1].names_are, "operation");
  assert_int_equal(groups[1].n_names, 2);
  assert_string_equal(groups[1].names[0], "a");
  assert_string_equal(groups[1].names[1], "b");
  groups = msw_latency_groups(&set, &TWO, &arena, &n);
  assert_int_equal(n, 2);
  assert_int_equal(groups[0].n_slices, 1);
  assert_int_equal(groups[0].n_points, 2);
  msw_arena_free(&arena);
}

/* A table of the project's own is reported as such, with what is odd about its latencies. */
static void own_tables(void **state) {
  (void)state;
  msw_arena arena = {0};
  const msw_kernel_table tables[] = {{.file = "one.csv"}, {.file = "three.csv"}};
  const msw_kernel_set own = {.tables = tables, .n_tables = 2};
  const msw_latency_file *const files[] = {&ONE, &TWO};
  const msw_latency_set set = {NULL, NULL, 0, files, 2};
  assert_false(msw_latency_is_reported(&own, &ONE));
  assert_true(msw_latency_is_reported(&own, &TWO));
  size_t n;
  const char *const *texts = msw_latency_own_defects(&set, &tables[0], &arena, &n);
  assert_int_equal(n, 2);
  assert_string_equal(texts[0], "as measured latencies: 2 rows odd (line 7 first)");
  assert_string_equal(texts[1], "as measured latencies: 1 row odder (line 9)");
  msw_latency_own_defects(&set, &tables[1], &arena, &n);
  assert_int_equal(n, 0);
  msw_arena_free(&arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(groups_of_a_file), cmocka_unit_test(own_tables)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

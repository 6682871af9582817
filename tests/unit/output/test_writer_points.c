/* /meta/include and /meta/notes: the points beside the grid, and what has to be known about the numbers. */
#include "sample_result.h"

enum { N_POINTS = 2 };

static const char *const gpus[N_POINTS] = {"h100_sxm", "größe"};
static const double lengths[N_POINTS] = {7, 3000000000}, degrees[N_POINTS] = {1, 8};
static const float times[N_POINTS] = {1.5f, NAN};
static const uint8_t codes[N_POINTS] = {3, 0};
static const uint32_t bits[N_POINTS] = {64, 4};

/* One column of every kind; the others are as these. */
static size_t make_columns(msw_point_column columns[6]) {
  columns[0] = (msw_point_column){.name = "gpu", .unit = "", .long_name = "GPU", .texts = gpus};
  columns[1] = (msw_point_column){.name = "tp", .unit = "1", .long_name = "Tensor-parallel degree", .numbers = degrees};
  columns[2] = (msw_point_column){.name = "kv_len", .unit = "tokens", .long_name = "KV (tokens)", .numbers = lengths};
  columns[3] = (msw_point_column){.name = "step_us", .unit = "us", .field = msw_field_find("step_us"), .cells = times};
  columns[4] = (msw_point_column){.name = "bound", .unit = "1", .field = msw_field_find("bound"), .cells = codes};
  columns[5] = (msw_point_column){.name = "flags", .unit = "1", .field = msw_field_find("flags"), .cells = bits};
  return 6;
}

static void check_table(sample *s, msw_h5 file, const char *group) {
  const uint64_t start = 0, count = N_POINTS;
  const char *const *texts = NULL;
  size_t n_texts = 0;
  double numbers[N_POINTS];
  float floats[N_POINTS];
  uint32_t flags[N_POINTS];
  assert_int_equal(msw_h5_read_texts(file, msw_format(&s->arena, "%s/gpu", group), &s->arena, &s->diag, &texts, &n_texts), MSW_OK);
  assert_int_equal(n_texts, N_POINTS);
  assert_string_equal(texts[1], "größe");
  msw_h5_read_slab(file, msw_format(&s->arena, "%s/kv_len", group), MSW_H5_F64, 1, &start, &count, numbers, &s->diag);
  assert_same(numbers[1], 3e9);
  msw_h5_read_slab(file, msw_format(&s->arena, "%s/point", group), MSW_H5_F64, 1, &start, &count, numbers, &s->diag);
  assert_same(numbers[1], 1);
  msw_h5_read_slab(file, msw_format(&s->arena, "%s/step_us", group), MSW_H5_F32, 1, &start, &count, floats, &s->diag);
  assert_memory_equal(floats, times, sizeof times);
  msw_h5_read_slab(file, msw_format(&s->arena, "%s/flags", group), MSW_H5_U32, 1, &start, &count, flags, &s->diag);
  assert_memory_equal(flags, bits, sizeof bits);
  assert_no_errors(&s->diag);
  assert_attr(s, file, msw_format(&s->arena, "%s/kv_len", group), "units", "tokens");
  assert_attr(s, file, msw_format(&s->arena, "%s/step_us", group), "units", "us");
  assert_attr(s, file, msw_format(&s->arena, "%s/bound", group), "flag_meanings",
              "none gemm attention memory comm overhead");
}

static void without_blocks(void **state) {
  sample *s = *state;
  msw_point_column columns[6];
  sample_plan(s);
  sample_block(s, "");
  const msw_point_table table = {.n_points = N_POINTS, .n_columns = make_columns(columns), .columns = columns};
  const char *path = in_dir(s, "out.h5");
  sample_write(s, path, (msw_writer_options){.n_threads = 1, .points = &table});
  msw_h5 file = sample_open(s, path);
  check_table(s, file, "/meta/include");
  sample_close(s, file);
}

/* A block without points has no group: no data set may be empty. */
static void with_blocks(void **state) {
  sample *s = *state;
  msw_point_column columns[6];
  sample_plan(s);
  sample_block(s, "one");
  sample_block(s, "two");
  const msw_point_table tables[2] = {{0}, {.n_points = N_POINTS, .n_columns = make_columns(columns), .columns = columns}};
  const char *path = in_dir(s, "out.h5");
  sample_write(s, path, (msw_writer_options){.n_threads = 1, .points = tables});
  msw_h5 file = sample_open(s, path);
  assert_false(msw_h5_exists(file, "/meta/include/one"));
  check_table(s, file, "/meta/include/two");
  sample_close(s, file);
}

static void nothing_without_points_and_notes(void **state) {
  sample *s = *state;
  sample_plan(s);
  sample_block(s, "");
  const msw_point_table none = {0};
  const char *path = in_dir(s, "out.h5");
  sample_write(s, path, (msw_writer_options){.n_threads = 1, .points = &none});
  msw_h5 file = sample_open(s, path);
  assert_false(msw_h5_exists(file, "/meta/include"));
  assert_false(msw_h5_exists(file, "/meta/notes"));
  sample_close(s, file);
}

static void notes(void **state) {
  sample *s = *state;
  static const char *const sentences[] = {"GEMM rows measured in fp8 stand in for bf16", "another"};
  const char *const *texts = NULL;
  size_t n = 0;
  sample_plan(s);
  sample_block(s, "");
  const char *path = in_dir(s, "out.h5");
  sample_write(s, path, (msw_writer_options){.n_threads = 1, .notes = sentences, .n_notes = 2});
  msw_h5 file = sample_open(s, path);
  assert_int_equal(msw_h5_read_texts(file, "/meta/notes", &s->arena, &s->diag, &texts, &n), MSW_OK);
  assert_int_equal(n, 2);
  assert_string_equal(texts[0], sentences[0]);
  sample_close(s, file);
}

/* Blocks have their counts in /meta under their names. */
static void blocks_keep_out_of_meta(void **state) {
  sample *s = *state;
  static const char *const taken[] = {"include", "notes", "tiles", "spec", "expanded", "methods", "inputs"};
  for (size_t i_name = 0; i_name < sizeof taken / sizeof taken[0]; i_name++) {
    msw_diag diag = {0};
    s->plan.n_blocks = 0;
    sample_plan(s);
    sample_block(s, taken[i_name]);
    msw_writer *writer = msw_writer_open(in_dir(s, "out.h5"), &s->plan, &s->provenance,
                                         (msw_writer_options){.n_threads = 1}, &diag);
    assert_null(writer);
    assert_says(&diag, msw_format(&s->arena, "a block cannot be called '%s'", taken[i_name]));
    msw_diag_free(&diag);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(without_blocks, sample_setup, sample_teardown),
      cmocka_unit_test_setup_teardown(with_blocks, sample_setup, sample_teardown),
      cmocka_unit_test_setup_teardown(nothing_without_points_and_notes, sample_setup, sample_teardown),
      cmocka_unit_test_setup_teardown(notes, sample_setup, sample_teardown),
      cmocka_unit_test_setup_teardown(blocks_keep_out_of_meta, sample_setup, sample_teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

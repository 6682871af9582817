/* Round trips through result files, and what the calls say when they are given nonsense. */
#include "h5_sample.h"

/* One sample file, open for reading. */
typedef struct { char *path; msw_diag diag; msw_arena arena; msw_h5 file; } opened;

static int setup(void **state) {
  opened *o = msw_alloc_zero(1, sizeof *o);
  o->path = sample_path("sample.h5");
  sample_write(o->path, "decode", &o->diag);
  msw_h5_open_read(o->path, &o->diag, &o->file);
  assert_no_errors(&o->diag);
  *state = o;
  return 0;
}

static int teardown(void **state) {
  opened *o = *state;
  assert_int_equal(msw_h5_close_file(o->file, &o->diag), MSW_OK);
  assert_false(msw_h5_broken());
  sample_forget(o->path);
  msw_arena_free(&o->arena);
  msw_diag_free(&o->diag);
  free(o);
  return 0;
}

static bool same_or_both_nan(double a, double b) { return isnan(a) ? isnan(b) : fabs(a - b) <= 0.0; }

static void whole_variables_come_back(void **state) {
  opened *o = *state;
  const uint64_t start[SAMPLE_RANK] = {0};
  float single[N_SAMPLE];
  double twice[N_SAMPLE];
  uint8_t flags[N_SAMPLE];
  msw_h5_read_slab(o->file, "decode/step_us", MSW_H5_F32, SAMPLE_RANK, start, sample_dims, single, &o->diag);
  msw_h5_read_slab(o->file, "/decode/decode_us", MSW_H5_F64, SAMPLE_RANK, start, sample_dims, twice, &o->diag);
  msw_h5_read_slab(o->file, "decode/flags", MSW_H5_U8, SAMPLE_RANK, start, sample_dims, flags, &o->diag);
  assert_no_errors(&o->diag);
  for (size_t i_cell = 0; i_cell < N_SAMPLE; i_cell++) {
    assert_true(same_or_both_nan((double)single[i_cell], (double)sample_value(i_cell)));
    assert_true(same_or_both_nan(twice[i_cell], 2.0 * (double)sample_value(i_cell)));
    assert_int_equal(flags[i_cell], i_cell % N_KV == 0);
  }
}

static void a_slab_is_converted_and_row_major(void **state) {
  opened *o = *state;
  const uint64_t start[SAMPLE_RANK] = {1, 0, 1, 2}, count[SAMPLE_RANK] = {1, 2, 2, 3};
  double out[2 * 2 * 3];
  msw_h5 group;
  msw_h5_open_group(o->file, "decode", &o->diag, &group);
  msw_h5_read_slab(group, "step_us", MSW_H5_F64, SAMPLE_RANK, start, count, out, &o->diag);
  msw_h5_close(group);
  assert_no_errors(&o->diag);
  for (size_t i_out = 0; i_out < 12; i_out++) {
    size_t i_tp = i_out / 6, i_batch = 1 + i_out / 3 % 2, i_kv = 2 + i_out % 3;
    size_t i_cell = ((N_TP + i_tp) * N_BATCH + i_batch) * N_KV + i_kv;
    assert_same(out[i_out], (double)sample_value(i_cell));
  }
}

static void coordinates_and_meta_come_back(void **state) {
  opened *o = *state;
  const uint64_t zero = 0, two = 2;
  int64_t kv_len[2];
  uint64_t counts[2];
  const char *text, *attr, *absent = "x";
  msw_h5 meta;
  msw_h5_read_slab(o->file, "decode/kv_len", MSW_H5_I64, 1, &two, &two, kv_len, &o->diag);
  msw_h5_read_slab(o->file, "meta/counts", MSW_H5_U64, 1, &zero, &two, counts, &o->diag);
  msw_h5_read_text(o->file, "meta/spec", &o->arena, &o->diag, &text);
  msw_h5_read_attr_text(o->file, "Conventions", &o->arena, &o->diag, &attr);
  msw_h5_read_attr_text(o->file, "absent", &o->arena, &o->diag, &absent);
  assert_no_errors(&o->diag);
  assert_int_equal(kv_len[0], 8192);
  assert_int_equal(kv_len[1], 32768);
  assert_true(counts[0] == 7 && counts[1] == UINT64_MAX);
  assert_string_equal(text, "{ \"name\": \"größe\" }\n");
  assert_string_equal(attr, "CF-1.10");
  assert_null(absent);
  msw_h5_open_group(o->file, "/meta", &o->diag, &meta);
  msw_h5_read_attr_text(meta, "empty", &o->arena, &o->diag, &attr);
  msw_h5_close(meta);
  assert_string_equal(attr, "");
}

static void integer_attributes_come_back(void **state) {
  opened *o = *state;
  int64_t value = -5;
  bool found = true;
  msw_h5 meta;
  msw_h5_open_group(o->file, "meta", &o->diag, &meta);
  assert_int_equal(msw_h5_read_attr_int(meta, "absent", &o->diag, &value, &found), MSW_OK);
  assert_false(found);
  assert_int_equal(value, -5);
  assert_int_equal(msw_h5_read_attr_int(meta, "format", &o->diag, &value, &found), MSW_OK);
  assert_true(found);
  assert_int_equal(value, 1);
  assert_int_equal(msw_h5_read_attr_int(meta, "counts", &o->diag, &value, &found), MSW_FAILED);
  assert_says(&o->diag, "attribute 'counts' is not one integer");
  assert_int_equal(msw_h5_read_attr_int(meta, "empty", &o->diag, &value, &found), MSW_FAILED);
  assert_says(&o->diag, "attribute 'empty' is not one integer");
  msw_h5_close(meta);
  msw_diag_free(&o->diag);
}

static void shapes_and_existence(void **state) {
  opened *o = *state;
  size_t rank = 99;
  uint64_t dims[MSW_H5_MAX_RANK];
  assert_int_equal(msw_h5_shape(o->file, "decode/step_us", MSW_H5_MAX_RANK, &o->diag, &rank, dims), MSW_OK);
  assert_int_equal(rank, SAMPLE_RANK);
  assert_memory_equal(dims, sample_dims, sizeof sample_dims);
  assert_int_equal(msw_h5_shape(o->file, "meta/spec", 0, &o->diag, &rank, dims), MSW_OK);
  assert_int_equal(rank, 0);
  assert_true(msw_h5_exists(o->file, "/"));
  assert_true(msw_h5_exists(o->file, "meta"));
  assert_true(msw_h5_exists(o->file, "/decode/step_us"));
  assert_false(msw_h5_exists(o->file, "decode/step"));
  assert_false(msw_h5_exists(o->file, "nowhere/step_us"));
  assert_int_equal(msw_h5_shape(o->file, "decode/step_us", 3, &o->diag, &rank, dims), MSW_FAILED);
  assert_says(&o->diag, "'decode/step_us' has 4 dimensions; at most 3 are expected");
}

static void reading_nonsense_is_refused(void **state) {
  opened *o = *state;
  const uint64_t start[SAMPLE_RANK] = {0, 0, 0, 4}, count[SAMPLE_RANK] = {1, 1, 1, 2}, far = UINT64_MAX;
  float out[2];
  const char *text;
  msw_h5 group;
  assert_int_equal(msw_h5_read_slab(o->file, "decode/step_us", MSW_H5_F32, 4, start, count, out, &o->diag), MSW_FAILED);
  assert_says(&o->diag, "2 elements from 4 on are not in dimension 3 of 'decode/step_us', which has 5");
  msw_h5_read_slab(o->file, "decode/tp", MSW_H5_F32, 1, &far, &count[3], out, &o->diag);
  assert_says(&o->diag, "dimension 0 of 'decode/tp', which has 3");
  msw_h5_read_slab(o->file, "decode/step_us", MSW_H5_F32, 3, start, count, out, &o->diag);
  assert_says(&o->diag, "'decode/step_us' has 4 dimensions instead of 3");
  msw_h5_read_slab(o->file, "decode/model", MSW_H5_F32, 1, start, count, out, &o->diag);
  assert_says(&o->diag, "cannot read the numbers in /decode/model: ");
  assert_int_equal(msw_h5_read_text(o->file, "decode/nothing", &o->arena, &o->diag, &text), MSW_FAILED);
  assert_says(&o->diag, "cannot open dataset 'decode/nothing': object 'nothing' doesn't exist");
  msw_h5_read_text(o->file, "decode/tp", &o->arena, &o->diag, &text);
  assert_says(&o->diag, "'decode/tp' is not text");
  msw_h5_read_text(o->file, "meta/inputs", &o->arena, &o->diag, &text);
  assert_says(&o->diag, "'meta/inputs' holds 3 texts instead of one");
  msw_h5_open_group(o->file, "decode/tp", &o->diag, &group);
  assert_int_equal(group, MSW_H5_NONE);
  assert_string_equal(o->diag.items[0].loc.file, o->path);
  msw_diag_free(&o->diag);
}

static void empty_slabs_read_nothing(void **state) {
  opened *o = *state;
  const uint64_t start[SAMPLE_RANK] = {0, 0, 0, 5}, count[SAMPLE_RANK] = {1, 1, 1, 0};
  float out = 5.0f;
  msw_h5_read_slab(o->file, "decode/step_us", MSW_H5_F32, SAMPLE_RANK, start, count, &out, &o->diag);
  assert_no_errors(&o->diag);
  assert_same((double)out, 5.0);
}

static void closing_a_file_closes_forgotten_handles(void **state) {
  (void)state;
  enum { N_FORGOTTEN = 200 };
  msw_diag diag = {0};
  char *path = sample_path("forgotten.h5"), name[16];
  msw_h5 file, group, dataset;
  msw_h5_create(path, &diag, &file);
  for (int i_group = 0; i_group < N_FORGOTTEN; i_group++) {
    snprintf(name, sizeof name, "g%d", i_group);
    msw_h5_create_group(file, name, &diag, &group);
    msw_h5_coord_numbers(group, "tp", MSW_H5_I32, sample_tp, N_TP, &diag, &dataset);
  }
  assert_int_equal(msw_h5_close_file(file, &diag), MSW_OK);
  assert_int_equal(msw_h5_open_read(path, &diag, &file), MSW_OK);
  assert_true(msw_h5_exists(file, "g199/tp"));
  assert_int_equal(msw_h5_close_file(file, &diag), MSW_OK);
  assert_int_equal(msw_h5_close_file(MSW_H5_NONE, &diag), MSW_OK);
  msw_h5_close(MSW_H5_NONE);
  assert_no_errors(&diag);
  sample_forget(path);
  msw_diag_free(&diag);
}

static void types_have_sizes_and_the_library_a_version(void **state) {
  (void)state;
  const struct { msw_h5_type type; size_t size; } cases[] = {
      {MSW_H5_F32, 4}, {MSW_H5_F64, 8}, {MSW_H5_U8, 1},  {MSW_H5_U32, 4},
      {MSW_H5_I32, 4}, {MSW_H5_I64, 8}, {MSW_H5_U64, 8},
  };
  for (size_t i_case = 0; i_case < sizeof cases / sizeof cases[0]; i_case++)
    assert_int_equal(msw_h5_type_size(cases[i_case].type), cases[i_case].size);
  assert_true(msw_h5_library_version()[0] == '1' && msw_h5_library_version()[1] == '.');
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(whole_variables_come_back, setup, teardown),
      cmocka_unit_test_setup_teardown(a_slab_is_converted_and_row_major, setup, teardown),
      cmocka_unit_test_setup_teardown(coordinates_and_meta_come_back, setup, teardown),
      cmocka_unit_test_setup_teardown(integer_attributes_come_back, setup, teardown),
      cmocka_unit_test_setup_teardown(shapes_and_existence, setup, teardown),
      cmocka_unit_test_setup_teardown(reading_nonsense_is_refused, setup, teardown),
      cmocka_unit_test_setup_teardown(empty_slabs_read_nothing, setup, teardown),
      cmocka_unit_test(closing_a_file_closes_forgotten_handles),
      cmocka_unit_test(types_have_sizes_and_the_library_a_version),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* How datasets are stored, chunks as they are stored, and what tells coordinates from other datasets. */
#include "h5_sample.h"

#include "msw/base/str.h"

typedef struct { char *path; msw_diag diag; msw_arena arena; msw_h5 file; } opened;

static int open_sample(void **state) {
  opened *o = msw_alloc_zero(1, sizeof *o);
  o->path = sample_path("sample.h5");
  sample_write(o->path, "grid", &o->diag);
  *state = o;
  return msw_h5_open_read(o->path, &o->diag, &o->file) == MSW_OK ? 0 : -1;
}

static int close_sample(void **state) {
  opened *o = *state;
  assert_int_equal(msw_h5_close_file(o->file, &o->diag), MSW_OK);
  sample_forget(o->path);
  msw_diag_free(&o->diag);
  msw_arena_free(&o->arena);
  free(o);
  return 0;
}

static msw_h5 dataset(opened *o, const char *path) {
  msw_h5 found = MSW_H5_NONE;
  assert_int_equal(msw_h5_open_dataset(o->file, path, &o->diag, &found), MSW_OK);
  return found;
}

static void storage_is_known(void **state) {
  opened *o = *state;
  static const struct { const char *path; msw_h5_storage want; } cases[] = {
      {"grid/step_us", {true, MSW_H5_F32, 2, {MSW_H5_SHUFFLE, MSW_H5_DEFLATE}, (double)NAN}},
      {"grid/decode_us", {true, MSW_H5_F64, 0, {0}, (double)NAN}},
      {"grid/flags", {true, MSW_H5_U8, 2, {MSW_H5_SHUFFLE, MSW_H5_DEFLATE}, 0.0}},
      {"grid/kv_len", {false, MSW_H5_I64, 0, {0}, 0.0}},   /* no chunks */
      {"grid/model", {false, MSW_H5_F64, 0, {0}, 0.0}},    /* no numbers */
  };
  for (size_t i_case = 0; i_case < sizeof cases / sizeof cases[0]; i_case++) {
    msw_h5_storage found;
    msw_h5 of = dataset(o, cases[i_case].path);
    if (!msw_h5_is_text(of)) {
      assert_int_equal(msw_h5_storage_of(of, &o->diag, &found), MSW_OK);
      assert_int_equal(found.is_known, cases[i_case].want.is_known);
      assert_int_equal(found.type, cases[i_case].want.type);
      assert_int_equal(found.n_filters, cases[i_case].want.n_filters);
      for (size_t i_filter = 0; i_filter < found.n_filters; i_filter++)
        assert_int_equal(found.filters[i_filter], cases[i_case].want.filters[i_filter]);
      assert_true(isnan(cases[i_case].want.fill) ? isnan(found.fill) : !(fabs(found.fill) > 0.0));
    }
    msw_h5_close(of);
  }
  assert_no_errors(&o->diag);
}

static void coordinates_are_told_apart(void **state) {
  opened *o = *state;
  static const struct { const char *path; bool is_scale, is_text;
  } cases[] = {{"grid/model", true, true},
               {"grid/tp", true, false},
               {"grid/link_bytes_per_s", false, false},
               {"grid/step_us", false, false},
               {"meta/inputs", false, true}};
  for (size_t i_case = 0; i_case < sizeof cases / sizeof cases[0]; i_case++) {
    msw_h5 of = dataset(o, cases[i_case].path);
    assert_int_equal(msw_h5_is_scale(of), cases[i_case].is_scale);
    assert_int_equal(msw_h5_is_text(of), cases[i_case].is_text);
    msw_h5_close(of);
  }
}

static void dimensions_name_their_coordinates(void **state) {
  opened *o = *state;
  static const char *const want[SAMPLE_RANK] = {"/grid/model", "/grid/tp", "/grid/batch", "/grid/kv_len"};
  const char *path = NULL;
  msw_h5 of = dataset(o, "grid/step_us");
  for (size_t i_dim = 0; i_dim < SAMPLE_RANK; i_dim++) {
    assert_int_equal(msw_h5_scale_of(of, i_dim, &o->arena, &o->diag, &path), MSW_OK);
    assert_string_equal(path, want[i_dim]);
  }
  assert_int_equal(msw_h5_scale_of(of, SAMPLE_RANK, &o->arena, &o->diag, &path), MSW_FAILED);
  assert_says(&o->diag, "cannot find the coordinate of dimension 4 in /grid/step_us");
  msw_h5_close(of);
  of = dataset(o, "meta/counts");
  assert_int_equal(msw_h5_scale_of(of, 0, &o->arena, &o->diag, &path), MSW_OK);
  assert_null(path);
  msw_h5_close(of);
}

static void attributes_of_numbers(void **state) {
  opened *o = *state;
  const void *values = NULL;
  size_t n = 0;
  msw_h5 of = dataset(o, "grid/flags");
  assert_int_equal(msw_h5_read_attr_numbers(of, "flag_masks", MSW_H5_U32, &o->arena, &o->diag, &values, &n), MSW_OK);
  assert_int_equal(n, 2);
  assert_int_equal(((const uint32_t *)values)[0], 1);
  assert_int_equal(((const uint32_t *)values)[1], 2);
  assert_int_equal(msw_h5_read_attr_numbers(of, "nothing", MSW_H5_U32, &o->arena, &o->diag, &values, &n), MSW_OK);
  assert_int_equal(n, 0);
  assert_null(values);
  assert_no_errors(&o->diag);
  assert_int_equal(msw_h5_read_attr_numbers(of, "flag_meanings", MSW_H5_U32, &o->arena, &o->diag, &values, &n), MSW_FAILED);
  assert_says(&o->diag, "cannot read attribute 'flag_meanings' as numbers in /grid/flags");
  msw_h5_close(of);
}

/* Every chunk but the first: with filters and without. */
static void chunks_that_were_never_written(void **state) {
  opened *o = *state;
  enum { N = 10, N_CHUNK = 4 };
  const uint64_t n = N, n_chunk = N_CHUNK, first = 0, second = N_CHUNK;
  const int32_t index[N] = {0};
  const unsigned char bytes[N_CHUNK * sizeof(float)] = {1, 2, 3};
  char *path = sample_path("holes.h5");
  msw_h5 file, scale, of;
  msw_h5_create(path, &o->diag, &file);
  msw_h5_coord_numbers(file, "index", MSW_H5_I32, index, N, &o->diag, &scale);
  for (int is_filtered = 0; is_filtered < 2; is_filtered++) {
    msw_h5_stored stored = {0};
    const msw_h5_variable variable = {.name = is_filtered ? "filtered" : "plain", .type = MSW_H5_U32, .rank = 1, .dims = &n,
                                      .chunk = &n_chunk, .scales = &scale, .deflate = is_filtered, .fill = UINT32_MAX};
    msw_h5_create_variable(file, &variable, &o->diag, &of);
    assert_no_errors(&o->diag);
    const msw_status unwritten = msw_h5_fetch_chunk(of, &first, &o->diag, &stored);
    assert_no_errors(&o->diag);
    assert_int_equal(unwritten, MSW_OK);
    assert_int_equal(stored.n, 0);
    msw_h5_write_chunk(of, &first, bytes, sizeof bytes, &o->diag);
    assert_int_equal(msw_h5_fetch_chunk(of, &first, &o->diag, &stored), MSW_OK);
    assert_int_equal(stored.n, sizeof bytes);
    assert_memory_equal(stored.bytes, bytes, sizeof bytes);
    assert_int_equal(stored.skipped, 0);
    assert_int_equal(msw_h5_fetch_chunk(of, &second, &o->diag, &stored), MSW_OK);
    assert_int_equal(stored.n, 0);
    msw_h5_storage storage;
    assert_int_equal(msw_h5_storage_of(of, &o->diag, &storage), MSW_OK);
    assert_same(storage.fill, (double)UINT32_MAX);
    assert_no_errors(&o->diag);
    free(stored.bytes);
    msw_h5_close(of);
  }
  msw_h5_close(scale);
  assert_int_equal(msw_h5_close_file(file, &o->diag), MSW_OK);
  sample_forget(path);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(storage_is_known, open_sample, close_sample),
      cmocka_unit_test_setup_teardown(coordinates_are_told_apart, open_sample, close_sample),
      cmocka_unit_test_setup_teardown(dimensions_name_their_coordinates, open_sample, close_sample),
      cmocka_unit_test_setup_teardown(attributes_of_numbers, open_sample, close_sample),
      cmocka_unit_test_setup_teardown(chunks_that_were_never_written, open_sample, close_sample),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

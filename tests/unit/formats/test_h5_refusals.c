/* What the writing and opening calls say when they cannot do what they are asked, and the largest rank they can. */
#include "h5_sample.h"

#include <fcntl.h>
#include <sys/file.h>

/* A new file, open for writing. */
typedef struct { char *path; msw_diag diag; msw_h5 file, scale; } created;

static int setup(void **state) {
  created *c = msw_alloc_zero(1, sizeof *c);
  c->path = sample_path("new.h5");
  msw_h5_create(c->path, &c->diag, &c->file);
  msw_h5_coord_numbers(c->file, "tp", MSW_H5_I32, sample_tp, N_TP, &c->diag, &c->scale);
  assert_no_errors(&c->diag);
  *state = c;
  return 0;
}

static int teardown(void **state) {
  created *c = *state;
  msw_diag_free(&c->diag);
  msw_h5_close(c->scale);
  assert_int_equal(msw_h5_close_file(c->file, &c->diag), MSW_OK);
  sample_forget(c->path);
  msw_diag_free(&c->diag);
  free(c);
  return 0;
}

static void twenty_dimensions_work(void **state) {
  created *c = *state;
  uint64_t dims[MSW_H5_MAX_RANK], chunk[MSW_H5_MAX_RANK], start[MSW_H5_MAX_RANK] = {0};
  msw_h5 one, scales[MSW_H5_MAX_RANK], dataset;
  msw_h5_coord_numbers(c->file, "one", MSW_H5_I32, sample_tp, 1, &c->diag, &one);
  for (size_t i_dim = 0; i_dim < MSW_H5_MAX_RANK; i_dim++) {
    bool is_long = i_dim == 0 || i_dim == MSW_H5_MAX_RANK - 1;
    dims[i_dim] = is_long ? N_TP : 1;
    chunk[i_dim] = is_long ? 2 : 1;
    scales[i_dim] = is_long ? c->scale : one;
  }
  const float cells[N_TP * N_TP] = {1, 2, 3, 4, 5, 6, 7, 8, 9};
  float back[N_TP * N_TP];
  msw_h5_variable variable = {.name = "deep", .type = MSW_H5_F32, .rank = MSW_H5_MAX_RANK, .dims = dims,
                              .chunk = chunk, .scales = scales, .deflate = true};
  msw_h5_create_variable(c->file, &variable, &c->diag, &dataset);
  sample_write_cells(dataset, &variable, cells, &c->diag);
  msw_h5_close(dataset);
  msw_h5_close(one);
  msw_h5_read_slab(c->file, "deep", MSW_H5_F32, MSW_H5_MAX_RANK, start, dims, back, &c->diag);
  assert_no_errors(&c->diag);
  assert_memory_equal(back, cells, sizeof cells);
}

static void unwritten_chunks_read_as_fill(void **state) {
  created *c = *state;
  const uint64_t dims[1] = {N_TP}, chunk[1] = {2}, start[1] = {0};
  msw_h5 dataset;
  msw_h5_variable variable = {.name = "empty", .type = MSW_H5_F32, .rank = 1, .dims = dims, .chunk = chunk,
                              .scales = &c->scale, .deflate = true};
  msw_h5_create_variable(c->file, &variable, &c->diag, &dataset);
  msw_h5_close(dataset);
  variable.name = "empty_flags";
  variable.type = MSW_H5_U32;
  msw_h5_create_variable(c->file, &variable, &c->diag, &dataset);
  msw_h5_close(dataset);
  float numbers[N_TP] = {0};
  uint32_t flags[N_TP] = {9, 9, 9};
  msw_h5_read_slab(c->file, "empty", MSW_H5_F32, 1, start, dims, numbers, &c->diag);
  msw_h5_read_slab(c->file, "empty_flags", MSW_H5_U32, 1, start, dims, flags, &c->diag);
  assert_no_errors(&c->diag);
  for (size_t i_tp = 0; i_tp < N_TP; i_tp++) assert_true(isnan(numbers[i_tp]) && flags[i_tp] == 0);
}

static void bad_variables_are_refused(void **state) {
  created *c = *state;
  static const struct { const char *name; size_t rank; uint64_t dim, chunk; const char *says; } cases[] = {
      {"many", MSW_H5_MAX_RANK + 1, 3, 2, "variable 'many' has 21 dimensions; at most 20 are possible"},
      {"wide", 1, 3, 4, "cannot create variable 'wide': chunk size must be <= maximum dimension size"},
      {"zero", 1, 3, 0, "cannot create variable 'zero': "},
      {"long", 1, 4, 2, "dimension 0 of 'long' has length 4 but its coordinate 3"},
      {"tp", 1, 3, 2, "cannot create variable 'tp': name already exists"},
  };
  for (size_t i_case = 0; i_case < sizeof cases / sizeof cases[0]; i_case++) {
    msw_h5 dataset;
    msw_h5_variable variable = {.name = cases[i_case].name, .type = MSW_H5_F32, .rank = cases[i_case].rank,
                                .dims = &cases[i_case].dim, .chunk = &cases[i_case].chunk, .scales = &c->scale,
                                .deflate = true};
    assert_int_equal(msw_h5_create_variable(c->file, &variable, &c->diag, &dataset), MSW_FAILED);
    assert_int_equal(dataset, MSW_H5_NONE);
    assert_says(&c->diag, cases[i_case].says);
    assert_string_equal(c->diag.items[i_case].loc.file, c->path);
  }
}

static void misplaced_chunks_are_refused(void **state) {
  created *c = *state;
  const uint64_t dims[1] = {N_TP}, chunk[1] = {2}, between = 1, beyond = 4;
  const float cells[2] = {1, 2};
  msw_h5 dataset;
  msw_h5_variable variable = {.name = "step_us", .type = MSW_H5_F32, .rank = 1, .dims = dims, .chunk = chunk,
                              .scales = &c->scale};
  msw_h5_create_variable(c->file, &variable, &c->diag, &dataset);
  assert_int_equal(msw_h5_write_chunk(dataset, &between, cells, sizeof cells, &c->diag), MSW_FAILED);
  assert_int_equal(msw_h5_write_chunk(dataset, &beyond, cells, sizeof cells, &c->diag), MSW_FAILED);
  assert_int_equal(msw_h5_write_chunk(MSW_H5_NONE, &beyond, cells, sizeof cells, &c->diag), MSW_FAILED);
  assert_int_equal(c->diag.n_errors, 3);
  assert_says(&c->diag, "cannot write a chunk in /step_us: ");
  msw_h5_close(dataset);
}

static void scales_go_where_dimensions_are(void **state) {
  created *c = *state;
  msw_h5 dataset;
  assert_int_equal(msw_h5_open_dataset(c->file, "nothing", &c->diag, &dataset), MSW_FAILED);
  assert_int_equal(dataset, MSW_H5_NONE);
  assert_says(&c->diag, "cannot open dataset 'nothing': object 'nothing' doesn't exist");
  msw_h5_write_numbers(c->file, "aux", MSW_H5_I32, sample_tp, N_TP, &c->diag);
  assert_int_equal(msw_h5_open_dataset(c->file, "aux", &c->diag, &dataset), MSW_OK);
  assert_int_equal(msw_h5_attach_scale(dataset, c->scale, 0, &c->diag), MSW_OK);
  assert_int_equal(msw_h5_attach_scale(dataset, c->scale, 1, &c->diag), MSW_FAILED);
  assert_says(&c->diag, "cannot attach the coordinate of dimension 1 in /aux: ");
  msw_h5_close(dataset);
}

/* Attributes beyond 64 KiB are stored in another way; a spec or a list of inputs can be that long. */
static void long_attributes_work(void **state) {
  created *c = *state;
  enum { N_LONG = 100000 };
  msw_arena arena = {0};
  char *text = msw_arena_alloc(&arena, N_LONG + 1);
  memset(text, 'x', N_LONG);
  const char *back = NULL;
  msw_h5_attr_text(c->file, "long", text, &c->diag);
  msw_h5_read_attr_text(c->file, "long", &arena, &c->diag, &back);
  assert_no_errors(&c->diag);
  assert_string_equal(back, text);
  msw_arena_free(&arena);
}

static void names_are_used_once(void **state) {
  created *c = *state;
  msw_h5 group;
  msw_h5_attr_text(c->scale, "units", "1", &c->diag);
  assert_int_equal(msw_h5_attr_text(c->scale, "units", "2", &c->diag), MSW_FAILED);
  assert_says(&c->diag, "cannot create attribute 'units' in /tp: ");
  assert_int_equal(msw_h5_create_group(c->file, "tp", &c->diag, &group), MSW_FAILED);
  assert_int_equal(group, MSW_H5_NONE);
  assert_says(&c->diag, "cannot create group 'tp': name already exists");
  assert_int_equal(msw_h5_write_text(c->file, "tp", "x", &c->diag), MSW_FAILED);
  assert_says(&c->diag, "cannot create dataset 'tp': name already exists");
}

/* Writes `text` where an HDF5 file should be and opens it. */
static msw_status open_text(const char *path, const char *text, msw_diag *diag) {
  FILE *out = fopen(path, "w");
  assert_non_null(out);
  fputs(text, out);
  fclose(out);
  msw_h5 file;
  msw_status status = msw_h5_open_read(path, diag, &file);
  assert_int_equal(file, MSW_H5_NONE);
  return status;
}

static void other_files_do_not_open(void **state) {
  (void)state;
  msw_diag diag = {0};
  msw_h5 file;
  char *path = sample_path("other.h5");
  assert_int_equal(msw_h5_open_read(path, &diag, &file), MSW_BAD_INPUT);
  assert_says(&diag, "cannot open the file: No such file or directory");
  assert_int_equal(open_text(path, "model,tp\n", &diag), MSW_BAD_INPUT);
  assert_int_equal(open_text(path, "", &diag), MSW_BAD_INPUT);
  assert_int_equal(msw_h5_open_read("/tmp", &diag, &file), MSW_BAD_INPUT);
  for (size_t i_problem = 1; i_problem < 4; i_problem++)
    assert_string_equal(diag.items[i_problem].message, "not an HDF5 file");
  assert_string_equal(diag.items[3].loc.file, "/tmp");
  msw_diag_free(&diag);
  sample_write(path, NULL, &diag);
  assert_int_equal(truncate(path, 5000), 0);
  assert_int_equal(msw_h5_open_read(path, &diag, &file), MSW_FAILED);
  assert_says(&diag, "cannot open the file: truncated file");
  sample_forget(path);
  msw_diag_free(&diag);
}

static void a_file_being_written_does_not_open(void **state) {
  (void)state;
  msw_diag diag = {0};
  msw_h5 file;
  char *path = sample_path("locked.h5");
  sample_write(path, NULL, &diag);
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (flock(fd, LOCK_EX | LOCK_NB) == 0) {   /* else a file system without locks */
    assert_int_equal(msw_h5_open_read(path, &diag, &file), MSW_FAILED);
    assert_says(&diag, "cannot open the file: another process has the file open");
  }
  close(fd);
  sample_forget(path);
  msw_diag_free(&diag);
}

static void impossible_paths_are_not_created(void **state) {
  (void)state;
  msw_diag diag = {0};
  msw_h5 file;
  assert_int_equal(msw_h5_create("/nonexistent/folder/a.h5", &diag, &file), MSW_FAILED);
  assert_int_equal(file, MSW_H5_NONE);
  assert_string_equal(diag.items[0].message, "cannot create the file: No such file or directory");
  assert_string_equal(diag.items[0].loc.file, "/nonexistent/folder/a.h5");
  msw_diag_free(&diag);
}

int main(void) {
  setenv("HDF5_USE_FILE_LOCKING", "TRUE", 1);   /* some sites switch it off */
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(twenty_dimensions_work, setup, teardown),
      cmocka_unit_test_setup_teardown(unwritten_chunks_read_as_fill, setup, teardown),
      cmocka_unit_test_setup_teardown(bad_variables_are_refused, setup, teardown),
      cmocka_unit_test_setup_teardown(misplaced_chunks_are_refused, setup, teardown),
      cmocka_unit_test_setup_teardown(scales_go_where_dimensions_are, setup, teardown),
      cmocka_unit_test_setup_teardown(long_attributes_work, setup, teardown),
      cmocka_unit_test_setup_teardown(names_are_used_once, setup, teardown),
      cmocka_unit_test(other_files_do_not_open),
      cmocka_unit_test(a_file_being_written_does_not_open),
      cmocka_unit_test(impossible_paths_are_not_created),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

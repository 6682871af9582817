/* The error grid: cells against sums made by hand, and files that cannot be written. */
#include "msw/analysis/error_grid.h"

#include <stdlib.h>
#include <unistd.h>

#include "made_steps.h"
#include "msw/base/file.h"
#include "msw/base/str.h"
#include "msw/formats/h5.h"

/* Two decodes in one cell (errors +10 and -30), one elsewhere without a prediction by the second method, one prefill. */
static const made_step STEPS[] = {
    {"a", 2, 1000, 0, 0, 100}, {"a", 2, 1001, 0, 0, 200}, {"a", 16, 1100, 0, 0, 400}, {"b", 0, 0, 1, 64, 50},
    {"a", 3, 5, 0, 0, 1}};
enum { N_STEPS = sizeof STEPS / sizeof *STEPS, N_CHOSEN = 4, N_METHODS = 2 };
static const size_t CHOSEN[N_CHOSEN] = {0, 1, 2, 3};   /* the last one is not wanted */
static const msw_error_row FIRST[N_STEPS] = {
    {100, 110, 1, 2}, {200, 140, 1, 2}, {400, 440, 1, 16}, {50, 100, 1, 1}, {1, 1, 1, 3}};
static const msw_error_row SECOND[N_STEPS] = {
    {100, 100, 1, 2}, {200, 200, 1, 2}, {400, NAN, 1, 16}, {50, 50, 1, 1}, {1, 1, 1, 3}};

static char *make_dir(msw_arena *arena) {
  const char *base = getenv("TMPDIR");
  char *dir = msw_join_path(arena, base ? base : "/tmp", "msw_error_grid_XXXXXX");
  assert_non_null(mkdtemp(dir));
  return dir;
}

static msw_status write_grid(made_steps *made, const char *path, msw_diag *diag) {
  static const msw_predicted METHODS[N_METHODS] = {{"first", FIRST}, {"second", SECOND}};
  static const msw_measured_file FILES[] = {{"steps.csv", "00", N_STEPS}};
  static const char *const NOTES[] = {"where x"};
  made->measured.files = FILES;
  made->measured.n_files = 1;
  const msw_error_table table = {&made->measured, CHOSEN, N_CHOSEN, METHODS, N_METHODS};
  return msw_error_grid_write(&table, NOTES, 1, path, diag);
}

static void read_decode(msw_h5 file, const char *name, msw_h5_type type, void *values, msw_diag *diag) {
  size_t rank;
  uint64_t dims[4], start[4] = {0};
  char path[32];
  snprintf(path, sizeof path, "decode/%s", name);
  assert_int_equal(msw_h5_shape(file, path, 4, diag, &rank, dims), MSW_OK);
  assert_int_equal(rank, 4);
  assert_int_equal(dims[0] * 1000 + dims[1] * 100 + dims[2] * 10 + dims[3], 1222);   /* [1 set][2 methods][2 batches][2 bins] */
  assert_int_equal(msw_h5_read_slab(file, path, type, rank, start, dims, values, diag), MSW_OK);
}

static void cells_by_hand(void **state) {
  (void)state;
  msw_diag diag = {0};
  made_steps made;
  made_set(&made, STEPS, N_STEPS);
  char *dir = make_dir(&made.arena);
  const char *path = msw_join_path(&made.arena, dir, "grid.h5");
  assert_int_equal(write_grid(&made, path, &diag), MSW_OK);
  assert_no_errors(&diag);
  msw_h5 file;
  assert_int_equal(msw_h5_open_read(path, &diag, &file), MSW_OK);
  double bias[8], mape[8], measured_us[8], predicted_us[8];
  uint32_t n[8];
  read_decode(file, "bias", MSW_H5_F64, bias, &diag);
  read_decode(file, "mape", MSW_H5_F64, mape, &diag);
  read_decode(file, "measured_us", MSW_H5_F64, measured_us, &diag);
  read_decode(file, "predicted_us", MSW_H5_F64, predicted_us, &diag);
  read_decode(file, "n", MSW_H5_U32, n, &diag);
  static const uint32_t COUNTS[] = {2, 0, 0, 1, 2, 0, 0, 0};   /* [method][batch 2, 16][bin] */
  for (size_t i_cell = 0; i_cell < 8; i_cell++) {
    assert_int_equal(n[i_cell], COUNTS[i_cell]);
    assert_int_equal(isnan(bias[i_cell]), n[i_cell] == 0);
  }
  assert_close(bias[0], -10.0, 1e-6, 0);
  assert_close(mape[0], 20.0, 1e-6, 0);
  assert_close(measured_us[0], 150.0, 0, 0);
  assert_close(predicted_us[0], 125.0, 0, 0);
  assert_close(bias[3], 10.0, 1e-6, 0);
  assert_close(mape[4], 0.0, 0, 1e-12);
  assert_true(msw_h5_exists(file, "prefill/seq_len"));
  assert_false(msw_h5_exists(file, "mixed"));
  assert_int_equal(msw_h5_close_file(file, &diag), MSW_OK);
  assert_int_equal(unlink(path), 0);
  assert_int_equal(rmdir(dir), 0);   /* nothing else is there */
  msw_diag_free(&diag);
  made_free(&made);
}

static void nothing_is_left_of_a_failure(void **state) {
  (void)state;
  msw_diag diag = {0};
  made_steps made;
  made_set(&made, STEPS, N_STEPS);
  char *dir = make_dir(&made.arena);
  assert_int_not_equal(write_grid(&made, msw_join_path(&made.arena, dir, "none/grid.h5"), &diag), MSW_OK);
  assert_true(diag.n > 0);
  assert_int_equal(rmdir(dir), 0);
  msw_diag_free(&diag);
  made_free(&made);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(cells_by_hand),
      cmocka_unit_test(nothing_is_left_of_a_failure),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

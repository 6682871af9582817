/* A disk that fills up: every failure is reported in plain words, no file that failed passes for a good one, and the
 * process still leaves cleanly. Each case runs in a child, for a broken library stays broken. */
#include "h5_sample.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

enum { CHILD_FINE = 0, CHILD_WRONG = 1, CHILD_SKIPPED = MSW_TEST_SKIPPED };

typedef int (*child_body)(const char *path, uint64_t argument);

/* The body's result, by exit (so that exit handlers run); anything else (a crash) fails the test. */
static int run_in_child(child_body body, const char *path, uint64_t argument) {
  fflush(NULL);
  pid_t child = fork();
  assert_true(child >= 0);
  if (child == 0) {
    int result = body(path, argument);
#ifdef MSW_SANITIZED
    _exit(result);   /* what a broken library holds on to would count as leaked */
#endif
    exit(result);
  }
  int how = 0;
  assert_int_equal(waitpid(child, &how, 0), child);
  if (!WIFEXITED(how)) print_error("the child died of signal %d\n", WTERMSIG(how));
  assert_true(WIFEXITED(how));
  return WEXITSTATUS(how);
}

static int wrong(const char *what, const msw_diag *diag) {
  print_error("%s\n", what);
  msw_diag_print(diag, stderr, 100);
  return CHILD_WRONG;
}

/* The device that is always full takes no byte of the file. */
static int create_on_full_device(const char *path, uint64_t argument) {
  (void)argument;
  if (access(path, W_OK) != 0) return CHILD_SKIPPED;
  msw_diag diag = {0};
  msw_h5 file;
  if (msw_h5_create(path, &diag, &file) != MSW_FAILED) return wrong("created", &diag);
  bool is_plain = strcmp(diag.items[0].message, "cannot create the file: no space left on device") == 0;
  return is_plain ? CHILD_FINE : wrong("not in plain words", &diag);
}

static void a_full_device_is_reported(void **state) {
  (void)state;
  int result = run_in_child(create_on_full_device, "/dev/full", 0);
  if (result == CHILD_SKIPPED) skip();
  assert_int_equal(result, CHILD_FINE);
}

/* One coordinate, one variable of four chunks, some attributes; goes on after failures, as a careless caller would. */
static msw_status write_carelessly(const char *path, msw_diag *diag) {
  enum { N_CELLS = 4096, N_CHUNKS = 4, N_ATTRIBUTES = 20 };
  static float cells[N_CELLS];
  const int32_t rows[N_CHUNKS] = {0, 1, 2, 3};
  const uint64_t dims[2] = {N_CHUNKS, N_CELLS}, chunk[2] = {1, N_CELLS};
  int32_t *columns = msw_alloc_zero(N_CELLS, sizeof *columns);
  char name[16];
  msw_h5 file, scales[2], dataset;
  msw_h5_create(path, diag, &file);
  msw_h5_coord_numbers(file, "row", MSW_H5_I32, rows, N_CHUNKS, diag, &scales[0]);
  msw_h5_coord_numbers(file, "column", MSW_H5_I32, columns, N_CELLS, diag, &scales[1]);
  msw_h5_variable variable = {.name = "big", .type = MSW_H5_F32, .rank = 2, .dims = dims, .chunk = chunk, .scales = scales};
  msw_h5_create_variable(file, &variable, diag, &dataset);
  for (uint64_t i_row = 0; i_row < N_CHUNKS; i_row++)
    msw_h5_write_chunk(dataset, (const uint64_t[]){i_row, 0}, cells, sizeof cells, diag);
  for (int i_attribute = 0; i_attribute < N_ATTRIBUTES; i_attribute++) {
    snprintf(name, sizeof name, "a%d", i_attribute);
    msw_h5_attr_texts(dataset, name, sample_models, N_MODEL, diag);
  }
  msw_h5_close(dataset);
  msw_h5_close(scales[0]);
  msw_h5_close(scales[1]);
  free(columns);
  return msw_h5_close_file(file, diag);
}

static int write_up_to(const char *path, uint64_t n_bytes) {
  const struct rlimit limit = {n_bytes, n_bytes};
  msw_diag diag = {0};
  signal(SIGXFSZ, SIG_IGN);   /* a write beyond the limit fails with EFBIG instead of a signal */
  if (setrlimit(RLIMIT_FSIZE, &limit) != 0) return wrong("setrlimit", &diag);
  msw_status closed = write_carelessly(path, &diag);
  if (diag.n_errors == 0) return wrong("nobody noticed", &diag);
  if (!strstr(diag.items[0].message, ": File too large")) return wrong("not in plain words", &diag);
  if (closed != MSW_OK && !msw_h5_broken()) return wrong("a failed close and not broken", &diag);
  return CHILD_FINE;
}

/* Wherever in its life the file hits the end of the disk. */
static void every_place_to_fail_is_reported(void **state) {
  (void)state;
  char *path = sample_path("full.h5");
  struct stat info;
  msw_diag diag = {0};
  assert_int_equal(write_carelessly(path, &diag), MSW_OK);
  assert_int_equal(stat(path, &info), 0);
  uint64_t size = (uint64_t)info.st_size;
  for (uint64_t n_bytes = 0; n_bytes < size; n_bytes += size / 61)
    assert_int_equal(run_in_child(write_up_to, path, n_bytes), CHILD_FINE);
  assert_int_equal(run_in_child(write_up_to, path, size - 1), CHILD_FINE);
  assert_false(msw_h5_broken());
  sample_forget(path);
  msw_diag_free(&diag);
}

/* After a failed close even the next close only says so. */
static int close_again(const char *path, uint64_t n_bytes) {
  msw_diag diag = {0};
  msw_h5 good;
  char *other = sample_path("good.h5");
  msw_h5_create(other, &diag, &good);
  int result = write_up_to(path, n_bytes);
  if (result != CHILD_FINE || !msw_h5_broken()) return wrong("not broken", &diag);
  if (msw_h5_close_file(good, &diag) != MSW_FAILED) return wrong("closed", &diag);
  sample_forget(other);
  return strstr(diag.items[0].message, "an earlier failure left libhdf5 unusable") ? CHILD_FINE : wrong("text", &diag);
}

static void broken_stays_broken(void **state) {
  (void)state;
  char *path = sample_path("full.h5");
  assert_int_equal(run_in_child(close_again, path, 1500), CHILD_FINE);
  sample_forget(path);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_full_device_is_reported),
      cmocka_unit_test(every_place_to_fail_is_reported),
      cmocka_unit_test(broken_stays_broken),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

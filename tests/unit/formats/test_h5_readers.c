/* The readers that people use open our files: runs tests/system/check_readers.py on two small ones. Skipped where no
 * reader is installed. */
#include "h5_sample.h"

#include <sys/wait.h>

static bool readers_are_missing;

/* Exit status of `python check_readers.py path`. */
static int check_readers(const char *path) {
  fflush(NULL);
  pid_t child = fork();
  assert_true(child >= 0);
  if (child == 0) {
    execl(MSW_PYTHON, MSW_PYTHON, MSW_TEST_ROOT "/tests/system/check_readers.py", path, (char *)NULL);
    _exit(127);
  }
  int how = 0;
  assert_int_equal(waitpid(child, &how, 0), child);
  assert_true(WIFEXITED(how));
  return WEXITSTATUS(how);
}

static void check_sample(const char *group) {
  msw_diag diag = {0};
  char *path = sample_path("sample.h5");
  sample_write(path, group, &diag);
  int status = check_readers(path);
  sample_forget(path);
  msw_diag_free(&diag);
  if (status == MSW_TEST_SKIPPED) {
    readers_are_missing = true;
    skip();
  }
  assert_int_equal(status, 0);
}

static void readers_open_a_grid_in_the_root(void **state) {
  (void)state;
  check_sample(NULL);
}

static void readers_open_a_grid_in_a_group(void **state) {
  (void)state;
  check_sample("decode");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(readers_open_a_grid_in_the_root),
      cmocka_unit_test(readers_open_a_grid_in_a_group),
  };
  int n_failed = cmocka_run_group_tests(tests, NULL, NULL);
  return n_failed == 0 && readers_are_missing ? MSW_TEST_SKIPPED : n_failed;
}

/* The readers that people use open our results: one block, three, a zip. Skipped where no reader is installed. */
#include "sample_result.h"

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

static void write_and_check(sample *s) {
  const char *path = in_dir(s, "out.h5");
  sample_write(s, path, (msw_writer_options){.deflate = true, .deflate_level = 1, .n_threads = 2});
  int status = check_readers(path);
  if (status == MSW_TEST_SKIPPED) {
    readers_are_missing = true;
    skip();
  }
  assert_int_equal(status, 0);
}

static void one_block_opens(void **state) {
  sample *s = *state;
  sample_plan(s);
  sample_block(s, "");
  write_and_check(s);
}

static void three_blocks_open(void **state) {
  sample *s = *state;
  sample_plan(s);
  sample_block(s, "decode");
  sample_block(s, "prefill");
  sample_block(s, "mixed");
  write_and_check(s);
}

static void a_zip_opens(void **state) {
  sample *s = *state;
  sample_plan(s);
  sample_block(s, "");
  sample_zip(s, 0);
  write_and_check(s);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(one_block_opens, sample_setup, sample_teardown),
      cmocka_unit_test_setup_teardown(three_blocks_open, sample_setup, sample_teardown),
      cmocka_unit_test_setup_teardown(a_zip_opens, sample_setup, sample_teardown),
  };
  int n_failed = cmocka_run_group_tests(tests, NULL, NULL);
  return n_failed == 0 && readers_are_missing ? MSW_TEST_SKIPPED : n_failed;
}

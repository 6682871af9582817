/* Temporary files of killed writers go, all others stay. */
#include "sample_result.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/wait.h>

static void put(sample *s, const char *name) {
  FILE *file = fopen(in_dir(s, name), "wb");
  assert_non_null(file);
  fclose(file);
}

/* The number of a process that has ended. */
static long ended_pid(void) {
  pid_t child = fork();
  assert_true(child >= 0);
  if (child == 0) _exit(0);
  assert_int_equal(waitpid(child, NULL, 0), child);
  return (long)child;
}

/* "<file>.tmp-<this host>-<pid><rest>" without the folder. */
static const char *temp_of(sample *s, const char *file, long pid, const char *rest) {
  char *name = msw_temp_name(&s->arena, file);
  strrchr(name, '-')[1] = '\0';
  return msw_format(&s->arena, "%s%ld%s", name, pid, rest);
}

static void only_files_of_the_dead_go(void **state) {
  sample *s = *state;
  const long dead = ended_pid();
  const struct { const char *name; bool goes; } cases[] = {
      {temp_of(s, "out.h5", dead, ""), true},
      {temp_of(s, "out.h5", (long)getpid(), ""), false},
      {temp_of(s, "other.h5", dead, ""), false},
      {temp_of(s, "out.h5", dead, "-2"), false},
      {temp_of(s, "out.h5", dead, "x"), false},
      {temp_of(s, "out.h5", 0, ""), false},
      {msw_format(&s->arena, "out.h5.tmp-another.host-%ld", dead), false},
      {"out.h5", false},
  };
  const size_t n_cases = sizeof cases / sizeof cases[0];
  for (size_t i_case = 0; i_case < n_cases; i_case++) put(s, cases[i_case].name);
  msw_writer_clean_stale(in_dir(s, "out.h5"));
  for (size_t i_case = 0; i_case < n_cases; i_case++)
    assert_int_equal(msw_is_file(in_dir(s, cases[i_case].name)), !cases[i_case].goes);
}

static void a_locked_file_stays(void **state) {
  sample *s = *state;
  const char *name = temp_of(s, "out.h5", ended_pid(), "");
  put(s, name);
  int fd = open(in_dir(s, name), O_RDONLY);
  assert_true(fd >= 0);
  assert_int_equal(flock(fd, LOCK_EX), 0);
  msw_writer_clean_stale(in_dir(s, "out.h5"));
  assert_int_equal(n_files(s), 1);
  close(fd);
  msw_writer_clean_stale(in_dir(s, "out.h5"));
  assert_int_equal(n_files(s), 0);
}

static void a_missing_folder_is_no_matter(void **state) {
  msw_writer_clean_stale(in_dir(*state, "nothing/out.h5"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(only_files_of_the_dead_go, sample_setup, sample_teardown),
      cmocka_unit_test_setup_teardown(a_locked_file_stays, sample_setup, sample_teardown),
      cmocka_unit_test_setup_teardown(a_missing_folder_is_no_matter, sample_setup, sample_teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Locks between processes, what killed holders leave, and file systems that have none. */
#include "temp_dir.h"

#include <errno.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/wait.h>

#include "msw/base/lock.h"

/* What flock(2) says instead of the truth; 0: the truth. */
static int flock_fails_with;
int __real_flock(int fd, int operation);
int __wrap_flock(int fd, int operation);
int __wrap_flock(int fd, int operation) {
  if (flock_fails_with == 0) return __real_flock(fd, operation);
  errno = flock_fails_with;
  return -1;
}

/* A process that holds the lock until it is killed; it is known to hold it when this returns. */
static pid_t start_holder(const char *path) {
  int ready[2];
  assert_int_equal(pipe(ready), 0);
  pid_t child = fork();
  assert_true(child >= 0);
  if (child == 0) {
    msw_lock lock;
    char result = (char)msw_lock_try(path, &lock);
    if (write(ready[1], &result, 1) != 1) _exit(1);
    for (;;) pause();
  }
  char result = MSW_LOCK_FAILED;
  assert_int_equal(read(ready[0], &result, 1), 1);
  close(ready[0]);
  close(ready[1]);
  assert_int_equal(result, MSW_LOCK_MINE);
  return child;
}

static void end_holder(pid_t holder) {
  assert_int_equal(kill(holder, SIGKILL), 0);
  assert_int_equal(waitpid(holder, NULL, 0), holder);
}

static void taking_and_giving_back(void **state) {
  const char *path = in_temp(state, "a.claim");
  msw_lock lock, second;
  assert_false(msw_lock_is_held(path));
  assert_int_equal(msw_lock_try(path, &lock), MSW_LOCK_MINE);
  assert_true(msw_is_file(path));
  assert_true(msw_lock_is_held(path));
  assert_int_equal(msw_lock_try(path, &second), MSW_LOCK_BUSY);
  msw_lock_release(&lock);
  assert_false(msw_lock_is_held(path));
  assert_int_equal(n_entries(in_temp(state, "")), 0);
  assert_int_equal(msw_lock_try(path, &lock), MSW_LOCK_MINE);
  msw_lock_release(&lock);
}

static void another_process_is_kept_out(void **state) {
  const char *path = in_temp(state, "a.claim");
  msw_lock lock;
  pid_t holder = start_holder(path);
  assert_true(msw_lock_is_held(path));
  assert_int_equal(msw_lock_try(path, &lock), MSW_LOCK_BUSY);
  end_holder(holder);
  assert_true(msw_is_file(path));   /* a file without a lock */
  assert_false(msw_lock_is_held(path));
  assert_int_equal(msw_lock_try(path, &lock), MSW_LOCK_MINE);
  msw_lock_release(&lock);
}

static void looking_makes_no_file(void **state) {
  assert_false(msw_lock_is_held(in_temp(state, "a.claim")));
  assert_false(msw_lock_is_held(in_temp(state, "nothing/a.claim")));
  assert_int_equal(n_entries(in_temp(state, "")), 0);
}

static void what_cannot_be_made_says_why(void **state) {
  msw_lock lock;
  assert_int_equal(msw_lock_try(in_temp(state, "nothing/a.claim"), &lock), MSW_LOCK_FAILED);
  assert_int_equal(errno, ENOENT);
}

static void file_systems_without_locks(void **state) {
  const int causes[] = {ENOLCK, ENOSYS, EOPNOTSUPP};
  for (size_t i_cause = 0; i_cause < sizeof causes / sizeof causes[0]; i_cause++) {
    msw_lock lock;
    flock_fails_with = causes[i_cause];
    assert_int_equal(msw_lock_try(in_temp(state, "a.claim"), &lock), MSW_LOCK_NONE);
    assert_false(msw_lock_is_held(in_temp(state, "a.claim")));
    msw_lock_release(&lock);
    flock_fails_with = 0;
    assert_int_equal(n_entries(in_temp(state, "")), 0);
  }
  msw_lock lock;
  flock_fails_with = EIO;
  assert_int_equal(msw_lock_try(in_temp(state, "a.claim"), &lock), MSW_LOCK_FAILED);
  assert_int_equal(errno, EIO);
  flock_fails_with = 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(taking_and_giving_back, temp_dir_make, temp_dir_remove),
      cmocka_unit_test_setup_teardown(another_process_is_kept_out, temp_dir_make, temp_dir_remove),
      cmocka_unit_test_setup_teardown(looking_makes_no_file, temp_dir_make, temp_dir_remove),
      cmocka_unit_test_setup_teardown(what_cannot_be_made_says_why, temp_dir_make, temp_dir_remove),
      cmocka_unit_test_setup_teardown(file_systems_without_locks, temp_dir_make, temp_dir_remove),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Safe replacement: the new content whole, or the old content and no temporary file. */
#include <errno.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "temp_dir.h"

/* A folder of its own for each test, so that leftovers are seen. */
static const char *fresh_dir(void **state, const char *name) {
  const char *dir = in_temp(state, name);
  assert_int_equal(mkdir(dir, 0700), 0);
  return dir;
}

static void assert_content(const char *path, const char *wanted) {
  char text[200] = "";
  FILE *file = fopen(path, "rb");
  assert_non_null(file);
  size_t len = fread(text, 1, sizeof text - 1, file);
  fclose(file);
  assert_int_equal(len, strlen(wanted));
  assert_string_equal(text, wanted);
}

static void writes_and_replaces(void **state) {
  const char *dir = fresh_dir(state, "replace");
  const char *path = in_temp(state, "replace/out.csv");
  msw_diag diag = {0};
  assert_int_equal(msw_write_file_atomic(path, "old", 3, &diag), MSW_OK);
  assert_content(path, "old");
  assert_int_equal(msw_write_file_atomic(path, "brand new", 9, &diag), MSW_OK);
  assert_content(path, "brand new");
  assert_int_equal(msw_write_file_atomic(path, NULL, 0, &diag), MSW_OK);
  assert_content(path, "");
  assert_no_errors(&diag);
  assert_int_equal(n_entries(dir), 1);
}

static void new_files_obey_the_umask(void **state) {
  fresh_dir(state, "umask");
  const char *path = in_temp(state, "umask/f");
  msw_diag diag = {0};
  mode_t before = umask(027);
  assert_int_equal(msw_write_file_atomic(path, "x", 1, &diag), MSW_OK);
  umask(before);
  struct stat info;
  assert_int_equal(stat(path, &info), 0);
  assert_int_equal(info.st_mode & 0777, 0640);
}

static void a_missing_folder_is_an_error(void **state) {
  const char *path = in_temp(state, "nowhere/f");
  msw_diag diag = {0};
  assert_int_equal(msw_write_file_atomic(path, "x", 1, &diag), MSW_FAILED);
  assert_string_equal(diag.items[0].message, "cannot be written: No such file or directory");
  assert_string_equal(diag.items[0].loc.file, path);
  msw_diag_free(&diag);
}

static void a_failed_write_leaves_the_old_content(void **state) {
  const char *dir = fresh_dir(state, "full");
  const char *path = temp_file(state, "full/f", "old", 3);
  struct rlimit before, small;
  assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
  small = before;
  small.rlim_cur = 4096;   /* stands for a full disk: the first write is cut short, the next one fails */
  void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
  assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
  msw_diag diag = {0};
  char *bytes = msw_alloc_zero(1, 10000);
  msw_status status = msw_write_file_atomic(path, bytes, 10000, &diag);
  free(bytes);
  assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
  signal(SIGXFSZ, handler);
  assert_int_equal(status, MSW_FAILED);
  assert_string_equal(diag.items[0].message, "cannot be written: File too large");
  assert_content(path, "old");
  assert_int_equal(n_entries(dir), 1);
  msw_diag_free(&diag);
}

static void a_failed_rename_removes_the_temporary_file(void **state) {
  const char *dir = fresh_dir(state, "rename");
  const char *path = fresh_dir(state, "rename/is_a_folder");
  msw_diag diag = {0};
  assert_int_equal(msw_write_file_atomic(path, "x", 1, &diag), MSW_FAILED);
  assert_string_equal(diag.items[0].message, "cannot be replaced: Is a directory");
  assert_true(msw_is_dir(path));
  assert_int_equal(n_entries(dir), 1);
  msw_diag_free(&diag);
}

static void a_taken_temporary_name_is_left_alone(void **state) {
  const char *dir = fresh_dir(state, "taken");
  const char *path = in_temp(state, "taken/f");
  msw_arena arena = {0};
  const char *taken = msw_temp_name(&arena, path);
  FILE *file = fopen(taken, "wb");
  assert_non_null(file);
  fputs("another's", file);
  fclose(file);
  msw_diag diag = {0};
  assert_int_equal(msw_write_file_atomic(path, "mine", 4, &diag), MSW_OK);
  assert_content(path, "mine");
  assert_content(taken, "another's");
  assert_int_equal(n_entries(dir), 2);
  msw_arena_free(&arena);
}

static void a_symbolic_link_at_the_temporary_name_is_not_followed(void **state) {
  fresh_dir(state, "link");
  const char *path = in_temp(state, "link/f"), *victim = in_temp(state, "link/victim");
  msw_arena arena = {0};
  assert_int_equal(symlink(victim, msw_temp_name(&arena, path)), 0);
  msw_diag diag = {0};
  assert_int_equal(msw_write_file_atomic(path, "x", 1, &diag), MSW_OK);
  assert_int_equal(access(victim, F_OK), -1);
  assert_content(path, "x");
  msw_arena_free(&arena);
}

static void renames_and_syncs(void **state) {
  fresh_dir(state, "durable");
  const char *temp = temp_file(state, "durable/t", "x", 1), *path = in_temp(state, "durable/f");
  msw_diag diag = {0};
  assert_int_equal(msw_sync_path(temp, &diag), MSW_OK);
  assert_int_equal(msw_rename_durably(temp, path, &diag), MSW_OK);
  assert_content(path, "x");
  assert_no_errors(&diag);
  assert_int_equal(msw_rename_durably(temp, path, &diag), MSW_FAILED);
  assert_string_equal(diag.items[0].message, "cannot be replaced: No such file or directory");
  assert_int_equal(msw_sync_path(temp, &diag), MSW_FAILED);
  assert_string_equal(diag.items[1].message, "cannot be opened to be synced: No such file or directory");
  assert_content(path, "x");
  msw_diag_free(&diag);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(writes_and_replaces),
      cmocka_unit_test(new_files_obey_the_umask),
      cmocka_unit_test(a_missing_folder_is_an_error),
      cmocka_unit_test(a_failed_write_leaves_the_old_content),
      cmocka_unit_test(a_failed_rename_removes_the_temporary_file),
      cmocka_unit_test(a_taken_temporary_name_is_left_alone),
      cmocka_unit_test(a_symbolic_link_at_the_temporary_name_is_not_followed),
      cmocka_unit_test(renames_and_syncs),
  };
  return cmocka_run_group_tests(tests, temp_dir_make, temp_dir_remove);
}

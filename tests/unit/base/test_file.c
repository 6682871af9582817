/* Reading files, names of files, folders. */
#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "temp_dir.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
enum { LIMIT = 1000000 };

static void reads_whole_files(void **state) {
  static const struct { const char *bytes; size_t len; } rows[] = {{"", 0}, {"x", 1}, {"a\0b\n", 4}, {"line\r\n", 6}};
  for (size_t i_row = 0; i_row < COUNT(rows); i_row++) {
    const char *path = temp_file(state, "read", rows[i_row].bytes, rows[i_row].len);
    msw_arena arena = {0};
    msw_diag diag = {0};
    char *text = NULL;
    size_t len = 99;
    assert_int_equal(msw_read_file(path, LIMIT, &arena, &diag, &text, &len), MSW_OK);
    assert_no_errors(&diag);
    assert_int_equal(len, rows[i_row].len);
    assert_memory_equal(text, rows[i_row].bytes, len + 1);   /* with the NUL */
    msw_arena_free(&arena);
    msw_diag_free(&diag);
  }
}

static void assert_unreadable(const char *path, size_t max_bytes, const char *message) {
  msw_arena arena = {0};
  msw_diag diag = {0};
  char *text = NULL;
  size_t len = 99;
  char *own_path = msw_strdup(&arena, path);
  assert_int_equal(msw_read_file(own_path, max_bytes, &arena, &diag, &text, &len), MSW_BAD_INPUT);
  assert_null(text);
  assert_int_equal(len, 99);
  msw_arena_free(&arena);   /* with the path: the diag has its own copy */
  assert_int_equal(diag.n, 1);
  assert_string_equal(diag.items[0].message, message);
  assert_string_equal(diag.items[0].loc.file, path);
  assert_int_equal(diag.items[0].loc.line, 0);
  msw_diag_free(&diag);
}

static void says_why_it_cannot_read(void **state) {
  const char *file = temp_file(state, "plain", "12345", 5);
  assert_unreadable(in_temp(state, "absent"), LIMIT, "cannot be read: No such file or directory");
  assert_unreadable(in_temp(state, "plain/below"), LIMIT, "cannot be read: Not a directory");
  assert_unreadable("", LIMIT, "cannot be read: No such file or directory");
  assert_unreadable(in_temp(state, "."), LIMIT, "is a folder, expected a regular file");
  assert_unreadable("/dev/zero", LIMIT, "is a device, expected a regular file");
  assert_unreadable(file, 4, "is too large: 5 B, at most 4 B can be read here");
  const char *fifo = in_temp(state, "fifo");
  assert_int_equal(mkfifo(fifo, 0600), 0);
  assert_unreadable(fifo, LIMIT, "is a pipe, expected a regular file");
}

/* Files of /proc say that they are empty, and then are not. */
static void a_file_that_is_not_as_long_as_it_says(void **state) {
  (void)state;
  static const struct { const char *path, *message; } rows[] = {
      {"/proc/self/status", "changed while it was being read"},
      {"/proc/self/mem", "cannot be read: Input/output error"},
  };
  for (size_t i_row = 0; i_row < COUNT(rows); i_row++) {
    msw_arena arena = {0};
    msw_diag diag = {0};
    char *text = NULL;
    size_t len = 0;
    assert_int_equal(msw_read_file(rows[i_row].path, LIMIT, &arena, &diag, &text, &len), MSW_FAILED);
    assert_string_equal(diag.items[0].message, rows[i_row].message);
    msw_arena_free(&arena);
    msw_diag_free(&diag);
  }
}

static void the_limit_itself_is_allowed(void **state) {
  const char *path = temp_file(state, "limit", "12345", 5);
  msw_arena arena = {0};
  msw_diag diag = {0};
  char *text = NULL;
  size_t len = 0;
  assert_int_equal(msw_read_file(path, 5, &arena, &diag, &text, &len), MSW_OK);
  assert_string_equal(text, "12345");
  msw_arena_free(&arena);
}

/* Of names, not of their suffixes: any two sweeps end alike. */
static void the_nearest_file(void **state) {
  static const struct { const char *asked, *nearest; } ROWS[] = {
      {"quikstart.json", "quickstart.json"}, {"quickstart.jsn", "quickstart.json"}, {"quickstart", "quickstart.json"},
      {"quick.json", "quickstart.json"},     {"other.json", NULL},                  {"foldr.json", NULL},
      {"", NULL},                            {"absent/quickstart.json", NULL},
  };
  temp_file(state, "quickstart.json", "", 0);
  temp_file(state, "zebra.json", "", 0);
  assert_int_equal(mkdir(in_temp(state, "folder"), 0700), 0);
  for (size_t i_row = 0; i_row < COUNT(ROWS); i_row++) {
    temp_dir *temp = *state;
    const char *nearest = msw_nearest_file(in_temp(state, ROWS[i_row].asked), &temp->arena);
    if (ROWS[i_row].nearest) assert_string_equal(nearest, in_temp(state, ROWS[i_row].nearest));
    else assert_null(nearest);
  }
}

static void kinds_of_paths(void **state) {
  const char *file = temp_file(state, "kind", "", 0), *dir = in_temp(state, ".");
  assert_true(msw_is_file(file) && !msw_is_dir(file));
  assert_true(msw_is_dir(dir) && !msw_is_file(dir));
  assert_false(msw_is_file("/dev/null") || msw_is_dir("/dev/null"));
  assert_false(msw_is_file(in_temp(state, "absent")) || msw_is_dir(in_temp(state, "absent")));
  const char *link = in_temp(state, "link");
  assert_int_equal(symlink(file, link), 0);
  assert_true(msw_is_file(link));
}

static void names_of_paths(void **state) {
  (void)state;
  static const struct { const char *path, *dir, *base; } rows[] = {
      {"a/b.json", "a", "b.json"}, {"b", ".", "b"},      {"/b", "/", "b"},  {"a/b/c", "a/b", "c"}, {"a//b", "a", "b"},
      {"//b", "/", "b"},           {"./b", ".", "b"},    {"", ".", ""},     {"/", "/", ""},        {"a/b/", "a", ""},
      {"a/", ".", ""},             {"../b", "..", "b"},
  };
  msw_arena arena = {0};
  for (size_t i_row = 0; i_row < COUNT(rows); i_row++) {
    assert_string_equal(msw_dir_name(&arena, rows[i_row].path), rows[i_row].dir);
    assert_string_equal(msw_base_name(rows[i_row].path), rows[i_row].base);
  }
  assert_string_equal(msw_join_path(&arena, "a", "b"), "a/b");
  assert_string_equal(msw_join_path(&arena, "a/", "b"), "a/b");
  assert_string_equal(msw_join_path(&arena, "/", "b"), "/b");
  assert_string_equal(msw_join_path(&arena, "", "b"), "b");
  assert_string_equal(msw_join_path(&arena, ".", "b"), "b");
  assert_string_equal(msw_join_path(&arena, "a", "/b"), "/b");
  msw_arena_free(&arena);
}

static void temp_names_lie_beside(void **state) {
  (void)state;
  msw_arena arena = {0};
  const char *name = msw_temp_name(&arena, "results/x.h5");
  assert_true(msw_starts_with(name, "results/x.h5.tmp-"));
  assert_true(msw_ends_with(name, msw_format(&arena, "-%ld", (long)getpid())));
  assert_string_equal(msw_temp_name(&arena, "results/x.h5"), name);
  msw_arena_free(&arena);
}

static void makes_folders(void **state) {
  static const char *const names[] = {"d1", "d1", "d1/d2/d3", "d1//d4///d5/", "./d6/../d7"};
  msw_diag diag = {0};
  for (size_t i_name = 0; i_name < COUNT(names); i_name++) {
    assert_int_equal(msw_make_dirs(in_temp(state, names[i_name]), &diag), MSW_OK);
    assert_true(msw_is_dir(in_temp(state, names[i_name])));
  }
  assert_no_errors(&diag);
  temp_file(state, "in_the_way", "", 0);
  assert_int_equal(msw_make_dirs(in_temp(state, "in_the_way"), &diag), MSW_FAILED);
  assert_string_equal(diag.items[0].message, "cannot create the folder: something else has this name");
  assert_int_equal(msw_make_dirs(in_temp(state, "in_the_way/below/more"), &diag), MSW_FAILED);
  assert_string_equal(diag.items[1].loc.file, in_temp(state, "in_the_way"));
  assert_int_equal(msw_make_dirs("", &diag), MSW_FAILED);
  assert_int_equal(diag.n_errors, 3);
  msw_diag_free(&diag);
}

static void lists_folders_in_order(void **state) {
  msw_arena arena = {0};
  const char **names = NULL;
  const char *dir = in_temp(state, "list");
  msw_diag diag = {0};
  assert_int_equal(msw_make_dirs(dir, &diag), MSW_OK);
  size_t n = 99;
  assert_int_equal(msw_list_dir(dir, &arena, &diag, &names, &n), MSW_OK);
  assert_int_equal(n, 0);
  static const char *const created[] = {"list/B", "list/a10", "list/a9", "list/.hidden", "list/\xC3\xA9"};
  for (size_t i_name = 0; i_name < COUNT(created); i_name++) temp_file(state, created[i_name], "", 0);
  static const char *const sorted[] = {".hidden", "B", "a10", "a9", "\xC3\xA9"};
  assert_int_equal(msw_list_dir(dir, &arena, &diag, &names, &n), MSW_OK);
  assert_int_equal(n, COUNT(sorted));
  for (size_t i_name = 0; i_name < COUNT(sorted); i_name++) assert_string_equal(names[i_name], sorted[i_name]);
  assert_int_equal(msw_list_dir(in_temp(state, "absent"), &arena, &diag, &names, &n), MSW_OK);
  assert_int_equal(n, 0);
  assert_null(names);
  assert_int_equal(msw_list_dir(in_temp(state, "list/B"), &arena, &diag, &names, &n), MSW_OK);   /* a file: no folder */
  assert_int_equal(n, 0);
  assert_int_equal(diag.n, 0);
  msw_arena_free(&arena);
}

/* A folder that cannot be read is not a missing one. */
static void tells_of_folders_that_cannot_be_read(void **state) {
  msw_arena arena = {0};
  msw_diag diag = {0};
  const char **names = NULL;
  const char *dir = in_temp(state, "list");
  size_t n = 99;
  char too_long[5000];
  memset(too_long, 'a', sizeof too_long - 1);
  too_long[sizeof too_long - 1] = '\0';
  assert_int_equal(msw_list_dir(too_long, &arena, &diag, &names, &n), MSW_FAILED);
  assert_int_equal(n, 0);
  assert_says(&diag, "the folder cannot be read: File name too long");
  assert_int_equal(diag.status, MSW_FAILED);
  errno = 0;
  assert_int_equal(msw_list_dir(too_long, &arena, NULL, &names, &n), MSW_FAILED);
  assert_int_equal(errno, ENAMETOOLONG);
  assert_int_equal(msw_make_dirs(dir, &diag), MSW_OK);
  temp_file(state, "list/a", "", 0);
  struct rlimit usual, none;
  assert_int_equal(getrlimit(RLIMIT_NOFILE, &usual), 0);
  none = usual;
  none.rlim_cur = 0;
  assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
  assert_int_equal(msw_list_dir(dir, &arena, &diag, &names, &n), MSW_FAILED);
  assert_int_equal(setrlimit(RLIMIT_NOFILE, &usual), 0);
  assert_says(&diag, "the folder cannot be read: Too many open files");
  msw_arena_free(&arena);
  msw_diag_free(&diag);
}

static void free_bytes_look_upwards(void **state) {
  unsigned long long here = 0, below = 0;
  assert_true(msw_free_bytes(in_temp(state, "."), &here));
  assert_true(msw_free_bytes(in_temp(state, "absent/more/x.h5"), &below));
  assert_true(msw_free_bytes("absent.h5", &here));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(reads_whole_files),
      cmocka_unit_test(says_why_it_cannot_read),
      cmocka_unit_test(a_file_that_is_not_as_long_as_it_says),
      cmocka_unit_test(the_limit_itself_is_allowed),
      cmocka_unit_test(kinds_of_paths),
      cmocka_unit_test(names_of_paths),
      cmocka_unit_test(temp_names_lie_beside),
      cmocka_unit_test(makes_folders),
      cmocka_unit_test(the_nearest_file),
      cmocka_unit_test(lists_folders_in_order),
      cmocka_unit_test(tells_of_folders_that_cannot_be_read),
      cmocka_unit_test(free_bytes_look_upwards),
  };
  return cmocka_run_group_tests(tests, temp_dir_make, temp_dir_remove);
}

/* Merges that cannot be finished: interrupted, a full disk, a damaged shard. Nothing that looks like a result stays, the
 * shards do. */
#include "merge_sample.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#ifdef MSW_SANITIZED
/* libhdf5 forgets some of what it read of a damaged file. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void) { return "leak:libhdf5"; }
#endif

static const msw_writer_options options = {.n_threads = 1};

enum { CHILD_FINE = 0, CHILD_WRONG = 3 };

static void cut(sample *s, shard_list *list) {
  sample_plan(s);
  sample_block(s, "");
  add_shards(s, list, options, 20);
}

static void an_interrupted_merge_leaves_nothing(void **state) {
  sample *s = *state;
  shard_list list = {0};
  cut(s, &list);
  const volatile sig_atomic_t stop = 1;
  const msw_merge_options how = {.stop = &stop};
  unsigned long long n_bytes;
  assert_int_equal(msw_merge(list.paths, list.n, in_dir(s, "merged.h5"), &how, &s->diag, &n_bytes), MSW_INTERRUPTED);
  assert_int_equal(s->diag.n_errors, 0);
  assert_int_equal(n_files(s), list.n);
}

/* Merges where no file may grow beyond the limit: to the merge a full disk, at another errno. */
static int merge_until_full(sample *s, const shard_list *list, rlim_t limit) {
  const struct rlimit limits = {limit, limit};
  signal(SIGXFSZ, SIG_IGN);
  setrlimit(RLIMIT_FSIZE, &limits);
  const char *out = in_dir(s, "merged.h5");
  msw_status status = merge(s, list, out);
  if (status == MSW_OK) return n_files(s) == list->n + 1 ? CHILD_FINE : CHILD_WRONG;
  const msw_problem *problem = s->diag.n > 0 ? &s->diag.items[0] : NULL;
  bool is_told = problem && s->diag.n_errors == 1 && s->diag.status == MSW_FAILED && problem->loc.file &&
                 strcmp(problem->loc.file, out) == 0 && strstr(problem->message, "File too large");
  if (is_told && n_files(s) == list->n) return CHILD_FINE;
  print_error("limit %lu: %zu files\n", (unsigned long)limit, n_files(s));
  msw_diag_print(&s->diag, stderr, 100);
  return CHILD_WRONG;
}

/* In a child, for libhdf5 does not recover; it must not crash. */
static void assert_fine_in_child(sample *s, const shard_list *list, rlim_t limit) {
  fflush(NULL);
  pid_t child = fork();
  assert_true(child >= 0);
  if (child == 0) _exit(merge_until_full(s, list, limit));
  int how = 0;
  assert_int_equal(waitpid(child, &how, 0), child);
  assert_true(WIFEXITED(how));
  assert_int_equal(WEXITSTATUS(how), CHILD_FINE);
}

static void a_full_disk_leaves_nothing(void **state) {
  sample *s = *state;
  shard_list list = {0};
  cut(s, &list);
  struct stat info;
  assert_int_equal(merge(s, &list, in_dir(s, "merged.h5")), MSW_OK);
  assert_int_equal(stat(in_dir(s, "merged.h5"), &info), 0);
  assert_int_equal(unlink(in_dir(s, "merged.h5")), 0);
  const int n_steps = 50;
  for (int i_step = 0; i_step <= n_steps; i_step++)
    assert_fine_in_child(s, &list, (rlim_t)info.st_size * (rlim_t)i_step / (rlim_t)n_steps);
}

/* Overwrites some bytes of a file. */
static void damage(const char *path, off_t at, size_t n) {
  int fd = open(path, O_WRONLY);
  assert_true(fd >= 0);
  for (size_t i_byte = 0; i_byte < n; i_byte++) assert_int_equal(pwrite(fd, "\xa5", 1, at + (off_t)i_byte), 1);
  close(fd);
}

static void a_damaged_shard_is_named(void **state) {
  sample *s = *state;
  shard_list list = {0};
  cut(s, &list);
  struct stat info;
  assert_int_equal(stat(list.paths[1], &info), 0);
  damage(list.paths[1], 100, 400);   /* the root group */
  assert_true(merge(s, &list, in_dir(s, "merged.h5")) != MSW_OK);
  assert_true(s->diag.n_errors > 0);
  assert_string_equal(s->diag.items[0].loc.file, list.paths[1]);
  assert_int_equal(n_files(s), list.n);
}

static void a_shorter_shard_is_named(void **state) {
  sample *s = *state;
  shard_list list = {0};
  cut(s, &list);
  struct stat info;
  assert_int_equal(stat(list.paths[2], &info), 0);
  assert_int_equal(truncate(list.paths[2], info.st_size / 2), 0);
  assert_true(merge(s, &list, in_dir(s, "merged.h5")) != MSW_OK);
  assert_string_equal(s->diag.items[0].loc.file, list.paths[2]);
  assert_int_equal(n_files(s), list.n);
}

/* A shard that claims more tiles than it has chunks. */
static void a_shard_that_lacks_chunks_is_named(void **state) {
  sample *s = *state;
  for (int deflate = 0; deflate < 2; deflate++) {
    shard_list list = {0};
    sample_plan(s);
    sample_block(s, "");
    msw_writer_options storage = {.n_threads = 1, .deflate = deflate, .deflate_level = 1};
    add_shards(s, &list, storage, 20);
    const uint64_t tiles[3] = {20, 20, s->plan.n_tiles};
    msw_h5 file;
    msw_writer_options fewer = storage;
    fewer.tiles = (msw_tile_range){20, 19};
    sample_write(s, list.paths[1], fewer);
    assert_int_equal(msw_h5_open_update(list.paths[1], &s->diag, &file), MSW_OK);
    assert_int_equal(msw_h5_rewrite_numbers(file, "/meta/tiles", MSW_H5_U64, tiles, 3, &s->diag), MSW_OK);
    sample_close(s, file);
    assert_int_equal(merge(s, &list, in_dir(s, "merged.h5")), MSW_FAILED);
    assert_says(&s->diag, "chunk in /step_us");
    assert_string_equal(s->diag.items[0].loc.file, list.paths[1]);
    assert_int_equal(n_files(s), list.n);
    msw_diag_free(&s->diag);
    s->diag = (msw_diag){0};
    s->plan.n_blocks = 0;
  }
}

static void a_missing_folder_is_told_at_once(void **state) {
  sample *s = *state;
  shard_list list = {0};
  cut(s, &list);
  assert_int_equal(merge(s, &list, in_dir(s, "nothing/merged.h5")), MSW_BAD_INPUT);
  assert_says(&s->diag, "cannot be written: there is no folder");
  assert_string_equal(s->diag.items[0].loc.file, in_dir(s, "nothing/merged.h5"));
}

#define WITH_SAMPLE(test) cmocka_unit_test_setup_teardown(test, sample_setup, sample_teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      WITH_SAMPLE(an_interrupted_merge_leaves_nothing),
      WITH_SAMPLE(a_full_disk_leaves_nothing),
      WITH_SAMPLE(a_damaged_shard_is_named),
      WITH_SAMPLE(a_shorter_shard_is_named),
      WITH_SAMPLE(a_shard_that_lacks_chunks_is_named),
      WITH_SAMPLE(a_missing_folder_is_told_at_once),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

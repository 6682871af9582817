/* The disk fills up, memory runs out: nothing that looks like a result stays. Each case in a child, for libhdf5 does
 * not recover. */
#include "sample_result.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

enum { CHILD_FINE = 0, CHILD_WRONG = 3 };

static const msw_writer_options options = {.n_threads = 1};

/* Runs the body in a child; returns its exit code, or fails when a signal killed it. */
static int in_child(int (*body)(sample *s, rlim_t limit), sample *s, rlim_t limit) {
  fflush(NULL);
  pid_t child = fork();
  assert_true(child >= 0);
  if (child == 0) _exit(body(s, limit));
  int how = 0;
  assert_int_equal(waitpid(child, &how, 0), child);
  assert_true(WIFEXITED(how));
  return WEXITSTATUS(how);
}

/* No file may grow beyond the limit: to the writer a full disk, at another errno. */
static void limit_files(rlim_t limit) {
  signal(SIGXFSZ, SIG_IGN);
  const struct rlimit limits = {limit, limit};
  setrlimit(RLIMIT_FSIZE, &limits);
}

static int write_until_full(sample *s, rlim_t limit) {
  limit_files(limit);
  msw_writer *writer = msw_writer_open(in_dir(s, "out.h5"), &s->plan, &s->provenance, options, &s->diag);
  msw_status status = MSW_FAILED;
  if (writer) {
    msw_sink sink = msw_writer_sink(writer);
    unsigned long long n_bytes;
    status = sample_run(s, &sink, 1, (msw_tile_range){0});
    if (status == MSW_OK) status = msw_writer_finish(writer, s->counts, &n_bytes);
    else msw_writer_abort(writer);
  }
  if (status == MSW_OK) return msw_is_file(in_dir(s, "out.h5")) && n_files(s) == 1 ? CHILD_FINE : CHILD_WRONG;
  bool is_told = s->diag.n_errors == 1 && s->diag.status == MSW_FAILED;
  if (is_told && strstr(s->diag.items[0].message, "File too large") && n_files(s) == 0) return CHILD_FINE;
  print_error("limit %lu: %zu files left\n", (unsigned long)limit, n_files(s));
  msw_diag_print(&s->diag, stderr, 100);
  return CHILD_WRONG;
}

static void a_full_disk_leaves_nothing(void **state) {
  sample *s = *state;
  sample_plan(s);
  sample_block(s, "");
  const rlim_t full = sample_write(s, in_dir(s, "out.h5"), options);
  assert_int_equal(unlink(in_dir(s, "out.h5")), 0);
  const int n_steps = 60;
  for (int i_step = 0; i_step <= n_steps; i_step++)
    assert_int_equal(in_child(write_until_full, s, full * (rlim_t)i_step / (rlim_t)n_steps), CHILD_FINE);
}

static void a_stop_while_the_disk_works_leaves_nothing(void **state) {
  sample *s = *state;
  const volatile sig_atomic_t stop = 1;
  const msw_writer_options stopped = {.n_threads = 1, .stop = &stop};
  unsigned long long n_bytes = 0;
  sample_plan(s);
  sample_block(s, "");
  msw_writer *writer = msw_writer_open(in_dir(s, "out.h5"), &s->plan, &s->provenance, stopped, &s->diag);
  assert_non_null(writer);
  msw_sink sink = msw_writer_sink(writer);
  assert_int_equal(sample_run(s, &sink, 1, (msw_tile_range){0}), MSW_OK);
  assert_int_equal(msw_writer_finish(writer, s->counts, &n_bytes), MSW_INTERRUPTED);
  assert_int_equal(s->diag.n_errors, 0);
  assert_int_equal(n_files(s), 0);
}

static int run_out_of_memory(sample *s, rlim_t limit) {
  (void)limit;
  if (!freopen("/dev/null", "w", stderr)) return CHILD_WRONG;
  if (!msw_writer_open(in_dir(s, "out.h5"), &s->plan, &s->provenance, options, &s->diag)) return CHILD_WRONG;
  if (n_files(s) != 1) return CHILD_WRONG;
  msw_out_of_memory(1);
}

static void running_out_of_memory_leaves_nothing(void **state) {
  sample *s = *state;
  sample_plan(s);
  sample_block(s, "");
  assert_int_equal(in_child(run_out_of_memory, s, 0), 1);
  assert_int_equal(n_files(s), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(a_full_disk_leaves_nothing, sample_setup, sample_teardown),
      cmocka_unit_test_setup_teardown(a_stop_while_the_disk_works_leaves_nothing, sample_setup, sample_teardown),
      cmocka_unit_test_setup_teardown(running_out_of_memory_leaves_nothing, sample_setup, sample_teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

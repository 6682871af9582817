/* Log and progress: what reaches stderr, on a terminal and elsewhere. Time is moved by hand, never waited for. */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "msw/base/log.h"
#include "msw_test.h"

enum { TEXT_BYTES = 4096 };
#define ERASE "\r\033[K"

static int real_stderr = -1;
static FILE *captured;

static int capture_begin(void **state) {
  (void)state;
  captured = tmpfile();
  real_stderr = dup(STDERR_FILENO);
  dup2(fileno(captured), STDERR_FILENO);
  msw_log_level(MSW_NORMAL);
  return 0;
}

static int capture_end(void **state) {
  (void)state;
  dup2(real_stderr, STDERR_FILENO);
  close(real_stderr);
  fclose(captured);
  return 0;
}

/* What came since the last call. */
static const char *taken(void) {
  static char text[TEXT_BYTES];
  int fd = fileno(captured);
  ssize_t len = pread(fd, text, sizeof text - 1, 0);
  text[len > 0 ? len : 0] = '\0';
  assert_int_equal(ftruncate(fd, 0), 0);
  lseek(fd, 0, SEEK_SET);
  return text;
}

static void lines(void **state) {
  (void)state;
  msw_log("%d tables", 3);
  assert_string_equal(taken(), "mfusweep: 3 tables\n");
  msw_log_loud("shard %s", "1/4");
  assert_string_equal(taken(), "mfusweep: shard 1/4\n");
  msw_log_level(MSW_VERBOSE);
  msw_log("x");
  assert_string_equal(taken(), "mfusweep: x\n");
}

static void quiet_is_quiet_but_not_deaf(void **state) {
  (void)state;
  msw_log_level(MSW_QUIET);
  msw_log("x");
  msw_progress p;
  msw_progress_start(&p, 10);
  p.start_s -= 100.0;
  p.last_s -= 100.0;
  msw_progress_at(&p, 5);
  p.is_terminal = true;
  msw_progress_at(&p, 10);
  msw_progress_end(&p);
  assert_string_equal(taken(), "");
  msw_log_loud("must know");
  assert_string_equal(taken(), "mfusweep: must know\n");
}

/* As if `seconds` had gone by. The times are long, so that the real time that a slow machine adds does not show. */
static void pass(msw_progress *p, double seconds) {
  p->start_s -= seconds;
  p->last_s -= seconds;
}

/* As if the last line had come out this instant, however slow the machine. */
static void as_if_just_shown(msw_progress *p) {
  const double far_s = 1e6;
  p->last_s = msw_now_s() + far_s;
}

static void elsewhere_each_tenth_is_a_line(void **state) {
  (void)state;
  msw_progress p;
  msw_progress_start(&p, 2000000000);
  assert_false(p.is_terminal);
  pass(&p, 100000.0);
  as_if_just_shown(&p);
  msw_progress_at(&p, 0);
  msw_progress_at(&p, 199999999);
  assert_string_equal(taken(), "");
  msw_progress_at(&p, 200000000);
  assert_string_equal(taken(), "mfusweep: 10 %, 200.0 M of 2.0 G, 2.0 k/s, 10 d 10 h left\n");
  as_if_just_shown(&p);
  msw_progress_at(&p, 399999999);
  assert_string_equal(taken(), "");
  msw_progress_at(&p, 1000000000);   /* several tenths at once are one line */
  assert_string_equal(taken(), "mfusweep: 50 %, 1.0 G of 2.0 G, 10.0 k/s, 1 d 3 h left\n");
  pass(&p, 100000.0);
  msw_progress_at(&p, 2000000000);
  assert_string_equal(taken(), "mfusweep: 100 %, 2.0 G of 2.0 G, 10.0 k/s, in 2 d 7 h\n");
  msw_progress_end(&p);
  assert_string_equal(taken(), "");
}

static void elsewhere_half_a_minute_is_a_line(void **state) {
  (void)state;
  msw_progress p;
  msw_progress_start(&p, 1000000);
  pass(&p, 100000.0);
  as_if_just_shown(&p);
  msw_progress_at(&p, 1);
  assert_string_equal(taken(), "");
  p.last_s = msw_now_s() - 30.0;
  msw_progress_at(&p, 50000);
  assert_string_equal(taken(), "mfusweep: 5 %, 50.0 k of 1.0 M, 0.50/s, 21 d 23 h left\n");
  as_if_just_shown(&p);
  msw_progress_at(&p, 50001);
  assert_string_equal(taken(), "");
}

static void what_was_done_before_does_not_count_for_the_rate(void **state) {
  (void)state;
  msw_progress p;
  msw_progress_start(&p, 1000000);
  p.skipped = 500000;
  msw_progress_at(&p, 500000);
  assert_string_equal(taken(), "mfusweep: 50 %, 500.0 k of 1.0 M\n");
  pass(&p, 10000.0);
  msw_progress_at(&p, 600000);
  assert_string_equal(taken(), "mfusweep: 60 %, 600.0 k of 1.0 M, 10/s, 11 h 6 min left\n");
}

static void odd_totals(void **state) {
  (void)state;
  msw_progress p;
  msw_progress_start(&p, 0);
  msw_progress_at(&p, 0);
  assert_string_equal(taken(), "mfusweep: 100 %, 0 of 0\n");
  msw_progress_end(&p);
  msw_progress_start(&p, 1000000);
  pass(&p, 100000.0);
  msw_progress_at(&p, 1000001);   /* a caller's mistake stays readable */
  assert_string_equal(taken(), "mfusweep: 100 %, 1.0 M of 1.0 M, 10/s, in 1 d 3 h\n");
}

static void on_a_terminal_one_line_is_redrawn(void **state) {
  (void)state;
  msw_progress p;
  msw_progress_start(&p, 1000000000000);
  p.is_terminal = true;
  as_if_just_shown(&p);
  msw_progress_at(&p, 500);
  assert_string_equal(taken(), "");
  p.last_s = msw_now_s();
  pass(&p, 100000.0);
  msw_progress_at(&p, 250000000000);
  assert_string_equal(taken(), ERASE "25 %, 250.0 G of 1.0 T, 2.5 M/s, 3 d 11 h left");
  as_if_just_shown(&p);
  msw_progress_at(&p, 999000000000);
  assert_string_equal(taken(), "");
  msw_log("a line goes above");
  assert_string_equal(taken(), ERASE "mfusweep: a line goes above\n");
  p.last_s = msw_now_s();
  pass(&p, 100000.0);
  msw_progress_at(&p, 500000000000);
  assert_string_equal(taken(), ERASE "50 %, 500.0 G of 1.0 T, 2.5 M/s, 2 d 7 h left");
  msw_progress_end(&p);
  assert_string_equal(taken(), ERASE);
  msw_progress_end(&p);
  msw_progress_at(&p, 600000000000);
  assert_string_equal(taken(), "");
}

static void a_terminal_is_recognised(void **state) {
  (void)state;
  int leader = posix_openpt(O_RDWR | O_NOCTTY);
  if (leader < 0 || grantpt(leader) != 0 || unlockpt(leader) != 0) skip();   /* no pseudo-terminals here */
  int terminal = open(ptsname(leader), O_RDWR | O_NOCTTY);
  assert_true(terminal >= 0);
  dup2(terminal, STDERR_FILENO);
  msw_progress p;
  msw_progress_start(&p, 10);
  dup2(fileno(captured), STDERR_FILENO);
  assert_true(p.is_terminal);
  close(terminal);
  close(leader);
}

static void the_clock_never_goes_back(void **state) {
  (void)state;
  double last_s = msw_now_s();
  for (size_t i_call = 0; i_call < 1000; i_call++) {
    double now_s = msw_now_s();
    assert_true(now_s >= last_s);
    last_s = now_s;
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(lines, capture_begin, capture_end),
      cmocka_unit_test_setup_teardown(quiet_is_quiet_but_not_deaf, capture_begin, capture_end),
      cmocka_unit_test_setup_teardown(elsewhere_each_tenth_is_a_line, capture_begin, capture_end),
      cmocka_unit_test_setup_teardown(elsewhere_half_a_minute_is_a_line, capture_begin, capture_end),
      cmocka_unit_test_setup_teardown(what_was_done_before_does_not_count_for_the_rate, capture_begin, capture_end),
      cmocka_unit_test_setup_teardown(odd_totals, capture_begin, capture_end),
      cmocka_unit_test_setup_teardown(on_a_terminal_one_line_is_redrawn, capture_begin, capture_end),
      cmocka_unit_test_setup_teardown(a_terminal_is_recognised, capture_begin, capture_end),
      cmocka_unit_test(the_clock_never_goes_back),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Which streams are terminals, and what problems look like there. A pseudo-terminal stands for the user's. */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "msw/base/diag.h"
#include "msw/base/terminal.h"
#include "msw_test.h"

typedef struct { int ours; FILE *theirs; } terminal;

static terminal terminal_open(void) {
  terminal t = {.ours = posix_openpt(O_RDWR | O_NOCTTY)};
  char name[128];
  assert_true(t.ours >= 0 && grantpt(t.ours) == 0 && unlockpt(t.ours) == 0);
  assert_int_equal(ptsname_r(t.ours, name, sizeof name), 0);
  t.theirs = fopen(name, "w");
  assert_non_null(t.theirs);
  return t;
}

static void terminal_close(terminal *t) {
  fclose(t->theirs);
  close(t->ours);
}

static void set(const char *name, const char *value) {
  if (value) setenv(name, value, 1);
  else unsetenv(name);
}

static void environment_decides(void **state) {
  (void)state;
  static const struct { const char *term, *no_color; bool is_terminal, has_color; } ROWS[] = {
      {"xterm", NULL, true, true},    {"xterm", "", true, true},  {"xterm", "1", true, false},
      {"dumb", NULL, false, false},   {"", NULL, false, false},   {NULL, NULL, false, false},
  };
  terminal t = terminal_open();
  for (size_t i_row = 0; i_row < sizeof ROWS / sizeof *ROWS; i_row++) {
    set("TERM", ROWS[i_row].term);
    set("NO_COLOR", ROWS[i_row].no_color);
    assert_int_equal(msw_is_terminal(t.theirs), ROWS[i_row].is_terminal);
    assert_int_equal(msw_has_color(t.theirs), ROWS[i_row].has_color);
  }
  terminal_close(&t);
}

static void files_and_memory_are_none(void **state) {
  (void)state;
  set("TERM", "xterm");
  set("NO_COLOR", NULL);
  char *text = NULL;
  size_t len = 0;
  FILE *streams[] = {tmpfile(), open_memstream(&text, &len)};
  for (size_t i_stream = 0; i_stream < sizeof streams / sizeof *streams; i_stream++) {
    assert_false(msw_is_terminal(streams[i_stream]) || msw_has_color(streams[i_stream]));
    fclose(streams[i_stream]);
  }
  free(text);
}

/* What a message quotes cannot bring colours of its own. */
static void severities_have_colors(void **state) {
  (void)state;
  static const char WANTED[] = "a.json:1:2: \033[1;31merror\033[0m: axes: bad ?[7m (hint)\r\n"
                               "mfusweep: \033[1;33mwarning\033[0m: hm\r\nmfusweep: \033[1mnote\033[0m: so\r\n";
  set("TERM", "xterm");
  set("NO_COLOR", NULL);
  terminal t = terminal_open();
  msw_diag diag = {0};
  msw_error(&diag, (msw_loc){"a.json", 1, 2}, "axes", "hint", "bad \033[7m");
  msw_warn(&diag, (msw_loc){0}, NULL, NULL, "hm");
  msw_note(&diag, (msw_loc){0}, "so");
  msw_diag_print(&diag, t.theirs, 1);
  fflush(t.theirs);
  char got[512] = "";
  size_t n = 0;
  for (ssize_t more; n + 1 < sizeof WANTED && (more = read(t.ours, got + n, sizeof got - 1 - n)) > 0;) n += (size_t)more;
  got[n] = '\0';
  assert_string_equal(got, WANTED);
  msw_diag_free(&diag);
  terminal_close(&t);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(environment_decides),
      cmocka_unit_test(files_and_memory_are_none),
      cmocka_unit_test(severities_have_colors),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

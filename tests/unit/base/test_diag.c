/* Diagnostics: the exact lines that users see, and what the diag keeps. */
#include <stdlib.h>

#include "msw_test.h"

static void assert_prints(const msw_diag *diag, size_t max_shown, const char *wanted) {
  char *text = NULL;
  size_t len = 0;
  FILE *out = open_memstream(&text, &len);
  assert_non_null(out);
  msw_diag_print(diag, out, max_shown);
  fclose(out);
  assert_string_equal(text, wanted);
  free(text);
}

static msw_loc at(const char *file, int line, int col) {
  return (msw_loc){.file = file, .line = line, .col = col};
}

static void parts_that_are_unknown_are_left_out(void **state) {
  (void)state;
  msw_diag diag = {0};
  msw_error(&diag, at("s.json", 3, 7), "axes.tp", "did you mean 'tp'?", "unknown key '%s'", "tpp");
  msw_error(&diag, at("s.json", 3, 0), NULL, "use 1, 2 or 4", "no such size");
  msw_error(&diag, at("s.json", 0, 7), "", NULL, "is empty");
  msw_error(&diag, at(NULL, 3, 7), "gpu", NULL, "is missing");
  msw_fail(&diag, at(NULL, 0, 0), "disk full");
  assert_prints(&diag, 10,
                "s.json:3:7: error: axes.tp: unknown key 'tpp' (did you mean 'tp'?)\n"
                "s.json:3: error: no such size (use 1, 2 or 4)\n"
                "s.json: error: is empty\n"
                "mfusweep: error: gpu: is missing\n"
                "mfusweep: error: disk full\n");
  assert_int_equal(diag.n_errors, 5);
  msw_diag_free(&diag);
}

static void order_is_that_of_adding(void **state) {
  (void)state;
  msw_diag diag = {0};
  msw_warn(&diag, at("b.csv", 9, 1), "mfu", "recomputed", "is above 1");
  msw_error(&diag, at("a.json", 1, 1), NULL, NULL, "first");
  msw_note(&diag, at("b.csv", 2, 0), "was said here");
  msw_error(&diag, at("b.csv", 1, 1), NULL, NULL, "second");
  assert_prints(&diag, 2,
                "b.csv:9:1: warning: mfu: is above 1 (recomputed)\n"
                "a.json:1:1: error: first\n"
                "b.csv:2: note: was said here\n"
                "b.csv:1:1: error: second\n");
  msw_diag_free(&diag);
}

static void errors_beyond_the_limit_are_counted(void **state) {
  (void)state;
  msw_diag diag = {0};
  for (int i_error = 1; i_error <= 5; i_error++) {
    msw_error(&diag, at("s.json", i_error, 1), NULL, NULL, "wrong");
    msw_note(&diag, at("s.json", i_error, 9), "because");
  }
  msw_warn(&diag, at(NULL, 0, 0), NULL, NULL, "warnings stay");
  assert_prints(&diag, 2,
                "s.json:1:1: error: wrong\n"
                "s.json:1:9: note: because\n"
                "s.json:2:1: error: wrong\n"
                "s.json:2:9: note: because\n"
                "mfusweep: warning: warnings stay\n"
                "... and 3 more errors\n");
  msw_diag_free(&diag);
}

static void one_more_error_is_singular(void **state) {
  (void)state;
  msw_diag diag = {0};
  msw_fail(&diag, at(NULL, 0, 0), "a");
  msw_fail(&diag, at(NULL, 0, 0), "b");
  assert_prints(&diag, 1, "mfusweep: error: a\n... and 1 more error\n");
  assert_prints(&diag, 0, "... and 2 more errors\n");
  msw_diag_free(&diag);
}

static void control_characters_are_tamed(void **state) {
  (void)state;
  msw_diag diag = {0};
  msw_error(&diag, at("s.json", 1, 1), "a\nb", NULL, "unknown key '\033[2J%s\x7F\xC3\xA9'", "\r");
  assert_prints(&diag, 1, "s.json:1:1: error: a?b: unknown key '?[2J??\xC3\xA9'\n");
  msw_diag_free(&diag);
}

static void status_is_the_worst(void **state) {
  (void)state;
  msw_diag diag = {0};
  msw_warn(&diag, at(NULL, 0, 0), NULL, NULL, "w");
  msw_note(&diag, at(NULL, 0, 0), "n");
  assert_int_equal(diag.status, MSW_OK);
  assert_int_equal(diag.n_errors, 0);
  msw_fail(&diag, at(NULL, 0, 0), "f");
  assert_int_equal(diag.status, MSW_FAILED);
  msw_error(&diag, at(NULL, 0, 0), NULL, NULL, "e");
  assert_int_equal(diag.status, MSW_BAD_INPUT);
  msw_fail(&diag, at(NULL, 0, 0), "f");
  assert_int_equal(diag.status, MSW_BAD_INPUT);
  msw_diag_free(&diag);
  assert_int_equal(diag.status, MSW_OK);
}

static void strings_are_copied(void **state) {
  (void)state;
  msw_diag diag = {0};
  char path[] = "axes.tp", hint[] = "use 8", said[] = "nine";
  msw_error(&diag, at(NULL, 0, 0), path, hint, "'%s' is odd", said);
  memset(path, 'x', sizeof path - 1);
  memset(hint, 'x', sizeof hint - 1);
  memset(said, 'x', sizeof said - 1);
  assert_prints(&diag, 1, "mfusweep: error: axes.tp: 'nine' is odd (use 8)\n");
  msw_diag_free(&diag);
}

static void did_you_mean(void **state) {
  (void)state;
  msw_diag diag = {0};
  assert_null(msw_did_you_mean(&diag, NULL));
  assert_string_equal(msw_did_you_mean(&diag, "tp"), "did you mean 'tp'?");
  msw_diag_free(&diag);
}

static void nothing_prints_nothing(void **state) {
  (void)state;
  msw_diag diag = {0};
  assert_prints(&diag, 0, "");
  msw_diag_free(&diag);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(parts_that_are_unknown_are_left_out),
      cmocka_unit_test(order_is_that_of_adding),
      cmocka_unit_test(errors_beyond_the_limit_are_counted),
      cmocka_unit_test(one_more_error_is_singular),
      cmocka_unit_test(control_characters_are_tamed),
      cmocka_unit_test(status_is_the_worst),
      cmocka_unit_test(strings_are_copied),
      cmocka_unit_test(did_you_mean),
      cmocka_unit_test(nothing_prints_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

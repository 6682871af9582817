/* Cells of a CSV table: columns by name, numbers with limits and messages, quoting for output. */
#include "msw/formats/csv.h"

#include <float.h>

#include "msw/base/str.h"
#include "printed.h"

typedef struct { msw_arena arena; msw_diag diag; msw_csv csv; msw_status status; } parsed;

static parsed parse(const char *text) {
  parsed p = {0};
  p.status = msw_csv_parse(text, strlen(text), "in.csv", &p.arena, &p.diag, &p.csv);
  return p;
}

static void release(parsed *p) {
  msw_diag_free(&p->diag);
  msw_arena_free(&p->arena);
}

static void columns_by_name(void **state) {
  (void)state;
  parsed p = parse("# c\nm,latency_ms\n1,2\n");
  assert_int_equal(msw_csv_find(&p.csv, "latency_ms"), 1);
  assert_int_equal(msw_csv_find(&p.csv, "M"), MSW_CSV_NO_COL);
  assert_int_equal(msw_csv_need(&p.csv, "m", &p.diag), 0);
  assert_int_equal(msw_csv_need(&p.csv, "latency_us", &p.diag), MSW_CSV_NO_COL);
  assert_int_equal(msw_csv_need(&p.csv, "xyzzy", &p.diag), MSW_CSV_NO_COL);
  assert_prints(&p.diag,
                "in.csv:2: error: missing column \"latency_us\" (did you mean 'latency_ms'?)\n"
                "in.csv:2: error: missing column \"xyzzy\"\n", "columns");
  release(&p);
  p = parse("m;n;k;latency_us\n1;2;3;4\n");
  msw_csv_need(&p.csv, "k", &p.diag);
  msw_csv_need(&p.csv, "m", &p.diag);   /* near the whole line, which is no help */
  assert_prints(&p.diag,
                "in.csv:1: error: missing column \"k\" (cells are separated by commas)\n"
                "in.csv:1: error: missing column \"m\" (cells are separated by commas)\n", "semicolons");
  release(&p);
}

static void numbers(void **state) {
  (void)state;
  static const double ANY = HUGE_VAL;
  const struct { const char *cell; double min, max; const char *says; double value; } rows[] = {
      {"8.878", DBL_MIN, ANY, NULL, 8.878},
      {"-1e3", -ANY, ANY, NULL, -1000},
      {"0", 0, 1, NULL, 0},
      {"nan", DBL_MIN, ANY, "expected a number > 0, found \"nan\"", 0},
      {"0", DBL_MIN, ANY, "expected a number > 0, found \"0\"", 0},
      {"inf", -ANY, ANY, "expected a number, found \"inf\"", 0},
      {"1e999", -ANY, ANY, "expected a number, found \"1e999\"", 0},
      {"", 0, 1, "expected a number >= 0 and <= 1, found an empty cell", 0},
      {"1.01", 0, 1, "expected a number >= 0 and <= 1, found \"1.01\"", 0},
      {"1 us", -ANY, 5, "expected a number <= 5, found \"1 us\"", 0},
      {"0x10", -ANY, ANY, "expected a number, found \"0x10\"", 0},
      {"\"1,5\"", -ANY, ANY, "expected a number, found \"1,5\"", 0},
  };
  for (size_t i_row = 0; i_row < COUNT(rows); i_row++) {
    msw_arena arena = {0};
    parsed p = parse(msw_format(&arena, "m,latency_us\n1,2\n3,%s\n", rows[i_row].cell));
    assert_no_errors(&p.diag);
    double value = 42;
    bool good = msw_csv_number(&p.csv, 1, 1, rows[i_row].min, rows[i_row].max, &p.diag, &value);
    const char *says = rows[i_row].says;
    if (says) says = msw_format(&arena, "in.csv:3: error: latency_us: %s\n", says);
    assert_prints(&p.diag, says ? says : "", rows[i_row].cell);
    assert_int_equal(good, !says);
    assert_same(value, good ? rows[i_row].value : 42.0);
    release(&p);
    msw_arena_free(&arena);
  }
}

static void integers(void **state) {
  (void)state;
  static const struct { const char *cell; int64_t min, max; const char *says; int64_t value; } rows[] = {
      {"4096", 1, INT64_MAX, NULL, 4096},
      {"8.0", 1, 8, NULL, 8},
      {"1e3", 1, 1000, NULL, 1000},
      {"-7", INT64_MIN, INT64_MAX, NULL, -7},
      {"9223372036854775807", 1, INT64_MAX, NULL, INT64_MAX},
      {"1.5", 1, INT64_MAX, "expected an integer >= 1, found \"1.5\"", 0},
      {"0", 1, 8, "expected an integer >= 1 and <= 8, found \"0\"", 0},
      {"9", INT64_MIN, 8, "expected an integer <= 8, found \"9\"", 0},
      {"9223372036854775808", INT64_MIN, INT64_MAX, "expected an integer, found \"9223372036854775808\"", 0},
      {"+1", 1, INT64_MAX, "expected an integer >= 1, found \"+1\"", 0},
      {"1.", 1, INT64_MAX, "expected an integer >= 1, found \"1.\"", 0},
      {"", 1, INT64_MAX, "expected an integer >= 1, found an empty cell", 0},
      {"eight", 1, INT64_MAX, "expected an integer >= 1, found \"eight\"", 0},
      {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaé tail", 1, INT64_MAX,
       "expected an integer >= 1, found \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…\"", 0},
  };
  for (size_t i_row = 0; i_row < COUNT(rows); i_row++) {
    msw_arena arena = {0};
    parsed p = parse(msw_format(&arena, "tp,x\n%s,\n", rows[i_row].cell));
    assert_no_errors(&p.diag);
    int64_t value = 42;
    bool good = msw_csv_int(&p.csv, 0, 0, rows[i_row].min, rows[i_row].max, &p.diag, &value);
    const char *says = rows[i_row].says;
    if (says) says = msw_format(&arena, "in.csv:2: error: tp: %s\n", says);
    assert_prints(&p.diag, says ? says : "", rows[i_row].cell);
    assert_int_equal(good, !says);
    assert_true(value == (good ? rows[i_row].value : 42));
    release(&p);
    msw_arena_free(&arena);
  }
}

static void quoting(void **state) {
  (void)state;
  static const struct { const char *cell, *quoted; } rows[] = {
      {"", ""},          {"plain", "plain"},       {"a,b", "\"a,b\""}, {"say \"hi\"", "\"say \"\"hi\"\"\""},
      {"\"", "\"\"\"\""}, {"two\nlines", "\"two\nlines\""}, {"cr\r", "\"cr\r\""}, {" lead", "\" lead\""},
      {"trail\t", "\"trail\t\""}, {"in side", "in side"}, {"é", "é"},
  };
  for (size_t i_row = 0; i_row < COUNT(rows); i_row++) {
    msw_arena arena = {0};
    const char *quoted = msw_csv_quote(&arena, rows[i_row].cell);
    assert_string_equal(quoted, rows[i_row].quoted);
    if (strcmp(quoted, rows[i_row].cell) == 0) assert_ptr_equal(quoted, rows[i_row].cell);
    parsed p = parse(msw_format(&arena, "a,b\n%s,1\n", quoted));
    assert_no_errors(&p.diag);
    assert_string_equal(msw_csv_cell(&p.csv, 0, 0), rows[i_row].cell);
    release(&p);
    msw_arena_free(&arena);
  }
}

static void shown_in_messages(void **state) {
  (void)state;
  parsed p = parse("a,b,c\n\"x\ty\",,aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n");
  assert_string_equal(msw_csv_shown(&p.arena, &p.csv, 0, 0), "\"x\\u0009y\"");
  assert_string_equal(msw_csv_shown(&p.arena, &p.csv, 0, 1), "an empty cell");
  assert_string_equal(msw_csv_shown(&p.arena, &p.csv, 0, 2), "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…\"");
  release(&p);
}

/* Twenty errors of a reader's own, not those before; a note where rows are left. */
static void hopeless_files(void **state) {
  (void)state;
  enum { ENOUGH = 20 };
  parsed p = parse("a\n1\n2\n");
  msw_error(&p.diag, (msw_loc){0}, NULL, NULL, "of another file");
  for (size_t i_error = 0; i_error < ENOUGH; i_error++) {
    assert_false(msw_csv_is_hopeless(&p.csv, 0, 1, &p.diag));
    msw_error(&p.diag, (msw_loc){0}, NULL, NULL, "one");
  }
  assert_true(msw_csv_is_hopeless(&p.csv, 1, 1, &p.diag));
  assert_int_equal(p.diag.n, ENOUGH + 1);
  assert_true(msw_csv_is_hopeless(&p.csv, 0, 1, &p.diag));
  assert_int_equal(p.diag.n, ENOUGH + 2);
  assert_string_equal(p.diag.items[p.diag.n - 1].message, "nothing behind this line is read");
  assert_int_equal(p.diag.items[p.diag.n - 1].loc.line, 2);
  release(&p);
}

static void places(void **state) {
  (void)state;
  parsed p = parse("\n# c\na,b\n\n1,2\n");
  msw_loc loc = msw_csv_loc(&p.csv, 0);
  assert_string_equal(loc.file, "in.csv");
  assert_int_equal(loc.line, 5);
  assert_int_equal(loc.col, 0);
  assert_int_equal(p.csv.header_line, 3);
  release(&p);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(columns_by_name),
      cmocka_unit_test(numbers),
      cmocka_unit_test(integers),
      cmocka_unit_test(quoting),
      cmocka_unit_test(shown_in_messages),
      cmocka_unit_test(hopeless_files),
      cmocka_unit_test(places),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

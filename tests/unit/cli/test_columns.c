/* Aligned columns and wrapped words. */
#include <stdlib.h>

#include "columns.h"
#include "msw_test.h"

typedef struct { char *text; size_t len; FILE *file; } sink;

static sink open_sink(sink *s) {
  *s = (sink){0};
  s->file = open_memstream(&s->text, &s->len);
  return *s;
}

static void assert_text(sink *s, const char *expected) {
  fclose(s->file);
  assert_string_equal(s->text, expected);
  free(s->text);
}

static void test_columns(void **state) {
  (void)state;
  msw_arena arena = {0};
  msw_columns table = msw_columns_new("lrl", &arena);
  const char *const cells[] = {"name", "n", "last", "a", "100", "", "…", "7", "x"};
  for (size_t i_cell = 0; i_cell < sizeof cells / sizeof cells[0]; i_cell++) msw_columns_add(&table, cells[i_cell]);
  sink s;
  open_sink(&s);
  msw_columns_print(&table, 2, s.file);
  assert_text(&s, "  name    n  last\n  a     100\n  …       7  x\n");
  msw_arena_free(&arena);
}

static void test_many_rows(void **state) {
  (void)state;
  enum { N_ROWS = 1000 };
  msw_arena arena = {0};
  msw_columns table = msw_columns_new("l", &arena);
  for (size_t i_row = 0; i_row < N_ROWS; i_row++) msw_columns_add(&table, "x");
  sink s;
  open_sink(&s);
  msw_columns_print(&table, 0, s.file);
  fclose(s.file);
  assert_int_equal(s.len, 2 * N_ROWS);
  free(s.text);
  msw_arena_free(&arena);
}

static void test_unfinished_row(void **state) {
  (void)state;
  msw_arena arena = {0};
  msw_columns table = msw_columns_new("ll", &arena);
  msw_columns_add(&table, "alone");
  msw_columns_end_row(&table);
  sink s;
  open_sink(&s);
  msw_columns_print(&table, 0, s.file);
  assert_text(&s, "alone\n");
  msw_arena_free(&arena);
}

static void test_wrapping(void **state) {
  (void)state;
  sink s;
  open_sink(&s);
  msw_print_wrapped("", 2, s.file);
  msw_print_wrapped("one two", 2, s.file);
  msw_print_wrapped("0123456789012345678901234567890123456789012345 "
                    "0123456789012345678901234567890123456789012345678 next", 4, s.file);
  assert_text(&s,
              "  one two\n"
              "    0123456789012345678901234567890123456789012345 0123456789012345678901234567890123456789012345678\n"
              "    next\n");
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_columns), cmocka_unit_test(test_many_rows),
                                     cmocka_unit_test(test_unfinished_row), cmocka_unit_test(test_wrapping)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

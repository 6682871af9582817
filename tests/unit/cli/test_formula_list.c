/* Lists of formulas taken apart. */
#include "formula_list.h"

#include "msw_test.h"

static void test_split(void **state) {
  (void)state;
  static const char *items[] = {"step_us, max(a, b) ,x in [1, 2]", "model == \"a,b\",", "' ( ',(c"};
  static const char *const wanted[] = {"step_us", "max(a, b)", "x in [1, 2]", "model == \"a,b\"", "", "' ( '", "(c"};
  msw_arena arena = {0};
  size_t n = 0;
  const msw_opt_list list = {items, 3};
  const char *const *texts = msw_split_formulas(&list, &arena, &n);
  assert_int_equal(n, sizeof wanted / sizeof *wanted);
  for (size_t i = 0; i < n; i++) assert_string_equal(texts[i], wanted[i]);
  msw_arena_free(&arena);
}

static void test_twice(void **state) {
  (void)state;
  static const char *items[] = {"a,b", "B, c"};
  msw_arena arena = {0};
  msw_diag diag = {0};
  const char *const *texts = NULL;
  size_t n = 0;
  assert_true(msw_split_fields(&(msw_opt_list){items, 1}, &arena, &diag, &texts, &n));
  assert_false(msw_split_fields(&(msw_opt_list){items, 2}, &arena, &diag, &texts, &n));
  assert_int_equal(n, 4);
  assert_says(&diag, "'B' is given twice");
  msw_diag_free(&diag);
  msw_arena_free(&arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_split), cmocka_unit_test(test_twice)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

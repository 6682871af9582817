/* Operations as columns: which, in which order, summed. */
#include "eval_ops.h"
#include "msw_test.h"

static msw_op op(const char *phase, const char *name, double us) {
  return (msw_op){.phase = phase, .name = name, .us = us};
}

static void test_order_and_sums(void **state) {
  (void)state;
  msw_op first[] = {op("step", "overhead", 1), op("decode", "attention", 2), op("decode", "q_proj", 3),
                    op("decode", "attention", 4)};
  msw_op second[] = {op("later", "b", 5), op("prefill", "memory", 6), op("prefill", "down_proj", 7),
                     op("later", "a", 8), op("decode", "zzz", 9)};
  msw_op_list lists[] = {{first, sizeof first / sizeof first[0], 0}, {second, sizeof second / sizeof second[0], 0}};
  msw_op_columns columns = {0};
  msw_op_columns_note(&columns, &lists[0]);
  msw_op_columns_note(&columns, &lists[1]);
  msw_op_columns_note(&columns, &lists[0]);
  static const struct { const char *phase, *name; double us[2]; bool occurs[2]; } expected[] = {
      {"prefill", "down_proj", {0, 7}, {false, true}}, {"prefill", "memory", {0, 6}, {false, true}},
      {"decode", "q_proj", {3, 0}, {true, false}},     {"decode", "attention", {6, 0}, {true, false}},
      {"decode", "zzz", {0, 9}, {false, true}},        {"step", "overhead", {1, 0}, {true, false}},
      {"later", "a", {0, 8}, {false, true}},           {"later", "b", {0, 5}, {false, true}}};
  assert_int_equal(columns.n, sizeof expected / sizeof expected[0]);
  for (size_t i_col = 0; i_col < columns.n; i_col++) {
    assert_string_equal(columns.items[i_col].phase, expected[i_col].phase);
    assert_string_equal(columns.items[i_col].name, expected[i_col].name);
    for (size_t i_list = 0; i_list < 2; i_list++) {
      double us;
      assert_int_equal(msw_op_columns_sum(&columns, i_col, &lists[i_list], &us), expected[i_col].occurs[i_list]);
      assert_same(us, expected[i_col].us[i_list]);
    }
  }
  msw_op_columns_free(&columns);
}

static void test_none(void **state) {
  (void)state;
  msw_op_columns columns = {0};
  msw_op_list empty = {0};
  msw_op_columns_note(&columns, &empty);
  assert_int_equal(columns.n, 0);
  msw_op_columns_free(&columns);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_order_and_sums), cmocka_unit_test(test_none)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Keys, bins and groups of rows. */
#include "msw/analysis/groups.h"

#include "msw_test.h"

static void bins_of_sizes(void **state) {
  (void)state;
  static const struct { double size; int bin, eighth; } CASES[] = {
      {0, 0, 0}, {0.5, 0, 0}, {1, 0, 0}, {1.01, 1, 1}, {2, 1, 8}, {2.5, 2, 11}, {4, 2, 16}, {512, 9, 72}, {513, 10, 73},
      {1024, 10, 80}, {1048576, 20, 160}};
  for (size_t i_case = 0; i_case < sizeof CASES / sizeof *CASES; i_case++) {
    assert_int_equal(msw_size_bin(CASES[i_case].size, 1), CASES[i_case].bin);
    assert_int_equal(msw_size_bin(CASES[i_case].size, 8), CASES[i_case].eighth);
  }
}

/* An end belongs to its bin, whatever log2 makes of it. */
static void ends_of_bins(void **state) {
  (void)state;
  for (int bin = 1; bin < 200; bin++) {
    const double end = msw_size_bin_end(bin, MSW_LIKE_BINS);
    assert_int_equal(msw_size_bin(end, MSW_LIKE_BINS), bin);
    assert_int_equal(msw_size_bin(nextafter(end, INFINITY), MSW_LIKE_BINS), bin + 1);
  }
}

static void labels_of_sizes(void **state) {
  (void)state;
  static const double sizes[] = {0, 1, 2, 3, 4, 5, 512, 512.5, 1024};
  static const char *const labels[] = {"0", "1", "2", "3..4", "3..4", "5..8", "257..512", "513..1024", "513..1024"};
  enum { N = sizeof sizes / sizeof *sizes };
  msw_arena arena = {0};
  const msw_measured_column column = {"kv_len", NULL, sizes, true};
  const msw_group_key key = msw_group_key_of(&column, N, &arena);
  assert_false(key.is_number);
  for (size_t i_row = 0; i_row < N; i_row++) assert_string_equal(key.labels[i_row], labels[i_row]);
  for (size_t i_row = 1; i_row < N; i_row++)
    assert_int_equal(key.numbers[i_row] > key.numbers[i_row - 1], strcmp(labels[i_row], labels[i_row - 1]) != 0);
  msw_arena_free(&arena);
}

/* Two keys: texts by letters, numbers by size, not "10" before "9"; empty cells first. */
static void groups_in_order(void **state) {
  (void)state;
  static const char *const models[] = {"b", "a", "b", "a", "b", "b"};
  static const char *const tp_texts[] = {"10", "9", "9", "", "10", "9.0"};
  static const double tps[] = {10, 9, 9, NAN, 10, 9};
  static const size_t chosen[] = {0, 1, 2, 3, 4, 5};
  static const struct { const char *model, *tp; size_t n, rows[2]; } EXPECTED[] = {
      {"a", "", 1, {3, 0}}, {"a", "9", 1, {1, 0}}, {"b", "9", 2, {2, 5}}, {"b", "10", 2, {0, 4}}};
  msw_arena arena = {0};
  const msw_measured_column columns[] = {{"model", models, NULL, false}, {"tp", tp_texts, tps, false}};
  const msw_group_key keys[] = {msw_group_key_of(&columns[0], 6, &arena), msw_group_key_of(&columns[1], 6, &arena)};
  size_t n_groups;
  const msw_group *groups = msw_group_rows(keys, 2, chosen, 6, &arena, &n_groups);
  assert_int_equal(n_groups, 4);
  for (size_t i_group = 0; i_group < n_groups; i_group++) {
    const size_t first = groups[i_group].rows[0];
    assert_string_equal(keys[0].labels[first], EXPECTED[i_group].model);
    assert_string_equal(keys[1].labels[first], EXPECTED[i_group].tp);
    assert_int_equal(groups[i_group].n, EXPECTED[i_group].n);
    for (size_t i_row = 0; i_row < groups[i_group].n; i_row++)
      assert_int_equal(groups[i_group].rows[i_row], EXPECTED[i_group].rows[i_row]);
  }
  assert_true(keys[1].is_number);
  groups = msw_group_rows(keys, 2, chosen, 0, &arena, &n_groups);
  assert_int_equal(n_groups, 0);
  groups = msw_group_rows(keys, 0, chosen, 6, &arena, &n_groups);
  assert_int_equal(n_groups, 1);
  assert_int_equal(groups[0].n, 6);
  msw_arena_free(&arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(bins_of_sizes),
      cmocka_unit_test(ends_of_bins),
      cmocka_unit_test(labels_of_sizes),
      cmocka_unit_test(groups_in_order),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

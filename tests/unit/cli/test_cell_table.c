/* Numbers in tables of cells. What tables look like: tests/cli/cases/best_*, pareto_*. */
#include "cell_table.h"

#include <float.h>
#include <stdlib.h>

#include "msw_test.h"

static void exact_numbers(void **state) {
  (void)state;
  static const struct { double value; bool is_float32; const char *text; } CASES[] = {
      {0.1, false, "0.1"}, {(double)0.1f, true, "0.100000001"}, {(double)0.1f, false, "0.10000000149011612"},
      {4096, false, "4096"},
      {1e15, false, "1000000000000000"}, {16777216, true, "16777216"}, {1.0 / 3.0, false, "0.3333333333333333"},
      {0, false, "0"},
      {(double)NAN, false, ""}, {(double)INFINITY, false, "inf"}, {-(double)INFINITY, true, "-inf"}};
  msw_buf room = {0};
  for (size_t i_case = 0; i_case < sizeof CASES / sizeof *CASES; i_case++)
    assert_string_equal(msw_exact_number(CASES[i_case].value, CASES[i_case].is_float32, &room), CASES[i_case].text);
  for (float value = FLT_MIN; value < 1e30f; value *= 1.7f)
    assert_true(strtof(msw_exact_number((double)value, true, &room), NULL) >= value &&
                strtof(msw_exact_number((double)value, true, &room), NULL) <= value);
  msw_buf_free(&room);
}

static void plain_numbers(void **state) {
  (void)state;
  static const struct { double value; const char *text; } CASES[] = {
      {0, "0"}, {12.3456, "12.35"}, {0.00123456, "0.001235"}, {9999.4, "9999"}, {9999.6, "10 000"}, {1234567.8, "1 234 568"},
      {-1234567.8, "-1 234 568"}, {1e15, "1e+15"}, {1e-7, "1e-07"}, {(double)NAN, "-"}, {(double)INFINITY, "inf"}};
  msw_arena arena = {0};
  for (size_t i_case = 0; i_case < sizeof CASES / sizeof *CASES; i_case++)
    assert_string_equal(msw_plain_number(CASES[i_case].value, &arena), CASES[i_case].text);
  msw_arena_free(&arena);
}

/* Texts of axes and names of columns with what CSV and JSON want quoted. */
static const char *const TEXTS[] = {"plain", "with \"quotes\"", "with, comma"};
static const double LENGTHS[] = {128, 1e6};
static const char *const LENGTH_TEXTS[] = {"128", "1000000"};
static const msw_result_axis NAMES = {"name", "Name", "", 0, 3, true, TEXTS, NULL},
                             KV = {"kv_len", "KV", "tokens", 1, 2, false, LENGTH_TEXTS, LENGTHS};

static void fill_row(const void *context, size_t i_row, double *cells) {
  (void)context;
  cells[0] = (double)i_row;
  cells[1] = i_row < 2 ? (double)i_row : (double)NAN;
  cells[2] = i_row == 0 ? (double)0.3f : i_row == 1 ? (double)INFINITY : (double)NAN;
}

static void csv_and_json(void **state) {
  (void)state;
  static const msw_cell_column columns[] = {{"name", "", &NAMES, false, false}, {"kv_len", "tokens", &KV, false, false},
                                            {"min(a, b)", "us", NULL, true, false}};
  const msw_cell_table table = {columns, 3, 3, fill_row, NULL};
  msw_buf out = {0};
  msw_cell_table_csv(&table, &out);
  assert_string_equal(out.text, "name,kv_len,\"min(a, b)\"\n"
                                "plain,128,0.300000012\n\"with \"\"quotes\"\"\",1000000,inf\n\"with, comma\",,\n");
  out.len = 0;
  msw_cell_table_json(&table, &out);
  assert_string_equal(out.text, "[\n    {\"name\": \"plain\", \"kv_len\": 128, \"min(a, b)\": 0.300000012},\n"
                                "    {\"name\": \"with \\\"quotes\\\"\", \"kv_len\": 1000000, \"min(a, b)\": null},\n"
                                "    {\"name\": \"with, comma\", \"kv_len\": null, \"min(a, b)\": null}\n  ]");
  msw_buf_free(&out);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(exact_numbers), cmocka_unit_test(plain_numbers),
                                     cmocka_unit_test(csv_and_json)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

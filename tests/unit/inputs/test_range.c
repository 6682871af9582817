/* Ranges: every form, its exact values, its notes, and what is refused. */
#include "msw/inputs/range.h"

#include "msw_test.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const msw_range_limits WHOLE = {.min = 1, .max = 1e9, .integral = true};
static const msw_range_limits ANY = {.min = -1e9, .max = 1e9};

/* One expansion and what it leaves behind. */
typedef struct { msw_arena arena; msw_diag diag; double *values; size_t n; bool good; } expansion;

static expansion expand(const char *text, msw_range_limits limits) {
  expansion e = {0};
  msw_json *value = NULL;
  msw_json_parse(text, strlen(text), "r.json", &e.arena, &e.diag, &value);
  assert_no_errors(&e.diag);
  e.good = msw_range_expand(value, limits, &e.arena, &e.diag, &e.values, &e.n);
  if (e.good != (e.diag.n_errors == 0)) fail_msg("%s: result and diag disagree", text);
  return e;
}

static void release(expansion *e) {
  msw_diag_free(&e->diag);
  msw_arena_free(&e->arena);
}

static void check_values(const char *text, msw_range_limits limits, const double *wanted, size_t n_wanted) {
  expansion e = expand(text, limits);
  assert_no_errors(&e.diag);
  if (e.n != n_wanted) fail_msg("%s gives %zu values, not %zu", text, e.n, n_wanted);
  for (size_t i = 0; i < n_wanted; i++) assert_same(e.values[i], wanted[i]);
  release(&e);
}

enum { MAX_WANTED = 12 };

static void whole_numbers(void **state) {
  (void)state;
  static const struct { const char *text; double wanted[MAX_WANTED]; size_t n; } rows[] = {
    {"7", {7}, 1},
    {"1e3", {1000}, 1},
    {"\"4Ki\"", {4096}, 1},
    {"\"1.5k\"", {1500}, 1},
    {"[1, 2, 4]", {1, 2, 4}, 3},
    {"[4, 1, 2]", {4, 1, 2}, 3},
    {"[1, \"4:16:4\", [32, \"1Ki\"]]", {1, 4, 8, 12, 16, 32, 1024}, 7},
    {"\"1:4\"", {1, 2, 3, 4}, 4},
    {"\"3:3\"", {3}, 1},
    {"\"16:64:16\"", {16, 32, 48, 64}, 4},
    {"\"1:512:*2\"", {1, 2, 4, 8, 16, 32, 64, 128, 256, 512}, 10},
    {"\"1:81:*3\"", {1, 3, 9, 27, 81}, 5},
    {"\"4Ki:16Ki:*2\"", {4096, 8192, 16384}, 3},
    {"{\"range\": [16, 48, 16]}", {16, 32, 48}, 3},
    {"{\"range\": [2, 4]}", {2, 3, 4}, 3},
    {"{\"range\": [\"1k\", \"3k\", \"1k\"]}", {1000, 2000, 3000}, 3},
    {"{\"mul\": [1, 8, 2]}", {1, 2, 4, 8}, 4},
    {"{\"mul\": [1, 6, 1.5], \"round\": \"int\"}", {1, 2, 3, 5}, 4},   /* 1 1.5 2.25 3.4 5.1: two round to 2 */
    {"{\"lin\": [1, 9, 5]}", {1, 3, 5, 7, 9}, 5},
    {"{\"lin\": [1, 4, 3], \"round\": \"int\"}", {1, 3, 4}, 3},
    {"{\"lin\": [5, 5, 1]}", {5}, 1},
    {"{\"log\": [1, 1000, 4]}", {1, 10, 100, 1000}, 4},
    {"{\"log\": [128, 1024, 4]}", {128, 256, 512, 1024}, 4},
    {"{\"log\": [1, 100, 5], \"round\": \"int\"}", {1, 3, 10, 32, 100}, 5},
    {"{\"pow2\": [1, 32]}", {1, 2, 4, 8, 16, 32}, 6},
    {"{\"pow2\": [1, 16], \"per_octave\": 2}", {1, 2, 3, 4, 6, 8, 12, 16}, 8},
    {"{\"pow2\": [4, 8], \"per_octave\": 4}", {4, 5, 6, 7, 8}, 5},
    {"{\"union\": [\"1:4\", \"2:8:*2\", 3]}", {1, 2, 3, 4, 8}, 5},
    {"{\"union\": [9, {\"union\": [2, 1]}]}", {1, 2, 9}, 3},
  };
  for (size_t i = 0; i < COUNT(rows); i++) check_values(rows[i].text, WHOLE, rows[i].wanted, rows[i].n);
}

static void fractions(void **state) {
  (void)state;
  static const struct { const char *text; double wanted[MAX_WANTED]; size_t n; } rows[] = {
    {"0.25", {0.25}, 1},
    {"\"-2:2:2\"", {-2, 0, 2}, 3},
    {"\"0:0.3:0.1\"", {0, 0.1, 0.2, 0.3}, 4},   /* 0.3 / 0.1 is below 3 in doubles */
    {"{\"lin\": [0, 1, 5]}", {0, 0.25, 0.5, 0.75, 1}, 5},
    {"{\"mul\": [0.5, 4, 2]}", {0.5, 1, 2, 4}, 4},
    {"{\"pow2\": [1, 2], \"per_octave\": 2}", {1, 1.5, 2}, 3},
    {"{\"pow2\": [0.5, 2]}", {0.5, 1, 2}, 3},
  };
  for (size_t i = 0; i < COUNT(rows); i++) check_values(rows[i].text, ANY, rows[i].wanted, rows[i].n);
}

static void log_ladder_is_even(void **state) {
  (void)state;
  expansion e = expand("{\"log\": [128, 131072, 41], \"round\": \"int\"}", WHOLE);
  assert_int_equal(e.n, 41);
  assert_int_equal(e.diag.n, 0);
  for (size_t i = 0; i < e.n; i++) assert_same(e.values[i], round(128 * pow(2, (double)i / 4)));
  release(&e);
}

static void notes(void **state) {
  (void)state;
  static const struct { const char *text, *says; } rows[] = {
    {"\"1:10:4\"", "1:10:4 ends at 9"},
    {"\"1:100:*2\"", "1:100:*2 ends at 64"},
    {"{\"range\": [1, 10, 4]}", "{\"range\":[1,10,4]} ends at 9"},
    {"{\"mul\": [2, 10, 1.5], \"round\": \"int\"}", "ends at 7"},   /* 2 3 4.5 6.75, and 10.1 is too much */
    {"{\"log\": [1, 4, 9], \"round\": \"int\"}", "values that rounding made equal, dropped: 5"},
    {"{\"pow2\": [1, 8], \"per_octave\": 4}", "fractions left out: 5"},   /* 1.25 1.5 1.75 2.5 3.5 */
    {"{\"union\": [\"1:4\", \"2:5\"]}", "repeated values dropped: 3"},
  };
  for (size_t i = 0; i < COUNT(rows); i++) {
    expansion e = expand(rows[i].text, WHOLE);
    assert_no_errors(&e.diag);
    assert_int_equal(e.diag.n, 1);
    assert_int_equal(e.diag.items[0].severity, MSW_NOTE);
    assert_says(&e.diag, rows[i].says);
    release(&e);
  }
}

static void refusals(void **state) {
  (void)state;
  static const struct { const char *text, *says; } rows[] = {
    {"0", "0 is below 1, the least allowed"},
    {"2e9", "2000000000 is above 1000000000, the most allowed"},
    {"1.5", "1.5 is not a whole number"},
    {"true", "expected a number or a range, not boolean"},
    {"[]", "an empty list"},
    {"[1, []]", "an empty list"},
    {"[1, 2, 1]", "1 is in the list twice"},
    {"[\"1:4\", 3]", "3 is in the list twice"},
    {"[1, null]", "expected a number or a range, not null"},
    {"\"\"", "\"\" is neither a number nor a range"},
    {"\"1,2\"", "\"1,2\" is neither a number nor a range"},
    {"\"1:x\"", "\"1:x\" is neither a number nor a range"},
    {"\"1:\"", "neither a number nor a range"},
    {"\":\"", "neither a number nor a range"},
    {"\"1:2:3:4\"", "neither a number nor a range"},
    {"\"*2:4\"", "neither a number nor a range"},
    {"\"1:*4\"", "neither a number nor a range"},
    {"\"1 : 4\"", "neither a number nor a range"},
    {"\"8:1\"", "8:1: empty, its start lies above its stop"},
    {"\"1:8:0\"", "1:8:0: the step must be above 0"},
    {"\"1:8:-1\"", "the step must be above 0"},
    {"\"1:8:*1\"", "the factor must be above 1"},
    {"\"1:8:1.5\"", "1:8:1.5: 2.5 is not a whole number"},
    {"\"1:8:*1.5\"", "1:8:*1.5: 1.5 is not a whole number"},
    {"\"0:8:*2\"", "the start must be above 0"},
    {"\"1:1000000000\"", "more than 16777216 values"},
    {"\"1:1e10\"", "10000000000 is above 1000000000, the most allowed"},
    {"[\"1:16777216\", 1]", "more than 16777216 values"},
    {"{}", "expected one of \"range\", \"mul\""},
    {"{\"range\": [1, 2], \"mul\": [1, 2, 2]}", "expected one of"},
    {"{\"rnage\": [1, 2]}", "range"},
    {"{\"range\": 5}", "\"range\" takes a list of 3 numbers"},
    {"{\"range\": [1]}", "\"range\" takes a list of 3 numbers"},
    {"{\"range\": [1, true]}", "expected a number"},
    {"{\"range\": [1, 2], \"round\": \"int\"}", "\"round\" goes with"},
    {"{\"union\": [1], \"round\": \"int\"}", "\"round\" goes with"},
    {"{\"lin\": [1, 2]}", "\"lin\" takes a list of 3 numbers"},
    {"{\"lin\": [1, 2, 0]}", "the number of values must be a whole number from 1 on"},
    {"{\"lin\": [1, 2, 1]}", "one value cannot be both start and stop"},
    {"{\"lin\": [1, 2, 3]}", "add \"round\": \"int\""},
    {"{\"lin\": [1, 9, 3], \"round\": \"up\"}", "the only rounding is \"int\""},
    {"{\"log\": [0, 8, 3]}", "the start must be above 0"},
    {"{\"log\": [1, 8, 2.5]}", "the number of values must be a whole number"},
    {"{\"pow2\": [3, 8]}", "the start must be a power of two"},
    {"{\"pow2\": [1, 8], \"per_octave\": 0}", "\"per_octave\" must be a whole number, 1 to 1024"},
    {"{\"lin\": [1, 2, 2], \"per_octave\": 2}", "\"per_octave\" goes with \"pow2\" only"},
    {"{\"union\": []}", "\"union\" takes a list of ranges"},
    {"{\"union\": \"1:4\"}", "\"union\" takes a list of ranges"},
  };
  for (size_t i = 0; i < COUNT(rows); i++) {
    expansion e = expand(rows[i].text, WHOLE);
    if (e.good) fail_msg("%s should be refused", rows[i].text);
    assert_says(&e.diag, rows[i].says);
    release(&e);
  }
}

/* All problems of one value are reported, each where it stands. */
static void all_at_once(void **state) {
  (void)state;
  expansion e = expand("[0, 5, \"x\",\n 1.5]", WHOLE);
  assert_int_equal(e.diag.n_errors, 3);
  assert_int_equal(e.diag.items[1].loc.col, 8);
  assert_int_equal(e.diag.items[2].loc.line, 2);
  assert_string_equal(e.diag.items[2].path, "[3]");
  release(&e);
}

static void points_at_the_repeated_one(void **state) {
  (void)state;
  expansion e = expand("[1, 2, 3, 2]", WHOLE);
  assert_int_equal(e.diag.n_errors, 1);
  assert_string_equal(e.diag.items[0].path, "[3]");
  release(&e);
}

static void zips_may_repeat(void **state) {
  (void)state;
  const msw_range_limits limits = {.min = 1, .max = 1e9, .integral = true, .repeats = true};
  check_values("[128, 128, 64]", limits, (const double[]){128, 128, 64}, 3);
}

static void the_largest_axis(void **state) {
  (void)state;
  expansion e = expand("\"1:16777216\"", WHOLE);
  assert_int_equal(e.n, MSW_RANGE_MAX_VALUES);
  assert_same(e.values[e.n - 1], 16777216);
  release(&e);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(whole_numbers),
    cmocka_unit_test(fractions),
    cmocka_unit_test(log_ladder_is_even),
    cmocka_unit_test(notes),
    cmocka_unit_test(refusals),
    cmocka_unit_test(all_at_once),
    cmocka_unit_test(points_at_the_repeated_one),
    cmocka_unit_test(zips_may_repeat),
    cmocka_unit_test(the_largest_axis),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Reading objects: values that fit, and the exact messages about those that do not. */
#include <float.h>

#include "msw/formats/json.h"
#include "printed.h"

typedef struct { msw_arena arena; msw_diag diag; const msw_json *root; msw_json_reader reader; } reading;

static void begin(reading *r, const char *text) {
  *r = (reading){0};
  msw_json *root = NULL;
  msw_json_parse(text, strlen(text), "in.json", &r->arena, &r->diag, &root);
  assert_no_errors(&r->diag);
  r->root = root;
  msw_json_begin(&r->reader, root, &r->diag);
}

static void end(reading *r, bool closed, const char *expected, const char *input) {
  msw_json_end(&r->reader, closed);
  assert_prints(&r->diag, expected, input);
  msw_diag_free(&r->diag);
  msw_arena_free(&r->arena);
}

static void reads_every_type(void **state) {
  (void)state;
  static const char text[] = "{\"s\":\"x\",\"n\":2.5,\"i\":3,\"b\":true,\"o\":{},\"z\":null}";
  reading r;
  begin(&r, text);
  const char *s = NULL;
  double n = 0;
  int64_t i = 0;
  bool b = false;
  assert_true(msw_json_want_string(&r.reader, "s", true, &s));
  assert_string_equal(s, "x");
  assert_true(msw_json_want_number(&r.reader, "n", true, 0.0, 10.0, &n));
  assert_same(n, 2.5);
  assert_true(msw_json_want_int(&r.reader, "i", true, 0, 10, &i));
  assert_int_equal(i, 3);
  assert_true(msw_json_want_bool(&r.reader, "b", true, &b));
  assert_true(b);
  assert_ptr_equal(msw_json_want(&r.reader, "o", true), msw_json_get(r.root, "o"));
  assert_null(msw_json_want(&r.reader, "z", false));
  assert_false(msw_json_want_int(&r.reader, "absent", false, 0, 1, &i));
  assert_int_equal(i, 3);
  end(&r, true, "", text);
}

static void numbers_that_are_integral_are_integers(void **state) {
  (void)state;
  static const struct { const char *literal; int64_t value; } rows[] = {
      {"0", 0}, {"-0", 0}, {"0.000", 0}, {"0e99", 0}, {"8", 8}, {"8.0", 8}, {"-8.00", -8},
      {"1e13", INT64_C(10000000000000)},
      {"1E+2", 100}, {"1.5e3", 1500}, {"1500e-2", 15}, {"100.50e1", 1005}, {"10203", 10203}, {"0.00102e5", 102},
      {"9007199254740993", INT64_C(9007199254740993)}, {"9.007199254740993e15", INT64_C(9007199254740993)},
      {"9223372036854775807", INT64_MAX}, {"-9223372036854775808", INT64_MIN}, {"1e18", INT64_C(1000000000000000000)},
      {"1000000000000000000000000000000e-30", 1}, {"-1000e-3", -1},
  };
  for (size_t i_row = 0; i_row < COUNT(rows); i_row++) {
    char text[100];
    snprintf(text, sizeof text, "{\"n\":%s}", rows[i_row].literal);
    reading r;
    begin(&r, text);
    int64_t value = 42;
    assert_true(msw_json_want_int(&r.reader, "n", true, INT64_MIN, INT64_MAX, &value));
    assert_true(value == rows[i_row].value);
    end(&r, true, "", text);
  }
}

static void refuses_integers(void **state) {
  (void)state;
  static const struct { const char *value; int64_t min, max; const char *says; } rows[] = {
      {"1.5", 1, 4096, "expected an integer, found 1.5\n"},
      {"15e-1", 1, 4096, "expected an integer, found 15e-1\n"},
      {"1e-400", 1, 4096, "expected an integer, found 1e-400\n"},
      {"9007199254740993.5", 1, 4096, "expected an integer, found 9007199254740993.5\n"},
      {"0", 1, 4096, "must be at least 1 and at most 4096, found 0\n"},
      {"4097.0", 1, 4096, "must be at least 1 and at most 4096, found 4097.0\n"},
      {"1e30", 1, 4096, "must be at least 1 and at most 4096, found 1e30\n"},
      {"0", 1, INT64_MAX, "must be at least 1, found 0\n"},
      {"1", INT64_MIN, 0, "must be at most 0, found 1\n"},
      {"9223372036854775808", INT64_MIN, INT64_MAX,
       "expected an integer of at most 63 bits, found 9223372036854775808\n"},
      {"-9223372036854775809", INT64_MIN, 5, "expected an integer of at most 63 bits, found -9223372036854775809\n"},
      {"-1e300", 1, INT64_MAX, "must be at least 1, found -1e300\n"},
      {"1e300", 1, INT64_MAX, "expected an integer of at most 63 bits, found 1e300\n"},
      {"\"8\"", 1, 8, "expected a number, found a string (write 8 without quotes)\n"},
      {"\"8x\"", 1, 8, "expected a number, found a string\n"},
      {"[8]", 1, 8, "expected a number, found an array\n"},
      {"{}", 1, 8, "expected a number, found an object\n"},
      {"true", 1, 8, "expected a number, found a boolean\n"},
      {"null", 1, 8, "expected a value, found null\n"},
  };
  for (size_t i_row = 0; i_row < COUNT(rows); i_row++) {
    char text[100], says[200];
    snprintf(text, sizeof text, "{\"n\":%s}", rows[i_row].value);
    snprintf(says, sizeof says, "in.json:1:6: error: n: %s", rows[i_row].says);
    reading r;
    begin(&r, text);
    int64_t value = 42;
    assert_false(msw_json_want_int(&r.reader, "n", true, rows[i_row].min, rows[i_row].max, &value));
    assert_int_equal(value, 42);
    end(&r, true, says, text);
  }
}

static void refuses_numbers(void **state) {
  (void)state;
  static const double ANY = HUGE_VAL;
  const struct { const char *value; double min, max; const char *says; } rows[] = {
      {"0", DBL_MIN, ANY, "must be greater than 0, found 0\n"},
      {"-0.5", DBL_TRUE_MIN, 1, "must be greater than 0 and at most 1, found -0.5\n"},
      {"1.0e1", 0.1, 0.95, "must be at least 0.1 and at most 0.95, found 1.0e1\n"},
      {"-1", 0, ANY, "must be at least 0, found -1\n"},
      {"2", -ANY, 1e9, "must be at most 1000000000, found 2\n"},
      {"2", -DBL_MAX, 1e300, "must be at most 1e+300, found 2\n"},
      {"\"fast\"", 0, 1, "expected a number, found a string\n"},
  };
  for (size_t i_row = 0; i_row < COUNT(rows); i_row++) {
    char text[100], says[200];
    snprintf(text, sizeof text, "{\"n\":%s}", rows[i_row].value);
    snprintf(says, sizeof says, "in.json:1:6: error: n: %s", rows[i_row].says);
    reading r;
    begin(&r, text);
    double value = 42;
    bool good = msw_json_want_number(&r.reader, "n", true, rows[i_row].min, rows[i_row].max, &value);
    bool fits = strcmp(rows[i_row].value, "2") == 0;   /* these two are within their limits */
    assert_int_equal(good, fits);
    assert_same(value, fits ? 2.0 : 42.0);
    end(&r, true, fits ? "" : says, text);
  }
}

static void refuses_other_types(void **state) {
  (void)state;
  static const char text[] = "{\"axes\": {\"tp\": \"8\", \"gpu\": 100, \"on\": \"true\", \"off\": 0}}";
  reading r;
  begin(&r, text);
  msw_json_reader axes;
  const char *s = NULL;
  bool b = false;
  double n = 0;
  assert_true(msw_json_begin(&axes, msw_json_want(&r.reader, "axes", true), &r.diag));
  assert_false(msw_json_want_number(&axes, "tp", true, 0, 1, &n));
  assert_false(msw_json_want_string(&axes, "gpu", true, &s));
  assert_false(msw_json_want_bool(&axes, "on", true, &b));
  assert_false(msw_json_want_bool(&axes, "off", true, &b));
  assert_null(s);
  msw_json_end(&axes, true);
  end(&r, true,
      "in.json:1:17: error: axes.tp: expected a number, found a string (write 8 without quotes)\n"
      "in.json:1:29: error: axes.gpu: expected a string, found a number (a text needs quotes: \"100\")\n"
      "in.json:1:40: error: axes.on: expected a boolean, found a string (write true without quotes)\n"
      "in.json:1:55: error: axes.off: expected a boolean, found a number\n",
      text);
}

static void guesses_what_was_meant(void **state) {
  (void)state;
  static const struct { const char *value, *hint; } rows[] = {
      {"\"yes\"", " (write true)"}, {"\"On\"", " (write true)"}, {"\"no\"", " (write false)"}, {"\"off\"", " (write false)"},
      {"\"False\"", ""}, {"\"maybe\"", ""}, {"\"false\"", " (write false without quotes)"}};
  for (size_t i_row = 0; i_row < COUNT(rows); i_row++) {
    reading r;
    char text[64], says[128];
    bool b = true;
    snprintf(text, sizeof text, "{\"on\": %s}", rows[i_row].value);
    snprintf(says, sizeof says, "in.json:1:8: error: on: expected a boolean, found a string%s\n", rows[i_row].hint);
    begin(&r, text);
    assert_false(msw_json_want_bool(&r.reader, "on", true, &b));
    end(&r, true, says, text);
  }
  reading r;
  const char *s = NULL;
  begin(&r, "{\"name\": true}");
  assert_false(msw_json_want_string(&r.reader, "name", true, &s));
  end(&r, true, "in.json:1:10: error: name: expected a string, found a boolean (a text needs quotes: \"true\")\n", "true");
}

static void missing_and_unknown_keys(void **state) {
  (void)state;
  static const char text[] = "{\"axes\": {\"tpp\": 1,\n \"modle\": 2, \"zzz\": 3, \"\\u001b[2J\": 4}}";
  reading r;
  begin(&r, text);
  msw_json_reader axes;
  msw_json_begin(&axes, msw_json_want(&r.reader, "axes", true), &r.diag);
  msw_json_want(&axes, "tp", true);
  msw_json_want(&axes, "model", false);
  msw_json_want(&axes, "tp", false);   /* asking again is fine */
  msw_json_end(&axes, true);
  msw_json_want(&r.reader, "name", true);
  end(&r, true,
      "in.json:1:10: error: axes: missing key \"tp\"\n"
      "in.json:1:11: error: axes: unknown key \"tpp\" (did you mean 'tp'?)\n"
      "in.json:2:2: error: axes: unknown key \"modle\" (did you mean 'model'?)\n"
      "in.json:2:14: error: axes: unknown key \"zzz\" (known keys: tp, model)\n"
      "in.json:2:24: error: axes: unknown key \"\\u001b[2J\" (known keys: tp, model)\n"
      "in.json:1:1: error: missing key \"name\"\n",
      text);
}

static void open_objects_may_hold_more(void **state) {
  (void)state;
  reading r;
  begin(&r, "{\"anything\": 1}");
  msw_json_want(&r.reader, "tp", false);
  end(&r, false, "", "open");
}

static void a_reader_of_nothing_is_silent(void **state) {
  (void)state;
  reading r;
  begin(&r, "{\"list\": [1]}");
  msw_json_reader inner;
  int64_t value = 7;
  assert_false(msw_json_begin(&inner, msw_json_want(&r.reader, "list", true), &r.diag));
  assert_null(msw_json_want(&inner, "x", true));
  assert_false(msw_json_want_int(&inner, "y", true, 0, 1, &value));
  msw_json_end(&inner, true);
  assert_false(msw_json_begin(&inner, NULL, &r.diag));
  assert_null(msw_json_want(&inner, "x", true));
  msw_json_end(&inner, true);
  assert_int_equal(value, 7);
  end(&r, true, "in.json:1:10: error: list: expected an object, found an array\n", "not an object");
}

static void values_without_text_can_be_read(void **state) {
  (void)state;
  reading r = {0};
  msw_json *root = msw_json_new(&r.arena, MSW_JSON_OBJECT, (msw_loc){0});
  msw_json_add_number(&r.arena, root, "n", 1e13);
  msw_json_add_number(&r.arena, root, "x", 0.5);
  msw_json_begin(&r.reader, root, &r.diag);
  int64_t value = 0;
  assert_true(msw_json_want_int(&r.reader, "n", true, 0, INT64_MAX, &value));
  assert_true(value == INT64_C(10000000000000));
  assert_false(msw_json_want_int(&r.reader, "x", true, 0, INT64_MAX, &value));
  end(&r, true, "mfusweep: error: x: expected an integer, found 0.5\n", "built");
}

static void errors_at_values(void **state) {
  (void)state;
  reading r;
  begin(&r, "{\"a\": [1,\n 2]}");
  msw_json_error(&r.diag, r.root->first->last, "try 3", "%s is %d", "this", 2);
  msw_json_error(&r.diag, r.root, NULL, "all of it");
  msw_json_want(&r.reader, "a", true);
  end(&r, true, "in.json:2:2: error: a[1]: this is 2 (try 3)\nin.json:1:1: error: all of it\n", "error");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(reads_every_type),
      cmocka_unit_test(numbers_that_are_integral_are_integers),
      cmocka_unit_test(refuses_integers),
      cmocka_unit_test(refuses_numbers),
      cmocka_unit_test(refuses_other_types),
      cmocka_unit_test(guesses_what_was_meant),
      cmocka_unit_test(missing_and_unknown_keys),
      cmocka_unit_test(open_objects_may_hold_more),
      cmocka_unit_test(a_reader_of_nothing_is_silent),
      cmocka_unit_test(values_without_text_can_be_read),
      cmocka_unit_test(errors_at_values),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

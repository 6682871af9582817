/* Numbers for people: the exact texts. */
#include "msw/base/num.h"
#include "msw_test.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static void counts(void **state) {
  (void)state;
  static const struct { uint64_t n; const char *text; } rows[] = {
      {0, "0"},
      {7, "7"},
      {999, "999"},
      {1000, "1 000"},
      {1234567, "1 234 567"},
      {100000, "100 000"},
      {UINT64_MAX, "18 446 744 073 709 551 615"},
  };
  char text[40];
  for (size_t i_row = 0; i_row < COUNT(rows); i_row++)
    assert_string_equal(msw_human_count(rows[i_row].n, text, sizeof text), rows[i_row].text);
}

static void counts_never_overrun(void **state) {
  (void)state;
  char text[8] = "#######";
  assert_string_equal(msw_human_count(1234567, text, 5), "1 23");
  assert_int_equal(text[5], '#');
  assert_string_equal(msw_human_count(1234567, text, 3), "1 ");
  assert_string_equal(msw_human_count(1234567, text, 1), "");
}

static void bytes(void **state) {
  (void)state;
  static const struct { double n; const char *text; } rows[] = {
      {0.0, "0 B"},
      {512.0, "512 B"},
      {1023.0, "1023 B"},
      {1023.96, "1.0 KiB"},
      {1024.0, "1.0 KiB"},
      {1536.0, "1.5 KiB"},
      {1024.0 * 1024.0 - 1.0, "1.0 MiB"},   /* never "1024.0 KiB" */
      {214748364800.0, "200.0 GiB"},
      {0x1p40, "1.0 TiB"},
      {0x1p70, "1024.0 EiB"},
      {-1.0, "?"},
      {(double)NAN, "?"},
      {(double)INFINITY, "?"},
  };
  char text[40];
  for (size_t i_row = 0; i_row < COUNT(rows); i_row++)
    assert_string_equal(msw_human_bytes(rows[i_row].n, text, sizeof text), rows[i_row].text);
}

static void seconds(void **state) {
  (void)state;
  static const struct { double s; const char *text; } rows[] = {
      {0.0, "0 ms"},
      {0.0124, "12 ms"},
      {0.9994, "999 ms"},
      {0.9996, "1.0 s"},
      {9.94, "9.9 s"},
      {9.96, "10 s"},
      {59.4, "59 s"},
      {59.6, "1 min 0 s"},
      {75.0, "1 min 15 s"},
      {3599.7, "1 h 0 min"},
      {7500.0, "2 h 5 min"},
      {86400.0, "1 d 0 h"},
      {277200.0, "3 d 5 h"},
      {-1.0, "?"},
      {(double)NAN, "?"},
      {(double)INFINITY, "?"},
      {1e300, "?"},
  };
  char text[40];
  for (size_t i_row = 0; i_row < COUNT(rows); i_row++)
    assert_string_equal(msw_human_seconds(rows[i_row].s, text, sizeof text), rows[i_row].text);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(counts),
      cmocka_unit_test(counts_never_overrun),
      cmocka_unit_test(bytes),
      cmocka_unit_test(seconds),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

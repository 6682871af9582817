/* Strict parsing: what is a number, what is not, and the exact value. */
#include "msw/base/num.h"
#include "msw_test.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static void doubles(void **state) {
  (void)state;
  static const struct { const char *text; double value; } good[] = {
      {"0", 0.0},      {"-0", -0.0},     {"1", 1.0},         {"-12.5", -12.5},   {"1e3", 1000.0}, {"1E+3", 1000.0},
      {"25e-2", 0.25}, {"007", 7.0},     {"0.1", 0.1},       {"1e308", 1e308},   {"1e-999", 0.0}, {"5e-324", 5e-324},
      {"00.5", 0.5},   {"1e0003", 1e3},  {"9007199254740993", 9007199254740992.0},
  };
  for (size_t i_row = 0; i_row < COUNT(good); i_row++) {
    double value = (double)NAN;
    if (!msw_parse_double(good[i_row].text, &value)) fail_msg("'%s' is a number", good[i_row].text);
    assert_same(value, good[i_row].value);
    assert_int_equal(signbit(value) != 0, signbit(good[i_row].value) != 0);
  }
  static const char *const bad[] = {
      "", "-", "+1", " 1", "1 ", "1.", ".5", "-.5", ".", "1e", "1e+", "e5", "1.e5", "1.5.2", "0x10", "0X1p3", "nan",
      "NaN", "inf", "-inf", "infinity", "1e999", "-1e999", "1,5", "1k", "--1", "1\n", "\t1", "1e5.0", "1_000", "1f",
      "1d5", "\xC2\xA0",
  };
  for (size_t i_row = 0; i_row < COUNT(bad); i_row++) {
    double value = 42.0;
    if (msw_parse_double(bad[i_row], &value)) fail_msg("'%s' is not a number", bad[i_row]);
    assert_same(value, 42.0);
  }
}

static void ints(void **state) {
  (void)state;
  static const struct { const char *text; int64_t value; } good[] = {
      {"0", 0},
      {"-0", 0},
      {"17", 17},
      {"-17", -17},
      {"010", 10},   /* never octal */
      {"9223372036854775807", INT64_MAX},
      {"-9223372036854775808", INT64_MIN},
  };
  for (size_t i_row = 0; i_row < COUNT(good); i_row++) {
    int64_t value = 42;
    if (!msw_parse_int(good[i_row].text, &value)) fail_msg("'%s' is an integer", good[i_row].text);
    assert_true(value == good[i_row].value);
  }
  static const char *const bad[] = {
      "", "-", "+1", " 1", "1 ", "1.0", "1e3", "0x10", "--1", "1k", "nan", "1-", "9223372036854775808",
      "-9223372036854775809", "99999999999999999999999",
  };
  for (size_t i_row = 0; i_row < COUNT(bad); i_row++) {
    int64_t value = 42;
    if (msw_parse_int(bad[i_row], &value)) fail_msg("'%s' is not an integer", bad[i_row]);
    assert_true(value == 42);
  }
}

static void suffixed(void **state) {
  (void)state;
  static const struct { const char *text; double value; } good[] = {
      {"128Ki", 131072.0}, {"1.5k", 1500.0}, {"4.35k", 4350.0},    {"0.07k", 70.0}, {"2M", 2e6},   {"3G", 3e9},
      {"4T", 4e12},        {"1Mi", 0x1p20},  {"1Gi", 0x1p30},      {"1Ti", 0x1p40}, {"-1k", -1e3}, {"12", 12.0},
      {"1e3k", 1e6},       {"0.5Ki", 512.0}, {"1e-3T", 1e9},       {"8.1Mi", 8493465.6},
  };
  for (size_t i_row = 0; i_row < COUNT(good); i_row++) {
    double value = (double)NAN;
    if (!msw_parse_suffixed(good[i_row].text, &value)) fail_msg("'%s' is a number", good[i_row].text);
    assert_same(value, good[i_row].value);
  }
  static const char *const bad[] = {
      "", "k", "Ki", "1K", "1 k", "1kk", "1KI", "1ki", "1m", "1kB", "1.k", "0x10", "+1k", "1e308k", "1e999", "nan",
      "1Kib", " 1k", "1k ",
  };
  for (size_t i_row = 0; i_row < COUNT(bad); i_row++) {
    double value = 42.0;
    if (msw_parse_suffixed(bad[i_row], &value)) fail_msg("'%s' is not a number", bad[i_row]);
    assert_same(value, 42.0);
  }
}

static void scanning_reads_a_prefix(void **state) {
  (void)state;
  static const struct { const char *text; size_t used; double value; } rows[] = {
      {"1:512:*2", 1, 1.0},   {"128Ki:1Mi", 5, 131072.0}, {"1.5k,2k", 4, 1500.0}, {"16)", 2, 16.0},
      {"2*tp", 1, 2.0},       {"1e", 1, 1.0},             {"1em", 1, 1.0},        {"7Mib", 3, 7340032.0},
      {"3kv", 2, 3000.0},     {"-4:", 2, -4.0},
      {"x", 0, 42.0},         {"", 0, 42.0},              {"-", 0, 42.0},         {" 1", 0, 42.0},
      {"0x10", 0, 42.0},      {"1.e5", 0, 42.0},          {"1e999:", 0, 42.0},
  };
  for (size_t i_row = 0; i_row < COUNT(rows); i_row++) {
    double value = 42.0;
    size_t used = msw_scan_suffixed(rows[i_row].text, &value);
    if (used != rows[i_row].used) fail_msg("'%s': %zu characters", rows[i_row].text, used);
    assert_same(value, rows[i_row].value);
  }
}

static void byte_sizes(void **state) {
  (void)state;
  static const struct { const char *text; uint64_t value; } good[] = {
      {"0", 0},
      {"4096", 4096},
      {"4096B", 4096},
      {"4096 B", 4096},
      {"10k", 10000},
      {"10kB", 10000},
      {"1.5 GB", 1500000000},
      {"2M", 2000000},
      {"2MB", 2000000},
      {"3G", 3000000000},
      {"1TB", 1000000000000},
      {"1T", 1000000000000},
      {"1KiB", 1024},
      {"1Ki", 1024},
      {"64MiB", 67108864},
      {"64Mi", 67108864},
      {"200GiB", 214748364800},
      {"2Ti", 2199023255552},
      {"2 TiB", 2199023255552},
      {"1e3", 1000},
      {"2e9B", 2000000000},
      {"0.3Ki", 307},   /* 307.2 */
      {"1.0", 1},
      {"18446744073709551615", UINT64_MAX},
      {"16777215TiB", 18446742974197923840u},
      {"9007199254740993", 9007199254740993},   /* not a double */
  };
  for (size_t i_row = 0; i_row < COUNT(good); i_row++) {
    uint64_t value = 42;
    if (!msw_parse_bytes(good[i_row].text, &value)) fail_msg("'%s' is a size", good[i_row].text);
    if (value != good[i_row].value) fail_msg("'%s' gives %llu", good[i_row].text, (unsigned long long)value);
  }
  static const char *const bad[] = {
      "", "B", "GiB", "-1", "-1k", "-0", "+1", "1.5", "1.5B", "1 ", " 1", "1K", "1KB", "1kb", "1gb", "1GIB", "1GiBs",
      "1 G B", "1Pi", "0x10", "nan", "inf", "1e999", "1.", ".5G", "18446744073709551616", "16777216TiB",
      "1.6777216e7TiB", "18446744073709551615.5k", "1e20", "99999999999999999999999999",
  };
  for (size_t i_row = 0; i_row < COUNT(bad); i_row++) {
    uint64_t value = 42;
    if (msw_parse_bytes(bad[i_row], &value)) fail_msg("'%s' is not a size", bad[i_row]);
    assert_true(value == 42);
  }
}

static void integral(void **state) {
  (void)state;
  static const double good[] = {0.0, -0.0, 1.0, -7.0, 1e13, 0x1p53, -0x1p53};
  static const double bad[] = {0.5, -1.25, 1e-300, 0x1p53 + 2.0, 1e300,
                               (double)INFINITY, -(double)INFINITY, (double)NAN};
  for (size_t i_row = 0; i_row < COUNT(good); i_row++) assert_true(msw_is_integral(good[i_row]));
  for (size_t i_row = 0; i_row < COUNT(bad); i_row++) assert_false(msw_is_integral(bad[i_row]));
}

static void checked_arithmetic(void **state) {
  (void)state;
  uint64_t out = 0;
  assert_true(msw_mul_u64(UINT32_MAX, UINT32_MAX, &out) && out == 18446744065119617025u);
  assert_true(msw_mul_u64(0, UINT64_MAX, &out) && out == 0);
  assert_false(msw_mul_u64(1ull << 32, 1ull << 32, &out));
  assert_true(msw_add_u64(UINT64_MAX - 1, 1, &out) && out == UINT64_MAX);
  assert_false(msw_add_u64(UINT64_MAX, 1, &out));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(doubles),    cmocka_unit_test(ints),     cmocka_unit_test(suffixed),
      cmocka_unit_test(scanning_reads_a_prefix),                cmocka_unit_test(byte_sizes),
      cmocka_unit_test(integral),   cmocka_unit_test(checked_arithmetic),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Strict number parsing: our own grammar decides what is a number, the C library only computes its value. */
#include "msw/base/num.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "number_text.h"

static size_t count_digits(const char *s) {
  return strspn(s, "0123456789");
}

size_t msw_number_len(const char *s) {
  size_t sign = s[0] == '-' ? 1 : 0;
  size_t digits = count_digits(s + sign);
  if (digits == 0) return 0;
  size_t len = sign + digits;
  if (s[len] == '.') {
    size_t decimals = count_digits(s + len + 1);
    if (decimals > 0) len += 1 + decimals;
  }
  if (s[len] == 'e' || s[len] == 'E') {
    size_t exponent_sign = s[len + 1] == '-' || s[len + 1] == '+' ? 1 : 0;
    size_t exponent = count_digits(s + len + 1 + exponent_sign);
    if (exponent > 0) len += 1 + exponent_sign + exponent;
  }
  return len;
}

bool msw_parse_double(const char *s, double *out) {
  size_t len = msw_number_len(s);
  if (len == 0 || s[len] != '\0') return false;
  double value = strtod(s, NULL);
  if (!isfinite(value)) return false;
  *out = value;
  return true;
}

bool msw_parse_int(const char *s, int64_t *out) {
  size_t sign = s[0] == '-' ? 1 : 0;
  size_t digits = count_digits(s + sign);
  if (digits == 0 || s[sign + digits] != '\0') return false;
  errno = 0;
  long long value = strtoll(s, NULL, 10);
  if (errno != 0) return false;
  *out = value;
  return true;
}

bool msw_is_integral(double v) {
  const double largest = 0x1p53;   /* above it doubles skip integers */
  return fabs(v) <= largest && !(fabs(v - trunc(v)) > 0.0);   /* NaN fails the first comparison */
}

bool msw_mul_u64(uint64_t a, uint64_t b, uint64_t *out) {
  return !__builtin_mul_overflow(a, b, out);
}

bool msw_add_u64(uint64_t a, uint64_t b, uint64_t *out) {
  return !__builtin_add_overflow(a, b, out);
}

int msw_compare_numbers(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

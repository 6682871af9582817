/* Numbers as text: written so that they read back the same, limits in messages, integers read exactly. */
#include "number_words.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "msw/base/num.h"
#include "msw/base/str.h"

char *msw_number_text(double value, char buf[MSW_NUMBER_TEXT_SIZE]) {
  if (msw_is_integral(value)) {
    snprintf(buf, MSW_NUMBER_TEXT_SIZE, "%.0f", value);
    return buf;
  }
  for (int digits = DBL_DIG; digits <= DBL_DECIMAL_DIG; digits++) {
    double back;
    snprintf(buf, MSW_NUMBER_TEXT_SIZE, "%.*g", digits, value);
    if (msw_parse_double(buf, &back) && memcmp(&back, &value, sizeof back) == 0) break;
  }
  return buf;
}

static const char *limits(msw_arena *arena, double min, double max, const char *const words[3]) {
  char number[MSW_NUMBER_TEXT_SIZE];
  const char *low = "", *high = "";
  if (min > 0 && min <= DBL_MIN)
    low = msw_format(arena, "%s0", words[0]);
  else if (min > -DBL_MAX)
    low = msw_format(arena, "%s%s", words[1], msw_number_text(min, number));
  if (max < DBL_MAX) high = msw_format(arena, "%s%s", words[2], msw_number_text(max, number));
  return msw_format(arena, "%s%s%s", low, *low && *high ? " and " : "", high);
}

const char *msw_limits_in_words(msw_arena *arena, double min, double max) {
  return limits(arena, min, max, (const char *const[]){"greater than ", "at least ", "at most "});
}

const char *msw_limits_in_signs(msw_arena *arena, double min, double max) {
  const char *signs = limits(arena, min, max, (const char *const[]){"> ", ">= ", "<= "});
  return *signs ? msw_format(arena, " %s", signs) : "";
}

double msw_int_min_limit(int64_t min) { return min == INT64_MIN ? -HUGE_VAL : (double)min; }
double msw_int_max_limit(int64_t max) { return max == INT64_MAX ? HUGE_VAL : (double)max; }

/* Appends a decimal digit to a number that is zero or has this sign. False on overflow. */
static bool append_digit(int64_t *value, int sign, int digit) {
  return !__builtin_mul_overflow(*value, (int64_t)10, value) &&
         !__builtin_add_overflow(*value, (int64_t)sign * digit, value);
}

/* A number as value * 10^exponent. Zeros wait until a digit other than zero follows them, so that trailing ones,
 * however many, go to the exponent. */
typedef struct { int64_t value; long waiting_zeros, exponent; bool too_large; } decimal;

static void take_digit(decimal *d, int sign, int digit) {
  if (digit == 0) {
    d->waiting_zeros++;
    return;
  }
  bool is_leading = d->value == 0;
  for (; d->waiting_zeros > 0 && !d->too_large && !is_leading; d->waiting_zeros--)
    d->too_large = !append_digit(&d->value, sign, 0);
  if (!d->too_large) d->too_large = !append_digit(&d->value, sign, digit);
  d->waiting_zeros = 0;
}

/* Power of ten in [eE][+-]digits or ""; saturates far beyond any double. */
static long read_exponent(const char *s) {
  enum { FAR = 100000000 };
  if (*s == '\0') return 0;
  bool is_negative = s[1] == '-';
  long exponent = 0;
  for (s += s[1] == '-' || s[1] == '+' ? 2 : 1; *s; s++)
    if (exponent < FAR) exponent = exponent * 10 + (*s - '0');
  return is_negative ? -exponent : exponent;
}

msw_integer_kind msw_read_integer(const char *literal, int64_t *out) {
  double rounded;
  if (!msw_parse_double(literal, &rounded)) return MSW_NOT_INTEGER;   /* from here on its grammar is known */
  int sign = *literal == '-' ? -1 : 1;
  const char *s = literal + (sign < 0 ? 1 : 0);
  decimal d = {0};
  bool in_fraction = false;
  for (; *s && *s != 'e' && *s != 'E'; s++) {
    if (in_fraction) d.exponent--;
    if (*s == '.')
      in_fraction = true;
    else
      take_digit(&d, sign, *s - '0');
  }
  if (d.value == 0 && !d.too_large) {
    *out = 0;
    return MSW_INTEGER;
  }
  d.exponent += d.waiting_zeros + read_exponent(s);
  if (d.exponent < 0) return MSW_NOT_INTEGER;
  for (; d.exponent > 0 && !d.too_large; d.exponent--) d.too_large = !append_digit(&d.value, sign, 0);
  if (d.too_large) return MSW_INTEGER_TOO_LARGE;
  *out = d.value;
  return MSW_INTEGER;
}

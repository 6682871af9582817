/* Numbers with a magnitude suffix: counts ("128Ki", "1.5k") and byte sizes ("200GiB", "1.5 GB"). */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "msw/base/num.h"
#include "number_text.h"

typedef struct { char text[3]; uint64_t factor; } magnitude;

/* The two-letter ones come first, so that "Mi" is not read as "M". */
static const magnitude magnitudes[] = {
    {"Ki", 1ull << 10}, {"Mi", 1ull << 20}, {"Gi", 1ull << 30}, {"Ti", 1ull << 40},
    {"k", 1000ull},     {"M", 1000000ull},  {"G", 1000000000ull}, {"T", 1000000000000ull},
};

/* The magnitude that `s` begins with and its length; factor 1 and length 0 when there is none. */
static uint64_t scan_magnitude(const char *s, size_t *len) {
  const size_t n = sizeof magnitudes / sizeof magnitudes[0];
  for (size_t i_magnitude = 0; i_magnitude < n; i_magnitude++) {
    size_t text_len = strlen(magnitudes[i_magnitude].text);
    if (strncmp(s, magnitudes[i_magnitude].text, text_len) != 0) continue;
    *len = text_len;
    return magnitudes[i_magnitude].factor;
  }
  *len = 0;
  return 1;
}

/* Value of the number s[0..len) times `factor`. False when it is too large, or when the C library sees another number
 * there than our grammar does ("0x10", "1.e5"). Long double where there is a factor: 4.35k is 4350, and not a rounded
 * 4.35 times 1000. */
static bool scaled_value(const char *s, size_t len, uint64_t factor, double *out) {
  char *end = NULL;
  double value = factor == 1 ? strtod(s, &end) : (double)(strtold(s, &end) * (long double)factor);
  if (end != s + len || !isfinite(value)) return false;
  *out = value;
  return true;
}

size_t msw_scan_suffixed(const char *s, double *out) {
  size_t number_len = msw_number_len(s);
  if (number_len == 0) return 0;
  size_t suffix_len = 0;
  uint64_t factor = scan_magnitude(s + number_len, &suffix_len);
  return scaled_value(s, number_len, factor, out) ? number_len + suffix_len : 0;
}

bool msw_parse_suffixed(const char *s, double *out) {
  double value = 0.0;
  size_t len = msw_scan_suffixed(s, &value);
  if (len == 0 || s[len] != '\0') return false;
  *out = value;
  return true;
}

/* Factor of " GiB", "k", "B", "" …: blanks, a magnitude, a B, each optional. 0 for any other text. */
static uint64_t parse_byte_unit(const char *s) {
  size_t blanks = strspn(s, " ");
  const char *unit = s + blanks;
  if (blanks > 0 && *unit == '\0') return 0;
  size_t len = 0;
  uint64_t factor = scan_magnitude(unit, &len);
  if (unit[len] == 'B') len++;
  return unit[len] == '\0' ? factor : 0;
}

/* Whole numbers stay integers all the way: a double has no room for 2^64 - 1. */
static bool parse_whole(const char *s, uint64_t factor, uint64_t *out) {
  errno = 0;
  unsigned long long count = strtoull(s, NULL, 10);
  return errno == 0 && msw_mul_u64(count, factor, out);
}

static bool parse_fractional(const char *s, uint64_t factor, uint64_t *out) {
  const long double too_many = 0x1p64L;
  long double bytes = strtold(s, NULL) * (long double)factor;
  long double rounded = roundl(bytes);
  if (!(rounded < too_many)) return false;
  if (factor == 1 && fabsl(bytes - rounded) > 0.0L) return false;   /* half a byte */
  *out = (uint64_t)rounded;
  return true;
}

bool msw_parse_bytes(const char *s, uint64_t *out) {
  size_t len = msw_number_len(s);
  if (len == 0 || s[0] == '-') return false;
  uint64_t factor = parse_byte_unit(s + len);
  if (factor == 0) return false;
  uint64_t bytes = 0;
  bool is_whole = strspn(s, "0123456789") == len;
  if (!(is_whole ? parse_whole(s, factor, &bytes) : parse_fractional(s, factor, &bytes))) return false;
  *out = bytes;
  return true;
}

/* Numbers as people read them. What cannot be shown (negative, NaN, infinite) is "?". */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "msw/base/num.h"

char *msw_human_count(uint64_t n, char *buf, size_t size) {
  enum { MAX_DIGITS = 20, GROUP = 3 };
  char digits[MAX_DIGITS + 1];
  int len = snprintf(digits, sizeof digits, "%" PRIu64, n);
  size_t at = 0;
  for (int i_digit = 0; i_digit < len && at + 1 < size; i_digit++) {
    bool begins_group = i_digit > 0 && (len - i_digit) % GROUP == 0;
    if (begins_group) buf[at++] = ' ';
    if (at + 1 < size) buf[at++] = digits[i_digit];
  }
  if (size > 0) buf[at] = '\0';
  return buf;
}

char *msw_human_bytes(double bytes, char *buf, size_t size) {
  static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  const size_t n_units = sizeof units / sizeof units[0];
  const double step = 1024.0, rounds_to_step = 1023.95;   /* with one decimal */
  if (!(bytes >= 0.0) || !isfinite(bytes)) {
    snprintf(buf, size, "?");
    return buf;
  }
  size_t i_unit = 0;
  double shown = bytes;
  while (shown >= rounds_to_step && i_unit + 1 < n_units) {
    shown /= step;
    i_unit++;
  }
  snprintf(buf, size, "%.*f %s", i_unit == 0 ? 0 : 1, shown, units[i_unit]);
  return buf;
}

char *msw_human_seconds(double seconds, char *buf, size_t size) {
  enum { MINUTE_S = 60, HOUR_S = 3600, DAY_S = 86400 };
  const double longest = 1e15;   /* fits int64_t by far */
  if (!(seconds >= 0.0) || seconds > longest) {
    snprintf(buf, size, "?");
    return buf;
  }
  int64_t whole = llround(seconds);
  if (seconds < 0.9995)
    snprintf(buf, size, "%.0f ms", seconds * 1e3);
  else if (seconds < 9.95)
    snprintf(buf, size, "%.1f s", seconds);
  else if (whole < MINUTE_S)
    snprintf(buf, size, "%" PRId64 " s", whole);
  else if (whole < HOUR_S)
    snprintf(buf, size, "%" PRId64 " min %" PRId64 " s", whole / MINUTE_S, whole % MINUTE_S);
  else if (whole < DAY_S)
    snprintf(buf, size, "%" PRId64 " h %" PRId64 " min", whole / HOUR_S, whole % HOUR_S / MINUTE_S);
  else
    snprintf(buf, size, "%" PRId64 " d %" PRId64 " h", whole / DAY_S, whole % DAY_S / HOUR_S);
  return buf;
}

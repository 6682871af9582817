/* Looking at strings: comparisons, shell patterns, UTF-8. */
#include <fnmatch.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "msw/base/str.h"

bool msw_equal_nocase(const char *a, const char *b) {
  return strcasecmp(a, b) == 0;   /* the C locale is never left: ASCII only */
}

bool msw_starts_with(const char *s, const char *prefix) {
  return strncmp(s, prefix, strlen(prefix)) == 0;
}

bool msw_ends_with(const char *s, const char *suffix) {
  size_t len = strlen(s), suffix_len = strlen(suffix);
  return len >= suffix_len && memcmp(s + len - suffix_len, suffix, suffix_len) == 0;
}

bool msw_has_glob(const char *s) {
  return strpbrk(s, "*?[") != NULL;
}

bool msw_glob_match(const char *pattern, const char *s) {
  return fnmatch(pattern, s, FNM_CASEFOLD) == 0;
}

/* Length of the sequence that `lead` begins, and the least and greatest second byte that Unicode table 3-7 allows there
 * (which shuts out overlong forms, surrogates and code points beyond U+10FFFF); 0 for a byte that begins nothing. */
static size_t sequence_len(uint8_t lead, uint8_t *least, uint8_t *greatest) {
  *least = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  *greatest = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return 2;
  if (lead >= 0xE0 && lead <= 0xEF) return 3;
  if (lead >= 0xF0 && lead <= 0xF4) return 4;
  return 0;
}

bool msw_is_utf8(const char *s, size_t n) {
  size_t at = 0;
  while (at < n) {
    uint8_t least = 0, greatest = 0;
    size_t len = sequence_len((uint8_t)s[at], &least, &greatest);
    if (len == 0 || len > n - at) return false;
    for (size_t i_byte = 1; i_byte < len; i_byte++) {
      uint8_t byte = (uint8_t)s[at + i_byte];
      if (byte < least || byte > greatest) return false;
      least = 0x80;
      greatest = 0xBF;
    }
    at += len;
  }
  return true;
}

/* Strict number parsing and checked arithmetic. Locale-independent: the C locale is never left. */
#ifndef MSW_BASE_NUM_H
#define MSW_BASE_NUM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whole-string parses: leading or trailing characters, overflow, NaN and infinity make them return false, and so do a
 * '+', hex, and a '.' without a digit on each side. *out is then untouched. */
bool msw_parse_double(const char *s, double *out);          /* decimal or exponent form; finite only */
bool msw_parse_int(const char *s, int64_t *out);            /* decimal digits with optional '-' */

/* Number with an optional suffix: k M G T (powers of 1000), Ki Mi Gi Ti (powers of 1024), e.g. "128Ki", "1.5k".
 * Reads a prefix of `s` and returns the number of characters used, 0 when there is no finite number. */
size_t msw_scan_suffixed(const char *s, double *out);
bool   msw_parse_suffixed(const char *s, double *out);      /* the whole string */
/* "200GiB", "1.5 GB", "4096", "64Mi", "10k", "0.5 kB": the suffixes above, blanks before and a B behind them. Fractions
 * of a byte are rounded where there is a suffix and refused where there is none; so is 2^64 and more. */
bool   msw_parse_bytes(const char *s, uint64_t *out);

/* Neither less nor greater: exactly equal. NaN is never to be asked about. */
static inline bool msw_same_number(double a, double b) { return !(a < b) && !(a > b); }
int msw_compare_numbers(const void *a, const void *b);      /* for qsort and bsearch of doubles: ascending */

bool msw_is_integral(double v);                             /* finite, no fraction, |v| <= 2^53 */
bool msw_mul_u64(uint64_t a, uint64_t b, uint64_t *out);    /* false on overflow */
bool msw_add_u64(uint64_t a, uint64_t b, uint64_t *out);

/* "1234567" -> "1 234 567" style for people; writes at most size bytes; returns buf. */
char *msw_human_count(uint64_t n, char *buf, size_t size);
/* 1536 -> "1.5 KiB"; binary units. */
char *msw_human_bytes(double bytes, char *buf, size_t size);
/* 75 -> "1 min 15 s" */
char *msw_human_seconds(double seconds, char *buf, size_t size);

#endif

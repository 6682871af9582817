/* Numbers as text: canonical output, limits in messages, integers however they are written. */
#ifndef MSW_FORMATS_NUMBER_WORDS_H
#define MSW_FORMATS_NUMBER_WORDS_H

#include <stdint.h>

#include "msw/base/mem.h"

enum { MSW_NUMBER_TEXT_SIZE = 32 };

/* The shortest of %.15g, %.16g, %.17g that reads back the same; integers up to 2^53 without exponent. Returns buf. */
char *msw_number_text(double value, char buf[MSW_NUMBER_TEXT_SIZE]);

/* "at least 1 and at most 4096", "greater than 0"; "" when nothing limits. Infinite or +-DBL_MAX bounds do not limit; a
 * `min` in (0, DBL_MIN] means greater than 0. In the arena. */
const char *msw_limits_in_words(msw_arena *arena, double min, double max);
/* The same as " >= 1 and <= 4096", " > 0", "". */
const char *msw_limits_in_signs(msw_arena *arena, double min, double max);
/* Bounds of an integer as such doubles: INT64_MIN and INT64_MAX do not limit. */
double msw_int_min_limit(int64_t min);
double msw_int_max_limit(int64_t max);

typedef enum { MSW_INTEGER, MSW_NOT_INTEGER, MSW_INTEGER_TOO_LARGE } msw_integer_kind;
/* Reads a number exactly: "8", "8.0", "1e13" and "1.5e3" are integers; "1.5" and what is no number (num.h) are not. */
msw_integer_kind msw_read_integer(const char *literal, int64_t *out);

#endif

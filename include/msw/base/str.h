/* Strings: arena copies, a growing buffer, comparisons that the input layer needs. All text is UTF-8. */
#ifndef MSW_BASE_STR_H
#define MSW_BASE_STR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "msw/base/mem.h"

char *msw_strdup(msw_arena *arena, const char *s);
char *msw_strndup(msw_arena *arena, const char *s, size_t n);
char *msw_format(msw_arena *arena, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
char *msw_vformat(msw_arena *arena, const char *fmt, va_list args) __attribute__((format(printf, 2, 0)));

/* Growing NUL-terminated buffer on the heap. Zero-initialise with {0}; `text` may be NULL while empty. */
typedef struct { char *text; size_t len, cap; } msw_buf;

void msw_buf_add(msw_buf *buf, const char *s);
void msw_buf_add_n(msw_buf *buf, const char *s, size_t n);
void msw_buf_printf(msw_buf *buf, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void msw_buf_vprintf(msw_buf *buf, const char *fmt, va_list args) __attribute__((format(printf, 2, 0)));
void msw_buf_free(msw_buf *buf);

bool msw_equal_nocase(const char *a, const char *b);        /* ASCII case folded */
bool msw_starts_with(const char *s, const char *prefix);
bool msw_ends_with(const char *s, const char *suffix);
bool msw_has_glob(const char *s);                           /* contains * ? or [ */
bool msw_glob_match(const char *pattern, const char *s);    /* shell pattern, ASCII case folded */
bool msw_is_utf8(const char *s, size_t n);

/* The candidate nearest to `word`, or NULL when none is near, case ignored. Nearest is the shortest one that begins
 * with the whole word (3 characters at least), else the least edit distance (Damerau-Levenshtein) that is <= 1 + len/3
 * and leaves something of the word. `candidates` has `n` entries; ties go to the first. */
const char *msw_nearest(const char *word, const char *const *candidates, size_t n);

#endif

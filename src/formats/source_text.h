/* Text that a user wrote: where a byte of it is, whether it is clean, how to show a piece of it in a message. */
#ifndef MSW_FORMATS_SOURCE_TEXT_H
#define MSW_FORMATS_SOURCE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "msw/base/diag.h"
#include "msw/base/mem.h"

/* Line and column (1-based, in bytes) of an offset. Walks the text: for errors only. */
msw_loc msw_text_loc(const char *file, const char *text, size_t offset);

/* Length of the UTF-8 byte order mark at the start, 0 or 3. */
size_t msw_text_bom(const char *text, size_t len);
/* Offset of the first byte that is not well-formed UTF-8; `len` when all are. */
size_t msw_text_bad_utf8(const char *text, size_t len);
/* For text behind its byte order mark. UTF-16, a second mark and bytes that are not UTF-8 are one error and false. */
bool msw_text_check_utf8(const char *text, size_t len, const char *file, msw_diag *diag);

/* A piece of text in double quotes for a message: control characters escaped, long ones cut. In the arena. */
char *msw_text_quote(msw_arena *arena, const char *s, size_t n);
/* The character at the start of s (n >= 1 bytes left) for a message: '=', '…' (U+2026), byte 0xff. */
char *msw_text_char(msw_arena *arena, const char *s, size_t n);

#endif

/* Makes plain JSON out of JSON with comments and trailing commas, in place: every offset, line and column stays. */
#include <string.h>

#include "json_text.h"
#include "source_text.h"

enum { NO_COMMA = -1 };

static bool is_line_end(char c) { return c == '\n' || c == '\r'; }

/* Blanks to the end of the line; returns the offset of the line end. */
static size_t blank_line_comment(msw_json_source *source, size_t at) {
  for (; at < source->len && !is_line_end(source->text[at]); at++) source->text[at] = ' ';
  return at;
}

/* Blanks up to and including the closing mark and returns the offset behind it; without one blanks the rest, *open. */
static size_t blank_block_comment(msw_json_source *source, size_t at, bool *open) {
  const char *close = memmem(source->text + at + 2, source->len - at - 2, "*/", 2);
  size_t end = close ? (size_t)(close - source->text) + 2 : source->len;
  *open = !close;
  for (; at < end; at++)
    if (!is_line_end(source->text[at])) source->text[at] = ' ';
  return end;
}

/* The comment at `at`, when there is one, is blanked. Returns the offset behind it, or `at`. */
static size_t blank_comment(msw_json_source *source, size_t at, bool *open) {
  const char *s = source->text + at;
  size_t left = source->len - at;
  if (s[0] == '#' || (left >= 2 && memcmp(s, "//", 2) == 0)) return blank_line_comment(source, at);
  if (left < 2 || memcmp(s, "/*", 2) != 0) return at;
  msw_loc loc = msw_text_loc(source->file, source->text, at);
  size_t end = blank_block_comment(source, at, open);
  if (*open) msw_json_fault(source, loc, "close it with */", "this comment is never closed");
  return end;
}

/* Whether a comma may follow, and so may be a trailing one: [,] and {"a":,} stay errors. `last` is NUL at the start. */
static bool ends_value(char last) { return last != '\0' && !strchr(",[{:", last); }

bool msw_json_blank(msw_json_source *source) {
  char last = '\0';                /* last character that is neither blank nor comment */
  ptrdiff_t comma = NO_COMMA;      /* offset of a comma behind a value, with nothing after it so far */
  bool open = false;
  for (size_t at = 0; at < source->len && !open;) {
    size_t behind_comment = blank_comment(source, at, &open);
    char c = source->text[at];
    if (behind_comment > at || (unsigned char)c <= ' ') {
      at = behind_comment > at ? behind_comment : at + 1;
      continue;
    }
    bool closed = false;
    size_t next = c == '"' ? msw_json_string_end(source->text, source->len, at, &closed) : at + 1;
    if ((c == ']' || c == '}') && comma != NO_COMMA) source->text[comma] = ' ';
    comma = c == ',' && ends_value(last) ? (ptrdiff_t)at : NO_COMMA;
    last = c;
    at = next;
  }
  return !open;
}

/* What JSON and CSV share about the text they are read from: positions, UTF-8, pieces of it for messages. */
#include "source_text.h"

#include <stdint.h>
#include <string.h>

#include "msw/base/str.h"

enum { SHOWN_BYTES = 40, ASCII_END = 0x80, FIRST_PRINTABLE = 0x20, DELETE = 0x7f };

msw_loc msw_text_loc(const char *file, const char *text, size_t offset) {
  int line = 1;
  size_t line_start = 0;
  for (size_t at = 0; at < offset; at++) {
    if (text[at] != '\n') continue;
    line++;
    line_start = at + 1;
  }
  return (msw_loc){file, line, (int)(offset - line_start) + 1};
}

size_t msw_text_bom(const char *text, size_t len) {
  return len >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
}

/* Bytes of the UTF-8 sequence that this first byte announces. */
static size_t sequence_length(unsigned char first) {
  if (first < ASCII_END) return 1;
  if (first < 0xE0) return 2;
  return first < 0xF0 ? 3 : 4;
}

size_t msw_text_bad_utf8(const char *text, size_t len) {
  if (msw_is_utf8(text, len)) return len;
  for (size_t at = 0; at < len;) {
    size_t n = sequence_length((unsigned char)text[at]);
    if (n > len - at || !msw_is_utf8(text + at, n)) return at;
    at += n;
  }
  return len;
}

bool msw_text_check_utf8(const char *text, size_t len, const char *file, msw_diag *diag) {
  if (len >= 2 && (memcmp(text, "\xFF\xFE", 2) == 0 || memcmp(text, "\xFE\xFF", 2) == 0)) {
    msw_error(diag, (msw_loc){file, 1, 1}, NULL, "save it as UTF-8", "the file is UTF-16, expected UTF-8");
    return false;
  }
  if (msw_text_bom(text, len) > 0) {
    msw_error(diag, (msw_loc){file, 1, 1}, NULL, "remove it", "found a second byte order mark");
    return false;
  }
  size_t bad = msw_text_bad_utf8(text, len);
  if (bad == len) return true;
  msw_error(diag, msw_text_loc(file, text, bad), NULL, "save the file as UTF-8",
            "expected UTF-8 text, found byte 0x%02x", (unsigned)(unsigned char)text[bad]);
  return false;
}

static void add_shown(msw_buf *buf, unsigned char c) {
  if (c < FIRST_PRINTABLE || c == DELETE)
    msw_buf_printf(buf, "\\u%04x", (unsigned)c);
  else
    msw_buf_add_n(buf, (const char[]){(char)c}, 1);
}

char *msw_text_quote(msw_arena *arena, const char *s, size_t n) {
  size_t shown = n;
  if (shown > SHOWN_BYTES) {
    shown = SHOWN_BYTES;
    while (shown > 0 && ((unsigned char)s[shown] & 0xC0) == ASCII_END) shown--;   /* never cut inside a character */
  }
  msw_buf buf = {0};
  msw_buf_add(&buf, "\"");
  for (size_t i = 0; i < shown; i++) add_shown(&buf, (unsigned char)s[i]);
  msw_buf_add(&buf, shown < n ? "…\"" : "\"");
  char *text = msw_strndup(arena, buf.text, buf.len);
  msw_buf_free(&buf);
  return text;
}

/* Code point of a well-formed sequence of n >= 2 bytes. */
static uint32_t code_point(const char *s, size_t n) {
  uint32_t code = (unsigned char)s[0] & (0xFFu >> (n + 1));
  for (size_t i = 1; i < n; i++) code = (code << 6) | ((unsigned char)s[i] & 0x3Fu);
  return code;
}

char *msw_text_char(msw_arena *arena, const char *s, size_t n) {
  unsigned char first = (unsigned char)s[0];
  size_t bytes = sequence_length(first);
  if (bytes > n || !msw_is_utf8(s, bytes)) return msw_format(arena, "byte 0x%02x", (unsigned)first);
  if (bytes > 1) return msw_format(arena, "'%.*s' (U+%04X)", (int)bytes, s, code_point(s, bytes));
  if (first < FIRST_PRINTABLE || first == DELETE) return msw_format(arena, "control character U+%04X", (unsigned)first);
  return msw_format(arena, "'%c'", first);
}

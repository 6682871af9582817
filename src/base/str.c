/* Making strings: copies in an arena, formatting, and the growing buffer. */
#include "msw/base/str.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *msw_strndup(msw_arena *arena, const char *s, size_t n) {
  size_t len = strnlen(s, n);
  char *copy = msw_arena_alloc(arena, len + 1);   /* zeroed: the NUL is there */
  memcpy(copy, s, len);
  return copy;
}

char *msw_strdup(msw_arena *arena, const char *s) {
  return msw_strndup(arena, s, strlen(s));
}

/* Length of the formatted text; 0 where the C library refuses the format (it cannot with the formats that we write). */
__attribute__((format(printf, 1, 0))) static size_t formatted_len(const char *fmt, va_list args) {
  va_list again;
  va_copy(again, args);
  int len = vsnprintf(NULL, 0, fmt, again);
  va_end(again);
  return len > 0 ? (size_t)len : 0;
}

char *msw_vformat(msw_arena *arena, const char *fmt, va_list args) {
  size_t len = formatted_len(fmt, args);
  char *text = msw_arena_alloc(arena, len + 1);
  vsnprintf(text, len + 1, fmt, args);
  return text;
}

char *msw_format(msw_arena *arena, const char *fmt, ...) {
  va_list args;
  va_start(args, fmt);
  char *text = msw_vformat(arena, fmt, args);
  va_end(args);
  return text;
}

/* Makes room for `n` more bytes and the NUL. */
static void reserve(msw_buf *buf, size_t n) {
  if (n > SIZE_MAX - buf->len - 1) msw_out_of_memory(n);
  buf->text = msw_grow(buf->text, &buf->cap, buf->len + n + 1, 1);
}

void msw_buf_add_n(msw_buf *buf, const char *s, size_t n) {
  reserve(buf, n);
  if (n > 0) memcpy(buf->text + buf->len, s, n);
  buf->len += n;
  buf->text[buf->len] = '\0';
}

void msw_buf_add(msw_buf *buf, const char *s) {
  msw_buf_add_n(buf, s, strlen(s));
}

void msw_buf_vprintf(msw_buf *buf, const char *fmt, va_list args) {
  size_t len = formatted_len(fmt, args);
  reserve(buf, len);
  vsnprintf(buf->text + buf->len, len + 1, fmt, args);
  buf->len += len;
}

void msw_buf_printf(msw_buf *buf, const char *fmt, ...) {
  va_list args;
  va_start(args, fmt);
  msw_buf_vprintf(buf, fmt, args);
  va_end(args);
}

void msw_buf_free(msw_buf *buf) {
  free(buf->text);
  *buf = (msw_buf){0};
}

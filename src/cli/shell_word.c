/* Quoting for a shell. */
#include "shell_word.h"

#include <string.h>

#include "msw/base/str.h"

const char *msw_shell_word(const char *text, msw_arena *arena) {
  static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./=:,+";
  if (text[0] && text[strspn(text, plain)] == '\0') return text;
  msw_buf out = {0};
  msw_buf_add(&out, "'");
  for (const char *at = text; *at; at++) {
    if (*at == '\'') msw_buf_add(&out, "'\\''");
    else msw_buf_add_n(&out, at, 1);
  }
  msw_buf_add(&out, "'");
  const char *copy = msw_strdup(arena, out.text);
  msw_buf_free(&out);
  return copy;
}

/* Finds what cJSON accepts though JSON does not: odd numbers, control characters, bad UTF-8, \u0000, deep nesting. */
#include <ctype.h>
#include <string.h>

#include "json_text.h"
#include "msw/base/num.h"
#include "source_text.h"

enum {
  SPACE = 0x20,
  CJSON_NUMBER_CHARS = 63,       /* cJSON cuts longer literals */
  HEX_DIGITS = 4,
  ESCAPE_CHARS = 6,              /* of a \u escape */
  HIGH_SURROGATE = 0xD800, LOW_SURROGATE = 0xDC00, SURROGATE_END = 0xE000
};

static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

bool msw_json_check_bytes(msw_json_source *source) {
  bool sound = msw_text_check_utf8(source->text, source->len, source->file, source->diag);
  if (!sound) source->n_errors++;
  for (size_t at = 0; at < source->len; at++) {
    unsigned char c = (unsigned char)source->text[at];
    if (c >= SPACE || is_blank((char)c)) continue;
    msw_loc loc = msw_text_loc(source->file, source->text, at);
    if (!msw_json_fault(source, loc, NULL, "control character U+%04X is not allowed here", (unsigned)c)) return false;
  }
  return sound;
}

/* ---- Numbers */

static size_t skip_digits(const char *s, size_t at, size_t n) {
  while (at < n && isdigit((unsigned char)s[at])) at++;
  return at;
}

/* What is wrong with the grammar of a number, or NULL: -?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)? */
static const char *grammar_fault(const char *s, size_t n) {
  if (s[0] == '+') return "must not begin with '+'";
  size_t start = s[0] == '-' ? 1 : 0;
  size_t at = skip_digits(s, start, n);
  if (at == start) return start < n && s[start] == '.' ? "needs a digit before the point" : "is not a number";
  if (at - start > 1 && s[start] == '0') return "must not begin with 0";
  if (at < n && s[at] == '.') {
    size_t decimals = skip_digits(s, at + 1, n);
    if (decimals == at + 1) return "needs a digit after the point";
    at = decimals;
  }
  if (at < n && (s[at] == 'e' || s[at] == 'E')) {
    size_t sign = at + 1 < n && (s[at + 1] == '+' || s[at + 1] == '-') ? 1 : 0;
    size_t exponent = skip_digits(s, at + 1 + sign, n);
    if (exponent == at + 1 + sign) return "needs digits in its exponent";
    at = exponent;
  }
  return at == n ? NULL : "is not a number";
}

const char *msw_json_number_fault(const char *s, size_t n) {
  const char *fault = grammar_fault(s, n);
  if (fault) return fault;
  if (n > CJSON_NUMBER_CHARS) return "is longer than 63 characters";
  msw_arena scratch = {0};
  double value;
  bool is_in_range = msw_parse_double(msw_strndup(&scratch, s, n), &value);
  msw_arena_free(&scratch);
  return is_in_range ? NULL : "is out of range";
}

static bool check_number(msw_json_source *source, const msw_json_token *token) {
  const char *s = source->text + token->start;
  size_t n = token->end - token->start;
  const char *fault = msw_json_number_fault(s, n);
  bool is_text = fault && strcmp(fault, "is not a number") == 0;
  msw_arena scratch = {0};
  bool go_on = true;
  if (fault) {
    const char *shown = msw_text_quote(&scratch, s, n);
    const char *hint = is_text ? msw_format(&scratch, "text needs double quotes: %s", shown) : NULL;
    go_on = msw_json_fault(source, token->loc, hint, "%s%s %s", is_text ? "" : "number ", shown, fault);
  }
  msw_arena_free(&scratch);
  return go_on;
}

/* ---- Strings */

/* Value of the four hex digits at s, or -1. */
static int hex4(const char *s, size_t left) {
  if (left < HEX_DIGITS) return -1;
  int value = 0;
  for (size_t i_digit = 0; i_digit < HEX_DIGITS; i_digit++) {
    unsigned char c = (unsigned char)s[i_digit];
    if (!isxdigit(c)) return -1;
    value = value * 16 + (isdigit(c) ? c - '0' : tolower(c) - 'a' + 10);
  }
  return value;
}

static const char *unicode_fault(const char *s, size_t left, size_t *used) {
  int code = hex4(s + 2, left - 2);
  *used = ESCAPE_CHARS;
  if (code < 0) {
    *used = 2;
    return "\\u needs four hexadecimal digits";
  }
  if (code == 0) return "\\u0000 is not allowed in a string";
  if (code < HIGH_SURROGATE || code >= SURROGATE_END) return NULL;
  bool paired = code < LOW_SURROGATE && left >= 2 * ESCAPE_CHARS && memcmp(s + ESCAPE_CHARS, "\\u", 2) == 0;
  int low = paired ? hex4(s + ESCAPE_CHARS + 2, left - ESCAPE_CHARS - 2) : -1;
  if (low < LOW_SURROGATE || low >= SURROGATE_END) return "half of a \\u surrogate pair is missing";
  *used = 2 * ESCAPE_CHARS;
  return NULL;
}

/* What is wrong with the escape at s, of whose string `left` bytes remain, or NULL; *used: bytes of the escape. */
static const char *escape_fault(const char *s, size_t left, size_t *used) {
  *used = 2;
  if (s[1] == 'u') return unicode_fault(s, left, used);
  return s[1] != '\0' && strchr("\"\\/bfnrt", s[1]) ? NULL : "unknown escape in a string";
}

static bool check_string(msw_json_source *source, const msw_json_token *token) {
  for (size_t at = token->start + 1; at + 1 < token->end;) {
    const char *s = source->text + at, *fault = NULL, *hint = NULL;
    size_t used = 1;
    if (*s == '\\') {
      fault = escape_fault(s, token->end - 1 - at, &used);
      hint = "a backslash is written \\\\";
    } else if (*s == '\t' || *s == '\r') {
      fault = "control character in a string";
      hint = *s == '\t' ? "a tab is written \\t" : "a carriage return is written \\r";
    }
    msw_loc loc = {token->loc.file, token->loc.line, token->loc.col + (int)(at - token->start)};
    if (fault && !msw_json_fault(source, loc, hint, "%s", fault)) return false;
    at += used;
  }
  return true;
}

static bool check_closed(msw_json_source *source, const msw_json_token *token) {
  if (token->closed) return true;
  const char *s = source->text + token->start + 1;
  size_t n = token->end - token->start - 1;
  if (n > 0 && s[n - 1] == '\r') n--;
  msw_arena scratch = {0};
  const char *shown = msw_text_quote(&scratch, s, n);
  msw_json_fault(source, token->loc, "close it with a double quote; a line end is written \\n",
                 "this string does not end on its line: %s", shown);
  msw_arena_free(&scratch);
  return false;
}

bool msw_json_check_tokens(msw_json_source *source) {
  msw_json_lexer lexer = msw_json_lexer_of(source);
  int depth = 0;
  bool sound = true, go_on = true;
  for (msw_json_token t = msw_json_next(&lexer); t.kind != MSW_TOKEN_END && go_on; t = msw_json_next(&lexer)) {
    if (t.kind == MSW_TOKEN_NUMBER) go_on = check_number(source, &t);
    if (t.kind == MSW_TOKEN_STRING && !check_closed(source, &t)) sound = false;
    if (t.kind == MSW_TOKEN_STRING && t.closed) go_on = check_string(source, &t);
    if (t.mark == '[' || t.mark == '{') depth++;
    if (t.mark == ']' || t.mark == '}') depth--;
    if (depth > MSW_JSON_MAX_DEPTH) {
      msw_json_fault(source, t.loc, NULL, "nested deeper than %d levels", MSW_JSON_MAX_DEPTH);
      return false;
    }
  }
  return sound && go_on;
}

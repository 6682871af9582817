/* Cuts JSON text into tokens with their line and column. Knows nothing of grammar. */
#include <ctype.h>
#include <string.h>

#include "json_text.h"

enum { SPACE = 0x20 };

size_t msw_json_string_end(const char *text, size_t len, size_t at, bool *closed) {
  *closed = false;
  for (at++; at < len; at++) {
    if (text[at] == '\n') return at;
    if (text[at] == '"') {
      *closed = true;
      return at + 1;
    }
    if (text[at] == '\\' && at + 1 < len && text[at + 1] != '\n') at++;
  }
  return len;
}

msw_json_lexer msw_json_lexer_of(const msw_json_source *source) {
  return (msw_json_lexer){.text = source->text, .len = source->len, .file = source->file, .line = 1};
}

static void skip_blanks(msw_json_lexer *lexer) {
  for (; lexer->at < lexer->len && (unsigned char)lexer->text[lexer->at] <= SPACE; lexer->at++) {
    if (lexer->text[lexer->at] != '\n') continue;
    lexer->line++;
    lexer->line_start = lexer->at + 1;
  }
}

static bool begins_number(char c) { return isdigit((unsigned char)c) || c == '-' || c == '+' || c == '.'; }
static bool begins_word(char c) { return isalpha((unsigned char)c) || c == '_' || c == '$'; }
static bool continues(char c) { return begins_number(c) || begins_word(c); }

static msw_json_token_kind kind_of(char c) {
  if (strchr("{}[]:,", c)) return MSW_TOKEN_MARK;
  if (c == '"') return MSW_TOKEN_STRING;
  if (begins_number(c)) return MSW_TOKEN_NUMBER;
  return begins_word(c) ? MSW_TOKEN_WORD : MSW_TOKEN_OTHER;
}

/* Behind a number or word, which lasts as long as such characters do: 1.5x is one wrong number, not two tokens. */
static size_t run_end(const msw_json_lexer *lexer) {
  size_t at = lexer->at + 1;
  while (at < lexer->len && continues(lexer->text[at])) at++;
  return at;
}

msw_json_token msw_json_next(msw_json_lexer *lexer) {
  skip_blanks(lexer);
  msw_json_token token = {.start = lexer->at, .end = lexer->at};
  token.loc = (msw_loc){lexer->file, lexer->line, (int)(lexer->at - lexer->line_start) + 1};
  if (lexer->at == lexer->len) return token;
  char first = lexer->text[lexer->at];
  token.kind = kind_of(first);
  token.end = lexer->at + 1;
  if (token.kind == MSW_TOKEN_MARK) token.mark = first;
  if (token.kind == MSW_TOKEN_STRING)
    token.end = msw_json_string_end(lexer->text, lexer->len, lexer->at, &token.closed);
  if (token.kind == MSW_TOKEN_NUMBER || token.kind == MSW_TOKEN_WORD) token.end = run_end(lexer);
  lexer->at = token.end;
  return token;
}

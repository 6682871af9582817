/* Tokens of an expression. Each has its place in the text, so that messages can point at it. */
#include "expr_parts.h"

#include <string.h>

#include "msw/base/num.h"

/* Longer spellings first. The bad ones are what people write who come from other languages. */
typedef struct { const char *text; msw_token_kind kind; const char *hint; } sign_facts;
static const sign_facts SIGNS[] = {
  {"===", MSW_TOKEN_BAD, "write =="},      {"||", MSW_TOKEN_OR, NULL},
  {"&&", MSW_TOKEN_AND, NULL},             {"==", MSW_TOKEN_EQUAL, NULL},
  {"!=", MSW_TOKEN_UNEQUAL, NULL},         {"<=", MSW_TOKEN_LESS_EQUAL, NULL},
  {">=", MSW_TOKEN_GREATER_EQUAL, NULL},   {"**", MSW_TOKEN_BAD, "write ^"},
  {"//", MSW_TOKEN_BAD, "write floor(a / b)"}, {"<>", MSW_TOKEN_BAD, "write !="},
  {"=", MSW_TOKEN_BAD, "write =="},        {"&", MSW_TOKEN_BAD, "write &&"},
  {"|", MSW_TOKEN_BAD, "write ||"},        {"<", MSW_TOKEN_LESS, NULL},
  {">", MSW_TOKEN_GREATER, NULL},          {"+", MSW_TOKEN_PLUS, NULL},
  {"-", MSW_TOKEN_MINUS, NULL},            {"*", MSW_TOKEN_TIMES, NULL},
  {"/", MSW_TOKEN_OVER, NULL},             {"%", MSW_TOKEN_MODULO, NULL},
  {"^", MSW_TOKEN_POWER, NULL},            {"!", MSW_TOKEN_NOT, NULL},
  {"?", MSW_TOKEN_QUESTION, NULL},         {":", MSW_TOKEN_COLON, NULL},
  {",", MSW_TOKEN_COMMA, NULL},            {"(", MSW_TOKEN_OPEN, NULL},
  {")", MSW_TOKEN_CLOSE, NULL},            {"[", MSW_TOKEN_OPEN_LIST, NULL},
  {"]", MSW_TOKEN_CLOSE_LIST, NULL},
};
enum { N_SIGNS = sizeof SIGNS / sizeof *SIGNS };

static const char LETTERS[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_";
static const char NAME_CHARS[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789.";

static bool is_one_of(char c, const char *set) { return c && strchr(set, c); }

/* Words that are operators elsewhere; the one that is an operator here. */
static msw_token word(msw_token token, const char *start) {
  static const sign_facts FOREIGN[] = {
    {"and", MSW_TOKEN_BAD, "write &&"}, {"or", MSW_TOKEN_BAD, "write ||"}, {"not", MSW_TOKEN_BAD, "write !"}};
  token.kind = token.len == 2 && strncmp(start, "in", 2) == 0 ? MSW_TOKEN_IN : MSW_TOKEN_NAME;
  for (size_t i = 0; i < sizeof FOREIGN / sizeof *FOREIGN; i++)
    if (token.len == strlen(FOREIGN[i].text) && strncmp(start, FOREIGN[i].text, token.len) == 0) {
      token.kind = FOREIGN[i].kind;
      token.hint = FOREIGN[i].hint;
    }
  return token;
}

static msw_token number(msw_token token, const char *start) {
  token.kind = MSW_TOKEN_NUMBER;
  token.len = msw_scan_suffixed(start, &token.number);
  if (token.len > 0 && !is_one_of(start[token.len], NAME_CHARS)) return token;
  token.kind = MSW_TOKEN_BAD;
  token.len = strspn(start, NAME_CHARS);
  token.hint = "suffixes are k M G T and Ki Mi Gi Ti";
  return token;
}

static msw_token quoted(msw_token token, const char *start) {
  const char *end = strchr(start + 1, *start);
  token.kind = end ? MSW_TOKEN_TEXT : MSW_TOKEN_BAD;
  token.len = end ? (size_t)(end + 1 - start) : strlen(start);
  if (!end) token.fault = "a text without its closing quote";
  return token;
}

static msw_token sign(msw_token token, const char *start) {
  for (size_t i = 0; i < N_SIGNS; i++)
    if (strncmp(start, SIGNS[i].text, strlen(SIGNS[i].text)) == 0) {
      token.kind = SIGNS[i].kind;
      token.len = strlen(SIGNS[i].text);
      token.hint = SIGNS[i].hint;
      return token;
    }
  token.kind = MSW_TOKEN_BAD;
  token.len = 1;
  while ((start[token.len] & 0xC0) == 0x80) token.len++;   /* the rest of a UTF-8 character */
  return token;
}

msw_token msw_token_next(const char *text, size_t offset) {
  const size_t at = offset + strspn(text + offset, " \t\r\n");
  const char *start = text + at;
  const msw_token token = {.kind = MSW_TOKEN_END, .at = at};
  if (!*start) return token;
  if (is_one_of(*start, LETTERS)) {
    msw_token name = token;
    name.len = strspn(start, NAME_CHARS);
    return word(name, start);
  }
  if (is_one_of(*start, "0123456789.")) return number(token, start);
  if (*start == '"' || *start == '\'') return quoted(token, start);
  return sign(token, start);
}

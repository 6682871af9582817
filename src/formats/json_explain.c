/* Says what is wrong with a document that cJSON refused: runs JSON's grammar over the tokens up to the first misfit. */
#include <string.h>

#include "json_text.h"
#include "msw/base/str.h"
#include "source_text.h"

typedef enum {
  EXPECT_VALUE,
  EXPECT_VALUE_OR_END,   /* behind [ */
  EXPECT_KEY,            /* behind a comma */
  EXPECT_KEY_OR_END,     /* behind { */
  EXPECT_COLON,
  EXPECT_COMMA_OR_END,
  EXPECT_NOTHING         /* behind the root value */
} expectation;

typedef struct {
  const msw_json_source *source;
  expectation expect;
  msw_json_token open[MSW_JSON_MAX_DEPTH];   /* brackets not closed yet; msw_json_check_tokens has limited the depth */
  size_t depth;
  msw_arena scratch;
} grammar;

static bool in_object(const grammar *g) { return g->depth > 0 && g->open[g->depth - 1].mark == '{'; }
static char closing_mark(const grammar *g) { return g->depth == 0 ? '\0' : in_object(g) ? '}' : ']'; }

static const char *shown(grammar *g, const msw_json_token *token) {
  return msw_text_quote(&g->scratch, g->source->text + token->start, token->end - token->start);
}

static bool is_word(const grammar *g, const msw_json_token *token, const char *word) {
  size_t n = token->end - token->start;
  return strlen(word) == n && memcmp(g->source->text + token->start, word, n) == 0;
}

/* ---- Grammar: each returns false when the token does not fit. */

static bool value_ended(grammar *g) {
  g->expect = g->depth == 0 ? EXPECT_NOTHING : EXPECT_COMMA_OR_END;
  return true;
}

static bool accept_close(grammar *g) {
  g->depth--;
  return value_ended(g);
}

static bool accept_value(grammar *g, const msw_json_token *token) {
  if (token->mark == '{' || token->mark == '[') {
    g->open[g->depth++] = *token;
    g->expect = token->mark == '{' ? EXPECT_KEY_OR_END : EXPECT_VALUE_OR_END;
    return true;
  }
  bool is_literal = is_word(g, token, "true") || is_word(g, token, "false") || is_word(g, token, "null");
  if (token->kind != MSW_TOKEN_STRING && token->kind != MSW_TOKEN_NUMBER && !is_literal) return false;
  return value_ended(g);
}

static bool accept_key(grammar *g, const msw_json_token *token) {
  g->expect = EXPECT_COLON;
  return token->kind == MSW_TOKEN_STRING;
}

static bool accept_comma(grammar *g, const msw_json_token *token) {
  g->expect = in_object(g) ? EXPECT_KEY : EXPECT_VALUE;
  return token->mark == ',';
}

static bool accept(grammar *g, const msw_json_token *token) {
  bool closes = token->mark != '\0' && token->mark == closing_mark(g);
  switch (g->expect) {
    case EXPECT_VALUE: return accept_value(g, token);
    case EXPECT_VALUE_OR_END: return closes ? accept_close(g) : accept_value(g, token);
    case EXPECT_KEY: return accept_key(g, token);
    case EXPECT_KEY_OR_END: return closes ? accept_close(g) : accept_key(g, token);
    case EXPECT_COLON: g->expect = EXPECT_VALUE; return token->mark == ':';
    case EXPECT_COMMA_OR_END: return closes ? accept_close(g) : accept_comma(g, token);
    case EXPECT_NOTHING: return token->kind == MSW_TOKEN_END;
  }
  return false;
}

/* ---- Words for people */

static const char *expected_text(const grammar *g, expectation expect) {
  switch (expect) {
    case EXPECT_VALUE: return "a value";
    case EXPECT_VALUE_OR_END: return "a value or ']'";
    case EXPECT_KEY: return "a key in double quotes";
    case EXPECT_KEY_OR_END: return "a key in double quotes or '}'";
    case EXPECT_COLON: return "':' after the key";
    case EXPECT_COMMA_OR_END: return in_object(g) ? "',' or '}'" : "',' or ']'";
    case EXPECT_NOTHING: return "nothing after the document";
  }
  return "";
}

static const char *found_text(grammar *g, const msw_json_token *token) {
  switch (token->kind) {
    case MSW_TOKEN_END: return "the end of the document";
    case MSW_TOKEN_MARK: return msw_format(&g->scratch, "'%c'", token->mark);
    case MSW_TOKEN_STRING:
      return msw_format(&g->scratch, "string %s",
                        msw_text_quote(&g->scratch, g->source->text + token->start + 1, token->end - token->start - 2));
    case MSW_TOKEN_NUMBER: return msw_format(&g->scratch, "number %s", shown(g, token));
    case MSW_TOKEN_WORD: return msw_format(&g->scratch, "word %s", shown(g, token));
    case MSW_TOKEN_OTHER:
      return msw_text_char(&g->scratch, g->source->text + token->start, g->source->len - token->start);
  }
  return "";
}

static const char *word_hint(grammar *g, const msw_json_token *token) {
  static const char *const literals[] = {"true", "false", "null"};
  const char *word = msw_strndup(&g->scratch, g->source->text + token->start, token->end - token->start);
  if (msw_equal_nocase(word, "nan") || msw_starts_with(word, "inf") || msw_starts_with(word, "Inf"))
    return "JSON has no NaN and no infinity";
  const char *nearest = msw_equal_nocase(word, "none") || msw_equal_nocase(word, "nil")
                            ? "null" : msw_nearest(word, literals, sizeof literals / sizeof *literals);
  if (nearest) return msw_did_you_mean(g->source->diag, nearest);
  return msw_format(&g->scratch, "text needs double quotes: %s", shown(g, token));
}

static const char *open_hint(grammar *g) {
  if (g->depth == 0) return NULL;
  const msw_json_token *open = &g->open[g->depth - 1];
  return msw_format(&g->scratch, "the %s that begins at %d:%d is not closed", in_object(g) ? "object" : "array",
                    open->loc.line, open->loc.col);
}

/* Quotes of other languages and of word processors. */
static bool is_other_quote(const char *s) {
  static const char *const quotes[] = {"'", "`", "‘", "’", "“", "”", "„", "«", "»"};
  for (size_t i_quote = 0; i_quote < sizeof quotes / sizeof *quotes; i_quote++)
    if (msw_starts_with(s, quotes[i_quote])) return true;
  return false;
}

static const char *hint_for(grammar *g, expectation expect, const msw_json_token *token) {
  bool wants_key = expect == EXPECT_KEY || expect == EXPECT_KEY_OR_END;
  bool wants_value = expect == EXPECT_VALUE || expect == EXPECT_VALUE_OR_END;
  bool is_bare = token->kind == MSW_TOKEN_WORD || token->kind == MSW_TOKEN_NUMBER;
  bool starts_item = is_bare || token->kind == MSW_TOKEN_STRING || token->mark == '{' || token->mark == '[';
  if (token->kind == MSW_TOKEN_END) return open_hint(g);
  if (token->kind == MSW_TOKEN_OTHER)
    return is_other_quote(g->source->text + token->start) ? "strings take double quotes" : NULL;
  if (wants_key && is_bare) return msw_format(&g->scratch, "write %s", shown(g, token));
  if (wants_value && token->kind == MSW_TOKEN_WORD) return word_hint(g, token);
  if ((wants_value || wants_key) && token->mark == ',') return "is there a comma too many?";
  if (expect == EXPECT_COMMA_OR_END && token->mark == ':') return "a text with ':' needs double quotes";
  if (expect == EXPECT_COMMA_OR_END && starts_item) return "is a comma missing before it?";
  if (expect == EXPECT_COMMA_OR_END && (token->mark == ']' || token->mark == '}')) return open_hint(g);
  return NULL;
}

static void report(grammar *g, msw_json_source *source, expectation expect, const msw_json_token *token) {
  const char *hint = hint_for(g, expect, token);
  if (token->kind == MSW_TOKEN_END && g->depth == 0)
    msw_json_fault(source, token->loc, hint, "expected a JSON value, found an empty document");
  else
    msw_json_fault(source, token->loc, hint, "expected %s, found %s", expected_text(g, expect), found_text(g, token));
}

void msw_json_explain(msw_json_source *source, size_t stop) {
  grammar g = {.source = source};
  msw_json_lexer lexer = msw_json_lexer_of(source);
  msw_json_token token;
  bool fits;
  do {
    token = msw_json_next(&lexer);
    expectation expect = g.expect;
    fits = accept(&g, &token);
    if (!fits) report(&g, source, expect, &token);
  } while (fits && token.kind != MSW_TOKEN_END);
  if (fits && source->n_errors == 0)   /* not known to happen: cJSON refuses what the grammar allows */
    msw_json_fault(source, msw_text_loc(source->file, source->text, stop), NULL, "this is not valid JSON");
  msw_arena_free(&g.scratch);
}

/* The stages of reading JSON text, in order: blank, check, cJSON, then build on success or explain on failure. */
#ifndef MSW_FORMATS_JSON_TEXT_H
#define MSW_FORMATS_JSON_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "msw/base/diag.h"
#include "msw/formats/json.h"

enum { MSW_JSON_MAX_BYTES = 64 << 20, MSW_JSON_MAX_DEPTH = 64, MSW_JSON_MAX_ERRORS = 20 };

/* The document being read: a private copy without BOM, NUL-terminated. Blanking moves nothing. */
typedef struct {
  char *text;
  size_t len;
  const char *file;
  msw_diag *diag;
  size_t n_errors;   /* found in this document */
} msw_json_source;

/* The copy, in the arena. False and an error when the text is too large. */
bool msw_json_source_of(const char *text, size_t len, const char *file, msw_arena *arena, msw_diag *diag,
                        msw_json_source *source);

/* Adds an error of the document at `loc`. Returns false once MSW_JSON_MAX_ERRORS are reached: stop looking for more. */
bool msw_json_fault(msw_json_source *source, msw_loc loc, const char *hint, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

/* ---- Tokens. Bytes up to 0x20 separate them, as for cJSON. */
typedef enum {
  MSW_TOKEN_END,
  MSW_TOKEN_MARK,      /* { } [ ] : , */
  MSW_TOKEN_STRING,    /* with its quotes; not closed: up to the end of its line */
  MSW_TOKEN_NUMBER,    /* begins like a number; may be none */
  MSW_TOKEN_WORD,      /* true, false, null or any other bare word */
  MSW_TOKEN_OTHER      /* a single byte that begins nothing */
} msw_json_token_kind;

typedef struct {
  msw_json_token_kind kind;
  size_t start, end;   /* offsets */
  msw_loc loc;
  char mark;           /* of a MARK, else NUL */
  bool closed;         /* of a STRING */
} msw_json_token;

typedef struct {
  const char *text;
  size_t len, at, line_start;
  const char *file;
  int line;
} msw_json_lexer;

msw_json_lexer msw_json_lexer_of(const msw_json_source *source);
msw_json_token msw_json_next(msw_json_lexer *lexer);
/* Offset behind the string that starts at `at`: behind its closing quote, else at the line's or text's end. */
size_t msw_json_string_end(const char *text, size_t len, size_t at, bool *closed);

/* ---- Stages. Each adds its errors to the diag. */
/* Overwrites comments and trailing commas with spaces, keeping line ends. False when a comment is never closed. */
bool msw_json_blank(msw_json_source *source);
/* What cJSON would let through, before blanking: control characters and bytes that are not UTF-8, comments included.
 * False when it makes no sense to parse on. */
bool msw_json_check_bytes(msw_json_source *source);
/* What cJSON would let through, after blanking: numbers, strings, depth. False when it makes no sense to parse on. */
bool msw_json_check_tokens(msw_json_source *source);
/* Says why cJSON, which stopped at `stop`, refused the document: the first token that the grammar does not allow. */
void msw_json_explain(msw_json_source *source, size_t stop);

/* ---- What other documents that become such trees (yaml.h) must hold to as well. */
/* What is wrong with a number as JSON writes it, or NULL: its grammar, its length, its size. */
const char *msw_json_number_fault(const char *s, size_t n);
/* Adds an error for every key that an earlier member has; returns how many. */
size_t msw_json_check_duplicates(const msw_json *object, msw_diag *diag);

/* The text in double quotes, escaped as JSON wants it. */
void msw_json_write_string(const char *s, msw_buf *out);

#endif

/* A document read by one of the parsers that make a tree of it (JSON, YAML), and what is asked of both in the same way. */
#ifndef MSW_TEST_PARSED_H
#define MSW_TEST_PARSED_H

#include "msw/formats/json.h"
#include "printed.h"

typedef msw_status document_parser(const char *text, size_t len, const char *file, msw_arena *arena, msw_diag *diag,
                                   msw_json **root);
typedef struct { document_parser *parser; const char *file; } language;

/* release() it. */
typedef struct { msw_arena arena; msw_diag diag; msw_json *root; msw_status status; } parsed;

/* From a block of exactly that size, so that a sanitizer sees a read past its end. */
static inline parsed parse_as(language as, const char *text, size_t len) {
  parsed p = {0};
  char *exact = malloc(len + (len == 0));
  assert_non_null(exact);
  memcpy(exact, text, len);
  p.status = as.parser(exact, len, as.file, &p.arena, &p.diag, &p.root);
  free(exact);
  return p;
}

static inline void release(parsed *p) {
  msw_diag_free(&p->diag);
  msw_arena_free(&p->arena);
}

typedef struct { const char *text, *says; } refusal;

static inline void assert_refused(language as, const refusal *rows, size_t n) {
  for (size_t i_row = 0; i_row < n; i_row++) {
    parsed p = parse_as(as, rows[i_row].text, strlen(rows[i_row].text));
    assert_prints(&p.diag, rows[i_row].says, rows[i_row].text);
    assert_int_equal(p.status, MSW_BAD_INPUT);
    assert_null(p.root);
    release(&p);
  }
}

/* What opens and closes a level, and what is said of one level too many. */
typedef struct { const char *open, *close, *says; } nesting;

/* "[[[...1...]]]" or the same of objects. */
static inline parsed parse_nested(language as, const nesting *of, int depth) {
  msw_buf text = {0};
  for (int i_level = 0; i_level < depth; i_level++) msw_buf_add(&text, of->open);
  msw_buf_add(&text, "1");
  for (int i_level = 0; i_level < depth; i_level++) msw_buf_add(&text, of->close);
  parsed p = parse_as(as, text.text, text.len);
  msw_buf_free(&text);
  return p;
}

static inline void assert_nesting_limited(language as, const nesting *rows, size_t n) {
  for (size_t i_row = 0; i_row < n; i_row++) {
    parsed p = parse_nested(as, &rows[i_row], 64);
    assert_no_errors(&p.diag);
    assert_non_null(p.root);
    release(&p);
    p = parse_nested(as, &rows[i_row], 65);
    assert_prints(&p.diag, rows[i_row].says, rows[i_row].open);
    release(&p);
    p = parse_nested(as, &rows[i_row], 100000);
    assert_prints(&p.diag, rows[i_row].says, rows[i_row].open);
    release(&p);
  }
}

static inline void assert_place(const msw_json *value, const char *file, int line, int col) {
  assert_string_equal(value->loc.file, file);
  assert_int_equal(value->loc.line, line);
  assert_int_equal(value->loc.col, col);
}

#endif

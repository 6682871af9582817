/* What the grammar's rules share: the parser's state, its messages, its tokens, typed emission; not for others. */
#ifndef MSW_INPUTS_EXPR_PARSER_H
#define MSW_INPUTS_EXPR_PARSER_H

#include "expr_parts.h"

typedef enum { MSW_TYPE_UNKNOWN, MSW_TYPE_NUMBER, MSW_TYPE_TEXT } msw_value_type;   /* unknown: already reported */
typedef struct { msw_value_type type; msw_operand operand; size_t at; } msw_value;   /* at: offset in the text */

/* A definition that has been compiled into the program. */
typedef struct { const msw_expr_definition *definition; msw_value value; } msw_inlined;
enum { MSW_MAX_INLINED = MSW_EXPR_MAX_REGISTERS };

typedef struct {
  const char *text, *path;
  msw_loc loc;           /* of the text's opening quote */
  const msw_expr_scope *scope;
  msw_arena *arena;
  msw_diag *diag;
  msw_token token;       /* the next one */
  msw_program program;
  size_t depth;
  bool stopped;          /* after a mistake in the syntax: the next token is END for good */
  bool broken;           /* names a broken definition */
  msw_inlined inlined[MSW_MAX_INLINED];
  size_t n_inlined;
} msw_parser;

/* Reports something at an offset of the text; parsing goes on. */
void msw_parser_error(msw_parser *p, size_t at, const char *hint, const char *message);
/* Reports a mistake in the syntax, the first only, and stops. Gives an unknown value. */
msw_value msw_parser_stop(msw_parser *p, size_t at, const char *hint, const char *message);
msw_value msw_parser_stop_expecting(msw_parser *p, const char *what);
msw_value msw_value_unknown(size_t at);

void msw_parser_advance(msw_parser *p);
/* Takes the next token if it is of this kind. */
bool msw_parser_accept(msw_parser *p, msw_token_kind kind);
void msw_parser_expect(msw_parser *p, msw_token_kind kind, const char *what);

void msw_require_number(msw_parser *p, msw_value v);
void msw_require_same_type(msw_parser *p, msw_value a, msw_value b, size_t at);

/* Emits an operator and gives its operands' registers back. The second and third also demand numbers. */
msw_value msw_emit(msw_parser *p, msw_op op, msw_value a, msw_value b, msw_value c);
msw_value msw_emit_one(msw_parser *p, msw_op op, msw_value a);
msw_value msw_emit_two(msw_parser *p, msw_op op, msw_value a, msw_value b);

/* The grammar: a text from its beginning to its end, a whole expression up to what cannot continue it (expr_parse.c), and
 * an operand (expr_operand.c). */
msw_value msw_parse_whole(msw_parser *p);
msw_value msw_parse_value(msw_parser *p);
msw_value msw_parse_operand(msw_parser *p);
/* What a name stands for, in its place (expr_define.c). */
msw_value msw_parse_definition(msw_parser *p, const msw_expr_definition *definition, size_t at);
bool msw_is_function(const char *name);

#endif

/* What the grammar's rules share: see expr_parser.h. */
#include "expr_parser.h"

#include "msw/base/str.h"

/* ---- Messages ---- */

void msw_parser_error(msw_parser *p, size_t at, const char *hint, const char *message) {
  msw_loc loc = p->loc;
  if (loc.line > 0) loc.col = loc.col < 0 ? 0 : loc.col + (int)at + 1;   /* loc is the opening quote */
  msw_error(p->diag, loc, p->path, hint, "%s", message);
}

msw_value msw_value_unknown(size_t at) {
  return (msw_value){.type = MSW_TYPE_UNKNOWN, .operand = {MSW_FROM_CONSTANT, 0}, .at = at};
}

msw_value msw_parser_stop(msw_parser *p, size_t at, const char *hint, const char *message) {
  if (!p->stopped) msw_parser_error(p, at, hint, message);
  p->stopped = true;
  p->token = (msw_token){.kind = MSW_TOKEN_END, .at = at};
  return msw_value_unknown(at);
}

msw_value msw_parser_stop_expecting(msw_parser *p, const char *what) {
  const msw_token *token = &p->token;
  if (token->kind == MSW_TOKEN_END)
    return msw_parser_stop(p, token->at, NULL, msw_format(p->arena, "expected %s, but the expression ends", what));
  const char *found = msw_strndup(p->arena, p->text + token->at, token->len);
  return msw_parser_stop(p, token->at, token->hint, msw_format(p->arena, "expected %s, not \"%s\"", what, found));
}

/* ---- Tokens ---- */

void msw_parser_advance(msw_parser *p) {
  if (p->stopped) return;
  p->token = msw_token_next(p->text, p->token.at + p->token.len);
  if (p->token.kind == MSW_TOKEN_BAD && p->token.fault) msw_parser_stop(p, p->token.at, p->token.hint, p->token.fault);
}

bool msw_parser_accept(msw_parser *p, msw_token_kind kind) {
  if (p->token.kind != kind) return false;
  msw_parser_advance(p);
  return true;
}

void msw_parser_expect(msw_parser *p, msw_token_kind kind, const char *what) {
  if (!msw_parser_accept(p, kind)) msw_parser_stop_expecting(p, what);
}

/* ---- Typed emission ---- */

void msw_require_number(msw_parser *p, msw_value v) {
  if (v.type == MSW_TYPE_TEXT) msw_parser_error(p, v.at, NULL, "a text can only be compared, with ==, != or in");
}

msw_value msw_emit(msw_parser *p, msw_op op, msw_value a, msw_value b, msw_value c) {
  const msw_value result = {MSW_TYPE_NUMBER, msw_program_emit(&p->program, op, a.operand, b.operand, c.operand), a.at};
  msw_program_release(&p->program, a.operand);
  msw_program_release(&p->program, b.operand);
  msw_program_release(&p->program, c.operand);
  return result;
}

msw_value msw_emit_one(msw_parser *p, msw_op op, msw_value a) {
  msw_require_number(p, a);
  return msw_emit(p, op, a, a, a);
}

msw_value msw_emit_two(msw_parser *p, msw_op op, msw_value a, msw_value b) {
  msw_require_number(p, a);
  msw_require_number(p, b);
  return msw_emit(p, op, a, b, b);
}

void msw_require_same_type(msw_parser *p, msw_value a, msw_value b, size_t at) {
  const bool known = a.type != MSW_TYPE_UNKNOWN && b.type != MSW_TYPE_UNKNOWN;
  if (known && a.type != b.type) msw_parser_error(p, at, NULL, "compares a text with a number");
}

/* Operands of an expression: numbers, texts, names, function calls and what stands in parentheses. */
#include "expr_parser.h"

#include <string.h>

#include "msw/base/str.h"

static msw_value parse_variable(msw_parser *p, const char *name, size_t at) {
  size_t slot;
  bool is_text;
  const msw_expr_definition *definition = p->scope->define ? p->scope->define(p->scope->context, name) : NULL;
  if (definition) return msw_parse_definition(p, definition, at);
  if (p->scope->resolve(p->scope->context, name, &slot, &is_text))
    return (msw_value){is_text ? MSW_TYPE_TEXT : MSW_TYPE_NUMBER, msw_program_slot(&p->program, slot), at};
  const char *why_not = p->scope->why_not ? p->scope->why_not(p->scope->context, name) : NULL;
  size_t n_names;
  const char *const *names = p->scope->names(p->scope->context, &n_names);
  const char *nearest = why_not ? NULL : msw_nearest(name, names, n_names);
  msw_parser_error(p, at, msw_did_you_mean(p->diag, nearest),
                   why_not ? why_not : msw_format(p->arena, "unknown name \"%s\"", name));
  return msw_value_unknown(at);
}

static const struct { const char *name; msw_op op; bool folds; } FUNCTIONS[] = {   /* folds: of two or more arguments */
  {"min", MSW_OP_MIN, true},      {"max", MSW_OP_MAX, true},      {"ceil", MSW_OP_CEIL, false},
  {"floor", MSW_OP_FLOOR, false}, {"round", MSW_OP_ROUND, false}, {"log2", MSW_OP_LOG2, false},
  {"sqrt", MSW_OP_SQRT, false},   {"abs", MSW_OP_ABS, false},
};
enum { N_FUNCTIONS = sizeof FUNCTIONS / sizeof *FUNCTIONS };

bool msw_is_function(const char *name) {
  bool is_function = false;
  for (size_t i = 0; i < N_FUNCTIONS; i++) is_function = is_function || strcmp(FUNCTIONS[i].name, name) == 0;
  return is_function;
}

static msw_value stop_unknown_function(msw_parser *p, const char *name, size_t at) {
  const char *names[N_FUNCTIONS];
  for (size_t i = 0; i < N_FUNCTIONS; i++) names[i] = FUNCTIONS[i].name;
  return msw_parser_stop(p, at, msw_did_you_mean(p->diag, msw_nearest(name, names, N_FUNCTIONS)),
                         msw_format(p->arena, "unknown function \"%s\"", name));
}

/* The opening parenthesis has been read. */
static msw_value parse_call(msw_parser *p, const char *name, size_t at) {
  size_t i_function = 0, n_args = 1;
  while (i_function < N_FUNCTIONS && strcmp(FUNCTIONS[i_function].name, name) != 0) i_function++;
  if (i_function == N_FUNCTIONS) return stop_unknown_function(p, name, at);
  const msw_op op = FUNCTIONS[i_function].op;
  const bool folds = FUNCTIONS[i_function].folds;
  msw_value result = msw_parse_value(p);
  if (!folds) result = msw_emit_one(p, op, result);
  for (; folds && msw_parser_accept(p, MSW_TOKEN_COMMA); n_args++)
    result = msw_emit_two(p, op, result, msw_parse_value(p));
  if (folds && n_args == 1) msw_parser_stop(p, at, NULL, msw_format(p->arena, "%s takes two or more arguments", name));
  msw_parser_expect(p, MSW_TOKEN_CLOSE, "\")\"");
  result.at = at;
  return result;
}

static msw_value parse_number(msw_parser *p, msw_token token) {
  return (msw_value){MSW_TYPE_NUMBER, msw_program_constant(&p->program, token.number), token.at};
}

static msw_value parse_text(msw_parser *p, msw_token token) {
  const char *text = msw_strndup(p->arena, p->text + token.at + 1, token.len - 2);   /* without its quotes */
  return (msw_value){MSW_TYPE_TEXT, msw_program_constant(&p->program, msw_texts_id(p->scope->texts, text)), token.at};
}

static msw_value parse_name(msw_parser *p, msw_token token) {
  const char *name = msw_strndup(p->arena, p->text + token.at, token.len);
  return msw_parser_accept(p, MSW_TOKEN_OPEN) ? parse_call(p, name, token.at) : parse_variable(p, name, token.at);
}

static msw_value parse_group(msw_parser *p) {
  const msw_value result = msw_parse_value(p);
  msw_parser_expect(p, MSW_TOKEN_CLOSE, "\")\"");
  return result;
}

msw_value msw_parse_operand(msw_parser *p) {
  const msw_token token = p->token;
  if (msw_parser_accept(p, MSW_TOKEN_NUMBER)) return parse_number(p, token);
  if (msw_parser_accept(p, MSW_TOKEN_TEXT)) return parse_text(p, token);
  if (msw_parser_accept(p, MSW_TOKEN_NAME)) return parse_name(p, token);
  if (msw_parser_accept(p, MSW_TOKEN_OPEN)) return parse_group(p);
  return msw_parser_stop_expecting(p, "a number, a text or a name");
}

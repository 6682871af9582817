/* Compiles expressions: recursive descent straight into a register program, types checked on the way. A wrong name or
 * type is reported and parsing goes on; after a mistake in the syntax there is nothing sensible left to say. */
#include "expr_parser.h"

#include "msw/base/str.h"

enum { MAX_DEPTH = 128 };   /* of parse_unary and msw_parse_value inside each other; a parenthesis takes one of each */

static msw_value parse_unary(msw_parser *p) {
  const size_t at = p->token.at;
  msw_value result;
  if (++p->depth > MAX_DEPTH) result = msw_parser_stop(p, at, NULL, "nested too deeply");
  else if (msw_parser_accept(p, MSW_TOKEN_MINUS)) result = msw_emit_one(p, MSW_OP_NEGATE, parse_unary(p));
  else if (msw_parser_accept(p, MSW_TOKEN_NOT)) result = msw_emit_one(p, MSW_OP_NOT, parse_unary(p));
  else {
    result = msw_parse_operand(p);
    if (msw_parser_accept(p, MSW_TOKEN_POWER)) result = msw_emit_two(p, MSW_OP_POWER, result, parse_unary(p));
  }
  p->depth--;
  result.at = at;
  return result;
}

/* Left-associative operators, loosest first. Those marked swapped have their operands exchanged. */
typedef struct { msw_token_kind kind; int level; msw_op op; bool swapped; } binary_operator;
enum { LEVEL_OR = 1, LEVEL_AND, LEVEL_IN, LEVEL_EQUAL, LEVEL_ORDER, LEVEL_SUM, LEVEL_PRODUCT };
static const binary_operator OPERATORS[] = {
  {MSW_TOKEN_OR, LEVEL_OR, MSW_OP_OR, false},
  {MSW_TOKEN_AND, LEVEL_AND, MSW_OP_AND, false},
  {MSW_TOKEN_IN, LEVEL_IN, MSW_OP_EQUAL, false},
  {MSW_TOKEN_EQUAL, LEVEL_EQUAL, MSW_OP_EQUAL, false},
  {MSW_TOKEN_UNEQUAL, LEVEL_EQUAL, MSW_OP_UNEQUAL, false},
  {MSW_TOKEN_LESS, LEVEL_ORDER, MSW_OP_LESS, false},
  {MSW_TOKEN_LESS_EQUAL, LEVEL_ORDER, MSW_OP_LESS_EQUAL, false},
  {MSW_TOKEN_GREATER, LEVEL_ORDER, MSW_OP_LESS, true},
  {MSW_TOKEN_GREATER_EQUAL, LEVEL_ORDER, MSW_OP_LESS_EQUAL, true},
  {MSW_TOKEN_PLUS, LEVEL_SUM, MSW_OP_ADD, false},
  {MSW_TOKEN_MINUS, LEVEL_SUM, MSW_OP_SUBTRACT, false},
  {MSW_TOKEN_TIMES, LEVEL_PRODUCT, MSW_OP_MULTIPLY, false},
  {MSW_TOKEN_OVER, LEVEL_PRODUCT, MSW_OP_DIVIDE, false},
  {MSW_TOKEN_MODULO, LEVEL_PRODUCT, MSW_OP_MODULO, false},
};

static const binary_operator *find_operator(msw_token_kind kind) {
  for (size_t i = 0; i < sizeof OPERATORS / sizeof *OPERATORS; i++)
    if (OPERATORS[i].kind == kind) return &OPERATORS[i];
  return NULL;
}

/* x in [a, b, …] is x == a || x == b || …; x stays in its register until the end. */
static msw_value parse_list(msw_parser *p, msw_value x, size_t at_in) {
  msw_value found = {.type = MSW_TYPE_UNKNOWN};
  size_t n_items = 0;
  msw_parser_expect(p, MSW_TOKEN_OPEN_LIST, "a list in [ ] after \"in\"");
  do {
    const msw_value item = msw_parse_value(p);
    msw_require_same_type(p, x, item, at_in);
    const msw_operand is_item = msw_program_emit(&p->program, MSW_OP_EQUAL, x.operand, item.operand, item.operand);
    const msw_value same = {MSW_TYPE_NUMBER, is_item, x.at};
    msw_program_release(&p->program, item.operand);
    found = n_items++ == 0 ? same : msw_emit(p, MSW_OP_OR, found, same, same);
  } while (msw_parser_accept(p, MSW_TOKEN_COMMA));
  msw_parser_expect(p, MSW_TOKEN_CLOSE_LIST, "\",\" or \"]\"");
  msw_program_release(&p->program, x.operand);
  return found;
}

static msw_value parse_binary(msw_parser *p, int level) {
  msw_value left = parse_unary(p);
  for (;;) {
    const binary_operator *sign = find_operator(p->token.kind);
    const size_t at = p->token.at;
    if (!sign || sign->level < level) return left;
    msw_parser_advance(p);
    if (sign->level == LEVEL_IN) {
      left = parse_list(p, left, at);
      continue;
    }
    const msw_value right = parse_binary(p, sign->level + 1);
    const bool compares_alike = sign->level == LEVEL_EQUAL;
    if (compares_alike) msw_require_same_type(p, left, right, at);
    if (compares_alike) left = msw_emit(p, sign->op, left, right, right);
    else if (sign->swapped) left = msw_emit_two(p, sign->op, right, left);
    else left = msw_emit_two(p, sign->op, left, right);
    const binary_operator *next = find_operator(p->token.kind);
    const bool chains = next && next->level == sign->level;
    if (chains && (compares_alike || sign->level == LEVEL_ORDER))
      msw_parser_stop(p, p->token.at, "write a < b && b < c", "comparisons do not chain");
  }
}

msw_value msw_parse_value(msw_parser *p) {
  const size_t at = p->token.at;
  if (++p->depth > MAX_DEPTH) msw_parser_stop(p, at, NULL, "nested too deeply");
  msw_value result = parse_binary(p, LEVEL_OR);
  if (msw_parser_accept(p, MSW_TOKEN_QUESTION)) {
    const msw_value yes = msw_parse_value(p);
    msw_parser_expect(p, MSW_TOKEN_COLON, "\":\" of \"? :\"");
    const msw_value no = msw_parse_value(p);
    msw_require_number(p, result);
    msw_require_number(p, yes);
    msw_require_number(p, no);
    result = msw_emit(p, MSW_OP_SELECT, result, yes, no);
  }
  p->depth--;
  result.at = at;
  return result;
}

msw_value msw_parse_whole(msw_parser *p) {
  msw_parser_advance(p);
  const msw_value result = msw_parse_value(p);
  if (p->token.kind != MSW_TOKEN_END) msw_parser_stop_expecting(p, "an operator");
  return result;
}

msw_expr *msw_expr_compile(const char *text, msw_loc loc, const char *path, const msw_expr_scope *scope,
                           msw_arena *arena, msw_diag *diag) {
  msw_parser p = {
      .text = msw_strdup(arena, text), .path = path, .loc = loc, .scope = scope, .arena = arena, .diag = diag};
  const size_t n_errors = diag->n_errors;
  const msw_value result = msw_parse_whole(&p);
  msw_require_number(&p, result);
  if (p.program.overflow) msw_parser_stop(&p, 0, NULL, "too many intermediate results");
  const bool good = diag->n_errors == n_errors && !p.broken;
  msw_expr *expr = good ? msw_program_finish(&p.program, p.text, result.operand, arena) : NULL;
  msw_program_free(&p.program);
  return expr;
}

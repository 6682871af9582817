/* Definitions: names that stand for expressions. Each is compiled into a program once and keeps its register, so that
 * definitions which name each other twice do not double the program at every step. */
#include <string.h>

#include "expr_parser.h"
#include "msw/base/str.h"

static const msw_inlined *find_inlined(const msw_parser *p, const msw_expr_definition *definition) {
  for (size_t i = 0; i < p->n_inlined; i++)
    if (p->inlined[i].definition == definition) return &p->inlined[i];
  return NULL;
}

/* The parser reads the definition's text for a while; messages are about that then. */
static msw_value parse_inside(msw_parser *p, const msw_expr_definition *definition) {
  const char *text = p->text, *path = p->path;
  const msw_loc loc = p->loc;
  const msw_token token = p->token;
  p->text = definition->text;
  p->path = definition->path;
  p->loc = definition->loc;
  p->token = (msw_token){0};
  const msw_value value = msw_parse_whole(p);
  p->text = text;
  p->path = path;
  p->loc = loc;
  p->token = p->stopped ? (msw_token){.kind = MSW_TOKEN_END, .at = token.at} : token;
  return value;
}

msw_value msw_parse_definition(msw_parser *p, const msw_expr_definition *definition, size_t at) {
  const msw_inlined *inlined = find_inlined(p, definition);
  msw_value value = inlined ? inlined->value : msw_value_unknown(at);
  if (!definition->text) p->broken = true;
  else if (!inlined) {
    value = parse_inside(p, definition);
    if (p->n_inlined == MSW_MAX_INLINED) return msw_parser_stop(p, at, NULL, "names too many definitions");
    msw_program_keep(&p->program, value.operand);
    p->inlined[p->n_inlined++] = (msw_inlined){definition, value};
  }
  value.at = at;
  return value;
}

bool msw_expr_check(const char *text, msw_loc loc, const char *path, const msw_expr_scope *scope, msw_arena *arena,
                    msw_diag *diag) {
  msw_parser p = {.text = text, .path = path, .loc = loc, .scope = scope, .arena = arena, .diag = diag};
  const size_t n_errors = diag->n_errors;
  msw_parse_whole(&p);
  if (p.program.overflow) msw_parser_stop(&p, 0, NULL, "too many intermediate results");
  msw_program_free(&p.program);
  return diag->n_errors == n_errors && !p.broken;
}

const char *const *msw_expr_names(const char *text, msw_arena *arena, size_t *n) {
  const char **names = msw_arena_array(arena, strlen(text) / 2 + 1, sizeof *names);   /* something stands between two */
  msw_token next, token = msw_token_next(text, 0);
  *n = 0;
  for (; token.kind != MSW_TOKEN_END && token.kind != MSW_TOKEN_BAD; token = next) {
    next = msw_token_next(text, token.at + token.len);
    if (token.kind == MSW_TOKEN_NAME && next.kind != MSW_TOKEN_OPEN)
      names[(*n)++] = msw_strndup(arena, text + token.at, token.len);
  }
  return names;
}

bool msw_expr_is_reserved(const char *name) {
  const msw_token token = msw_token_next(name, 0);
  return token.kind != MSW_TOKEN_NAME || token.len != strlen(name) || msw_is_function(name);
}

/* "constraints": expressions over axes and fields that are looked at when a cell has been evaluated. */
#include "spec_parts.h"

#include <string.h>

#include "msw/base/str.h"

/* ---- Reading ---- */

/* "else": what becomes of a cell where the expression is false. */
static bool read_else(msw_spec_reader *reader, msw_json_reader *object) {
  static const char *const MASK = "mask", *const FLAG = "flag";
  const char *text = MASK;
  msw_json_want_string(object, "else", false, &text);
  const bool mask = strcmp(text, MASK) == 0;
  if (!mask && strcmp(text, FLAG) != 0)
    msw_json_error(reader->diag, msw_json_get(object->object, "else"),
                   "\"mask\" takes the numbers away, \"flag\" keeps them", "expected \"mask\" or \"flag\"");
  return mask;
}

static void read_object(msw_spec_reader *reader, const msw_json *value, msw_given_constraint *given) {
  msw_json_reader object;
  msw_json_begin(&object, value, reader->diag);
  given->has_name = msw_json_want_string(&object, "name", false, &given->name);
  if (given->has_name && !msw_spec_is_name(given->name))
    msw_json_error(reader->diag, msw_json_get(value, "name"), "letters, digits and . _ - make names, up to 128",
                   "\"%s\" cannot be a name", given->name);
  given->expr_at = msw_spec_want(&object, "expr", true);
  given->is_bad = !given->expr_at || given->expr_at->type != MSW_JSON_STRING;
  if (given->is_bad && given->expr_at && !msw_spec_is_lost(given->expr_at))
    msw_json_error(reader->diag, given->expr_at, NULL, "expected an expression, not %s",
                   msw_json_type_name(given->expr_at->type));
  given->mask = read_else(reader, &object);
  msw_json_end(&object, true);
  if (!given->is_bad && !given->has_name) given->name = given->expr_at->text;
}

static void read_one(msw_spec_reader *reader, const msw_json *value, msw_given_constraint *given) {
  *given = (msw_given_constraint){.at = value, .expr_at = value, .name = value->text, .mask = true};
  if (value->type == MSW_JSON_OBJECT) read_object(reader, value, given);
  else if (value->type != MSW_JSON_STRING) {
    msw_json_error(reader->diag, value, NULL, "expected an expression or {\"name\", \"expr\", \"else\"}, not %s",
                   msw_json_type_name(value->type));
    given->is_bad = true;
  }
}

void msw_spec_read_constraints(msw_spec_reader *reader, const msw_json *value, msw_spec_level *level) {
  size_t n_items;
  const msw_json *const *items = msw_spec_list_items(reader, value, "constraints", &n_items);
  level->constraints = msw_arena_array(reader->arena, n_items, sizeof *level->constraints);
  level->n_constraints = n_items;
  for (size_t i = 0; i < n_items; i++) read_one(reader, items[i], &level->constraints[i]);
}

/* ---- A block's constraints ---- */

typedef struct { msw_spec_scope *scope; msw_block_draft *draft; msw_spec_constraint *items; } binding;

static bool is_called(const binding *b, const char *name) {
  size_t i = 0;
  while (i < b->draft->block.n_constraints && strcmp(b->items[i].name, name) != 0) i++;
  return i < b->draft->block.n_constraints;
}

/* Why a constraint that compiles cannot be taken; NULL when it can. */
static const char *refusal(const binding *b, const msw_given_constraint *given, const msw_expr *expr) {
  msw_arena *arena = b->scope->reader->arena;
  size_t n_slots;
  msw_expr_slots(expr, &n_slots);
  if (n_slots == 0) return "names no axis and no field, so that it holds for every cell or for none";
  if (is_called(b, given->name)) return msw_format(arena, "two constraints are called \"%s\"", given->name);
  if (b->draft->block.n_constraints < MSW_MAX_CONSTRAINTS) return NULL;
  return msw_format(arena, "more than %d constraints in a block", MSW_MAX_CONSTRAINTS);
}

static void bind_one(binding *b, msw_given_constraint *given) {
  msw_spec_reader *reader = b->scope->reader;
  const msw_expr *expr = msw_spec_compile(b->scope, given->expr_at, &given->is_bad);
  if (!expr) return;
  const msw_where where = msw_spec_where(reader, given->at);
  const char *message = refusal(b, given, expr);
  given->is_used = true;
  if (message) {
    msw_spec_error_once(reader->diag, where, NULL, message);
    return;
  }
  const size_t n = b->draft->block.n_constraints++;
  b->draft->constraint_sources[n] = given;
  b->items[n] = (msw_spec_constraint){
      .name = given->name, .text = given->expr_at->text, .where = where, .expr = expr, .mask = given->mask};
}

static void bind_level(binding *b, msw_spec_level *level, bool is_own) {
  b->scope->is_strict = is_own;
  for (size_t i = 0; i < level->n_constraints; i++)
    if (!level->constraints[i].is_bad) bind_one(b, &level->constraints[i]);
}

void msw_spec_bind_constraints(msw_spec_scope *scope, msw_block_draft *draft) {
  msw_arena *arena = scope->reader->arena;
  binding b = {scope, draft, msw_arena_array(arena, MSW_MAX_CONSTRAINTS, sizeof *b.items)};
  draft->constraint_sources = msw_arena_array(arena, MSW_MAX_CONSTRAINTS, sizeof *draft->constraint_sources);
  bind_level(&b, draft->sweep, !draft->own);
  if (draft->own) bind_level(&b, draft->own, true);
  draft->block.constraints = b.items;
}

void msw_spec_expand_constraints(msw_spec_reader *reader, const msw_block_draft *draft, msw_json *parent) {
  const msw_spec_block *block = &draft->block;
  msw_arena *arena = reader->arena;
  if (block->n_constraints == 0) return;
  msw_json *list = msw_json_add_array(arena, parent, "constraints");
  for (size_t i = 0; i < block->n_constraints; i++) {
    const msw_spec_constraint *constraint = &block->constraints[i];
    const bool has_name = strcmp(constraint->name, constraint->text) != 0;
    if (!has_name && constraint->mask) {
      msw_json_add_string(arena, list, NULL, constraint->text);
      continue;
    }
    msw_json *object = msw_json_add_object(arena, list, NULL);
    if (has_name) msw_json_add_string(arena, object, "name", constraint->name);
    msw_json_add_string(arena, object, "expr", constraint->text);
    msw_json_add_string(arena, object, "else", constraint->mask ? "mask" : "flag");
  }
}

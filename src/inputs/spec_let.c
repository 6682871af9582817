/* "let": names for expressions. They are put in the places of their names when what names them is compiled; nothing is
 * left of them at run time. */
#include "spec_parts.h"

#include <stdlib.h>
#include <string.h>

#include "msw/base/str.h"

enum { MAX_LETS = 256 };   /* in a level; looking for circles goes that deep twice */

/* ---- Reading ---- */

/* Why a definition cannot have this name; NULL when it can. */
static const char *refusal(const char *name) {
  msw_axis_id id;
  if (!msw_spec_is_word(name)) return "the name of a definition has letters, digits and _ only, a letter first";
  if (msw_axis_find(name, &id)) return "a definition cannot have the name of an axis";
  if (msw_spec_is_number_field(name) || msw_spec_is_code_field(name))
    return "a definition cannot have the name of a field";
  return msw_expr_is_reserved(name) ? "a definition cannot have a name that expressions use" : NULL;
}

static void read_let(msw_spec_reader *reader, const msw_json *value, msw_spec_level *level) {
  const char *message = refusal(value->key);
  if (message) msw_json_error(reader->diag, value, "call it something else", "%s", message);
  else if (msw_spec_is_lost(value) || value->type == MSW_JSON_STRING)
    level->lets[level->n_lets++] = (msw_given_let){.name = value->key, .at = value};
  else msw_json_error(reader->diag, value, NULL, "expected an expression, not %s", msw_json_type_name(value->type));
}

void msw_spec_read_lets(msw_spec_reader *reader, const msw_json *value, msw_spec_level *level) {
  msw_json_reader object;
  if (!msw_json_begin(&object, value, reader->diag)) return;
  msw_json_end(&object, false);
  if (value->n_children > MAX_LETS) {
    msw_json_error(reader->diag, value, NULL, "more than %d definitions", MAX_LETS);
    return;
  }
  level->lets = msw_arena_array(reader->arena, value->n_children, sizeof *level->lets);
  for (const msw_json *member = value->first; member; member = member->next)
    if (member->type != MSW_JSON_NULL || msw_spec_is_lost(member)) read_let(reader, member, level);
}

/* ---- A block's definitions ---- */

static msw_draft_let *find(msw_draft_let *lets, size_t n_lets, const char *name) {
  for (size_t i_let = 0; i_let < n_lets; i_let++)
    if (strcmp(lets[i_let].given->name, name) == 0) return &lets[i_let];
  return NULL;
}

const msw_draft_let *msw_spec_find_let(const msw_draft_let *lets, size_t n_lets, const char *name) {
  for (size_t i_let = 0; i_let < n_lets; i_let++)
    if (strcmp(lets[i_let].given->name, name) == 0) return &lets[i_let];
  return NULL;
}

static void list_level(msw_spec_reader *reader, msw_block_draft *draft, msw_spec_level *level) {
  for (size_t i_let = 0; i_let < level->n_lets; i_let++) {
    msw_given_let *given = &level->lets[i_let];
    const char *path = msw_spec_where(reader, given->at).path;
    msw_draft_let *let = find(draft->lets, draft->n_lets, given->name);
    if (!let) let = &draft->lets[draft->n_lets++];
    *let = (msw_draft_let){.given = given, .definition = {given->at->text, msw_spec_quote_loc(given->at), path}};
    if (msw_spec_is_lost(given->at)) let->state = MSW_LET_BAD;
  }
}

/* ---- Trying out ---- */

/* Definitions being looked at, the outermost first. */
typedef struct { msw_spec_reader *reader; msw_block_draft *draft; msw_draft_let *path[2 * MAX_LETS]; size_t n; } walk;

static void refuse_circle(const walk *w, const msw_draft_let *let) {
  const char *text = "";
  size_t i_path = w->n;
  while (i_path > 0 && w->path[i_path - 1] != let) i_path--;
  for (i_path--; i_path < w->n; i_path++)
    text = msw_format(w->reader->arena, "%s%s -> ", text, w->path[i_path]->given->name);
  msw_spec_error_once(w->reader->diag, msw_spec_where(w->reader, let->given->at), NULL,
                      msw_format(w->reader->arena, "needs itself: %s%s", text, let->given->name));
}

/* Messages are collected first: other blocks may have said the same. */
static void try_out(msw_spec_reader *reader, msw_block_draft *draft, msw_draft_let *let) {
  msw_diag diag = {0};
  msw_spec_scope scope = {.reader = reader, .block = &draft->block, .lets = draft->lets, .n_lets = draft->n_lets,
                          .refuses_fields = "known only after evaluation, which no definition can wait for"};
  const msw_expr_scope names = msw_spec_expr_scope(&scope);
  const msw_expr_definition *text = &let->definition;
  const size_t n_texts = reader->spec->texts.n;
  const bool good = msw_expr_check(text->text, text->loc, text->path, &names, reader->arena, &diag);
  for (size_t i_item = 0; i_item < diag.n; i_item++) {
    const msw_problem *item = &diag.items[i_item];
    msw_spec_error_once(reader->diag, (msw_where){item->loc, item->path}, item->hint, item->message);
  }
  if (good) msw_spec_warn_of_texts(reader, msw_spec_where(reader, let->given->at), n_texts);
  let->state = !good ? MSW_LET_BAD : scope.misses_axis ? MSW_LET_MISSES_AXIS : MSW_LET_GOOD;
  let->missed = scope.missed;
  free(scope.variables);
  msw_diag_free(&diag);
}

/* Those that a definition needs come before it. */
static void visit(walk *w, msw_draft_let *let) {
  size_t n_names;
  if (let->state == MSW_LET_BUSY) refuse_circle(w, let);
  if (let->state != MSW_LET_RAW) return;
  const char *const *names = msw_expr_names(let->definition.text, w->reader->arena, &n_names);
  let->state = MSW_LET_BUSY;
  w->path[w->n++] = let;
  for (size_t i_name = 0; i_name < n_names; i_name++) {
    msw_draft_let *needed = find(w->draft->lets, w->draft->n_lets, names[i_name]);
    if (needed) visit(w, needed);
  }
  w->n--;
  try_out(w->reader, w->draft, let);
}

void msw_spec_bind_lets(msw_spec_reader *reader, msw_block_draft *draft) {
  walk w = {.reader = reader, .draft = draft};
  const size_t n_lets = draft->sweep->n_lets + (draft->own ? draft->own->n_lets : 0);
  draft->lets = msw_arena_array(reader->arena, n_lets, sizeof *draft->lets);
  list_level(reader, draft, draft->sweep);
  if (draft->own) list_level(reader, draft, draft->own);
  for (size_t i_let = 0; i_let < draft->n_lets; i_let++) visit(&w, &draft->lets[i_let]);
}

/* ---- What is used ---- */

void msw_spec_use_lets(msw_spec_reader *reader, msw_block_draft *draft, const char *text) {
  size_t n_names;
  const char *const *names = draft->n_lets ? msw_expr_names(text, reader->arena, &n_names) : NULL;
  for (size_t i_name = 0; names && i_name < n_names; i_name++) {
    msw_draft_let *let = find(draft->lets, draft->n_lets, names[i_name]);
    if (!let || let->is_used || let->state != MSW_LET_GOOD) continue;
    let->is_used = let->given->is_used = true;
    msw_spec_use_lets(reader, draft, let->definition.text);
  }
}

void msw_spec_expand_lets(msw_spec_reader *reader, const msw_block_draft *draft, msw_json *parent) {
  msw_json *object = NULL;
  for (size_t i_let = 0; i_let < draft->n_lets; i_let++) {
    const msw_draft_let *let = &draft->lets[i_let];
    if (!let->is_used) continue;
    if (!object) object = msw_json_add_object(reader->arena, parent, "let");
    msw_json_add_string(reader->arena, object, let->given->name, let->definition.text);
  }
}

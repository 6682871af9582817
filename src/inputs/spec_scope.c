/* Names in expressions: axes, model.<field> and gpu.<field>, as variables over the positions of one axis; fields; and
 * what "let" defines. */
#include "spec_parts.h"

#include <string.h>

#include "msw/base/str.h"

/* A name taken apart: an axis, and after a dot a field of its entries (model and gpu only). */
typedef struct { msw_axis_id axis; const char *field; } parsed_name;

static bool has_field(msw_axis_id axis, const char *field) {
  size_t n_fields = 0;
  const char *const *fields = NULL;
  if (axis == MSW_AXIS_MODEL) fields = msw_model_field_names(&n_fields);
  if (axis == MSW_AXIS_GPU) fields = msw_gpu_field_names(&n_fields);
  for (size_t i_field = 0; i_field < n_fields; i_field++)
    if (strcmp(fields[i_field], field) == 0) return true;
  return false;
}

static bool parse_name(msw_arena *arena, const char *name, parsed_name *parsed) {
  const char *dot = strchr(name, '.');
  const char *axis = dot ? msw_strndup(arena, name, (size_t)(dot - name)) : name;
  parsed->field = dot ? dot + 1 : NULL;
  return msw_axis_find(axis, &parsed->axis) && (!dot || has_field(parsed->axis, parsed->field));
}

/* A field's value for every position of its axis; NaN where the entry does not say. */
static const double *field_values(const msw_spec_scope *scope, parsed_name parsed) {
  const msw_spec_block *block = scope->block;
  const size_t n = block->axes[parsed.axis].n;
  double *values = msw_arena_array(scope->reader->arena, n, sizeof *values);
  for (size_t i = 0; i < n; i++) {
    if (parsed.axis == MSW_AXIS_MODEL) msw_model_field(block->models[i], parsed.field, &values[i]);
    else msw_gpu_field(block->gpus[i], parsed.field, &values[i]);
  }
  return values;
}

size_t msw_spec_add_variable(msw_spec_scope *scope, msw_spec_variable variable) {
  for (size_t slot = 0; slot < scope->n; slot++)
    if (strcmp(scope->variables[slot].name, variable.name) == 0) return slot;
  scope->variables = msw_grow(scope->variables, &scope->cap, scope->n + 1, sizeof *scope->variables);
  scope->variables[scope->n] = variable;
  return scope->n++;
}

static size_t variable_of(msw_spec_scope *scope, parsed_name parsed) {
  const char *axis = msw_axis_name(parsed.axis);
  msw_spec_variable variable = {.axis = parsed.axis};
  variable.name = parsed.field ? msw_format(scope->reader->arena, "%s.%s", axis, parsed.field) : axis;
  for (size_t slot = 0; slot < scope->n; slot++)
    if (strcmp(scope->variables[slot].name, variable.name) == 0) return slot;
  variable.values = parsed.field ? field_values(scope, parsed) : scope->block->axes[parsed.axis].values;
  variable.is_text = !parsed.field && msw_axis_is_text(parsed.axis);
  return msw_spec_add_variable(scope, variable);
}

/* What the expression cannot have in this block, because an axis is missing. */
static bool miss(msw_spec_scope *scope, msw_axis_id axis) {
  scope->misses_axis = true;
  scope->missed = axis;
  return !scope->is_strict;
}

static bool resolve(void *context, const char *name, size_t *slot, bool *is_text) {
  msw_spec_scope *scope = context;
  const msw_draft_let *let = msw_spec_find_let(scope->lets, scope->n_lets, name);
  parsed_name parsed;
  *slot = 0;
  *is_text = false;
  if (let) return miss(scope, let->missed);   /* others are defined */
  if (parse_name(scope->reader->arena, name, &parsed)) {
    if (!msw_phase_has_axis(scope->block->phase, parsed.axis)) return miss(scope, parsed.axis);
    *slot = variable_of(scope, parsed);
    *is_text = scope->variables[*slot].is_text;
    return true;
  }
  if (scope->refuses_fields || !msw_spec_is_number_field(name)) return false;
  *slot = msw_spec_add_variable(scope, (msw_spec_variable){.name = msw_strdup(scope->reader->arena, name),
                                                           .axis = MSW_N_AXES});
  return true;
}

static const char *why_not(void *context, const char *name) {
  const msw_spec_scope *scope = context;
  msw_arena *arena = scope->reader->arena;
  const msw_draft_let *let = msw_spec_find_let(scope->lets, scope->n_lets, name);
  parsed_name parsed;
  if (let)
    return msw_format(arena, "\"%s\" cannot be had here: %s", name,
                      msw_spec_no_such_axis(scope->reader, scope->block->phase, let->missed));
  if (parse_name(arena, name, &parsed)) return msw_spec_no_such_axis(scope->reader, scope->block->phase, parsed.axis);
  const bool is_code = msw_spec_is_code_field(name);
  if (!is_code && !msw_spec_is_number_field(name)) return NULL;
  if (scope->refuses_fields) return msw_format(arena, "\"%s\" is %s", name, scope->refuses_fields);
  return is_code ? msw_format(arena, "\"%s\" is a code, and expressions know the fields that are numbers", name) : NULL;
}

/* Definitions that are good, and those that are broken: nothing more is to be said of these. */
static const msw_expr_definition *define(void *context, const char *name) {
  static const msw_expr_definition BROKEN = {0};
  const msw_spec_scope *scope = context;
  const msw_draft_let *let = msw_spec_find_let(scope->lets, scope->n_lets, name);
  if (!let || let->state == MSW_LET_MISSES_AXIS) return NULL;
  return let->state == MSW_LET_GOOD ? &let->definition : &BROKEN;
}

typedef struct { const char **items; size_t n; } name_list;

static void add_names(msw_arena *arena, name_list *list, const char *prefix, const char *const *names, size_t n) {
  const char **grown = msw_arena_array(arena, list->n + n, sizeof *grown);
  if (list->n) memcpy(grown, list->items, list->n * sizeof *grown);
  for (size_t i = 0; i < n; i++) grown[list->n++] = msw_format(arena, "%s%s", prefix, names[i]);
  list->items = grown;
}

static const char *const *names(void *context, size_t *n) {
  const msw_spec_scope *scope = context;
  msw_arena *arena = scope->reader->arena;
  const char *const *theirs;
  name_list list = {0};
  for (msw_axis_id id = 0; id < MSW_N_AXES; id++) {
    const char *axis = msw_axis_name(id);
    if (msw_phase_has_axis(scope->block->phase, id)) add_names(arena, &list, "", &axis, 1);
  }
  for (size_t i_let = 0; i_let < scope->n_lets; i_let++)
    add_names(arena, &list, "", &scope->lets[i_let].given->name, scope->lets[i_let].state != MSW_LET_MISSES_AXIS);
  theirs = msw_model_field_names(n);
  add_names(arena, &list, "model.", theirs, *n);
  theirs = msw_gpu_field_names(n);
  add_names(arena, &list, "gpu.", theirs, *n);
  theirs = msw_sweep_field_names(n);
  if (!scope->refuses_fields) add_names(arena, &list, "", theirs, *n);
  *n = list.n;
  return list.items;
}

msw_expr_scope msw_spec_expr_scope(msw_spec_scope *scope) {
  return (msw_expr_scope){.context = scope, .resolve = resolve, .names = names, .why_not = why_not, .define = define,
                          .texts = &scope->reader->spec->texts};
}

msw_loc msw_spec_quote_loc(const msw_json *text) {
  msw_loc loc = text->loc;
  if (text->style == MSW_JSON_BARE) loc.col--;
  if (text->style == MSW_JSON_SPREAD) loc.col = -1;
  return loc;
}

void msw_spec_warn_of_texts(msw_spec_reader *reader, msw_where where, size_t n_known) {
  const msw_texts *texts = &reader->spec->texts;
  for (size_t i_text = n_known; i_text < texts->n; i_text++)
    msw_warn(reader->diag, where.loc, where.path,
             msw_did_you_mean(reader->diag, msw_nearest(texts->texts[i_text], texts->texts, n_known)),
             "nothing in this sweep is called \"%s\"", texts->texts[i_text]);
}

msw_expr *msw_spec_compile(msw_spec_scope *scope, const msw_json *at, bool *is_bad) {
  msw_spec_reader *reader = scope->reader;
  const size_t n_texts = reader->spec->texts.n;
  const msw_expr_scope known = msw_spec_expr_scope(scope);
  const msw_where where = msw_spec_where(reader, at);
  scope->misses_axis = false;
  msw_expr *expr = msw_expr_compile(at->text, msw_spec_quote_loc(at), where.path, &known, reader->arena, reader->diag);
  *is_bad = !expr;
  if (!expr || scope->misses_axis) return NULL;
  msw_spec_warn_of_texts(reader, where, n_texts);
  return expr;
}

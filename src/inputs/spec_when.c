/* "when": values that only count where a condition holds. The axis takes all its values, and a rule leaves out what
 * does not count: the grid stays dense. */
#include "spec_parts.h"

#include "msw/base/str.h"

/* ---- Reading ---- */

bool msw_spec_is_conditional(const msw_json *value) { return msw_json_get(value, "when") != NULL; }

/* Here, and only here, an empty list is a list: of values that never count. */
static bool is_empty(const msw_json *value) { return value->type == MSW_JSON_ARRAY && value->n_children == 0; }

static void read_values(msw_spec_reader *reader, msw_axis_id id, const msw_json *value, msw_given_axis *given) {
  if (value && !is_empty(value)) msw_spec_read_values(reader, id, value, false, given);
}

static const msw_json *want_condition(msw_spec_reader *reader, msw_json_reader *object, const char *key) {
  const msw_json *value = msw_spec_want(object, key, true);
  if (!value || msw_spec_is_lost(value) || value->type == MSW_JSON_STRING) return value;
  msw_json_error(reader->diag, value, NULL, "expected an expression, not %s", msw_json_type_name(value->type));
  return NULL;
}

static bool is_usable(const msw_json *value) { return value && !msw_spec_is_lost(value); }

/* {"when": EXPR, "values": RANGE, "else": RANGE} */
void msw_spec_read_conditional(msw_spec_reader *reader, msw_axis_id id, const msw_json *value, msw_given_axis *given) {
  msw_json_reader object;
  msw_given_when *when = msw_arena_alloc(reader->arena, sizeof *when);
  when->at = value;
  msw_json_begin(&object, value, reader->diag);
  when->condition = want_condition(reader, &object, "when");
  when->values_at = msw_spec_want(&object, "values", true);
  when->else_at = msw_spec_want(&object, "else", false);
  msw_json_end(&object, true);
  read_values(reader, id, when->values_at, given);
  read_values(reader, id, when->else_at, &when->otherwise);
  if (is_usable(when->values_at) && is_empty(when->values_at) && (!when->else_at || is_empty(when->else_at)))
    msw_json_error(reader->diag, value, NULL, "no values at all");
  const bool has_values = given->axis.n + when->otherwise.axis.n > 0;
  when->is_bad = !is_usable(when->condition) || !has_values || given->is_bad || when->otherwise.is_bad;
  given->at = value;
  given->axis.id = id;
  given->axis.zip = -1;
  given->axis.given = true;
  given->axis.where = msw_spec_where(reader, value);
  given->is_bad = when->is_bad;
  given->when = when;
}

/* {"if": EXPR, "else": RANGE} */
static void read_entry(msw_spec_reader *reader, msw_axis_id id, const msw_json *value, msw_given_when *when) {
  msw_json_reader object;
  when->at = value;
  when->is_bad = true;
  if (msw_spec_is_lost(value) || !msw_json_begin(&object, value, reader->diag)) return;
  when->condition = want_condition(reader, &object, "if");
  when->else_at = msw_spec_want(&object, "else", false);
  msw_json_end(&object, true);
  read_values(reader, id, when->else_at, &when->otherwise);
  when->is_bad = !is_usable(when->condition) || when->otherwise.is_bad;
}

void msw_spec_read_whens(msw_spec_reader *reader, const msw_json *value, msw_spec_level *level) {
  msw_json_reader object;
  if (!msw_json_begin(&object, value, reader->diag)) return;
  for (msw_axis_id id = 0; id < MSW_N_AXES; id++) {
    const msw_json *entry = msw_spec_want_axis(&object, id);
    if (!entry) continue;
    read_entry(reader, id, entry, &level->whens[id]);
    if (level->axes[id].when)
      msw_json_error(reader->diag, entry, "keep one", "%s has a \"when\" of its own under \"axes\"", msw_axis_name(id));
  }
  msw_json_end(&object, true);
}

/* ---- The rule ---- */

static const double *opposite(msw_spec_reader *reader, const uint8_t *counts, size_t n) {
  double *values = msw_arena_array(reader->arena, n, sizeof *values);
  for (size_t i = 0; i < n; i++) values[i] = !counts[i];
  return values;
}

static size_t add_opposite(msw_spec_scope *scope, msw_axis_id id, const char *key, const uint8_t *counts) {
  const msw_spec_variable variable = {
      .name = msw_format(scope->reader->arena, "%s not in \"%s\"", msw_axis_name(id), key),
      .axis = id,
      .values = opposite(scope->reader, counts, scope->block->axes[id].n),
  };
  return msw_spec_add_variable(scope, variable);
}

static bool names_axis(const msw_spec_scope *scope, const msw_expr *expr, msw_axis_id id) {
  size_t n_slots;
  const size_t *slots = msw_expr_slots(expr, &n_slots);
  bool names = false;
  for (size_t i_slot = 0; i_slot < n_slots; i_slot++) names = names || scope->variables[slots[i_slot]].axis == id;
  return names;
}

/* NULL after an error, which is said once. */
static const msw_expr *compile_condition(msw_spec_scope *scope, msw_given_when *when, msw_axis_id id) {
  msw_spec_reader *reader = scope->reader;
  size_t n_slots = 0;
  scope->is_strict = true;
  if (!is_usable(when->condition) || when->is_refused) return NULL;
  const msw_expr *condition = msw_spec_compile(scope, when->condition, &when->is_refused);
  if (!condition) return NULL;
  msw_expr_slots(condition, &n_slots);
  const char *message = NULL;
  if (n_slots == 0) message = "names no axis, so that it holds for every cell or for none";
  else if (names_axis(scope, condition, id))
    message = msw_format(reader->arena, "the condition of %s names %s itself", msw_axis_name(id), msw_axis_name(id));
  if (message) msw_spec_error_once(reader->diag, msw_spec_where(reader, when->condition), NULL, message);
  return message ? NULL : condition;
}

/* It holds where a value does not count: condition ? not in "values" : not in "else". */
static void bind_when(msw_spec_scope *scope, msw_block_draft *draft, msw_axis_id id) {
  msw_spec_reader *reader = scope->reader;
  const msw_draft_when *when = &draft->whens[id];
  const msw_json *at = when->tried->condition;
  const msw_expr *condition = compile_condition(scope, when->tried, id);
  if (!condition || !when->given) return;
  msw_spec_rule *rule = &draft->rules[draft->block.n_rules++];
  const char *text = msw_format(reader->arena, "%s when %s", msw_axis_name(id), at->text);
  const size_t yes = add_opposite(scope, id, "values", when->counts_if);
  const size_t no = add_opposite(scope, id, "else", when->counts_else);
  *rule = (msw_spec_rule){.kind = MSW_RULE_WHEN, .text = text, .where = msw_spec_where(reader, at),
                          .expr = msw_expr_select(condition, yes, no, text, reader->arena)};
  msw_spec_list_axes(scope, rule);
}

void msw_spec_bind_whens(msw_spec_scope *scope, msw_block_draft *draft) {
  for (msw_axis_id id = 0; id < MSW_N_AXES; id++)
    if (draft->whens[id].tried) bind_when(scope, draft, id);
}

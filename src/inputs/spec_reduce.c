/* Reductions: what is kept of a grid when not the grid is kept. */
#include "spec_parts.h"

#include <string.h>

#include "msw/base/str.h"

static const char *const OPS[MSW_N_REDUCE_OPS] = {
  [MSW_REDUCE_MIN] = "min",     [MSW_REDUCE_MAX] = "max",       [MSW_REDUCE_MEAN] = "mean",
  [MSW_REDUCE_COUNT] = "count", [MSW_REDUCE_ARGMIN] = "argmin", [MSW_REDUCE_ARGMAX] = "argmax",
};

/* ---- Reading ---- */

static void read_name(msw_spec_reader *reader, msw_json_reader *object, msw_spec_level *level,
                      msw_given_reduction *given) {
  msw_axis_id id;
  const char *message = NULL, *name;
  if (!msw_json_want_string(object, "name", true, &given->name)) return;
  name = given->name;
  given->name_at = msw_json_get(object->object, "name");
  if (!msw_spec_is_word(name)) message = "the name of a reduction has letters, digits and _ only, a letter first";
  else if (msw_spec_is_taken(name)) message = MSW_SPEC_TAKEN;
  else if (msw_axis_find(name, &id)) message = "a reduction cannot have the name of an axis";
  else if (msw_spec_is_number_field(name) || msw_spec_is_code_field(name))
    message = "a reduction cannot have the name of a field";
  for (size_t i = 0; i + 1 < level->n_reductions && !message; i++)
    if (level->reductions[i].name && strcmp(level->reductions[i].name, name) == 0)
      message = msw_format(reader->arena, "two reductions are called \"%s\"", name);
  if (message) msw_json_error(reader->diag, given->name_at, NULL, "%s", message);
}

static void read_op(msw_spec_reader *reader, msw_json_reader *object, msw_given_reduction *given) {
  const char *op;
  size_t i_op = 0;
  given->op = MSW_N_REDUCE_OPS;
  if (!msw_json_want_string(object, "op", true, &op)) return;
  while (i_op < MSW_N_REDUCE_OPS && strcmp(OPS[i_op], op) != 0) i_op++;
  given->op = (msw_reduce_op)i_op;
  if (i_op < MSW_N_REDUCE_OPS) return;
  const char *nearest = msw_nearest(op, OPS, MSW_N_REDUCE_OPS);
  msw_json_error(reader->diag, msw_json_get(object->object, "op"),
                 nearest ? msw_did_you_mean(reader->diag, nearest) : "known are min, max, mean, count, argmin, argmax",
                 "unknown operation \"%s\"", op);
}

static void read_field(msw_spec_reader *reader, msw_json_reader *object, msw_given_reduction *given) {
  size_t n_names;
  const char *const *names = msw_sweep_field_names(&n_names);
  const bool counts = given->op == MSW_REDUCE_COUNT, is_known = given->op != MSW_N_REDUCE_OPS;
  if (!msw_json_want_string(object, "field", is_known && !counts, &given->field)) return;
  given->field_at = msw_json_get(object->object, "field");
  if (counts) msw_json_error(reader->diag, given->field_at, NULL, "count takes no field: it counts cells");
  else if (msw_spec_is_code_field(given->field))
    msw_json_error(reader->diag, given->field_at, NULL, "\"%s\" is a code, not a number", given->field);
  else if (!msw_spec_is_number_field(given->field))
    msw_json_error(reader->diag, given->field_at,
                   msw_did_you_mean(reader->diag, msw_nearest(given->field, names, n_names)), "unknown field \"%s\"",
                   given->field);
}

static void read_one(msw_spec_reader *reader, const msw_json *value, msw_spec_level *level) {
  msw_json_reader object;
  msw_given_reduction *given = &level->reductions[level->n_reductions++];
  *given = (msw_given_reduction){.at = value, .is_bad = !msw_json_begin(&object, value, reader->diag)};
  if (given->is_bad) return;
  read_name(reader, &object, level, given);
  read_op(reader, &object, given);
  read_field(reader, &object, given);
  const msw_json *over = msw_spec_want(&object, "over", true);
  if (over && !msw_spec_is_lost(over))
    msw_spec_list_texts(reader, over, "the name of an axis or zip", &given->over, &given->n_over);
  given->condition_at = msw_json_want(&object, "where", false);
  if (given->condition_at && given->condition_at->type != MSW_JSON_STRING) {
    msw_json_error(reader->diag, given->condition_at, NULL, "expected an expression, not %s",
                   msw_json_type_name(given->condition_at->type));
    given->condition_at = NULL;
  }
  msw_json_end(&object, true);
}

void msw_spec_read_reductions(msw_spec_reader *reader, const msw_json *value, msw_spec_level *level) {
  size_t n_items;
  const msw_json *const *items = msw_spec_list_items(reader, value, "reductions", &n_items);
  level->reduce_at = value;
  level->reductions = msw_arena_array(reader->arena, n_items, sizeof *level->reductions);
  for (size_t i_item = 0; i_item < n_items; i_item++) read_one(reader, items[i_item], level);
}

/* ---- A block's reductions ---- */

static int find_zip(const msw_spec_block *block, const char *name) {
  for (size_t i_zip = 0; i_zip < block->n_zips; i_zip++)
    if (strcmp(block->zips[i_zip].name, name) == 0) return (int)i_zip;
  return -1;
}

static const char *unknown_dimension(msw_spec_reader *reader, const msw_spec_block *block, const char *name,
                                     const char **hint) {
  const char **names = msw_arena_array(reader->arena, MSW_N_AXES + block->n_zips, sizeof *names);
  size_t n = 0;
  for (msw_axis_id id = 0; id < MSW_N_AXES; id++)
    if (msw_phase_has_axis(block->phase, id) && block->axes[id].zip < 0) names[n++] = msw_axis_name(id);
  for (size_t i_zip = 0; i_zip < block->n_zips; i_zip++) names[n++] = block->zips[i_zip].name;
  *hint = msw_did_you_mean(reader->diag, msw_nearest(name, names, n));
  return msw_format(reader->arena, "there is no axis or zip \"%s\"", name);
}

/* Marks one dimension; returns what is wrong with it, or NULL. */
static const char *add_dimension(msw_spec_reader *reader, const msw_spec_block *block, const char *name,
                                 msw_spec_reduction *reduction, const char **hint) {
  msw_arena *arena = reader->arena;
  msw_axis_id id;
  const int zip = find_zip(block, name);
  if (zip < 0 && !msw_axis_find(name, &id)) return unknown_dimension(reader, block, name, hint);
  if (zip < 0 && !msw_phase_has_axis(block->phase, id)) return msw_spec_no_such_axis(reader, block->phase, id);
  if (zip < 0 && block->axes[id].zip >= 0)
    return msw_format(arena, "%s is in the zip \"%s\": reduce over that", msw_axis_name(id),
                      block->zips[block->axes[id].zip].name);
  bool *marks = zip < 0 ? &reduction->over_axis[id] : &reduction->over_zip[zip];
  if (*marks) return msw_format(arena, "\"%s\" is named twice", name);
  *marks = true;
  for (size_t i = 0; zip >= 0 && i < block->zips[zip].n_members; i++)
    reduction->over_axis[block->zips[zip].members[i]] = true;
  return NULL;
}

static void add_dimensions(msw_spec_reader *reader, const msw_spec_block *block, const msw_given_reduction *given,
                           msw_spec_reduction *reduction) {
  reduction->over_zip = msw_arena_array(reader->arena, block->n_zips, sizeof *reduction->over_zip);
  for (size_t i_over = 0; i_over < given->n_over; i_over++) {
    const char *hint = NULL;
    const char *message = add_dimension(reader, block, given->over[i_over]->text, reduction, &hint);
    if (message) msw_spec_error_once(reader->diag, msw_spec_where(reader, given->over[i_over]), hint, message);
  }
}

static void bind_one(msw_spec_scope *scope, msw_given_reduction *given, msw_spec_reduction *reduction) {
  msw_spec_reader *reader = scope->reader;
  const msw_spec_block *block = scope->block;
  *reduction = (msw_spec_reduction){.name = given->name, .field = given->field, .op = given->op,
                                    .where = msw_spec_where(reader, given->at)};
  if (given->field_at) reduction->field_where = msw_spec_where(reader, given->field_at);
  if (given->name_at && find_zip(block, given->name) >= 0)
    msw_spec_error_once(reader->diag, msw_spec_where(reader, given->name_at), NULL,
                        "a reduction cannot have the name of a zip");
  add_dimensions(reader, block, given, reduction);
  if (!given->condition_at) return;
  reduction->condition = msw_spec_compile(scope, given->condition_at, &given->is_bad);
  reduction->condition_text = given->condition_at->text;
}

/* The block's own list, even an empty one, stands in the place of the sweep's. */
void msw_spec_bind_reductions(msw_spec_scope *scope, msw_block_draft *draft) {
  msw_spec_block *block = &draft->block;
  msw_spec_level *level = draft->own && draft->own->reduce_at ? draft->own : draft->sweep;
  msw_spec_reduction *reductions = msw_arena_array(scope->reader->arena, level->n_reductions, sizeof *reductions);
  scope->is_strict = true;
  for (size_t i = 0; i < level->n_reductions; i++)
    if (!level->reductions[i].is_bad)
      bind_one(scope, &level->reductions[i], &reductions[block->n_reductions++]);
  block->reductions = reductions;
  if (block->n_reductions > 0 && block->n_fields > 0)
    msw_spec_warn_once(scope->reader->diag, block->fields_where[0],
                       "with reductions no field is stored: \"fields\" has no effect");
}

static void expand_dimensions(msw_spec_reader *reader, const msw_spec_block *block, const msw_spec_reduction *reduction,
                              msw_json *object) {
  msw_json *over = msw_json_add_array(reader->arena, object, "over");
  for (msw_axis_id id = 0; id < MSW_N_AXES; id++)
    if (reduction->over_axis[id] && block->axes[id].zip < 0)
      msw_json_add_string(reader->arena, over, NULL, msw_axis_name(id));
  for (size_t i_zip = 0; i_zip < block->n_zips; i_zip++)
    if (reduction->over_zip[i_zip]) msw_json_add_string(reader->arena, over, NULL, block->zips[i_zip].name);
}

void msw_spec_expand_reductions(msw_spec_reader *reader, const msw_block_draft *draft, msw_json *parent) {
  const msw_spec_block *block = &draft->block;
  msw_arena *arena = reader->arena;
  if (block->n_reductions == 0) return;
  msw_json *list = msw_json_add_array(arena, parent, "reduce");
  for (size_t i = 0; i < block->n_reductions; i++) {
    const msw_spec_reduction *reduction = &block->reductions[i];
    msw_json *object = msw_json_add_object(arena, list, NULL);
    msw_json_add_string(arena, object, "name", reduction->name);
    if (reduction->field) msw_json_add_string(arena, object, "field", reduction->field);
    msw_json_add_string(arena, object, "op", OPS[reduction->op]);
    expand_dimensions(reader, block, reduction, object);
    if (reduction->condition) msw_json_add_string(arena, object, "where", reduction->condition_text);
  }
}

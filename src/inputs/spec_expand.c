/* The canonical document: extends, defs, defaults and ranges worked out, nothing that does not change results. It is
 * itself a sweep file, which expands to itself. */
#include "spec_parts.h"

#include <string.h>

/* Longer axes stay as they were written: a hash needs no list of a million numbers. */
enum { MAX_LISTED = 4096 };

static void add_copy(msw_spec_reader *reader, msw_json *parent, const char *key, const msw_json *value) {
  msw_json *copy = msw_json_copy(reader->arena, value);
  copy->key = key;
  msw_json_append(parent, copy);
}

static void add_setting(msw_arena *arena, msw_json *method, const msw_method_setting *setting) {
  switch (setting->kind) {
  case MSW_SETTING_TEXT: msw_json_add_string(arena, method, setting->knob, setting->text); return;
  case MSW_SETTING_NUMBER: msw_json_add_number(arena, method, setting->knob, setting->number); return;
  case MSW_SETTING_BOOL: msw_json_add_bool(arena, method, setting->knob, setting->boolean); return;
  case MSW_SETTING_LIST: break;
  }
  msw_json *list = msw_json_add_array(arena, method, setting->knob);
  for (size_t i = 0; i < setting->n_list; i++) msw_json_add_number(arena, list, NULL, setting->list[i]);
}

void msw_spec_expand_method(msw_arena *arena, msw_json *parent, const char *key, const msw_method_spec *method) {
  if (method->n_settings == 0 && strcmp(method->label, method->base) == 0) {
    msw_json_add_string(arena, parent, key, method->base);
    return;
  }
  msw_json *object = msw_json_add_object(arena, parent, key);
  msw_json_add_string(arena, object, "base", method->base);
  msw_json_add_string(arena, object, "name", method->label);
  for (size_t i_setting = 0; i_setting < method->n_settings; i_setting++)
    add_setting(arena, object, &method->settings[i_setting]);
}

/* The values that `counts` marks, or all of them where it is NULL; `written` is what they were expanded from. */
static void add_values(msw_spec_reader *reader, const msw_block_draft *draft, msw_axis_id id, msw_json *parent,
                       const char *key, const uint8_t *counts, const msw_json *written) {
  msw_arena *arena = reader->arena;
  const msw_spec_axis *axis = &draft->block.axes[id];
  if (!axis->labels && axis->n > MAX_LISTED && written && !draft->is_filtered[id]) {
    add_copy(reader, parent, key, written);
    return;
  }
  msw_json *list = msw_json_add_array(arena, parent, key);
  for (size_t i = 0; i < axis->n; i++) {
    if (counts && !counts[i]) continue;
    if (id == MSW_AXIS_METHOD) msw_spec_expand_method(arena, list, NULL, &draft->block.methods[i]);
    else if (axis->labels) msw_json_add_string(arena, list, NULL, axis->labels[i]);
    else msw_json_add_number(arena, list, NULL, axis->values[i]);
  }
}

static void add_axis(msw_spec_reader *reader, const msw_block_draft *draft, msw_axis_id id, msw_json *parent) {
  const msw_draft_when *when = &draft->whens[id];
  const char *name = msw_axis_name(id);
  const msw_json *at = draft->given[id] ? draft->given[id]->at : NULL;
  if (!when->given) {
    add_values(reader, draft, id, parent, name, NULL, at);
    return;
  }
  const msw_json *values_at = when->given->values_at ? when->given->values_at : at;
  msw_json *object = msw_json_add_object(reader->arena, parent, name);
  msw_json_add_string(reader->arena, object, "when", when->given->condition->text);
  add_values(reader, draft, id, object, "values", when->counts_if, values_at);
  add_values(reader, draft, id, object, "else", when->counts_else, when->given->else_at);
}

static void add_axes(msw_spec_reader *reader, const msw_block_draft *draft, msw_json *parent) {
  const msw_spec_block *block = &draft->block;
  msw_json *axes = msw_json_add_object(reader->arena, parent, "axes");
  for (msw_axis_id id = 0; id < MSW_N_AXES; id++)
    if (block->axes[id].n > 0 && block->axes[id].zip < 0) add_axis(reader, draft, id, axes);
  msw_json *zips = block->n_zips ? msw_json_add_object(reader->arena, parent, "zip") : NULL;
  for (size_t i_zip = 0; i_zip < block->n_zips; i_zip++) {
    const msw_spec_zip *zip = &block->zips[i_zip];
    msw_json *members = msw_json_add_object(reader->arena, zips, zip->name);
    for (size_t i_member = 0; i_member < zip->n_members; i_member++)
      add_axis(reader, draft, zip->members[i_member], members);
  }
}

/* Expressions as written; objects as written, but for canonical names and order of their keys. */
static void add_rules(msw_spec_reader *reader, const msw_block_draft *draft, msw_json *parent) {
  msw_json *list = NULL;
  for (size_t i_rule = 0; i_rule < draft->block.n_rules; i_rule++) {
    const msw_given_rule *rule = draft->rule_sources[i_rule];
    if (!rule) continue;
    if (!list) list = msw_json_add_array(reader->arena, parent, "exclude");
    if (rule->is_expr) {
      msw_json_add_string(reader->arena, list, NULL, rule->text);
      continue;
    }
    msw_json *object = msw_json_add_object(reader->arena, list, NULL);
    for (msw_axis_id id = 0; id < MSW_N_AXES; id++)
      if (rule->wanted[id].at) add_copy(reader, object, msw_axis_name(id), rule->wanted[id].at);
  }
}

static void add_block(msw_spec_reader *reader, const msw_block_draft *draft, msw_json *parent) {
  const msw_spec_block *block = &draft->block;
  add_axes(reader, draft, parent);
  msw_spec_expand_lets(reader, draft, parent);
  add_rules(reader, draft, parent);
  msw_spec_expand_points(reader, draft, parent);
  msw_spec_expand_constraints(reader, draft, parent);
  msw_json *fields = block->n_fields ? msw_json_add_array(reader->arena, parent, "fields") : NULL;
  for (size_t i_field = 0; i_field < block->n_fields; i_field++)
    msw_json_add_string(reader->arena, fields, NULL, block->fields[i_field]);
}

/* What of "output" changes the data: neither where they go nor how they are packed. */
static void add_output(msw_spec_reader *reader, const msw_block_draft *drafts, msw_json *root) {
  const bool has_reductions = !drafts[0].own && drafts[0].block.n_reductions > 0;
  const int keepbits = reader->spec->keepbits;
  if (!has_reductions && keepbits == 0) return;
  msw_json *output = msw_json_add_object(reader->arena, root, "output");
  if (keepbits > 0) msw_json_add_number(reader->arena, output, "keepbits", keepbits);
  if (has_reductions) msw_spec_expand_reductions(reader, &drafts[0], output);
}

void msw_spec_expand(msw_spec_reader *reader, const msw_block_draft *drafts, size_t n_blocks) {
  msw_arena *arena = reader->arena;
  msw_json *root = msw_json_new(arena, MSW_JSON_OBJECT, (msw_loc){0});
  msw_json_add_number(arena, root, "sweep", MSW_SWEEP_LANGUAGE);
  msw_json_add_string(arena, root, "name", reader->spec->name);
  if (!drafts[0].own) {
    msw_json *fixed = msw_json_add_object(arena, root, "fixed");
    msw_json_add_string(arena, fixed, "phase", msw_phase_name(drafts[0].block.phase));
    add_block(reader, &drafts[0], root);
  }
  msw_json *blocks = drafts[0].own ? msw_json_add_array(arena, root, "blocks") : NULL;
  for (size_t i_block = 0; blocks && i_block < n_blocks; i_block++) {
    msw_json *block = msw_json_add_object(arena, blocks, NULL);
    msw_json_add_string(arena, block, "name", drafts[i_block].block.name);
    msw_json_add_string(arena, block, "phase", msw_phase_name(drafts[i_block].block.phase));
    add_block(reader, &drafts[i_block], block);
    msw_spec_expand_reductions(reader, &drafts[i_block], block);
  }
  add_output(reader, drafts, root);
  reader->spec->expanded = msw_spec_one_line(reader, root);
}

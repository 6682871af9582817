/* Binds the rules of "exclude" to a block: objects become bytes along the axes that they name, expressions programs
 * over the block's variables. A rule of the sweep passes over blocks whose phase lacks one of its axes. */
#include "spec_parts.h"

#include <string.h>

#include "msw/base/str.h"

/* ---- Objects ---- */

static bool number_matches(msw_wanted *wanted, double value) {
  size_t from = 0, to = wanted->n;
  while (from < to) {
    const size_t middle = from + (to - from) / 2;
    if (wanted->numbers[middle] < value) from = middle + 1;
    else to = middle;
  }
  const bool matches = from < wanted->n && !(wanted->numbers[from] > value);
  if (matches) wanted->found[from] = 1;
  return matches;
}

bool msw_spec_text_matches(const msw_spec_block *block, msw_axis_id id, size_t position, const char *text) {
  const char *label = block->axes[id].labels[position];
  msw_dtype dtype;
  if (msw_glob_match(text, label) || msw_equal_nocase(text, label)) return true;
  if (id == MSW_AXIS_DTYPE) return msw_dtype_parse(text, &dtype) && strcmp(msw_dtype_name(dtype), label) == 0;
  if (id != MSW_AXIS_GPU) return false;
  const msw_gpu *gpu = block->gpus[position];
  bool matches = msw_gpu_is(gpu, text);
  for (size_t i_alias = 0; i_alias < gpu->n_aliases; i_alias++)
    matches = matches || msw_glob_match(text, gpu->aliases[i_alias]);
  return matches;
}

static bool any_text_matches(const msw_spec_block *block, msw_axis_id id, size_t position, msw_wanted *wanted) {
  bool matches = false;
  for (size_t i_text = 0; i_text < wanted->n; i_text++) {
    if (!msw_spec_text_matches(block, id, position, wanted->texts[i_text]->text)) continue;
    matches = true;
    wanted->found[i_text] = 1;
  }
  return matches;
}

static bool bind_match(msw_spec_reader *reader, msw_block_draft *draft, msw_given_rule *given, bool is_own,
                       msw_spec_rule *rule) {
  const msw_spec_block *block = &draft->block;
  for (msw_axis_id id = 0; id < MSW_N_AXES; id++) {
    if (!given->wanted[id].at || msw_phase_has_axis(block->phase, id)) continue;
    if (is_own)
      msw_json_error(reader->diag, given->wanted[id].at, NULL, "%s", msw_spec_no_such_axis(reader, block->phase, id));
    return false;
  }
  for (msw_axis_id id = 0; id < MSW_N_AXES; id++) {
    msw_wanted *wanted = &given->wanted[id];
    if (!wanted->at) continue;
    const msw_spec_axis *axis = &block->axes[id];
    uint8_t *holds = msw_arena_array(reader->arena, axis->n, sizeof *holds);
    for (size_t i = 0; i < axis->n; i++)
      holds[i] =
          msw_axis_is_text(id) ? any_text_matches(block, id, i, wanted) : number_matches(wanted, axis->values[i]);
    rule->axes[rule->n_axes++] = id;
    rule->holds[id] = holds;
  }
  return true;
}

/* ---- Expressions ---- */

void msw_spec_list_axes(const msw_spec_scope *scope, msw_spec_rule *rule) {
  bool names_axis[MSW_N_AXES] = {false};
  size_t n_slots;
  const size_t *slots = msw_expr_slots(rule->expr, &n_slots);
  for (size_t i_slot = 0; i_slot < n_slots; i_slot++) names_axis[scope->variables[slots[i_slot]].axis] = true;
  for (msw_axis_id id = 0; id < MSW_N_AXES; id++)
    if (names_axis[id]) rule->axes[rule->n_axes++] = id;
}

static bool bind_expr(msw_spec_scope *scope, msw_given_rule *given, msw_spec_rule *rule) {
  rule->expr = msw_spec_compile(scope, given->at, &given->is_bad);
  if (!rule->expr) return false;
  msw_spec_list_axes(scope, rule);
  if (rule->n_axes > 0) return true;
  msw_json_error(scope->reader->diag, given->at, NULL, "names no axis, so that it holds for every cell or for none");
  given->is_bad = true;
  return false;
}

/* ---- Both ---- */

static void bind_level(msw_spec_scope *scope, msw_block_draft *draft, msw_spec_level *level, bool is_own) {
  scope->is_strict = is_own;
  for (size_t i_rule = 0; i_rule < level->n_rules; i_rule++) {
    msw_given_rule *given = &level->rules[i_rule];
    msw_spec_rule *rule = &draft->rules[draft->block.n_rules];
    if (given->is_bad) continue;
    *rule = (msw_spec_rule){.text = given->text, .where = msw_spec_where(scope->reader, given->at)};
    const bool is_bound =
        given->is_expr ? bind_expr(scope, given, rule) : bind_match(scope->reader, draft, given, is_own, rule);
    if (!is_bound) continue;
    given->is_used = true;
    draft->rule_sources[draft->block.n_rules++] = given;
  }
}

void msw_spec_bind_rules(msw_spec_scope *scope, msw_block_draft *draft) {
  bind_level(scope, draft, draft->sweep, !draft->own);
  if (draft->own) bind_level(scope, draft, draft->own, true);
}

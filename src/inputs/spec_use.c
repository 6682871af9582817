/* Looks back when all blocks are there: what of the sweep's own level has been of no use to any of them? */
#include "spec_parts.h"

#include <stdlib.h>

static bool some_block_has(const msw_block_draft *drafts, size_t n_blocks, msw_axis_id id) {
  bool has = false;
  for (size_t i_block = 0; i_block < n_blocks; i_block++)
    has = has || msw_phase_has_axis(drafts[i_block].block.phase, id);
  return has;
}

static void refuse_axis(msw_spec_reader *reader, const msw_json *at, msw_axis_id id) {
  if (at) msw_json_error(reader->diag, at, NULL, "no block has the axis \"%s\"", msw_axis_name(id));
}

static void check_axes(msw_spec_reader *reader, const msw_spec_level *sweep, const msw_block_draft *drafts,
                       size_t n_blocks) {
  for (msw_axis_id id = 0; id < MSW_N_AXES; id++) {
    if (some_block_has(drafts, n_blocks, id)) continue;
    refuse_axis(reader, sweep->axes[id].at, id);
    for (size_t i_zip = 0; i_zip < sweep->n_zips; i_zip++) refuse_axis(reader, sweep->zips[i_zip].members[id].at, id);
  }
}

/* A rule that no block could use: says which axis the last block misses. */
static void refuse_rule(msw_spec_reader *reader, const msw_given_rule *rule, const msw_spec_block *last) {
  const msw_where where = msw_spec_where(reader, rule->at);
  msw_spec_scope scope = {.reader = reader, .block = last, .is_strict = true};
  const msw_expr_scope names = msw_spec_expr_scope(&scope);
  for (msw_axis_id id = 0; id < MSW_N_AXES && !rule->is_expr; id++)
    if (rule->wanted[id].at && !msw_phase_has_axis(last->phase, id))
      msw_json_error(reader->diag, rule->wanted[id].at, NULL, "%s", msw_spec_no_such_axis(reader, last->phase, id));
  if (rule->is_expr) msw_expr_compile(rule->text, where.loc, where.path, &names, reader->arena, reader->diag);
  free(scope.variables);
}

static void warn_of_unmet(msw_spec_reader *reader, msw_axis_id id, const msw_wanted *wanted) {
  size_t n_unmet = 0, i_first = 0;
  for (size_t i = wanted->n; i-- > 0;)
    if (!wanted->found[i]) {
      n_unmet++;
      i_first = i;
    }
  if (n_unmet == 0) return;
  const msw_where where = msw_spec_where(reader, wanted->at);
  const char *value =
      wanted->texts ? wanted->texts[i_first]->text : msw_format(reader->arena, "%.15g", wanted->numbers[i_first]);
  const char *more = n_unmet > 1 ? msw_format(reader->arena, " and %zu more", n_unmet - 1) : "";
  msw_warn(reader->diag, where.loc, where.path, NULL, "the axis \"%s\" has no value %s%s", msw_axis_name(id), value,
           more);
}

static void warn_of_matches(msw_spec_reader *reader, const msw_spec_level *level) {
  for (size_t i_rule = 0; i_rule < level->n_rules; i_rule++)
    for (msw_axis_id id = 0; id < MSW_N_AXES && level->rules[i_rule].is_used; id++)
      if (level->rules[i_rule].wanted[id].at) warn_of_unmet(reader, id, &level->rules[i_rule].wanted[id]);
}

void msw_spec_check_use(msw_spec_reader *reader, msw_spec_level *sweep, msw_block_draft *drafts, size_t n_blocks) {
  for (size_t i_block = 0; i_block < n_blocks; i_block++)
    if (!drafts[i_block].has_phase) return;
  const bool is_shared = drafts[0].own;
  if (is_shared) check_axes(reader, sweep, drafts, n_blocks);
  for (size_t i_rule = 0; i_rule < sweep->n_rules && is_shared; i_rule++) {
    const msw_given_rule *rule = &sweep->rules[i_rule];
    if (!rule->is_used && !rule->is_bad) refuse_rule(reader, rule, &drafts[n_blocks - 1].block);
  }
  if (msw_spec_has_errors(reader)) return;   /* axes that failed have no values to meet */
  warn_of_matches(reader, sweep);
  for (size_t i_block = 0; i_block < n_blocks; i_block++)
    if (drafts[i_block].own) warn_of_matches(reader, drafts[i_block].own);
}

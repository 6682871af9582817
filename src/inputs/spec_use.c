/* Looks back when all blocks are there: what of the sweep's own level has been of no use to any of them? */
#include "spec_parts.h"

#include <stdlib.h>
#include <string.h>

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
    refuse_axis(reader, sweep->whens[id].at, id);
    for (size_t i_zip = 0; i_zip < sweep->n_zips; i_zip++) refuse_axis(reader, sweep->zips[i_zip].members[id].at, id);
  }
}

/* An expression that no block could use: says which axis the last block misses. */
static void refuse_expr(msw_spec_reader *reader, const msw_json *at, const msw_block_draft *last) {
  msw_spec_scope scope = {.reader = reader, .block = &last->block, .lets = last->lets, .n_lets = last->n_lets,
                          .is_strict = true};
  bool is_bad;
  msw_spec_compile(&scope, at, &is_bad);
  free(scope.variables);
}

/* The same of a rule. */
static void refuse_rule(msw_spec_reader *reader, const msw_given_rule *rule, const msw_block_draft *draft) {
  const msw_spec_block *last = &draft->block;
  for (msw_axis_id id = 0; id < MSW_N_AXES && !rule->is_expr; id++)
    if (rule->wanted[id].at && !msw_phase_has_axis(last->phase, id))
      msw_json_error(reader->diag, rule->wanted[id].at, NULL, "%s", msw_spec_no_such_axis(reader, last->phase, id));
  if (rule->is_expr) refuse_expr(reader, rule->at, draft);
}

/* Entries of the sweep's level that no block could use. */
static void check_shared(msw_spec_reader *reader, const msw_spec_level *sweep, const msw_block_draft *last) {
  for (size_t i_rule = 0; i_rule < sweep->n_rules; i_rule++) {
    const msw_given_rule *rule = &sweep->rules[i_rule];
    if (!rule->is_used && !rule->is_bad) refuse_rule(reader, rule, last);
  }
  for (size_t i = 0; i < sweep->n_constraints; i++) {
    const msw_given_constraint *constraint = &sweep->constraints[i];
    if (!constraint->is_used && !constraint->is_bad) refuse_expr(reader, constraint->expr_at, last);
  }
}

/* As with "defs": those of files that are extended may serve others. */
static void warn_of_lets(msw_spec_reader *reader, const msw_spec_level *level) {
  for (size_t i_let = 0; i_let < level->n_lets; i_let++) {
    const msw_given_let *let = &level->lets[i_let];
    if (let->is_used || strcmp(let->at->loc.file, reader->spec->file) != 0) continue;
    msw_warn(reader->diag, let->at->loc, msw_spec_where(reader, let->at).path, NULL, "\"%s\" is not used", let->name);
  }
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
  if (is_shared) check_shared(reader, sweep, &drafts[n_blocks - 1]);
  if (msw_spec_has_errors(reader)) return;   /* axes that failed have no values to meet */
  warn_of_matches(reader, sweep);
  warn_of_lets(reader, sweep);
  for (size_t i_block = 0; i_block < n_blocks; i_block++) {
    if (!drafts[i_block].own) continue;
    warn_of_matches(reader, drafts[i_block].own);
    warn_of_lets(reader, drafts[i_block].own);
  }
}

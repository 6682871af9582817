/* Binds to a block all that has expressions: definitions first, then what may name them. They share one set of
 * variables. */
#include "spec_parts.h"

#include <stdlib.h>
#include <string.h>

static const char BEFORE_EVALUATION[] = "known only after evaluation: use \"constraints\"";

static void make_room_for_rules(msw_spec_reader *reader, msw_block_draft *draft) {
  const size_t n_rules = MSW_N_AXES + draft->sweep->n_rules + (draft->own ? draft->own->n_rules : 0);
  draft->rules = msw_arena_array(reader->arena, n_rules, sizeof *draft->rules);
  draft->rule_sources = msw_arena_array(reader->arena, n_rules, sizeof *draft->rule_sources);
  draft->block.rules = draft->rules;
}

/* Definitions of which something that the block has makes use. */
static void use_lets(msw_spec_reader *reader, msw_block_draft *draft) {
  const msw_spec_block *block = &draft->block;
  for (msw_axis_id id = 0; id < MSW_N_AXES; id++)
    if (draft->whens[id].given) msw_spec_use_lets(reader, draft, draft->whens[id].given->condition->text);
  for (size_t i_rule = 0; i_rule < block->n_rules; i_rule++)
    if (draft->rule_sources[i_rule] && draft->rule_sources[i_rule]->is_expr)
      msw_spec_use_lets(reader, draft, block->rules[i_rule].text);
  for (size_t i = 0; i < block->n_constraints; i++) msw_spec_use_lets(reader, draft, block->constraints[i].text);
  for (size_t i = 0; i < block->n_reductions; i++)
    if (block->reductions[i].condition) msw_spec_use_lets(reader, draft, block->reductions[i].condition_text);
}

void msw_spec_bind_block(msw_spec_reader *reader, msw_block_draft *draft) {
  if (!draft->has_phase) return;
  msw_spec_block *block = &draft->block;
  msw_spec_bind_lets(reader, draft);
  msw_spec_scope scope = {.reader = reader, .block = block, .lets = draft->lets, .n_lets = draft->n_lets,
                          .refuses_fields = BEFORE_EVALUATION};
  make_room_for_rules(reader, draft);
  msw_spec_bind_whens(&scope, draft);
  msw_spec_bind_rules(&scope, draft);
  scope.refuses_fields = NULL;
  msw_spec_bind_constraints(&scope, draft);
  msw_spec_bind_reductions(&scope, draft);
  use_lets(reader, draft);
  msw_spec_variable *variables = msw_arena_array(reader->arena, scope.n, sizeof *variables);
  if (scope.n) memcpy(variables, scope.variables, scope.n * sizeof *variables);
  free(scope.variables);
  block->variables = variables;
  block->n_variables = scope.n;
}

/* Binding a case of a plan. */
#include "msw/grid/bind.h"

#include <stdlib.h>

#include "factors.h"
#include "msw/grid/rule.h"
#include "void_case.h"

static void bind_axes(const msw_plan_block *block, msw_bound_case *out) {
  for (msw_axis_id axis = MSW_FIRST_NUMERIC_AXIS; axis < MSW_N_AXES; axis++) {
    const msw_spec_axis *given = &block->spec->axes[axis];
    if (given->n == 0) continue;
    bool zipped = given->zip >= 0;
    out->values[axis] = zipped ? given->values + out->position[axis] : given->values;
    out->n[axis] = zipped ? 1 : given->n;
  }
}

static bool names_inner_axis(const msw_plan_block *block, const msw_spec_rule *rule) {
  for (size_t i_axis = 0; i_axis < rule->n_axes; i_axis++)
    if (!block->dims[block->dim_of_axis[rule->axes[i_axis]]].outer) return true;
  return false;
}

/* Rules over outer axes alone are decided here, once for the case. */
static void bind_rules(const msw_plan_block *block, msw_bound_case *out) {
  const msw_spec_block *spec = block->spec;
  const msw_spec_rule **rules = msw_arena_array(&out->arena, spec->n_rules, sizeof *rules);
  double *scratch = msw_arena_array(&out->arena, msw_rule_scratch(spec, 1), sizeof *scratch);
  for (size_t i_rule = 0; i_rule < spec->n_rules; i_rule++) {
    uint8_t holds = 0;
    if (names_inner_axis(block, &spec->rules[i_rule])) rules[out->n_rules++] = &spec->rules[i_rule];
    else msw_rule_row(spec, &spec->rules[i_rule], out->position, MSW_N_AXES, 0, 1, scratch, &holds);
    out->excluded = out->excluded || holds;
  }
  out->rules = rules;
}

void msw_bind_case(const msw_plan_block *block, const msw_kernel_set *const *tables, uint64_t i_case,
                   msw_bound_case *out) {
  *out = (msw_bound_case){.i_case = i_case};
  msw_plan_case_positions(block, i_case, out->position);
  bind_axes(block, out);
  bind_rules(block, out);
  msw_case_key key = msw_plan_case_key(block, out->position);
  key.tables = tables ? tables[out->position[MSW_AXIS_GPU]] : NULL;
  msw_case_bind(&key, &out->arena, &out->bound);
  if (!out->excluded) out->factors = msw_factors_bind(&out->bound, &out->arena);
}

void msw_bound_case_free(msw_bound_case *bound) { msw_arena_free(&bound->arena); }

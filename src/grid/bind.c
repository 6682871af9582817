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

/* All cells of the case. */
static void find_box(const msw_plan_block *block, const msw_bound_case *bound, msw_stretch box[MSW_N_AXES]) {
  for (int axis = 0; axis < MSW_N_AXES; axis++) {
    const int dim = block->dim_of_axis[axis];
    const size_t at = bound->position[axis], n = block->spec->axes[axis].n;
    const bool is_fixed = dim >= 0 && block->dims[dim].outer;
    box[axis] = is_fixed ? (msw_stretch){at, at + 1} : (msw_stretch){0, n};
  }
}

/* Rules that are the same all over the case are decided here, once: always those over outer axes alone. */
static void bind_rules(const msw_plan_block *block, msw_bound_case *out) {
  const msw_spec_block *spec = block->spec;
  msw_stretch box[MSW_N_AXES];
  const msw_spec_rule **rules = msw_arena_array(&out->arena, spec->n_rules, sizeof *rules);
  double *scratch = msw_arena_array(&out->arena, block->rule_book.n_scratch, sizeof *scratch);
  find_box(block, out, box);
  for (size_t i_rule = 0; i_rule < spec->n_rules; i_rule++) {
    const msw_spec_rule *rule = &spec->rules[i_rule];
    const msw_extent extent = msw_rule_over(&block->rule_book, rule, box, scratch);
    const bool is_when = rule->kind == MSW_RULE_WHEN;
    if (extent == MSW_EVERYWHERE && is_when) out->conditional = true;
    if (extent == MSW_EVERYWHERE && !is_when) out->excluded = true;
    if (extent == MSW_UNSURE || (extent == MSW_EVERYWHERE && is_when)) rules[out->n_rules++] = rule;
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
  if (!out->excluded && !out->conditional) out->factors = msw_factors_bind(&out->bound, &out->arena);
}

void msw_bound_case_free(msw_bound_case *bound) { msw_arena_free(&bound->arena); }

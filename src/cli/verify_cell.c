/* One cell by the scalar reference, and the worst cells. */
#include <math.h>
#include <string.h>

#include "msw/grid/reference.h"
#include "msw/grid/rule.h"
#include "verify.h"

static msw_flags rule_flags(const msw_plan_block *block, const size_t position[MSW_N_AXES], msw_arena *arena) {
  const msw_spec_block *spec = block->spec;
  double *scratch = msw_arena_array(arena, msw_rule_scratch(spec, 1) + 1, sizeof *scratch);
  msw_flags flags = 0;
  for (size_t i_rule = 0; i_rule < spec->n_rules; i_rule++) {
    uint8_t holds = 0;
    msw_rule_row(spec, &spec->rules[i_rule], position, MSW_N_AXES, 0, 1, scratch, &holds);
    if (!holds) continue;
    if (spec->rules[i_rule].kind == MSW_RULE_EXCLUDE) return MSW_FLAG_EXCLUDED;
    flags = MSW_FLAG_CONDITIONAL;
  }
  return flags;
}

void msw_verify_reference(const msw_plan_block *block, const msw_bound_case *bound, const size_t position[MSW_N_AXES],
                          msw_breakdown *out) {
  msw_arena scratch = {0};
  msw_cell_step cell;
  double values[MSW_N_AXES] = {0};
  const msw_flags by_rules = rule_flags(block, position, &scratch);
  msw_arena_free(&scratch);
  for (msw_axis_id axis = MSW_FIRST_NUMERIC_AXIS; axis < MSW_N_AXES; axis++)
    if (block->spec->axes[axis].n > 0) values[axis] = block->spec->axes[axis].values[position[axis]];
  msw_cell_step_set(&cell, block->spec->phase, values);
  const msw_case nothing = {.flags = MSW_FLAGS_VOID};   /* no number anywhere */
  msw_step_eval(by_rules ? &nothing : &bound->bound, &cell.step, NULL, out);
  if (by_rules) out->flags = by_rules;
}

/* Floats in their order as integers in theirs; both zeros are 0. */
static int64_t rank_of(float number) {
  int32_t bits;
  memcpy(&bits, &number, sizeof bits);
  return bits < 0 ? (int64_t)INT32_MIN - bits : bits;
}

double msw_ulps_apart(float a, float b) {
  if (isnan(a) || isnan(b)) return isnan(a) && isnan(b) ? 0.0 : (double)INFINITY;
  int64_t apart = rank_of(a) - rank_of(b);
  return (double)(apart < 0 ? -apart : apart);
}

void msw_verify_keep(msw_verification *v, const msw_difference *difference) {
  size_t at = v->n_worst;
  while (at > 0 && v->worst[at - 1].ulps < difference->ulps) at--;
  if (at == MSW_WORST_SHOWN) return;
  if (v->n_worst < MSW_WORST_SHOWN) v->n_worst++;
  memmove(&v->worst[at + 1], &v->worst[at], (v->n_worst - at - 1) * sizeof *v->worst);
  v->worst[at] = *difference;
}

static uint64_t case_at(const msw_plan_block *block, const size_t position[MSW_N_AXES]) {
  uint64_t i_case = 0;
  for (size_t i_dim = 0; i_dim < block->n_outer; i_dim++) {
    const msw_dim *dim = &block->dims[i_dim];
    msw_axis_id axis = dim->zip < 0 ? dim->axis : block->spec->zips[dim->zip].members[0];
    i_case = i_case * dim->n + position[axis];
  }
  return i_case;
}

void msw_verify_finish_worst(msw_verification *v) {
  for (size_t i_worst = 0; i_worst < v->n_worst; i_worst++) {
    msw_difference *difference = &v->worst[i_worst];
    const msw_plan_block *block = difference->block;
    msw_bound_case bound;
    msw_breakdown breakdown;
    msw_bind_case(block, v->tables.of_block[block - v->plan.blocks], case_at(block, difference->position), &bound);
    msw_verify_reference(block, &bound, difference->position, &breakdown);
    difference->reference = msw_field_number(difference->field, &breakdown);
    msw_bound_case_free(&bound);
  }
}

/* Exclude rules over rows of cells. */
#include "msw/grid/rule.h"

static size_t row_values(const msw_spec_block *block, size_t n) { return block->n_variables ? n : 1; }

size_t msw_rule_scratch(const msw_spec_block *block, size_t n) {
  size_t most = 0;
  for (size_t i_rule = 0; i_rule < block->n_rules; i_rule++) {
    const msw_spec_rule *rule = &block->rules[i_rule];
    size_t need = rule->expr ? msw_expr_scratch(rule->expr, row_values(block, n)) : 0;
    if (need > most) most = need;
  }
  return most + n + 2 * block->n_variables;   /* beside it: the result row and the inputs (two words each) */
}

static void match_row(const msw_spec_rule *rule, const size_t position[MSW_N_AXES], msw_axis_id row_axis, size_t first,
                      size_t n, uint8_t *mask) {
  const uint8_t *along = NULL;
  for (size_t i_axis = 0; i_axis < rule->n_axes; i_axis++) {
    msw_axis_id axis = rule->axes[i_axis];
    if (axis == row_axis) along = rule->holds[axis] + first;
    else if (!rule->holds[axis][position[axis]]) return;
  }
  for (size_t i_cell = 0; i_cell < n; i_cell++) mask[i_cell] |= along ? along[i_cell] : 1;
}

static void expr_row(const msw_spec_block *block, const msw_spec_rule *rule, const size_t position[MSW_N_AXES],
                     msw_axis_id row_axis, size_t first, size_t n, double *scratch, uint8_t *mask) {
  size_t n_slots;
  const size_t *slots = msw_expr_slots(rule->expr, &n_slots);
  msw_expr_input *inputs = (msw_expr_input *)(void *)scratch;
  double *result = scratch + 2 * block->n_variables;
  for (size_t i_slot = 0; i_slot < n_slots; i_slot++) {
    const msw_spec_variable *variable = &block->variables[slots[i_slot]];
    bool along = variable->axis == row_axis;
    inputs[slots[i_slot]] = (msw_expr_input){variable->values + (along ? first : position[variable->axis]), along};
  }
  msw_expr_eval(rule->expr, inputs, n, result + n, result);
  for (size_t i_cell = 0; i_cell < n; i_cell++)
    mask[i_cell] |= result[i_cell] < 0.0 || result[i_cell] > 0.0;   /* NaN does not hold */
}

void msw_rule_row(const msw_spec_block *block, const msw_spec_rule *rule, const size_t position[MSW_N_AXES],
                  msw_axis_id row_axis, size_t first, size_t n, double *scratch, uint8_t *mask) {
  _Static_assert(sizeof(msw_expr_input) <= 2 * sizeof(double), "inputs must fit two words each in the scratch");
  if (rule->expr) expr_row(block, rule, position, row_axis, first, n, scratch, mask);
  else match_row(rule, position, row_axis, first, n, mask);
}

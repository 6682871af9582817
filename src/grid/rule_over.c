/* A rule over a box of cells. */
#include <string.h>

#include "rule_values.h"

static msw_extent match_over(const msw_spec_rule *rule, const msw_stretch box[MSW_N_AXES]) {
  bool everywhere = true;
  for (size_t i_axis = 0; i_axis < rule->n_axes; i_axis++) {
    const msw_axis_id axis = rule->axes[i_axis];
    const uint8_t *part = rule->holds[axis] + box[axis].first;
    const size_t n = box[axis].end - box[axis].first;
    if (!memchr(part, 1, n)) return MSW_NOWHERE;
    everywhere = everywhere && !memchr(part, 0, n);
  }
  return everywhere ? MSW_EVERYWHERE : MSW_UNSURE;
}

static msw_bounds bounds_of(const msw_rule_book *book, size_t slot, msw_stretch part) {
  const msw_spec_variable *variable = &book->block->variables[slot];
  const size_t n = part.end - part.first;
  if (n == 1) return (msw_bounds){variable->values[part.first], variable->values[part.first]};
  if (n == book->block->axes[variable->axis].n) return book->bounds[slot];
  if (book->orders[slot] == MSW_UNORDERED) return msw_values_bounds(variable->values + part.first, n);
  return msw_ordered_bounds(variable->values, book->orders[slot], part);
}

static msw_extent holds_at(const msw_rule_book *book, const msw_spec_rule *rule, const msw_stretch box[MSW_N_AXES],
                           msw_rule_work work) {
  size_t n_slots;
  const size_t *slots = msw_expr_slots(rule->expr, &n_slots);
  for (size_t i_slot = 0; i_slot < n_slots; i_slot++) {
    const msw_spec_variable *variable = &book->block->variables[slots[i_slot]];
    work.inputs[slots[i_slot]] = (msw_expr_input){variable->values + box[variable->axis].first, 0};
  }
  msw_expr_eval(rule->expr, work.inputs, 1, work.work, work.values);
  return msw_rule_is_true(work.values[0]) ? MSW_EVERYWHERE : MSW_NOWHERE;
}

msw_extent msw_rule_over(const msw_rule_book *book, const msw_spec_rule *rule, const msw_stretch box[MSW_N_AXES],
                         double *scratch) {
  if (!rule->expr) return match_over(rule, box);
  const msw_rule_work work = msw_rule_work_in(scratch, book->block);
  size_t n_slots;
  bool is_cell = true;
  const size_t *slots = msw_expr_slots(rule->expr, &n_slots);
  for (size_t i_slot = 0; i_slot < n_slots; i_slot++) {
    const msw_stretch part = box[book->block->variables[slots[i_slot]].axis];
    work.bounds[slots[i_slot]] = bounds_of(book, slots[i_slot], part);
    is_cell = is_cell && part.end - part.first == 1;
  }
  return is_cell ? holds_at(book, rule, box, work) : msw_expr_extent(rule->expr, work.bounds);
}

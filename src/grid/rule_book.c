/* What is known of a block's variables before any question about its rules. */
#include <math.h>

#include "rule_values.h"

static bool is_ordered(const double *values, size_t n, bool up) {
  for (size_t i = 1; i < n; i++)
    if (!(up ? values[i - 1] <= values[i] : values[i - 1] >= values[i])) return false;
  return n > 0 && !isnan(values[0]);
}

static msw_order order_of(const double *values, size_t n) {
  if (is_ordered(values, n, true)) return MSW_ASCENDING;
  return is_ordered(values, n, false) ? MSW_DESCENDING : MSW_UNORDERED;
}

msw_bounds msw_values_bounds(const double *values, size_t n) {
  msw_bounds bounds = {INFINITY, -INFINITY};
  size_t n_nan = 0;
  for (size_t i = 0; i < n; i++) {
    n_nan += isnan(values[i]) ? 1 : 0;
    bounds.low = values[i] < bounds.low ? values[i] : bounds.low;
    bounds.high = values[i] > bounds.high ? values[i] : bounds.high;
  }
  if (n_nan == n) return (msw_bounds){NAN, NAN};
  return n_nan > 0 ? (msw_bounds){-INFINITY, INFINITY} : bounds;
}

msw_bounds msw_ordered_bounds(const double *values, msw_order order, msw_stretch part) {
  const double at_first = values[part.first], at_last = values[part.end - 1];
  return order == MSW_DESCENDING ? (msw_bounds){at_last, at_first} : (msw_bounds){at_first, at_last};
}

msw_rule_book msw_rule_book_make(const msw_spec_block *block, msw_arena *arena) {
  msw_order *orders = msw_arena_array(arena, block->n_variables, sizeof *orders);
  msw_bounds *bounds = msw_arena_array(arena, block->n_variables, sizeof *bounds);
  for (size_t i_variable = 0; i_variable < block->n_variables; i_variable++) {
    const msw_spec_variable *variable = &block->variables[i_variable];
    if (!variable->values) continue;   /* a field: no rule names it */
    const size_t n = block->axes[variable->axis].n;
    orders[i_variable] = order_of(variable->values, n);
    bounds[i_variable] = orders[i_variable] == MSW_UNORDERED
                             ? msw_values_bounds(variable->values, n)
                             : msw_ordered_bounds(variable->values, orders[i_variable], (msw_stretch){0, n});
  }
  size_t n_work = 0;
  for (size_t i_rule = 0; i_rule < block->n_rules; i_rule++) {
    const msw_expr *expr = block->rules[i_rule].expr;
    const size_t need = expr ? msw_expr_scratch(expr, MSW_RULE_LEAF) : 0;
    if (need > n_work) n_work = need;
  }
  const size_t n_scratch = MSW_RULE_WORDS * block->n_variables + block->n_rules + MSW_RULE_LEAF + n_work;
  return (msw_rule_book){.block = block, .orders = orders, .bounds = bounds, .n_scratch = n_scratch};
}

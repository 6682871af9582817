/* How questions about rules work together (rule_book.c, rule_over.c, rule_stretches.c). Private to grid. */
#ifndef MSW_GRID_RULE_VALUES_H
#define MSW_GRID_RULE_VALUES_H

#include "msw/grid/rule.h"

/* Where bounds are unsure of so many cells, they are evaluated: one more halving would cost about as much. */
enum { MSW_RULE_LEAF = 32 };

/* Scratch: bounds and inputs by slot, where each rule changed in the row before, the values of a leaf, and what the
 * evaluator needs. */
typedef struct { msw_bounds *bounds; msw_expr_input *inputs; size_t *changes; double *values, *work; } msw_rule_work;
enum { MSW_RULE_WORDS = (sizeof(msw_bounds) + sizeof(msw_expr_input)) / sizeof(double) };   /* of a variable */

static inline msw_rule_work msw_rule_work_in(double *scratch, const msw_spec_block *block) {
  _Static_assert(sizeof(msw_bounds) % sizeof(double) == 0 && sizeof(msw_expr_input) % sizeof(double) == 0 &&
                     sizeof(size_t) == sizeof(double), "these are laid out among doubles");
  msw_bounds *bounds = (msw_bounds *)(void *)scratch;
  msw_expr_input *inputs = (msw_expr_input *)(void *)(bounds + block->n_variables);
  size_t *changes = (size_t *)(void *)(inputs + block->n_variables);
  double *values = (double *)(void *)(changes + block->n_rules);
  return (msw_rule_work){bounds, inputs, changes, values, values + MSW_RULE_LEAF};
}

/* A rule holds where its value is neither 0 nor NaN. */
static inline bool msw_rule_is_true(double value) { return value < 0.0 || value > 0.0; }

/* Bounds of n values in any order. */
msw_bounds msw_values_bounds(const double *values, size_t n);
/* Of a part, at least one, of values in this order. */
msw_bounds msw_ordered_bounds(const double *values, msw_order order, msw_stretch part);

#endif

/* The stretches of a row in which a rule holds. Expressions: bounds decide the row, else each of its halves, down to a
 * leaf of cells that is evaluated. What bounds are sure of is what evaluation finds (msw_expr_extent), so that the
 * result does not depend on where they are sure.
 */
#include <string.h>

#include "rule_values.h"

static bool is_along(msw_axis_set axes, msw_axis_id axis) { return axes >> axis & 1; }

/* ---- Matches ---- */

static size_t runs_of(const uint8_t *holds, size_t first, size_t end, msw_stretch *out) {
  size_t n = 0;
  while (first < end) {
    const uint8_t *from = memchr(holds + first, 1, end - first);
    if (!from) return n;
    first = (size_t)(from - holds);
    const uint8_t *to = memchr(from, 0, end - first);
    const size_t stop = to ? (size_t)(to - holds) : end;
    n = msw_stretches_add(out, n, first, stop);
    first = stop;
  }
  return n;
}

static size_t match_stretches(const msw_spec_rule *rule, const size_t position[MSW_N_AXES], msw_axis_set row_axes,
                              size_t first, size_t end, msw_stretch *out) {
  const uint8_t *along[MSW_N_AXES];
  size_t n_along = 0, n = 0;
  for (size_t i_axis = 0; i_axis < rule->n_axes; i_axis++) {
    const msw_axis_id axis = rule->axes[i_axis];
    if (is_along(row_axes, axis)) along[n_along++] = rule->holds[axis];
    else if (!rule->holds[axis][position[axis]]) return 0;
  }
  if (n_along == 0) return msw_stretches_add(out, 0, first, end);
  if (n_along == 1) return runs_of(along[0], first, end, out);
  for (size_t at = first; at < end; at++) {   /* members of a zip */
    bool holds = true;
    for (size_t i_along = 0; i_along < n_along; i_along++) holds = holds && along[i_along][at];
    if (holds) n = msw_stretches_add(out, n, at, at + 1);
  }
  return n;
}

/* ---- Expressions ---- */

/* A search along one row. */
typedef struct {
  const msw_rule_book *book;
  const msw_expr *expr;
  const size_t *slots;         /* [n_slots] that the expression uses */
  size_t n_slots;
  msw_axis_set row_axes;
  msw_rule_work work;
  bool is_ordered;             /* all that changes along the row is */
  msw_stretch *out;
  size_t n_out;
} search;

/* Bounds and inputs of what stands still, and whether all that runs is in order; returns how much runs. */
static size_t prepare(search *s, const size_t position[MSW_N_AXES]) {
  size_t n_along = 0;
  s->is_ordered = true;
  for (size_t i_slot = 0; i_slot < s->n_slots; i_slot++) {
    const size_t slot = s->slots[i_slot];
    const msw_spec_variable *variable = &s->book->block->variables[slot];
    if (is_along(s->row_axes, variable->axis)) {
      n_along++;
      s->is_ordered = s->is_ordered && s->book->orders[slot] != MSW_UNORDERED;
      s->work.bounds[slot] = s->book->bounds[slot];   /* stays so when out of order */
      continue;
    }
    const double *value = variable->values + position[variable->axis];
    s->work.inputs[slot] = (msw_expr_input){value, 0};
    s->work.bounds[slot] = (msw_bounds){*value, *value};
  }
  return n_along;
}

static void evaluate(search *s, size_t first, size_t end) {
  for (size_t i_slot = 0; i_slot < s->n_slots; i_slot++) {
    const msw_spec_variable *variable = &s->book->block->variables[s->slots[i_slot]];
    if (is_along(s->row_axes, variable->axis))
      s->work.inputs[s->slots[i_slot]] = (msw_expr_input){variable->values + first, 1};
  }
  const double *values = s->work.values;
  const size_t n = end - first;
  msw_expr_eval(s->expr, s->work.inputs, n, s->work.work, s->work.values);
  for (size_t at = 0, from = 0; at < n; from = at) {
    const bool holds = msw_rule_is_true(values[at]);
    while (at < n && msw_rule_is_true(values[at]) == holds) at++;
    if (holds) s->n_out = msw_stretches_add(s->out, s->n_out, first + from, first + at);
  }
}

static msw_extent extent_of(search *s, size_t first, size_t end) {
  for (size_t i_slot = 0; i_slot < s->n_slots; i_slot++) {
    const size_t slot = s->slots[i_slot];
    const msw_spec_variable *variable = &s->book->block->variables[slot];
    const msw_order order = s->book->orders[slot];
    if (is_along(s->row_axes, variable->axis) && order != MSW_UNORDERED)
      s->work.bounds[slot] = msw_ordered_bounds(variable->values, order, (msw_stretch){first, end});
  }
  return msw_expr_extent(s->expr, s->work.bounds);
}

static msw_extent look(search *s, size_t first, size_t end);

/* Searches what is unsure as a whole. If its first half is not, the second half nearly always is, and is not asked. */
static void look_inside(search *s, size_t first, size_t end) {
  if (end - first <= MSW_RULE_LEAF) {
    evaluate(s, first, end);
  } else if (s->is_ordered) {
    const size_t middle = first + (end - first) / 2;
    if (look(s, first, middle) == MSW_UNSURE) look(s, middle, end);
    else look_inside(s, middle, end);
  } else {
    for (size_t at = first; at < end; at += MSW_RULE_LEAF)
      evaluate(s, at, end - at < MSW_RULE_LEAF ? end : at + MSW_RULE_LEAF);
  }
}

static msw_extent look(search *s, size_t first, size_t end) {
  const msw_extent extent = extent_of(s, first, end);
  if (extent == MSW_EVERYWHERE) s->n_out = msw_stretches_add(s->out, s->n_out, first, end);
  if (extent == MSW_UNSURE) look_inside(s, first, end);
  return extent;
}

/* From one row to the next, what changes along it does so at nearly the same place. */
static void look_around(search *s, size_t first, size_t end, size_t change) {
  const size_t reach = MSW_RULE_LEAF / 2;
  const size_t from = change > first + reach ? change - reach : first, to = change + reach < end ? change + reach : end;
  if (from > first) look(s, first, from);
  look_inside(s, from, to);
  if (to < end) look(s, to, end);
}

/* `change`: where the row before changed, 0 where it did not. A guess: it saves work where it is right. */
static void search_row(search *s, size_t first, size_t end, size_t *change) {
  if (s->is_ordered && first < *change && *change < end) look_around(s, first, end, *change);
  else look(s, first, end);
  const size_t after = s->n_out == 0 ? end : s->out[0].first > first ? s->out[0].first : s->out[0].end;
  *change = after < end ? after : 0;
}

size_t msw_rule_stretches(const msw_rule_book *book, const msw_spec_rule *rule, const size_t position[MSW_N_AXES],
                          msw_axis_set row_axes, size_t first, size_t n, double *scratch, msw_stretch *out) {
  if (!rule->expr) return match_stretches(rule, position, row_axes, first, first + n, out);
  search s = {.book = book, .expr = rule->expr, .row_axes = row_axes, .out = out,
              .work = msw_rule_work_in(scratch, book->block)};
  s.slots = msw_expr_slots(rule->expr, &s.n_slots);
  if (prepare(&s, position) > 0) {
    search_row(&s, first, first + n, &s.work.changes[rule - book->block->rules]);
    return s.n_out;
  }
  msw_expr_eval(s.expr, s.work.inputs, 1, s.work.work, s.work.values);   /* the same in every cell */
  return msw_stretches_add(out, 0, first, msw_rule_is_true(s.work.values[0]) ? first + n : first);
}

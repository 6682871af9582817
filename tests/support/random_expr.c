/* Random expressions. */
#include "random_expr.h"

#include <math.h>

#include "msw/base/str.h"

static const char *number_axis(made_sweep *sweep, rng *r) {
  for (;;) {
    const msw_axis_id axis = (msw_axis_id)rng_below(r, MSW_N_AXES);
    if (sweep->block.axes[axis].n > 0 && !msw_axis_is_text(axis)) return msw_axis_name(axis);
  }
}

/* A value that stands on some axis, so that comparisons meet their edges. */
static const char *axis_value(made_sweep *sweep, rng *r) {
  for (;;) {
    const msw_spec_axis *axis = &sweep->block.axes[rng_below(r, MSW_N_AXES)];
    if (axis->n > 0 && !msw_axis_is_text(axis->id))
      return msw_format(&sweep->arena, "%.17g", axis->values[rng_below(r, axis->n)]);
  }
}

static const char *leaf(made_sweep *sweep, rng *r) {
  static const char *const figures[] = {"model.num_kv_heads", "model.max_position_embeddings", "gpu.mem_gib", "gpu.tdp_w",
                                        "model.is_moe", "0", "1", "2", "3", "0.1", NULL};
  switch (rng_below(r, 10)) {
    case 0: return rng_pick(r, figures);
    case 1: return axis_value(sweep, r);
    case 2: return msw_format(&sweep->arena, "%.5g", rng_log_between(r, 1e-3, 1e9));
    default: return number_axis(sweep, r);
  }
}

const char *random_number(made_sweep *sweep, rng *r, int depth) {
  static const char *const common[] = {"+", "-", "*", "/", NULL}, *const rare[] = {"%", "^", NULL};
  static const char *const of_two[] = {"min", "max", NULL};
  static const char *const of_one[] = {"ceil", "floor", "round", "log2", "sqrt", "abs", "-", "!", NULL};
  if (depth <= 0 || rng_chance(r, 0.2)) return leaf(sweep, r);
  const char *a = random_number(sweep, r, depth - 1), *b = random_number(sweep, r, depth - 1);
  switch (rng_below(r, 12)) {
    case 0: return msw_format(&sweep->arena, "(%s) %s (%s)", a, rng_pick(r, rare), b);
    case 1: return msw_format(&sweep->arena, "%s(%s, %s)", rng_pick(r, of_two), a, b);
    case 2: return msw_format(&sweep->arena, "%s(%s)", rng_pick(r, of_one), a);
    case 3: return msw_format(&sweep->arena, "(%s ? %s : %s)", random_condition(sweep, r, depth - 1), a, b);
    case 4: return msw_format(&sweep->arena, "(%s)", random_condition(sweep, r, depth - 1));
    default: return msw_format(&sweep->arena, "(%s %s %s)", a, rng_pick(r, common), b);
  }
}

const char *random_condition(made_sweep *sweep, rng *r, int depth) {
  static const char *const relations[] = {"<", "<=", ">", ">=", "<", ">", "==", "!=", NULL};
  static const char *const texts[] = {"dtype == 'fp8'", "gpu in ['g1', 'g2']", "model != 'm0'", NULL};
  const bool is_flat = depth <= 0 || rng_chance(r, 0.4);
  if (!is_flat && rng_chance(r, 0.1)) return msw_format(&sweep->arena, "!(%s)", random_condition(sweep, r, depth - 1));
  if (!is_flat)
    return msw_format(&sweep->arena, "(%s) %s (%s)", random_condition(sweep, r, depth - 1), rng_chance(r, 0.5) ? "&&" : "||",
                      random_condition(sweep, r, depth - 1));
  if (rng_chance(r, 0.1)) return rng_pick(r, texts);
  if (rng_chance(r, 0.1)) return random_number(sweep, r, depth);
  return msw_format(&sweep->arena, "%s %s %s", random_number(sweep, r, depth), rng_pick(r, relations),
                    random_number(sweep, r, depth));
}

/* The value at a random cell. */
static double value_somewhere(made_sweep *sweep, rng *r, const char *number) {
  size_t position[MSW_N_AXES], n_slots;
  msw_expr_input inputs[MADE_MAX_VARIABLES];
  double value;
  for (int axis = 0; axis < MSW_N_AXES; axis++)
    position[axis] = sweep->block.axes[axis].n ? rng_below(r, sweep->block.axes[axis].n) : 0;
  made_exclude(sweep, number);
  const msw_expr *expr = sweep->rules[--sweep->block.n_rules].expr;   /* not a rule */
  const size_t *slots = msw_expr_slots(expr, &n_slots);
  for (size_t i_slot = 0; i_slot < n_slots; i_slot++) {
    const msw_spec_variable *variable = &sweep->variables[slots[i_slot]];
    inputs[slots[i_slot]] = (msw_expr_input){variable->values + position[variable->axis], 0};
  }
  double *scratch = msw_arena_array(&sweep->arena, msw_expr_scratch(expr, 1), sizeof *scratch);
  msw_expr_eval(expr, inputs, 1, scratch, &value);
  return value;
}

const char *random_edge(made_sweep *sweep, rng *r, int depth) {
  static const char *const relations[] = {"<", "<=", ">", ">=", "==", "!=", NULL};
  const char *number = random_number(sweep, r, depth);
  const double value = value_somewhere(sweep, r, number);
  if (!isfinite(value)) return random_condition(sweep, r, depth);
  return msw_format(&sweep->arena, "%s %s %.17g", number, rng_pick(r, relations), value);
}

/* Random sweeps. */
#include "random_sweep.h"

#include <math.h>
#include <string.h>

#include "msw/base/str.h"

enum { LONGEST = 400 };

static void choose_cases(made_sweep *sweep, rng *r, const random_world *world, random_sweep_wish wish) {
  static const char *const labels[] = {"method0", "method1", "method2"};
  static const char *const dtypes[] = {"config", "fp8", "fp16", "fp4"};
  const msw_gpu *gpus[RANDOM_GPUS];
  const msw_model *models[RANDOM_MODELS];
  msw_method_spec methods[3];
  size_t n_gpus = 1 + rng_below(r, RANDOM_GPUS), n_models = 1 + rng_below(r, RANDOM_MODELS), n_methods = 1 + rng_below(r, 3);
  for (size_t i = 0; i < n_gpus; i++) gpus[i] = &world->gpus[i];
  for (size_t i = 0; i < n_models; i++) models[i] = &world->models[i];
  for (size_t i = 0; i < n_methods; i++) {
    bool first = i == 0;
    const char *preset = first && wish.preset ? wish.preset : random_preset(r);
    methods[i] = random_method(r, &sweep->arena, preset, labels[i], first ? wish.forced : NULL, wish.value);
  }
  made_gpus(sweep, gpus, n_gpus);
  made_models(sweep, models, n_models);
  made_methods(sweep, methods, n_methods);
  made_dtypes(sweep, dtypes, 1 + rng_below(r, rng_chance(r, 0.3) ? 4 : 1));
}

/* Powers of two are where tables have their rows; a decode reads one token more than kv_len. */
static size_t snap(msw_axis_id axis, double *values, size_t n) {
  size_t kept = 0;
  for (size_t i = 0; i < n; i++) {
    double power = values[i] > 0.0 ? exp2(round(log2(values[i]))) : 0.0;
    if (axis == MSW_AXIS_KV_LEN && power > 1.0) power -= 1.0;
    if (kept == 0 || values[kept - 1] < power) values[kept++] = power;
  }
  return kept;
}

static void choose_numbers(made_sweep *sweep, rng *r, random_sweep_wish wish) {
  static const struct { double low, high; } ranges[MSW_N_AXES] = {
      [MSW_AXIS_BATCH] = {1, 2000}, [MSW_AXIS_KV_LEN] = {1, 300000}, [MSW_AXIS_PREFILL_BATCH] = {1, 64},
      [MSW_AXIS_CACHED_LEN] = {1, 50000}, [MSW_AXIS_SEQ_LEN] = {1, 100000}};
  static const double tps[] = {1, 2, 3, 4, 8};
  double values[LONGEST];
  made_numbers(sweep, MSW_AXIS_TP, tps, 1 + rng_below(r, sizeof tps / sizeof tps[0]));
  for (msw_axis_id axis = MSW_FIRST_NUMERIC_AXIS; axis < MSW_N_AXES; axis++) {
    if (!msw_phase_has_axis(wish.phase, axis)) continue;
    size_t n = rng_axis(r, 1 + rng_below(r, wish.longest_axis), ranges[axis].low, ranges[axis].high, values);
    if (axis == MSW_AXIS_CACHED_LEN && rng_chance(r, 0.7)) values[0] = 0;
    if (rng_chance(r, 0.25)) n = snap(axis, values, n);
    if (rng_chance(r, 0.2))   /* an axis need not be sorted */
      for (size_t i = 0; i < n; i++) {
        size_t other = rng_below(r, n);
        double kept = values[i];
        values[i] = values[other];
        values[other] = kept;
      }
    made_numbers(sweep, axis, values, n);
  }
}

/* Some axes along one dimension, cut to the shortest of them. */
static void choose_zip(made_sweep *sweep, rng *r, const char *name) {
  msw_axis_id members[MSW_N_AXES];
  size_t n_members = 0, shortest = SIZE_MAX;
  for (msw_axis_id axis = 0; axis < MSW_N_AXES; axis++) {
    const msw_spec_axis *given = &sweep->block.axes[axis];
    if (given->n == 0 || given->zip >= 0 || !rng_chance(r, 0.3)) continue;
    members[n_members++] = axis;
    if (given->n < shortest) shortest = given->n;
  }
  for (size_t i_member = 0; i_member < n_members; i_member++) sweep->block.axes[members[i_member]].n = shortest;
  if (n_members > 0) made_zip(sweep, name, members, n_members);
}

static msw_axis_id random_axis(made_sweep *sweep, rng *r, bool number) {
  for (;;) {
    msw_axis_id axis = (msw_axis_id)rng_below(r, MSW_N_AXES);
    if (sweep->block.axes[axis].n > 0 && !(number && msw_axis_is_text(axis))) return axis;
  }
}

static void add_match(made_sweep *sweep, rng *r) {
  msw_spec_rule *rule = made_match(sweep);
  double often = rng_between(r, 0.1, 0.6);
  for (msw_axis_id axis = 0; axis < MSW_N_AXES; axis++) {
    uint8_t holds[LONGEST];
    if (sweep->block.axes[axis].n == 0 || !(rng_chance(r, 0.25) || (rule->n_axes == 0 && axis == MSW_AXIS_BATCH))) continue;
    for (size_t i = 0; i < sweep->block.axes[axis].n; i++) holds[i] = rng_chance(r, often);
    made_holds(sweep, rule, axis, holds);
  }
}

static const char *random_operand(made_sweep *sweep, rng *r) {
  msw_axis_id axis = random_axis(sweep, r, true);
  double value = sweep->block.axes[axis].values[rng_below(r, sweep->block.axes[axis].n)];
  switch (rng_below(r, 6)) {
    case 0: return msw_format(&sweep->arena, "%.15g", value);
    case 1: return "model.num_kv_heads";
    case 2: return "gpu.mem_gib";
    case 3: return msw_format(&sweep->arena, "%s * %.3g", msw_axis_name(axis), rng_between(r, 0, 3));
    default: return msw_axis_name(axis);
  }
}

const char *random_expr(made_sweep *sweep, rng *r) {
  static const char *const relations[] = {"<", "<=", ">", ">=", "==", "!=", NULL};
  const char *left = random_operand(sweep, r), *right = random_operand(sweep, r), *relation = rng_pick(r, relations);
  const char *name = msw_axis_name(random_axis(sweep, r, true));
  switch (rng_below(r, 6)) {
    case 0: return msw_format(&sweep->arena, "%s * %s %s %.15g", left, right, relation, rng_log_between(r, 10, 1e8));
    case 1: return msw_format(&sweep->arena, "%s %s %s && (dtype == \"fp8\" || tp > 2)", left, relation, right);
    case 2: return msw_format(&sweep->arena, "%s %% 3 == 1 && gpu in [\"g1\", \"m1\"]", name);
    case 3: return msw_format(&sweep->arena, "model.num_kv_heads %% tp != 0 && %s %s %s", left, relation, right);
    case 4: return msw_format(&sweep->arena, "log2(%s) %s min(%s, %s)", name, relation, left, right);
    default: return msw_format(&sweep->arena, "%s %s %s", left, relation, right);
  }
}

void random_sweep_make(made_sweep *sweep, rng *r, const random_world *world, random_sweep_wish wish) {
  made_sweep_init(sweep, wish.phase);
  choose_cases(sweep, r, world, wish);
  choose_numbers(sweep, r, wish);
  if (wish.plain) return;
  if (rng_chance(r, 0.3)) choose_zip(sweep, r, "zip_a");
  if (rng_chance(r, 0.15)) choose_zip(sweep, r, "zip_b");
  for (size_t i_rule = rng_chance(r, 0.4) ? 0 : rng_below(r, 4); i_rule-- > 0;) {
    if (rng_chance(r, 0.5)) add_match(sweep, r);
    else made_exclude(sweep, random_expr(sweep, r));
  }
  static const char *const only_step[] = {"step_us", NULL};   /* the engine has a shorter way for it */
  if (rng_chance(r, 0.3)) made_fields(sweep, only_step);
}

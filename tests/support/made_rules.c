/* Exclude rules of sweeps built by hand. */
#include <string.h>

#include "made_sweep.h"
#include "msw/base/str.h"
#include "msw_test.h"

static msw_spec_rule *add_rule(made_sweep *sweep, const char *text) {
  assert_true(sweep->block.n_rules < MADE_MAX_RULES);
  msw_spec_rule *rule = &sweep->rules[sweep->block.n_rules++];
  *rule = (msw_spec_rule){.text = text};
  return rule;
}

msw_spec_rule *made_match(made_sweep *sweep) { return add_rule(sweep, "match"); }

void made_holds(made_sweep *sweep, msw_spec_rule *rule, msw_axis_id axis, const uint8_t *holds) {
  uint8_t *copy = msw_arena_array(&sweep->arena, sweep->block.axes[axis].n, 1);
  memcpy(copy, holds, sweep->block.axes[axis].n);
  rule->axes[rule->n_axes++] = axis;
  rule->holds[axis] = copy;
}

static const double *values_of(made_sweep *sweep, msw_axis_id axis, const char *field) {
  const msw_spec_axis *given = &sweep->block.axes[axis];
  if (!field) return given->values;
  double *values = msw_arena_array(&sweep->arena, given->n, sizeof *values);
  for (size_t i = 0; i < given->n; i++) {
    bool known = axis == MSW_AXIS_MODEL ? msw_model_field(sweep->block.models[i], field, &values[i])
                                        : msw_gpu_field(sweep->block.gpus[i], field, &values[i]);
    assert_true(known);
  }
  return values;
}

static bool resolve(void *context, const char *name, size_t *slot, bool *is_text) {
  made_sweep *sweep = context;
  const char *dot = strchr(name, '.');
  msw_axis_id axis;
  for (size_t i = 0; i < sweep->block.n_variables; i++)
    if (strcmp(sweep->variables[i].name, name) == 0) {
      *slot = i;
      *is_text = sweep->variables[i].is_text;
      return true;
    }
  if (!msw_axis_find(dot ? msw_strndup(&sweep->arena, name, (size_t)(dot - name)) : name, &axis)) return false;
  assert_true(sweep->block.n_variables < MADE_MAX_VARIABLES);
  *slot = sweep->block.n_variables++;
  *is_text = !dot && msw_axis_is_text(axis);
  sweep->variables[*slot] = (msw_spec_variable){.name = msw_strdup(&sweep->arena, name), .axis = axis, .is_text = *is_text,
                                                .values = values_of(sweep, axis, dot ? dot + 1 : NULL)};
  return true;
}

static const char *const *names(void *context, size_t *n) {
  (void)context;
  *n = 0;
  return NULL;
}

void made_exclude(made_sweep *sweep, const char *text) {
  const msw_expr_scope scope = {.context = sweep, .resolve = resolve, .names = names, .texts = &sweep->texts};
  msw_spec_rule *rule = add_rule(sweep, text);
  rule->expr = msw_expr_compile(text, (msw_loc){"made.json", 1, 1}, "exclude", &scope, &sweep->arena, &sweep->diag);
  assert_no_errors(&sweep->diag);
  bool named[MSW_N_AXES] = {false};
  size_t n_slots;
  const size_t *slots = msw_expr_slots(rule->expr, &n_slots);
  for (size_t i_slot = 0; i_slot < n_slots; i_slot++) named[sweep->variables[slots[i_slot]].axis] = true;
  for (msw_axis_id axis = 0; axis < MSW_N_AXES; axis++)
    if (named[axis]) rule->axes[rule->n_axes++] = axis;
}

void made_when(made_sweep *sweep, const char *text) {
  made_exclude(sweep, text);
  sweep->rules[sweep->block.n_rules - 1].kind = MSW_RULE_WHEN;
}

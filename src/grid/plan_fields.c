/* Which fields a block computes, and which of them it stores. */
#include <string.h>

#include "msw/base/str.h"
#include "plan_dims.h"

static bool is_asked(const msw_spec_block *spec, const char *name) {
  if (spec->n_reductions > 0) return false;   /* only what is reduced is kept */
  bool asked = spec->n_fields == 0;
  for (size_t i_field = 0; i_field < spec->n_fields && !asked; i_field++) asked = strcmp(spec->fields[i_field], name) == 0;
  return asked;
}

static bool names_field(const msw_spec_block *spec, const msw_expr *expr, const char *name) {
  size_t n_slots = 0;
  const size_t *slots = expr ? msw_expr_slots(expr, &n_slots) : NULL;
  for (size_t i_slot = 0; i_slot < n_slots; i_slot++) {
    const msw_spec_variable *variable = &spec->variables[slots[i_slot]];
    if (variable->axis == MSW_N_AXES && strcmp(variable->name, name) == 0) return true;
  }
  return false;
}

static bool is_needed(const msw_spec_block *spec, const char *name) {
  for (size_t i = 0; i < spec->n_constraints; i++)
    if (names_field(spec, spec->constraints[i].expr, name)) return true;
  for (size_t i = 0; i < spec->n_reductions; i++) {
    const msw_spec_reduction *reduction = &spec->reductions[i];
    if ((reduction->field && strcmp(reduction->field, name) == 0) || names_field(spec, reduction->condition, name)) return true;
  }
  /* Whether a cell has a number shows in any float field: counting needs one too. */
  return spec->n_reductions > 0 && strcmp(name, "step_us") == 0;
}

static void refuse_unknown(const msw_spec_block *spec, const char *const *names, size_t n_known, msw_diag *diag) {
  for (size_t i_field = 0; i_field < spec->n_fields; i_field++)
    if (!msw_field_find(spec->fields[i_field]))
      msw_error(diag, spec->fields_where[i_field].loc, spec->fields_where[i_field].path,
                msw_did_you_mean(diag, msw_nearest(spec->fields[i_field], names, n_known)), "unknown field \"%s\"",
                spec->fields[i_field]);
}

bool msw_plan_fields(const msw_spec_block *spec, msw_arena *arena, msw_diag *diag, msw_plan_block *block) {
  size_t n_known, n_errors = diag->n_errors;
  const msw_field *known = msw_fields(&n_known);
  const char **names = msw_arena_array(arena, n_known, sizeof *names);
  const msw_field **chosen = msw_arena_array(arena, n_known, sizeof *chosen);
  for (size_t i_known = 0; i_known < n_known; i_known++) {
    names[i_known] = known[i_known].name;
    if (is_asked(spec, known[i_known].name)) chosen[block->n_fields++] = &known[i_known];
  }
  block->n_computed = block->n_fields;
  for (size_t i_known = 0; i_known < n_known; i_known++)
    if (!is_asked(spec, known[i_known].name) && is_needed(spec, known[i_known].name)) chosen[block->n_computed++] = &known[i_known];
  refuse_unknown(spec, names, n_known, diag);
  for (size_t i_field = 0; i_field < block->n_fields; i_field++) block->cell_bytes += msw_field_size(chosen[i_field]->type);
  block->fields = chosen;
  return diag->n_errors == n_errors;
}

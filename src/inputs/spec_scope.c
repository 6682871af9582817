/* Names in expressions: axes, model.<field> and gpu.<field>, as variables over the positions of one axis. */
#include "spec_parts.h"

#include <string.h>

#include "msw/base/str.h"

/* A name taken apart: an axis, and after a dot a field of its entries (model and gpu only). */
typedef struct { msw_axis_id axis; const char *field; } parsed_name;

static bool has_field(msw_axis_id axis, const char *field) {
  size_t n_fields = 0;
  const char *const *fields = NULL;
  if (axis == MSW_AXIS_MODEL) fields = msw_model_field_names(&n_fields);
  if (axis == MSW_AXIS_GPU) fields = msw_gpu_field_names(&n_fields);
  for (size_t i_field = 0; i_field < n_fields; i_field++)
    if (strcmp(fields[i_field], field) == 0) return true;
  return false;
}

static bool parse_name(msw_arena *arena, const char *name, parsed_name *parsed) {
  const char *dot = strchr(name, '.');
  const char *axis = dot ? msw_strndup(arena, name, (size_t)(dot - name)) : name;
  parsed->field = dot ? dot + 1 : NULL;
  return msw_axis_find(axis, &parsed->axis) && (!dot || has_field(parsed->axis, parsed->field));
}

/* A field's value for every position of its axis; NaN where the entry does not say. */
static const double *field_values(const msw_spec_scope *scope, parsed_name parsed) {
  const msw_spec_block *block = scope->block;
  const size_t n = block->axes[parsed.axis].n;
  double *values = msw_arena_array(scope->reader->arena, n, sizeof *values);
  for (size_t i = 0; i < n; i++) {
    if (parsed.axis == MSW_AXIS_MODEL) msw_model_field(block->models[i], parsed.field, &values[i]);
    else msw_gpu_field(block->gpus[i], parsed.field, &values[i]);
  }
  return values;
}

static size_t variable_of(msw_spec_scope *scope, parsed_name parsed) {
  msw_arena *arena = scope->reader->arena;
  const char *axis = msw_axis_name(parsed.axis);
  const char *name = parsed.field ? msw_format(arena, "%s.%s", axis, parsed.field) : axis;
  for (size_t slot = 0; slot < scope->n; slot++)
    if (strcmp(scope->variables[slot].name, name) == 0) return slot;
  scope->variables = msw_grow(scope->variables, &scope->cap, scope->n + 1, sizeof *scope->variables);
  scope->variables[scope->n] = (msw_spec_variable){
      .name = name,
      .axis = parsed.axis,
      .values = parsed.field ? field_values(scope, parsed) : scope->block->axes[parsed.axis].values,
      .is_text = !parsed.field && msw_axis_is_text(parsed.axis),
  };
  return scope->n++;
}

static bool resolve(void *context, const char *name, size_t *slot, bool *is_text) {
  msw_spec_scope *scope = context;
  parsed_name parsed;
  *slot = 0;
  *is_text = false;
  if (!parse_name(scope->reader->arena, name, &parsed)) return false;
  if (!msw_phase_has_axis(scope->block->phase, parsed.axis)) {
    scope->misses_axis = true;
    return !scope->is_strict;
  }
  *slot = variable_of(scope, parsed);
  *is_text = scope->variables[*slot].is_text;
  return true;
}

static const char *why_not(void *context, const char *name) {
  const msw_spec_scope *scope = context;
  parsed_name parsed;
  if (!parse_name(scope->reader->arena, name, &parsed)) return NULL;
  return msw_spec_no_such_axis(scope->reader, scope->block->phase, parsed.axis);
}

static const char *const *names(void *context, size_t *n) {
  const msw_spec_scope *scope = context;
  msw_arena *arena = scope->reader->arena;
  size_t n_model_fields, n_gpu_fields;
  const char *const *model_fields = msw_model_field_names(&n_model_fields);
  const char *const *gpu_fields = msw_gpu_field_names(&n_gpu_fields);
  const char **list = msw_arena_array(arena, MSW_N_AXES + n_model_fields + n_gpu_fields, sizeof *list);
  *n = 0;
  for (msw_axis_id id = 0; id < MSW_N_AXES; id++)
    if (msw_phase_has_axis(scope->block->phase, id)) list[(*n)++] = msw_axis_name(id);
  for (size_t i = 0; i < n_model_fields; i++) list[(*n)++] = msw_format(arena, "model.%s", model_fields[i]);
  for (size_t i = 0; i < n_gpu_fields; i++) list[(*n)++] = msw_format(arena, "gpu.%s", gpu_fields[i]);
  return list;
}

msw_expr_scope msw_spec_expr_scope(msw_spec_scope *scope) {
  return (msw_expr_scope){.context = scope, .resolve = resolve, .names = names, .why_not = why_not,
                          .texts = &scope->reader->spec->texts};
}

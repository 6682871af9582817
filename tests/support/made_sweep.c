/* Sweeps by hand: axes and zips. */
#include "made_sweep.h"

#include <string.h>

#include "msw_test.h"

static void set_axis(made_sweep *sweep, msw_axis_id axis, const char *const *labels, const double *values, size_t n) {
  sweep->block.axes[axis] =
      (msw_spec_axis){.id = axis, .n = n, .labels = labels, .values = values, .zip = -1, .given = true};
}

static void *copy(made_sweep *sweep, const void *items, size_t n, size_t size) {
  void *to = msw_arena_array(&sweep->arena, n, size);
  memcpy(to, items, n * size);
  return to;
}

static void set_texts(made_sweep *sweep, msw_axis_id axis, const char **labels, size_t n) {
  double *ids = msw_arena_array(&sweep->arena, n, sizeof *ids);
  for (size_t i = 0; i < n; i++) ids[i] = msw_texts_id(&sweep->texts, labels[i]);
  set_axis(sweep, axis, labels, ids, n);
}

void made_sweep_init(made_sweep *sweep, msw_phase phase) {
  static const char *const config[] = {"config"};
  static const double one = 1.0, none = 0.0;
  *sweep = (made_sweep){.block = {.name = "", .phase = phase, .zips = sweep->zips, .rules = sweep->rules,
                                  .variables = sweep->variables}};
  for (msw_axis_id axis = 0; axis < MSW_N_AXES; axis++) {
    sweep->block.axes[axis] = (msw_spec_axis){.id = axis, .zip = -1};
    if (!msw_axis_is_text(axis) && msw_phase_has_axis(phase, axis))
      made_numbers(sweep, axis, axis == MSW_AXIS_CACHED_LEN ? &none : &one, 1);
  }
  made_dtypes(sweep, config, 1);
  sweep->spec = (msw_spec){.file = "made.json", .name = "made", .blocks = &sweep->block, .n_blocks = 1,
                           .max_cells = UINT64_MAX, .max_bytes = UINT64_MAX};
}

void made_sweep_free(made_sweep *sweep) {
  msw_texts_free(&sweep->texts);
  msw_diag_free(&sweep->diag);
  msw_arena_free(&sweep->arena);
}

void made_gpus(made_sweep *sweep, const msw_gpu *const *gpus, size_t n) {
  const char **labels = msw_arena_array(&sweep->arena, n, sizeof *labels);
  for (size_t i = 0; i < n; i++) labels[i] = gpus[i]->name;
  set_texts(sweep, MSW_AXIS_GPU, labels, n);
  sweep->block.gpus = copy(sweep, gpus, n, sizeof(gpus[0]));
}

void made_models(made_sweep *sweep, const msw_model *const *models, size_t n) {
  const char **labels = msw_arena_array(&sweep->arena, n, sizeof *labels);
  for (size_t i = 0; i < n; i++) labels[i] = models[i]->name;
  set_texts(sweep, MSW_AXIS_MODEL, labels, n);
  sweep->block.models = copy(sweep, models, n, sizeof(models[0]));
}

void made_methods(made_sweep *sweep, const msw_method_spec *methods, size_t n) {
  const char **labels = msw_arena_array(&sweep->arena, n, sizeof *labels);
  for (size_t i = 0; i < n; i++) labels[i] = methods[i].label;
  set_texts(sweep, MSW_AXIS_METHOD, labels, n);
  sweep->block.methods = copy(sweep, methods, n, sizeof *methods);
}

void made_dtypes(made_sweep *sweep, const char *const *labels, size_t n) {
  set_texts(sweep, MSW_AXIS_DTYPE, copy(sweep, labels, n, sizeof(labels[0])), n);
}

void made_numbers(made_sweep *sweep, msw_axis_id axis, const double *values, size_t n) {
  set_axis(sweep, axis, NULL, copy(sweep, values, n, sizeof *values), n);
}

void made_fields(made_sweep *sweep, const char *const *names) {
  while (names[sweep->block.n_fields]) sweep->block.n_fields++;
  msw_where *where = msw_arena_array(&sweep->arena, sweep->block.n_fields, sizeof *where);
  for (size_t i_field = 0; i_field < sweep->block.n_fields; i_field++)
    where[i_field] = (msw_where){{"made.json", (int)i_field + 1, 3}, "fields"};
  sweep->block.fields = names;
  sweep->block.fields_where = where;
}

void made_zip(made_sweep *sweep, const char *name, const msw_axis_id *members, size_t n) {
  msw_spec_zip *zip = &sweep->zips[sweep->block.n_zips];
  *zip = (msw_spec_zip){.name = name, .n = sweep->block.axes[members[0]].n};
  for (size_t i_member = 0; i_member < n; i_member++) {
    assert_int_equal(sweep->block.axes[members[i_member]].n, zip->n);
    sweep->block.axes[members[i_member]].zip = (int)sweep->block.n_zips;
    zip->members[zip->n_members++] = members[i_member];
  }
  sweep->block.n_zips++;
}

msw_plan made_plan(made_sweep *sweep) {
  msw_plan plan;
  msw_status status = msw_plan_build(&sweep->spec, &sweep->arena, &sweep->diag, &plan);
  assert_no_errors(&sweep->diag);
  assert_int_equal(status, MSW_OK);
  return plan;
}

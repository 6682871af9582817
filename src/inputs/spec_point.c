/* "include": points beside the grid. */
#include "spec_parts.h"

#include "msw/base/str.h"

/* The value of one axis at a point: given, or else the only one that the block has. */
static void read_axis(msw_spec_reader *reader, const msw_block_draft *draft, msw_axis_id id, const msw_json *value,
                      msw_given_axis *given) {
  const msw_spec_axis *axis = &draft->block.axes[id];
  const msw_given_axis *now = msw_spec_axis_now(reader, draft, id);
  *given = *now;
  if (!value) return;
  /* what the axis calls a method is that method; other names are those of presets */
  for (size_t i = 0; i < axis->n && id == MSW_AXIS_METHOD && value->type == MSW_JSON_STRING; i++) {
    if (!msw_equal_nocase(axis->labels[i], value->text)) continue;
    given->methods = now->methods + i;
    given->axis.n = 1;
    return;
  }
  *given = (msw_given_axis){0};
  msw_spec_read_values(reader, id, value, false, given);
  if (given->axis.n > 1)
    msw_json_error(reader->diag, value, NULL, "%zu values where a point has one", given->axis.n);
}

static void set_axis(msw_spec_point *point, const msw_given_axis *given) {
  switch ((int)given->axis.id) {
  case MSW_AXIS_GPU: point->gpu = given->gpus[0]; return;
  case MSW_AXIS_MODEL: point->model = given->models[0]; return;
  case MSW_AXIS_METHOD: point->method = given->methods; return;
  case MSW_AXIS_DTYPE: point->dtype = given->axis.labels[0]; return;
  default: point->values[given->axis.id] = given->axis.values[0];
  }
}

static const msw_json *want_axis(msw_spec_reader *reader, const msw_block_draft *draft, msw_json_reader *object,
                                 msw_axis_id id) {
  const msw_json *value = msw_spec_want_axis(object, id);
  if (!value || msw_phase_has_axis(draft->block.phase, id)) return value;
  msw_json_error(reader->diag, value, NULL, "%s", msw_spec_no_such_axis(reader, draft->block.phase, id));
  return NULL;
}

/* "config" needs a config that says it, as on the axis. */
static void check_dtype(msw_spec_reader *reader, const msw_spec_point *point, const msw_json *at) {
  const msw_model *model = point->model;
  if (!model || !point->dtype || !msw_equal_nocase(point->dtype, "config")) return;
  if (model->is_moe || model->is_mla || model->torch_dtype != MSW_DTYPE_NONE) return;
  msw_json_error(reader->diag, at, "give the point a \"dtype\"",
                 "the config of %s names no torch_dtype, and dtype is \"config\"", model->name);
}

static void read_point(msw_spec_reader *reader, const msw_block_draft *draft, const msw_json *value,
                       msw_spec_point *point) {
  msw_json_reader object;
  const char *missing = "";
  *point = (msw_spec_point){.where = msw_spec_where(reader, value)};
  if (!msw_json_begin(&object, value, reader->diag)) return;
  for (msw_axis_id id = 0; id < MSW_N_AXES; id++) {
    const msw_json *axis_value = want_axis(reader, draft, &object, id);
    msw_given_axis given;
    if (!msw_phase_has_axis(draft->block.phase, id)) continue;
    read_axis(reader, draft, id, axis_value, &given);
    if (!axis_value && given.axis.n > 1)
      missing = msw_format(reader->arena, "%s%s%s", missing, *missing ? ", " : "", msw_axis_name(id));
    if (given.axis.n == 1) set_axis(point, &given);
  }
  msw_json_end(&object, true);
  if (*missing)
    msw_json_error(reader->diag, value, "axes of one value need none", "the point has no value for %s", missing);
  check_dtype(reader, point, value);
}

void msw_spec_bind_points(msw_spec_reader *reader, msw_block_draft *draft) {
  const msw_json *shared = draft->own ? draft->sweep->include_at : NULL;
  const msw_json *value = draft->own ? draft->own->include_at : draft->sweep->include_at;
  if (shared)
    msw_spec_error_once(reader->diag, msw_spec_where(reader, shared), NULL,
                        "a sweep with blocks has its points in the blocks");
  if (!value) return;
  size_t n_items;
  const msw_json *const *items = msw_spec_list_items(reader, value, "points, each an object of axes", &n_items);
  msw_spec_point *points = msw_arena_array(reader->arena, n_items, sizeof *points);
  for (size_t i_item = 0; i_item < n_items; i_item++) read_point(reader, draft, items[i_item], &points[i_item]);
  draft->block.points = points;
  draft->block.n_points = n_items;
}

void msw_spec_expand_points(msw_spec_reader *reader, const msw_block_draft *draft, msw_json *parent) {
  const msw_spec_block *block = &draft->block;
  msw_arena *arena = reader->arena;
  if (block->n_points == 0) return;
  msw_json *list = msw_json_add_array(arena, parent, "include");
  for (size_t i_point = 0; i_point < block->n_points; i_point++) {
    const msw_spec_point *point = &block->points[i_point];
    msw_json *object = msw_json_add_object(arena, list, NULL);
    msw_json_add_string(arena, object, "gpu", point->gpu->name);
    msw_json_add_string(arena, object, "model", point->model->name);
    for (msw_axis_id id = MSW_AXIS_TP; id < MSW_N_AXES; id++) {
      if (!msw_phase_has_axis(block->phase, id)) continue;
      if (id == MSW_AXIS_DTYPE) msw_json_add_string(arena, object, "dtype", point->dtype);
      else if (id == MSW_AXIS_METHOD) msw_spec_expand_method(arena, object, "method", point->method);
      else msw_json_add_number(arena, object, msw_axis_name(id), point->values[id]);
    }
  }
}

/* Measured latencies for machines. Keys are stable. */
#include "tables_latency.h"

static void add_range(msw_arena *arena, msw_json *parent, const msw_latency_range *range) {
  msw_json *object = msw_json_add_object(arena, parent, range->name);
  msw_json_add_number(arena, object, "min", range->values[0]);
  msw_json_add_number(arena, object, "max", range->values[range->n - 1]);
  msw_json_add_number(arena, object, "distinct", (double)range->n);
}

static void add_format(msw_arena *arena, msw_json *parent, const char *name, msw_dtype dtype) {
  if (dtype != MSW_DTYPE_NONE) msw_json_add_string(arena, parent, name, msw_dtype_name(dtype));
}

static void add_group(msw_arena *arena, msw_json *list, const msw_latency_group *group) {
  msw_json *object = msw_json_add_object(arena, list, NULL);
  msw_json_add_string(arena, object, "kind", msw_latency_name(group->key->kind));
  add_format(arena, object, "dtype", group->key->dtype);
  add_format(arena, object, "kv_dtype", group->key->kv_dtype);
  add_format(arena, object, "weight_dtype", group->key->weight_dtype);
  msw_json_add_bool(arena, object, "block_scaled", group->key->block_scaled);
  msw_json_add_number(arena, object, "slices", (double)group->n_slices);
  msw_json_add_number(arena, object, "points", (double)group->n_points);
  msw_json_add_number(arena, object, "eager_points", (double)group->n_eager);
  msw_json *columns = msw_json_add_object(arena, object, "columns");
  add_range(arena, columns, &group->x);
  if (group->y.name) add_range(arena, columns, &group->y);
  add_range(arena, columns, &group->latency_us);
  msw_json *shapes = msw_json_add_object(arena, object, "shapes");
  for (size_t i_shape = 0; i_shape < group->n_shapes; i_shape++) add_range(arena, shapes, &group->shapes[i_shape]);
  if (!group->names_are) return;
  msw_json *names = msw_json_add_array(arena, object, group->names_are);
  for (size_t i_name = 0; i_name < group->n_names && i_name < MSW_MAX_LATENCY_NAMES; i_name++)
    msw_json_add_string(arena, names, NULL, group->names[i_name]);
}

static void add_file(msw_arena *arena, msw_json *list, const msw_latency_set *set, const msw_latency_file *file) {
  msw_json *object = msw_json_add_object(arena, list, NULL);
  msw_json_add_string(arena, object, "file", file->path);
  msw_json_add_string(arena, object, "engine", file->engine);
  msw_json_add_string(arena, object, "sha256", file->sha256);
  msw_json_add_number(arena, object, "rows", (double)file->n_rows);
  msw_json_add_number(arena, object, "rows_used", (double)file->n_used);
  size_t n_groups;
  const msw_latency_group *groups = msw_latency_groups(set, file, arena, &n_groups);
  msw_json *kinds = msw_json_add_array(arena, object, "groups");
  for (size_t i_group = 0; i_group < n_groups; i_group++) add_group(arena, kinds, &groups[i_group]);
  msw_json *defects = msw_json_add_array(arena, object, "defects");
  for (size_t i_defect = 0; i_defect < file->n_defects; i_defect++) {
    msw_json *defect = msw_json_add_object(arena, defects, NULL);
    msw_json_add_string(arena, defect, "what", file->defects[i_defect].what);
    msw_json_add_number(arena, defect, "rows", (double)file->defects[i_defect].n);
    msw_json_add_number(arena, defect, "line", (double)file->defects[i_defect].line);
  }
}

void msw_tables_latency_json(const msw_latency_set *set, const msw_kernel_set *own, msw_arena *arena, msw_json *gpu) {
  msw_json *files = msw_json_add_array(arena, gpu, "latency_tables");
  for (size_t i_file = 0; i_file < set->n_files; i_file++)
    if (msw_latency_is_reported(own, set->files[i_file])) add_file(arena, files, set, set->files[i_file]);
}

/* Measured latencies for people. */
#include <stdio.h>

#include "msw/base/str.h"
#include "tables_latency.h"

/* So many values are listed, of more the ends. */
enum { MOST_LISTED = 5 };

/* "head_dim 64/128/256", "m 1..32768 (74)" */
static const char *range_text(const msw_latency_range *range, msw_arena *arena) {
  if (range->n > MOST_LISTED)
    return msw_format(arena, "%s %.15g..%.15g (%zu)", range->name, range->values[0], range->values[range->n - 1], range->n);
  const char *text = range->name;
  for (size_t i_value = 0; i_value < range->n; i_value++)
    text = msw_format(arena, "%s%c%.15g", text, i_value ? '/' : ' ', range->values[i_value]);
  return text;
}

/* "1 row", "3 rows" */
static const char *count_text(size_t n, const char *what, msw_arena *arena) {
  return msw_format(arena, "%zu %s%s", n, what, n == 1 ? "" : "s");
}

/* "decode bf16, KV fp8" */
static const char *group_title(const msw_latency_key *key, msw_arena *arena) {
  const char *text = msw_latency_name(key->kind);
  if (key->dtype != MSW_DTYPE_NONE) text = msw_format(arena, "%s %s", text, msw_dtype_name(key->dtype));
  if (key->kv_dtype != MSW_DTYPE_NONE) text = msw_format(arena, "%s, KV %s", text, msw_dtype_name(key->kv_dtype));
  if (key->weight_dtype != MSW_DTYPE_NONE)
    text = msw_format(arena, "%s, weights %s", text, msw_dtype_name(key->weight_dtype));
  return key->block_scaled ? msw_format(arena, "%s, scaled by block", text) : text;
}

static const char *shapes_text(const msw_latency_group *group, msw_arena *arena) {
  const char *text = "";
  for (size_t i_shape = 0; i_shape < group->n_shapes; i_shape++)
    text = msw_format(arena, "%s%s%s", text, text[0] ? ", " : "", range_text(&group->shapes[i_shape], arena));
  if (!group->names_are) return text;
  text = msw_format(arena, "%s%s%s", text, text[0] ? ", " : "", group->names_are);
  for (size_t i_name = 0; i_name < group->n_names && i_name < MSW_MAX_LATENCY_NAMES; i_name++)
    text = msw_format(arena, "%s%c%s", text, i_name ? '/' : ' ', group->names[i_name]);
  if (group->n_names <= MSW_MAX_LATENCY_NAMES) return text;
  return msw_format(arena, "%s and %zu more", text, group->n_names - MSW_MAX_LATENCY_NAMES);
}

static void print_group(const msw_latency_group *group, msw_arena *arena) {
  const msw_latency_range *latency_us = &group->latency_us;
  printf("    %s: %s of %s; %s", group_title(group->key, arena), count_text(group->n_points, "point", arena),
         count_text(group->n_slices, "shape", arena), range_text(&group->x, arena));
  if (group->y.name) printf(", %s", range_text(&group->y, arena));
  printf("; latency_us %.6g", latency_us->values[0]);
  if (latency_us->n > 1) printf("..%.6g", latency_us->values[latency_us->n - 1]);
  printf("\n");
  const char *shapes = shapes_text(group, arena);
  if (shapes[0]) printf("      %s\n", shapes);
  if (group->n_eager > 0)
    printf("      with the CPU's launch cost, timed eagerly: %s\n", count_text(group->n_eager, "point", arena));
}

static void print_file(const msw_latency_set *set, const msw_latency_file *file, msw_arena *arena) {
  size_t n_groups;
  const msw_latency_group *groups = msw_latency_groups(set, file, arena, &n_groups);
  printf("\n  %s  %s\n    %s, %zu in use\n", file->engine[0] ? file->engine : "misc", file->path,
         count_text(file->n_rows, "row", arena), file->n_used);
  for (size_t i_group = 0; i_group < n_groups; i_group++) print_group(&groups[i_group], arena);
  for (size_t i_defect = 0; i_defect < file->n_defects; i_defect++)
    printf("    ! %s\n", msw_latency_defect_text(&file->defects[i_defect], arena));
}

void msw_tables_latency_text(const msw_latency_set *set, const msw_kernel_set *own, msw_arena *arena) {
  for (size_t i_file = 0; i_file < set->n_files; i_file++)
    if (msw_latency_is_reported(own, set->files[i_file])) print_file(set, set->files[i_file], arena);
}

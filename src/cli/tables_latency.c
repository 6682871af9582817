/* Ranges and shapes of the measured latencies of one file, by kind and number formats. */
#include "tables_latency.h"

#include <stdlib.h>
#include <string.h>

#include "msw/base/num.h"
#include "msw/base/str.h"

static const struct { const char *x, *y, *name; } WORDS[MSW_N_LATENCY_KINDS] = {
    [MSW_LATENCY_GEMM] = {"m", NULL, NULL},
    [MSW_LATENCY_PREFILL] = {"seq_len", "batch", NULL},
    [MSW_LATENCY_DECODE] = {"kv_len", "batch", NULL},
    [MSW_LATENCY_ALL_REDUCE] = {"bytes", NULL, NULL},
    [MSW_LATENCY_NCCL] = {"bytes", NULL, "operation"},
    [MSW_LATENCY_MOE] = {"tokens", NULL, "distribution"},
    [MSW_LATENCY_MLA_PREFILL] = {"seq_len", "batch", "model"},
    [MSW_LATENCY_MLA_DECODE] = {"kv_len", "batch", "model"},
    [MSW_LATENCY_SMALL] = {"bytes", NULL, "kernel"},
};

#define SHAPE(field) {#field, offsetof(msw_latency_key, field)}
static const struct { const char *name; size_t offset; } SHAPES[MSW_MAX_LATENCY_SHAPES] = {
    SHAPE(n), SHAPE(k), SHAPE(num_heads), SHAPE(num_kv_heads), SHAPE(head_dim), SHAPE(window), SHAPE(n_gpus),
    SHAPE(hidden_size), SHAPE(intermediate_size), SHAPE(n_experts_per_tok), SHAPE(n_experts), SHAPE(moe_tp), SHAPE(moe_ep),
};

/* ---- Points of a file */

static size_t points_of(const msw_latency_slice *slice, const msw_latency_file *file) {
  size_t n = 0;
  for (size_t i_point = 0; i_point < slice->n_points; i_point++) n += slice->file[i_point] == file;
  return n;
}

static bool is_same_group(const msw_latency_key *a, const msw_latency_key *b) {
  return a->kind == b->kind && a->dtype == b->dtype && a->kv_dtype == b->kv_dtype && a->weight_dtype == b->weight_dtype &&
         a->block_scaled == b->block_scaled;
}

/* The slices of a group with points of the file. */
typedef struct { const msw_latency_slice **items; size_t n; const msw_latency_file *file; msw_arena *arena; } member_list;

/* Sorts values and drops repeats. */
static msw_latency_range range_of(const char *name, double *values, size_t n) {
  size_t n_distinct = 0;
  qsort(values, n, sizeof *values, msw_compare_numbers);
  for (size_t i_value = 0; i_value < n; i_value++)
    if (n_distinct == 0 || !msw_same_number(values[n_distinct - 1], values[i_value])) values[n_distinct++] = values[i_value];
  return (msw_latency_range){name, values, n_distinct};
}

typedef enum { OF_X, OF_Y, OF_LATENCY } point_column;

static msw_latency_range point_range(const member_list *members, size_t n_points, const char *name, point_column column) {
  double *values = msw_arena_array(members->arena, n_points, sizeof *values);
  size_t n = 0;
  for (size_t i_member = 0; i_member < members->n; i_member++) {
    const msw_latency_slice *slice = members->items[i_member];
    const double *from = column == OF_X ? slice->x : column == OF_Y ? slice->y : slice->latency_us;
    for (size_t i_point = 0; i_point < slice->n_points; i_point++)
      if (slice->file[i_point] == members->file) values[n++] = from[i_point];
  }
  return range_of(name, values, n);
}

static msw_latency_range shape_range(const member_list *members, size_t i_shape) {
  double *values = msw_arena_array(members->arena, members->n, sizeof *values);
  for (size_t i_member = 0; i_member < members->n; i_member++) {
    int64_t value;
    memcpy(&value, (const char *)&members->items[i_member]->key + SHAPES[i_shape].offset, sizeof value);
    values[i_member] = (double)value;
  }
  return range_of(SHAPES[i_shape].name, values, members->n);
}

static int by_name(const void *a, const void *b) { return strcmp(*(const char *const *)a, *(const char *const *)b); }

static void find_names(const member_list *members, msw_latency_group *group) {
  const char **names = msw_arena_array(members->arena, members->n, sizeof *names);
  for (size_t i_member = 0; i_member < members->n; i_member++) names[i_member] = members->items[i_member]->key.name;
  qsort(names, members->n, sizeof *names, by_name);
  for (size_t i_name = 0; i_name < members->n; i_name++) {
    if (names[i_name][0] == '\0' || (i_name > 0 && strcmp(names[i_name - 1], names[i_name]) == 0)) continue;
    if (group->n_names++ < MSW_MAX_LATENCY_NAMES) group->names[group->n_names - 1] = names[i_name];
  }
  if (group->n_names > 0) group->names_are = WORDS[group->key->kind].name;
}

/* ---- Groups */

static msw_latency_group group_of(const member_list *members) {
  msw_latency_group group = {.key = &members->items[0]->key, .n_slices = members->n};
  for (size_t i_member = 0; i_member < members->n; i_member++) {
    const msw_latency_slice *slice = members->items[i_member];
    for (size_t i_point = 0; i_point < slice->n_points; i_point++) {
      if (slice->file[i_point] != members->file) continue;
      group.n_points++;
      group.n_eager += slice->is_eager[i_point];
    }
  }
  group.x = point_range(members, group.n_points, WORDS[group.key->kind].x, OF_X);
  group.y = point_range(members, group.n_points, WORDS[group.key->kind].y, OF_Y);
  group.latency_us = point_range(members, group.n_points, "latency_us", OF_LATENCY);
  for (size_t i_shape = 0; i_shape < MSW_MAX_LATENCY_SHAPES; i_shape++) {
    const msw_latency_range range = shape_range(members, i_shape);
    if (range.values[range.n - 1] > 0.0) group.shapes[group.n_shapes++] = range;
  }
  find_names(members, &group);
  return group;
}

const msw_latency_group *msw_latency_groups(const msw_latency_set *set, const msw_latency_file *file, msw_arena *arena,
                                            size_t *n) {
  const msw_latency_slice **all = msw_arena_array(arena, set->n_slices, sizeof *all);
  size_t n_all = 0;
  for (size_t i_slice = 0; i_slice < set->n_slices; i_slice++)
    if (points_of(&set->slices[i_slice], file) > 0) all[n_all++] = &set->slices[i_slice];
  msw_latency_group *groups = msw_arena_array(arena, n_all, sizeof *groups);
  *n = 0;
  for (size_t first = 0, end; first < n_all; first = end) {
    for (end = first + 1; end < n_all && is_same_group(&all[first]->key, &all[end]->key);) end++;
    const member_list members = {all + first, end - first, file, arena};
    groups[(*n)++] = group_of(&members);
  }
  return groups;
}

bool msw_latency_is_reported(const msw_kernel_set *own, const msw_latency_file *file) {
  for (size_t i_table = 0; i_table < own->n_tables; i_table++)
    if (strcmp(own->tables[i_table].file, file->path) == 0) return false;
  return true;
}

/* ---- Defects */

const char *msw_latency_defect_text(const msw_latency_defect *defect, msw_arena *arena) {
  const bool is_one = defect->n == 1;
  return msw_format(arena, "%zu row%s %s (line %zu%s)", defect->n, is_one ? "" : "s", defect->what, defect->line,
                    is_one ? "" : " first");
}

const char *const *msw_latency_own_defects(const msw_latency_set *set, const msw_kernel_table *table, msw_arena *arena,
                                           size_t *n) {
  *n = 0;
  for (size_t i_file = 0; i_file < set->n_files; i_file++) {
    const msw_latency_file *file = set->files[i_file];
    if (strcmp(file->path, table->file) != 0) continue;
    const char **texts = msw_arena_array(arena, file->n_defects, sizeof *texts);
    for (size_t i_defect = 0; i_defect < file->n_defects; i_defect++)
      texts[(*n)++] = msw_format(arena, "as measured latencies: %s", msw_latency_defect_text(&file->defects[i_defect], arena));
    return texts;
  }
  return NULL;
}

/* Blocks, fields and axes by name. */
#include "msw/base/str.h"
#include "msw/output/result.h"

enum { MOST_LISTED = 20 };

/* "fields: step_us, bound, …" */
static const char *list_names(msw_diag *diag, const char *what, const char *const *names, size_t n) {
  const char *text = msw_format(&diag->arena, "%s:", what);
  for (size_t i_name = 0; i_name < n && i_name < MOST_LISTED; i_name++)
    text = msw_format(&diag->arena, "%s%s %s", text, i_name ? "," : "", names[i_name]);
  return n > MOST_LISTED ? msw_format(&diag->arena, "%s, …", text) : text;
}

/* Position of `name` among the names; n and an error that names the nearest, or all, when it is none of them. */
static size_t find(const char *const *names, size_t n, const char *name, const char *kind, const char *kinds, const char *what,
                   msw_diag *diag) {
  for (size_t i_name = 0; i_name < n; i_name++)
    if (msw_equal_nocase(names[i_name], name)) return i_name;
  const char *nearest = msw_nearest(name, names, n);
  const char *hint = nearest ? msw_did_you_mean(diag, nearest) : list_names(diag, kinds, names, n);
  msw_error(diag, (msw_loc){0}, what, hint, "unknown %s '%s'", kind, name);
  return n;
}

const msw_result_block *msw_result_find_block(const msw_result *result, const char *name, const char *what, msw_diag *diag) {
  const char **names = msw_arena_array(&diag->arena, result->n_blocks, sizeof *names);
  for (size_t i_block = 0; i_block < result->n_blocks; i_block++) names[i_block] = result->blocks[i_block].name;
  if (!name || name[0] == '\0') {
    if (result->n_blocks == 1) return &result->blocks[0];
    msw_error(diag, msw_file_loc(diag, result->path), what, list_names(diag, "blocks", names, result->n_blocks),
              "there are several blocks, and none is named");
    return NULL;
  }
  if (result->n_blocks == 1 && names[0][0] == '\0') {
    msw_error(diag, msw_file_loc(diag, result->path), what, "leave it out",
              "there is no block '%s': the only one has no name", name);
    return NULL;
  }
  size_t i_block = find(names, result->n_blocks, name, "block", "blocks", what, diag);
  return i_block < result->n_blocks ? &result->blocks[i_block] : NULL;
}

const msw_result_field *msw_result_find_field(const msw_result_block *block, const char *name, const char *what,
                                              msw_diag *diag) {
  const char **names = msw_arena_array(&diag->arena, block->n_fields, sizeof *names);
  for (size_t i_field = 0; i_field < block->n_fields; i_field++) names[i_field] = block->fields[i_field].name;
  size_t i_field = find(names, block->n_fields, name, "field", "fields", what, diag);
  return i_field < block->n_fields ? &block->fields[i_field] : NULL;
}

const msw_result_axis *msw_result_find_axis(const msw_result_block *block, const char *name, const char *what, msw_diag *diag) {
  const size_t n = block->rank + block->n_zipped;
  const char **names = msw_arena_array(&diag->arena, n, sizeof *names);
  for (size_t i_dim = 0; i_dim < block->rank; i_dim++) names[i_dim] = block->axes[i_dim].name;
  for (size_t i = 0; i < block->n_zipped; i++) names[block->rank + i] = block->zipped[i].name;
  size_t i_axis = find(names, n, name, "axis", "axes", what, diag);
  if (i_axis == n) return NULL;
  return i_axis < block->rank ? &block->axes[i_axis] : &block->zipped[i_axis - block->rank];
}

const msw_result_field *msw_result_field_named(const msw_result_block *block, const char *name) {
  for (size_t i_field = 0; i_field < block->n_fields; i_field++)
    if (msw_equal_nocase(block->fields[i_field].name, name)) return &block->fields[i_field];
  return NULL;
}

/* Partial results in a shard: integers and exact numbers, so that combining them loses nothing. A group holds
 *   op, cells, first    attributes: "argmax", the reduction's cells, the number of the first one here
 *   extreme, at | count | sums    the accumulators from there on (partial.h); absent where no cell took part
 *   variables, types, strides, values_0 …    what makes variables of the result of them (reduction.h)
 */
#include <string.h>

#include "msw/base/str.h"
#include "reduced.h"

/* ---- Writing ---- */

static msw_status write_cells(msw_h5 group, const msw_partial *partial, uint64_t first, uint64_t n, msw_diag *diag) {
  msw_status status = MSW_OK;
  if (n == 0) return MSW_OK;   /* netCDF-C takes an empty data set for an unlimited dimension */
  if (partial->extreme)
    status = msw_h5_write_numbers(group, "extreme", MSW_H5_F32, partial->extreme + first, (size_t)n, diag);
  if (status == MSW_OK && partial->at)
    status = msw_h5_write_numbers(group, "at", MSW_H5_U64, partial->at + first, (size_t)n, diag);
  if (status == MSW_OK && partial->count)
    status = msw_h5_write_numbers(group, "count", MSW_H5_U64, partial->count + first, (size_t)n, diag);
  if (status == MSW_OK && partial->sums)
    status = msw_h5_write_numbers(group, "sums", MSW_H5_U64, partial->sums + first, (size_t)n * MSW_SUM_WORDS, diag);
  return status;
}

static msw_status write_variables(msw_h5 group, const msw_reduction *reduction, msw_arena *arena, msw_diag *diag) {
  const size_t n = reduction->n_variables;
  const char **names = msw_arena_array(arena, n, sizeof *names);
  int32_t *types = msw_arena_array(arena, n, sizeof *types);
  uint64_t *strides = msw_arena_array(arena, n, sizeof *strides);
  msw_status status = MSW_OK;
  for (size_t i = 0; i < n && status == MSW_OK; i++) {
    const msw_reduced_variable *variable = &reduction->variables[i];
    names[i] = variable->name;
    types[i] = (int32_t)variable->type;
    strides[i] = variable->stride;
    if (variable->values)
      status = msw_h5_write_numbers(group, msw_format(arena, "values_%zu", i), MSW_H5_F64, variable->values,
                                    (size_t)variable->n, diag);
  }
  if (status == MSW_OK) status = msw_h5_write_texts(group, "variables", names, n, diag);
  if (status == MSW_OK) status = msw_h5_write_numbers(group, "types", MSW_H5_I32, types, n, diag);
  return status == MSW_OK ? msw_h5_write_numbers(group, "strides", MSW_H5_U64, strides, n, diag) : status;
}

msw_status msw_write_partial(msw_h5 group, const msw_reduction *reduction, const msw_partial *partial, msw_diag *diag) {
  uint64_t first, n;
  msw_arena scratch = {0};
  msw_h5 own = MSW_H5_NONE;
  msw_partial_extent(partial, &first, &n);
  msw_status status = msw_h5_create_group(group, reduction->spec->name, diag, &own);
  if (status == MSW_OK) status = msw_h5_attr_text(own, "op", msw_reduce_op_name(partial->op), diag);
  if (status == MSW_OK) status = msw_h5_attr_numbers(own, "cells", MSW_H5_U64, &partial->n, 1, diag);
  if (status == MSW_OK) status = msw_h5_attr_numbers(own, "first", MSW_H5_U64, &first, 1, diag);
  if (status == MSW_OK) status = write_variables(own, reduction, &scratch, diag);
  if (status == MSW_OK) status = write_cells(own, partial, first, n, diag);
  msw_h5_close(own);
  msw_arena_free(&scratch);
  return status;
}

/* ---- Reading ---- */

typedef struct { msw_h5 group; const char *shard; msw_arena *arena; msw_diag *diag; msw_stored_partial *stored; } reading;

static msw_status length_of(const reading *r, const char *name, uint64_t *n) {
  size_t rank;
  *n = 0;
  return msw_h5_exists(r->group, name) ? msw_h5_shape(r->group, name, 1, r->diag, &rank, n) : MSW_OK;
}

static msw_status read_line(const reading *r, const char *name, msw_h5_type type, void *values, uint64_t n) {
  const uint64_t start = 0;
  return n > 0 ? msw_h5_read_slab(r->group, name, type, 1, &start, &n, values, r->diag) : MSW_OK;
}

static msw_status refuse(const reading *r) {
  msw_loc loc = msw_file_loc(r->diag, r->shard);
  msw_error(r->diag, loc, NULL, NULL, "the partial result of '%s' cannot be understood", r->stored->name);
  return MSW_BAD_INPUT;
}

static msw_status read_head(const reading *r, msw_reduce_op *op) {
  const char *name = NULL;
  int64_t cells = -1, first = -1;
  bool has_cells = false, has_first = false;
  msw_status status = msw_h5_read_attr_text(r->group, "op", r->arena, r->diag, &name);
  if (status == MSW_OK) status = msw_h5_read_attr_int(r->group, "cells", r->diag, &cells, &has_cells);
  if (status == MSW_OK) status = msw_h5_read_attr_int(r->group, "first", r->diag, &first, &has_first);
  if (status != MSW_OK) return status;
  *op = 0;
  while (name && *op < MSW_N_REDUCE_OPS && strcmp(msw_reduce_op_name(*op), name) != 0) (*op)++;
  if (!name || *op == MSW_N_REDUCE_OPS || cells < 1 || first < 0 || first >= cells) return refuse(r);
  r->stored->n_cells = (uint64_t)cells;
  r->stored->first = (uint64_t)first;
  return MSW_OK;
}

static msw_status read_cells(const reading *r, msw_reduce_op op) {
  const char *name = op == MSW_REDUCE_COUNT ? "count" : op == MSW_REDUCE_MEAN ? "sums" : "extreme";
  uint64_t words, n_at = 0;
  msw_partial *partial = &r->stored->partial;
  msw_status status = length_of(r, name, &words);
  if (status == MSW_OK && msw_reduce_op_is_arg(op)) status = length_of(r, "at", &n_at);
  if (status != MSW_OK) return status;
  uint64_t n = op == MSW_REDUCE_MEAN ? words / MSW_SUM_WORDS : words;
  if (n > r->stored->n_cells - r->stored->first || (msw_reduce_op_is_arg(op) && n_at != n)) return refuse(r);
  if (op == MSW_REDUCE_MEAN && n * MSW_SUM_WORDS != words) return refuse(r);
  msw_partial_init(partial, op, n);
  if (partial->count) return read_line(r, name, MSW_H5_U64, partial->count, n);
  if (partial->sums) return read_line(r, name, MSW_H5_U64, partial->sums, words);
  status = read_line(r, name, MSW_H5_F32, partial->extreme, n);
  return status == MSW_OK && partial->at ? read_line(r, "at", MSW_H5_U64, partial->at, n) : status;
}

static msw_status read_values(const reading *r, size_t i_variable, msw_reduced_variable *variable) {
  const char *name = msw_format(r->arena, "values_%zu", i_variable);
  msw_status status = length_of(r, name, &variable->n);
  if (status != MSW_OK || variable->n == 0) return status;
  double *values = msw_arena_array(r->arena, variable->n, sizeof *values);
  variable->values = values;
  return read_line(r, name, MSW_H5_F64, values, variable->n);
}

static msw_status read_variables(const reading *r, msw_reduce_op op) {
  const char *const *names = NULL;
  uint64_t n_types, n_strides;
  size_t n = 0;
  msw_status status = msw_h5_read_texts(r->group, "variables", r->arena, r->diag, &names, &n);
  if (status == MSW_OK) status = length_of(r, "types", &n_types);
  if (status == MSW_OK) status = length_of(r, "strides", &n_strides);
  if (status != MSW_OK) return status;
  if (n_types != n || n_strides != n) return refuse(r);
  int32_t *types = msw_arena_array(r->arena, n, sizeof *types);
  uint64_t *strides = msw_arena_array(r->arena, n, sizeof *strides);
  r->stored->variables = msw_arena_array(r->arena, n, sizeof *r->stored->variables);
  r->stored->n_variables = n;
  status = read_line(r, "types", MSW_H5_I32, types, n);
  if (status == MSW_OK) status = read_line(r, "strides", MSW_H5_U64, strides, n);
  for (size_t i = 0; i < n && status == MSW_OK; i++) {
    msw_reduced_variable *variable = &r->stored->variables[i];
    *variable = (msw_reduced_variable){.name = names[i], .type = (msw_reduced_type)types[i], .axis = MSW_N_AXES,
                                       .stride = strides[i]};
    status = read_values(r, i, variable);
    bool is_arg = msw_reduce_op_is_arg(op), is_plain = op == MSW_REDUCE_COUNT ? types[i] == MSW_REDUCED_I64
                                                                               : types[i] == MSW_REDUCED_F32;
    bool is_position = (types[i] == MSW_REDUCED_F64 || types[i] == MSW_REDUCED_U32) && variable->n > 0 && strides[i] > 0;
    if (status == MSW_OK && !(is_arg ? is_position : is_plain)) status = refuse(r);
  }
  return status;
}

msw_status msw_read_partial(msw_h5 group, const char *name, const char *shard, msw_arena *arena, msw_diag *diag,
                            msw_stored_partial *stored) {
  reading r = {.group = MSW_H5_NONE, .shard = shard, .arena = arena, .diag = diag, .stored = stored};
  msw_reduce_op op;
  *stored = (msw_stored_partial){.name = name};
  msw_status status = msw_h5_open_group(group, name, diag, &r.group);
  if (status == MSW_OK) status = read_head(&r, &op);
  if (status == MSW_OK) status = read_variables(&r, op);
  if (status == MSW_OK) status = read_cells(&r, op);
  msw_h5_close(r.group);
  return status;
}

/* The shape of reductions: which dimensions stay, how the rest is numbered, what the file gets. */
#include "msw/grid/reduction.h"

#include <string.h>

#include "msw/base/num.h"
#include "msw/base/str.h"

enum { MAX_CHUNK_CELLS = 131072 };   /* as for fields: a chunk fits any reader's cache */

static const char *const op_names[MSW_N_REDUCE_OPS] = {
    [MSW_REDUCE_MIN] = "min",     [MSW_REDUCE_MAX] = "max",       [MSW_REDUCE_MEAN] = "mean",
    [MSW_REDUCE_COUNT] = "count", [MSW_REDUCE_ARGMIN] = "argmin", [MSW_REDUCE_ARGMAX] = "argmax",
};

const char *msw_reduce_op_name(msw_reduce_op op) { return op_names[op]; }

bool msw_reduce_op_is_arg(msw_reduce_op op) { return op == MSW_REDUCE_ARGMIN || op == MSW_REDUCE_ARGMAX; }

size_t msw_reduced_size(msw_reduced_type type) {
  switch (type) {
    case MSW_REDUCED_F32: return sizeof(float);
    case MSW_REDUCED_I64: return sizeof(int64_t);
    case MSW_REDUCED_F64: return sizeof(double);
    case MSW_REDUCED_U32: return sizeof(uint32_t);
  }
  return 0;
}

static bool is_over(const msw_spec_reduction *spec, const msw_dim *dim) {
  return dim->zip >= 0 ? spec->over_zip[dim->zip] : spec->over_axis[dim->axis];
}

bool msw_reduction_keeps(const msw_reduction *reduction, size_t i_dim) {
  for (size_t i = 0; i < reduction->rank; i++)
    if (reduction->dims[i] == i_dim) return true;
  return false;
}

bool msw_block_keeps_dim(const msw_plan_block *block, size_t i_dim) {
  bool kept = block->spec->n_reductions == 0;
  for (size_t i = 0; i < block->spec->n_reductions && !kept; i++) kept = msw_reduction_keeps(&block->reductions[i], i_dim);
  return kept;
}

const char *msw_reduction_over(const msw_plan_block *block, const msw_reduction *reduction, const char *separator,
                               msw_arena *arena) {
  const char *text = "";
  for (size_t i_dim = 0; i_dim < block->rank; i_dim++)
    if (!msw_reduction_keeps(reduction, i_dim))
      text = msw_format(arena, "%s%s%s", text, text[0] ? separator : "", block->dims[i_dim].name);
  return text;
}

/* ---- Dimensions ---- */

static void find_dims(const msw_plan_block *block, msw_reduction *reduction) {
  reduction->n_cells = reduction->n_over = 1;
  for (size_t i_dim = block->rank; i_dim-- > 0;) {   /* products of dimensions: no more than the block's cells */
    const msw_dim *dim = &block->dims[i_dim];
    bool over = is_over(reduction->spec, dim);
    uint64_t *product = over ? &reduction->n_over : &reduction->n_cells;
    (over ? reduction->over_stride : reduction->stride)[i_dim] = *product;
    *product *= dim->n;
  }
  for (size_t i_dim = 0; i_dim < block->rank; i_dim++)
    if (!is_over(reduction->spec, &block->dims[i_dim])) reduction->dims[reduction->rank++] = i_dim;
}

/* Whole stretches of the last dimensions. */
static void choose_chunk(const msw_plan_block *block, msw_reduction *reduction) {
  uint64_t room = MAX_CHUNK_CELLS;
  for (size_t i = reduction->rank; i-- > 0;) {
    uint64_t n = block->dims[reduction->dims[i]].n;
    reduction->chunk[i] = n < room ? n : room;
    room /= reduction->chunk[i];
  }
}

/* ---- Variables ---- */

/* Texts are stored as codes: 0 is none of them. */
static const double *codes(size_t n, msw_arena *arena) {
  double *values = msw_arena_array(arena, n, sizeof *values);
  for (size_t i_label = 0; i_label < n; i_label++) values[i_label] = (double)(i_label + 1);
  return values;
}

static void add_arg_variables(const msw_plan_block *block, msw_reduction *reduction, msw_reduced_variable *variables,
                              msw_arena *arena) {
  for (msw_axis_id id = 0; id < MSW_N_AXES; id++) {
    if (!reduction->spec->over_axis[id] || block->dim_of_axis[id] < 0) continue;
    const msw_spec_axis *axis = &block->spec->axes[id];
    size_t i_dim = (size_t)block->dim_of_axis[id];
    variables[reduction->n_variables++] = (msw_reduced_variable){
        .name = msw_format(arena, "%s_%s", reduction->spec->name, msw_axis_name(id)),
        .type = axis->labels ? MSW_REDUCED_U32 : MSW_REDUCED_F64, .axis = id,
        .stride = reduction->over_stride[i_dim], .n = block->dims[i_dim].n,
        .values = axis->labels ? codes(axis->n, arena) : axis->values};
  }
}

static void find_variables(const msw_plan_block *block, msw_reduction *reduction, msw_arena *arena) {
  msw_reduced_variable *variables = msw_arena_array(arena, MSW_N_AXES, sizeof *variables);
  msw_reduce_op op = reduction->spec->op;
  if (msw_reduce_op_is_arg(op)) {
    add_arg_variables(block, reduction, variables, arena);
  } else {
    msw_reduced_type type = op == MSW_REDUCE_COUNT ? MSW_REDUCED_I64 : MSW_REDUCED_F32;
    variables[reduction->n_variables++] =
        (msw_reduced_variable){.name = reduction->spec->name, .type = type, .axis = MSW_N_AXES};
  }
  reduction->variables = variables;
  for (size_t i = 0; i < reduction->n_variables; i++) {
    uint64_t bytes;
    if (!msw_mul_u64(reduction->n_cells, msw_reduced_size(variables[i].type), &bytes) ||
        !msw_add_u64(reduction->n_bytes, bytes, &reduction->n_bytes))
      reduction->n_bytes = UINT64_MAX;
  }
}

static size_t find_field(const msw_plan_block *block, const char *name) {
  size_t i_field = 0;
  while (name ? strcmp(block->fields[i_field]->name, name) != 0 : block->fields[i_field]->type != MSW_FIELD_F32) i_field++;
  return i_field;
}

void msw_plan_reductions(msw_plan_block *block, msw_arena *arena) {
  msw_reduction *reductions = msw_arena_array(arena, block->spec->n_reductions, sizeof *reductions);
  block->reductions = reductions;
  for (size_t i = 0; i < block->spec->n_reductions; i++) {
    msw_reduction *reduction = &reductions[i];
    *reduction = (msw_reduction){.spec = &block->spec->reductions[i]};
    reduction->i_field = find_field(block, reduction->spec->field);   /* the plan computes every field that is named */
    find_dims(block, reduction);
    choose_chunk(block, reduction);
    find_variables(block, reduction, arena);
    if (!msw_add_u64(block->reduced_bytes, reduction->n_bytes, &block->reduced_bytes)) block->reduced_bytes = UINT64_MAX;
  }
}

/* Reductions in the result file: their variables, and what goes into these, or into /meta/partial of a shard, at the end. */
#include <string.h>

#include "msw/base/str.h"
#include "reduced.h"
#include "writer_parts.h"

/* ---- What the variables are ---- */

/* CF's names of operations on cells. */
static const char *cell_method(msw_reduce_op op) {
  switch (op) {
    case MSW_REDUCE_MIN: return "minimum";
    case MSW_REDUCE_MAX: return "maximum";
    case MSW_REDUCE_MEAN: return "mean";
    case MSW_REDUCE_COUNT:
    case MSW_REDUCE_ARGMIN:
    case MSW_REDUCE_ARGMAX:
    case MSW_N_REDUCE_OPS: break;   /* CF has none: the number is no longer one of the field */
  }
  return NULL;
}

static const char *long_name(const msw_plan_block *block, const msw_reduction *reduction,
                             const msw_reduced_variable *variable, msw_arena *arena) {
  const char *field = block->fields[reduction->i_field]->long_name;
  const char *over = msw_reduction_over(block, reduction, ", ", arena);
  if (variable->axis != MSW_N_AXES)
    return msw_format(arena, "%s of the %s %s", msw_axis_long_name(variable->axis),
                      reduction->spec->op == MSW_REDUCE_ARGMIN ? "least" : "greatest", field);
  if (reduction->spec->op == MSW_REDUCE_COUNT) return msw_format(arena, "cells over %s", over);
  return msw_format(arena, "%s over %s of %s", cell_method(reduction->spec->op), over, field);
}

static const char *description(const msw_plan_block *block, const msw_reduction *reduction, msw_arena *arena) {
  const msw_spec_reduction *spec = reduction->spec;
  const char *of = spec->field ? msw_format(arena, " of %s", spec->field) : "";
  const char *where = spec->condition ? msw_format(arena, " where %s", spec->condition_text) : "";
  return msw_format(arena, "%s%s over %s%s; cells without a number take no part", msw_reduce_op_name(spec->op), of,
                    msw_reduction_over(block, reduction, ", ", arena), where);
}

static const char *unit(const msw_plan_block *block, const msw_reduction *reduction, const msw_reduced_variable *variable) {
  if (variable->axis != MSW_N_AXES) return msw_axis_unit(variable->axis);
  return reduction->spec->op == MSW_REDUCE_COUNT ? "1" : block->fields[reduction->i_field]->unit;
}

/* "tp: batch: maximum (where step_us <= 50000)" */
static const char *cell_methods(const msw_plan_block *block, const msw_reduction *reduction, msw_arena *arena) {
  const char *method = cell_method(reduction->spec->op);
  if (!method) return NULL;
  const char *text = msw_format(arena, "%s: %s", msw_reduction_over(block, reduction, ": ", arena), method);
  return reduction->spec->condition ? msw_format(arena, "%s (where %s)", text, reduction->spec->condition_text) : text;
}

/* Codes of texts: 0 none, then the axis's labels in their order, with _ for blanks, as CF wants them in one text. */
static msw_status describe_codes(const msw_spec_axis *axis, msw_h5 dataset, msw_arena *arena, msw_diag *diag) {
  uint32_t *values = msw_arena_array(arena, axis->n + 1, sizeof *values);
  msw_buf meanings = {0};
  msw_buf_add(&meanings, "none");
  for (size_t i_label = 0; i_label < axis->n; i_label++) {
    char *label = msw_strdup(arena, axis->labels[i_label]);
    for (char *blank = strchr(label, ' '); blank; blank = strchr(blank, ' ')) *blank = '_';
    msw_buf_printf(&meanings, " %s", label);
    values[i_label + 1] = (uint32_t)(i_label + 1);
  }
  msw_status status = msw_h5_attr_numbers(dataset, "flag_values", MSW_H5_U32, values, axis->n + 1, diag);
  if (status == MSW_OK) status = msw_h5_attr_text(dataset, "flag_meanings", meanings.text, diag);
  msw_buf_free(&meanings);
  return status;
}

static msw_status describe(const msw_writer *writer, const msw_plan_block *block, const msw_reduction *reduction,
                           const msw_reduced_variable *variable, msw_h5 dataset, msw_arena *arena) {
  const msw_text_attr attrs[] = {
      {"units", unit(block, reduction, variable)},
      {"long_name", long_name(block, reduction, variable, arena)},
      {"description", description(block, reduction, arena)},
      {"coordinates", msw_zipped_names(block, reduction, arena)},
      {"cell_methods", cell_methods(block, reduction, arena)},
      {MSW_REDUCTION_ATTR, msw_reduce_op_name(reduction->spec->op)},
      {"over", msw_reduction_over(block, reduction, " ", arena)},
      {"field", reduction->spec->field},
      {"where", reduction->spec->condition_text},
  };
  msw_status status = msw_write_text_attrs(dataset, attrs, sizeof attrs / sizeof attrs[0], writer->diag);
  if (status == MSW_OK && variable->type == MSW_REDUCED_U32)
    status = describe_codes(&block->spec->axes[variable->axis], dataset, arena, writer->diag);
  if (status == MSW_OK && variable->type == MSW_REDUCED_F32 && writer->options.keepbits > 0)
    status = msw_describe_rounding(writer, dataset);
  return status;
}

static msw_status create(const msw_writer *writer, const msw_plan_block *block, const msw_reduction *reduction,
                         const msw_reduced_variable *variable, msw_h5 group, const msw_h5 *scales) {
  msw_arena scratch = {0};
  uint64_t dims[MSW_MAX_RANK];
  msw_h5 kept[MSW_MAX_RANK], dataset = MSW_H5_NONE;
  for (size_t i_kept = 0; i_kept < reduction->rank; i_kept++) {
    dims[i_kept] = block->dims[reduction->dims[i_kept]].n;
    kept[i_kept] = scales[reduction->dims[i_kept]];
  }
  const msw_h5_variable shape = {.name = variable->name, .type = msw_reduced_h5_type(variable->type),
                                 .rank = reduction->rank, .dims = dims, .chunk = reduction->chunk, .scales = kept,
                                 .deflate = writer->options.deflate, .fletcher32 = writer->options.fletcher32};
  msw_status status = msw_h5_create_variable(group, &shape, writer->diag, &dataset);
  if (status == MSW_OK) status = describe(writer, block, reduction, variable, dataset, &scratch);
  msw_h5_close(dataset);
  msw_arena_free(&scratch);
  return status;
}

msw_status msw_write_reductions(const msw_writer *writer, const msw_plan_block *block, msw_h5 group,
                                const msw_h5 *scales) {
  msw_status status = MSW_OK;
  for (size_t i = 0; i < block->spec->n_reductions; i++) {
    const msw_reduction *reduction = &block->reductions[i];
    for (size_t i_variable = 0; i_variable < reduction->n_variables && status == MSW_OK; i_variable++)
      status = create(writer, block, reduction, &reduction->variables[i_variable], group, scales);
  }
  return status;
}

/* ---- What comes into them ---- */

static msw_status put_variable(msw_writer *writer, const msw_plan_block *block, const msw_results *results) {
  msw_arena scratch = {0};
  msw_h5 dataset = MSW_H5_NONE;
  const char *path = msw_format(&scratch, "%s/%s", block->spec->name, results->variable->name);
  msw_status status = msw_h5_open_dataset(writer->file, path, writer->diag, &dataset);
  if (status == MSW_OK) status = msw_put_results(dataset, results, writer->diag);
  msw_h5_close(dataset);
  msw_arena_free(&scratch);
  return status;
}

static msw_status put_block(msw_writer *writer, size_t i_block) {
  const msw_plan_block *block = &writer->plan->blocks[i_block];
  msw_status status = MSW_OK;
  for (size_t i = 0; i < block->spec->n_reductions; i++) {
    const msw_reduction *reduction = &block->reductions[i];
    msw_results results = {.partial = msw_reduce_total(writer->reduce, i_block, i), .keepbits = writer->options.keepbits};
    for (size_t i_variable = 0; i_variable < reduction->n_variables && status == MSW_OK; i_variable++) {
      results.variable = &reduction->variables[i_variable];
      status = put_variable(writer, block, &results);
    }
  }
  return status;
}

static msw_status put_partial_block(msw_writer *writer, size_t i_block, msw_h5 group) {
  const msw_plan_block *block = &writer->plan->blocks[i_block];
  msw_h5 own = MSW_H5_NONE;
  msw_status status = msw_h5_create_group(group, msw_meta_block_name(block->spec), writer->diag, &own);
  for (size_t i = 0; i < block->spec->n_reductions && status == MSW_OK; i++)
    status = msw_write_partial(own, &block->reductions[i], msw_reduce_total(writer->reduce, i_block, i), writer->diag);
  msw_h5_close(own);
  return status;
}

/* Last of all: a merge, which takes it out, then leaves few holes between the rest. */
static msw_status put_partials(msw_writer *writer) {
  msw_h5 group = MSW_H5_NONE;
  msw_status status = msw_h5_create_group(writer->file, MSW_META_GROUP "/" MSW_META_PARTIAL, writer->diag, &group);
  for (size_t i_block = 0; i_block < writer->plan->n_blocks && status == MSW_OK; i_block++)
    if (writer->plan->blocks[i_block].spec->n_reductions > 0) status = put_partial_block(writer, i_block, group);
  msw_h5_close(group);
  return status;
}

/* What fields show by their chunks. */
static msw_status note_tiles(msw_writer *writer, const msw_plan_block *block) {
  const uint64_t n_tiles = block->n_cases * block->tiles_per_case;
  msw_arena scratch = {0};
  msw_h5 group = MSW_H5_NONE;
  const char *path = msw_format(&scratch, MSW_META_GROUP "/%s", msw_meta_block_name(block->spec));
  msw_status status = msw_h5_open_group(writer->file, path, writer->diag, &group);
  if (status == MSW_OK) status = msw_h5_attr_numbers(group, MSW_REDUCED_TILES, MSW_H5_U64, &n_tiles, 1, writer->diag);
  msw_h5_close(group);
  msw_arena_free(&scratch);
  return status;
}

msw_status msw_write_reduced(msw_writer *writer) {
  if (!writer->reduce) return MSW_OK;
  msw_status status = MSW_OK;
  for (size_t i_block = 0; i_block < writer->plan->n_blocks && status == MSW_OK; i_block++)
    if (writer->plan->blocks[i_block].spec->n_reductions > 0) status = note_tiles(writer, &writer->plan->blocks[i_block]);
  if (status == MSW_OK && writer->options.tiles.n < writer->plan->n_tiles) return put_partials(writer);
  for (size_t i_block = 0; i_block < writer->plan->n_blocks && status == MSW_OK; i_block++)
    status = put_block(writer, i_block);
  return status;
}

/* Steps on their GPU's roofline: FLOP as the scalar reference counts them, over the bytes that a step must move at least, the
 * weights and the KV cache of its requests, each once. Few cells, spread over the grid: each is evaluated by itself. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "msw/analysis/report.h"
#include "msw/base/str.h"
#include "msw/grid/reference.h"
#include "msw/grid/run.h"
#include "msw/output/provenance.h"
#include "report.h"

enum { MOST_POINTS = 3000 };
static const double us_per_s = 1e6;
static const double bytes_per_gib = 1024.0 * 1024.0 * 1024.0;

/* Columns of points, filled up to n. */
typedef struct {
  const msw_plan_block *block;
  const msw_kernel_set *const *tables;
  double *cells;
  float *flop_per_byte, *flop_per_s;
  uint32_t *bound;
  size_t n;
  msw_json *roofs;
} point_list;

/* The sweep of the result, planned again with the data at hand. */
typedef struct { msw_spec spec; msw_plan plan; msw_run_tables tables; bool is_same; } replay;

static msw_status plan_again(const msw_report_job *job, replay *again) {
  msw_context *ctx = job->ctx;
  const msw_spec_edits none = {0};
  const char *text = job->result->expanded, *name = msw_format(&ctx->arena, "%s:/meta/expanded", job->result->path);
  msw_status status = msw_spec_load_text(text, strlen(text), name, none, job->data, &ctx->arena, &ctx->diag, &again->spec);
  if (status == MSW_OK) status = msw_plan_build(&again->spec, &ctx->arena, &ctx->diag, &again->plan);
  if (status == MSW_OK) status = msw_run_load_tables(&again->plan, job->data, &ctx->arena, &ctx->diag, &again->tables);
  if (status != MSW_OK) return status;
  const msw_provenance provenance = msw_provenance_collect(&again->plan, &again->tables, &ctx->arena);
  again->is_same = job->result->hash && strcmp(provenance.hash, job->result->hash) == 0;
  return MSW_OK;
}

/* ---- A cell ---- */

/* Positions of all axes, those along zips too. */
static void positions_of(const msw_plan_block *block, const uint64_t *at, size_t position[MSW_N_AXES]) {
  for (int axis = 0; axis < MSW_N_AXES; axis++)
    position[axis] = block->dim_of_axis[axis] >= 0 ? (size_t)at[block->dim_of_axis[axis]] : 0;
}

static void bind(const point_list *points, const size_t position[MSW_N_AXES], msw_arena *arena, msw_case *bound) {
  const msw_spec_block *spec = points->block->spec;
  const size_t i_gpu = position[MSW_AXIS_GPU], i_method = position[MSW_AXIS_METHOD];
  const size_t i_knobs = i_gpu * spec->axes[MSW_AXIS_METHOD].n + i_method;
  msw_dtype dtype = MSW_DTYPE_NONE;   /* stays so for "config" */
  msw_dtype_parse(spec->axes[MSW_AXIS_DTYPE].labels[position[MSW_AXIS_DTYPE]], &dtype);
  const msw_case_key key = {.gpu = spec->gpus[i_gpu], .model = spec->models[position[MSW_AXIS_MODEL]],
                            .tp = spec->axes[MSW_AXIS_TP].values[position[MSW_AXIS_TP]], .dtype = dtype,
                            .family = points->block->methods[i_method].preset->family, .knobs = &points->block->knobs[i_knobs],
                            .method_flags = points->block->method_flags[i_knobs], .tables = points->tables[i_gpu]};
  msw_case_bind(&key, arena, bound);
}

static void evaluate(point_list *points, const msw_case *bound, const size_t position[MSW_N_AXES], uint64_t cell) {
  double values[MSW_N_AXES] = {0}, flop = 0.0;
  msw_cell_step step;
  msw_op_list ops = {0};
  msw_breakdown breakdown;
  const msw_spec_block *spec = points->block->spec;
  for (msw_axis_id axis = MSW_FIRST_NUMERIC_AXIS; axis < MSW_N_AXES; axis++)
    if (spec->axes[axis].n > 0) values[axis] = spec->axes[axis].values[position[axis]];
  msw_cell_step_set(&step, spec->phase, values);
  msw_step_eval(bound, &step.step, &ops, &breakdown);
  for (size_t i_op = 0; i_op < ops.n; i_op++) flop += ops.ops[i_op].flop;
  free(ops.ops);
  if (!(breakdown.step_us > 0.0) || !(flop > 0.0)) return;
  const size_t at = points->n++;
  points->cells[at] = (double)cell;
  points->flop_per_byte[at] = (float)(flop / ((breakdown.weight_gib + breakdown.kv_gib) * bytes_per_gib));
  points->flop_per_s[at] = (float)(flop / breakdown.step_us * us_per_s);
  points->bound[at] = (uint32_t)breakdown.bound;
}

/* ---- Roofs ---- */

static void add_roof(point_list *points, const msw_case *bound, msw_arena *arena) {
  const char *dtype = msw_dtype_name(bound->weight_dtype);
  for (const msw_json *roof = points->roofs->first; roof; roof = roof->next)
    if (strcmp(msw_json_get(roof, "gpu")->text, bound->gpu->name) == 0 && strcmp(msw_json_get(roof, "dtype")->text, dtype) == 0)
      return;
  msw_json *roof = msw_json_add_object(arena, points->roofs, NULL);
  msw_json_add_string(arena, roof, "gpu", bound->gpu->name);
  msw_json_add_string(arena, roof, "dtype", dtype);
  msw_json_add_number(arena, roof, "flop_per_s", bound->gpu->peak_flop_per_s[bound->weight_dtype]);
  msw_json_add_number(arena, roof, "bytes_per_s", bound->gpu->mem_bw_bytes_per_s);
}

/* ---- A block ---- */

/* A case and its number among those of the selection. */
typedef struct { msw_arena arena; msw_case bound; uint64_t i_case; } bound_case;

static void enter_case(point_list *points, bound_case *current, uint64_t i_case, const size_t position[MSW_N_AXES],
                       msw_arena *arena) {
  if (current->i_case == i_case) return;
  msw_arena_free(&current->arena);
  bind(points, position, &current->arena, &current->bound);
  current->i_case = i_case;
  if (!(current->bound.flags & MSW_FLAGS_VOID)) add_roof(points, &current->bound, arena);
}

/* Positions of cell i_cell of the selection; its number in the file. */
static uint64_t find_cell(const msw_result_block *block, const msw_selection *selection, uint64_t i_cell,
                          uint64_t at[MSW_H5_MAX_RANK]) {
  uint64_t cell = 0;
  for (size_t i_dim = block->rank; i_dim-- > 0; i_cell /= selection->dims[i_dim].n)
    at[i_dim] = selection->dims[i_dim].at[i_cell % selection->dims[i_dim].n];
  for (size_t i_dim = 0; i_dim < block->rank; i_dim++) cell = cell * block->dims[i_dim] + at[i_dim];
  return cell;
}

/* In the order of the file, so that cells of a case follow each other; where the file has no number none is wanted. */
static void evaluate_all(point_list *points, const msw_result_block *block, const msw_selection *selection,
                         const double *step_us, msw_arena *arena) {
  const uint64_t n_cells = msw_selection_cells(block, selection);
  uint64_t n_inner = 1;
  bound_case current = {.i_case = UINT64_MAX};
  for (size_t i_dim = points->block->n_outer; i_dim < block->rank; i_dim++) n_inner *= selection->dims[i_dim].n;
  for (uint64_t i_cell = 0; i_cell < n_cells; i_cell++) {
    uint64_t at[MSW_H5_MAX_RANK] = {0};
    size_t position[MSW_N_AXES];
    if (isnan(step_us[i_cell])) continue;
    const uint64_t cell = find_cell(block, selection, i_cell, at);
    positions_of(points->block, at, position);
    enter_case(points, &current, i_cell / n_inner, position, arena);
    if (!(current.bound.flags & MSW_FLAGS_VOID)) evaluate(points, &current.bound, position, cell);
  }
  msw_arena_free(&current.arena);
}

static void add_points(const replay *again, const point_list *points, msw_arena *arena, msw_json *object) {
  msw_json_add_bool(arena, object, "is_same", again->is_same);
  msw_report_add_numbers(arena, object, "cells", points->cells, points->n);
  msw_report_add_floats(arena, object, "flop_per_byte", points->flop_per_byte, points->n);
  msw_report_add_floats(arena, object, "flop_per_s", points->flop_per_s, points->n);
  msw_report_add_codes(arena, object, "bound", points->bound, points->n);
}

static void add_reason(msw_arena *arena, msw_json *parent, const char *why) {
  msw_json_add_string(arena, msw_json_add_object(arena, parent, "roofline"), "why", why);
}

static const msw_result_field *step_field(const msw_result_block *block) {
  for (size_t i_field = 0; i_field < block->n_fields; i_field++)
    if (strcmp(block->fields[i_field].name, "step_us") == 0) return &block->fields[i_field];
  return NULL;
}

static size_t number_of(const replay *again, const msw_result_block *block) {
  size_t i_block = 0;
  while (i_block < again->plan.n_blocks && (strcmp(again->plan.blocks[i_block].spec->name, block->name) != 0 ||
                                            again->plan.blocks[i_block].rank != block->rank)) i_block++;
  return i_block;
}

static msw_status add_roofline(const msw_report_job *job, const replay *again, size_t i_block, msw_json *parent) {
  msw_context *ctx = job->ctx;
  msw_arena *arena = &ctx->arena;
  const msw_result_block *block = job->blocks[i_block];
  const size_t i_planned = number_of(again, block);
  const msw_result_field *field = step_field(block);
  if (i_planned == again->plan.n_blocks || !field) {
    add_reason(arena, parent, "the result holds no step times, cell by cell");
    return MSW_OK;
  }
  const msw_selection chosen = msw_report_thin(block, &job->selections[i_block], MOST_POINTS, arena);
  const size_t n = (size_t)msw_selection_cells(block, &chosen);
  double *step_us = msw_arena_array(arena, n, sizeof *step_us);
  msw_status status = msw_result_read(job->result, block, field, &chosen, job->n_threads, step_us, &ctx->diag);
  if (status != MSW_OK) return status;
  msw_json *object = msw_json_add_object(arena, parent, "roofline");
  point_list points = {.block = &again->plan.blocks[i_planned], .tables = again->tables.of_block[i_planned],
                       .cells = msw_arena_array(arena, n, sizeof *points.cells),
                       .flop_per_byte = msw_arena_array(arena, n, sizeof *points.flop_per_byte),
                       .flop_per_s = msw_arena_array(arena, n, sizeof *points.flop_per_s),
                       .bound = msw_arena_array(arena, n, sizeof *points.bound),
                       .roofs = msw_json_add_array(arena, object, "roofs")};
  evaluate_all(&points, block, &chosen, step_us, arena);
  add_points(again, &points, arena, object);
  return MSW_OK;
}

/* The first error from here on, taken back: a page without this section is still a page. */
static const char *take_reason(msw_diag *diag, msw_diag_mark before, msw_arena *arena) {
  const char *why = "the sweep could not be planned again";
  for (size_t i = before.n; i < diag->n; i++)
    if (diag->items[i].severity == MSW_ERROR) {
      why = msw_format(arena, "the sweep cannot be evaluated with the data at hand: %s", diag->items[i].message);
      break;
    }
  msw_diag_rewind(diag, before);
  return why;
}

msw_status msw_report_rooflines(const msw_report_job *job, msw_json *const *parents) {
  msw_context *ctx = job->ctx;
  replay again = {0};
  const char *why = NULL;
  const msw_diag_mark before = msw_diag_here(&ctx->diag);
  if (!job->data) why = "steps are evaluated again with the models and tables of a data root, and there was none (--data-dir)";
  else if (!job->result->expanded) why = "the result does not say which sweep it came from";
  else if (plan_again(job, &again) != MSW_OK) why = take_reason(&ctx->diag, before, &ctx->arena);
  else msw_diag_rewind(&ctx->diag, before);   /* warnings that the run gave already */
  msw_status status = MSW_OK;
  for (size_t i_block = 0; i_block < job->n_blocks && status == MSW_OK; i_block++) {
    if (why) add_reason(&ctx->arena, parents[i_block], why);
    else status = add_roofline(job, &again, i_block, parents[i_block]);
  }
  msw_spec_free(&again.spec);
  return status;
}

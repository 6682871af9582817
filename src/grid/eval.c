/* Evaluating a tile: the worker's memory, the tile's axes, and the way to the block's phase. */
#include "msw/grid/eval.h"

#include <stdlib.h>
#include <string.h>

#include "msw/grid/rule.h"
#include "tile.h"

/* ---- The worker's memory ---- */

static void *align(void *memory) {
  uintptr_t beyond = (uintptr_t)memory % MSW_LINE_BYTES;
  return (char *)memory + (beyond ? MSW_LINE_BYTES - beyond : 0);
}

static double *numbers(msw_arena *arena, size_t n) {
  return align(msw_arena_alloc(arena, n * sizeof(double) + MSW_LINE_BYTES));
}

static double *padded(msw_arena *arena, const double *values, size_t n) {
  double *copy = numbers(arena, n + MSW_LANES);
  for (size_t i_value = 0; i_value < n + MSW_LANES; i_value++) copy[i_value] = i_value < n ? values[i_value] : 1.0;
  return copy;
}

static bool ascends(const double *values, size_t n) {
  for (size_t i_value = 1; i_value < n; i_value++)
    if (!(values[i_value - 1] <= values[i_value])) return false;
  return true;
}

static void copy_axes(const msw_plan_block *block, msw_eval_scratch *scratch) {
  for (msw_axis_id axis = MSW_FIRST_NUMERIC_AXIS; axis < MSW_N_AXES; axis++) {
    const msw_spec_axis *given = &block->spec->axes[axis];
    if (given->n == 0) continue;
    bool zipped = given->zip >= 0;   /* then a case has a single value, put here when its tile comes */
    scratch->axis[axis] = padded(&scratch->arena, given->values, zipped ? 1 : given->n);
    scratch->ascends[axis] = zipped || ascends(given->values, given->n);
  }
}

static size_t chunk_length(const msw_plan_block *block, msw_axis_id axis) {
  int dim = block->dim_of_axis[axis];
  return dim >= 0 && !block->dims[dim].outer ? (size_t)block->dims[dim].chunk : 1;
}

static msw_row_flags flags_room(msw_arena *arena, size_t room) {
  return (msw_row_flags){.cells = msw_arena_array(arena, room, sizeof(msw_flags))};
}

static bool has_family(const msw_plan_block *block, msw_family family) {
  for (size_t i_method = 0; i_method < block->spec->axes[MSW_AXIS_METHOD].n; i_method++)
    if (block->methods[i_method].preset->family == family) return true;
  return false;
}

static void make_slab(const msw_plan_block *block, msw_eval_scratch *scratch) {
  msw_arena *arena = &scratch->arena;
  size_t n_row = chunk_length(block, MSW_AXIS_SEQ_LEN), n_cached = chunk_length(block, MSW_AXIS_CACHED_LEN);
  size_t n_batch = chunk_length(block, block->spec->phase == MSW_MIXED ? MSW_AXIS_PREFILL_BATCH : MSW_AXIS_BATCH);
  size_t stride = ((n_row < MSW_ROW_CELLS ? n_row : MSW_ROW_CELLS) + 2 * MSW_LANES - 1) / MSW_LANES * MSW_LANES;
  scratch->slab.stride = stride;
  scratch->slab.gemm_us = numbers(arena, n_batch * stride);
  scratch->slab.attn_us = numbers(arena, n_cached * stride);
  scratch->slab.bytes = numbers(arena, n_cached * stride);
  const bool is_measured = has_family(block, MSW_FAMILY_MEASURED);   /* its attention is looked up by batch */
  size_t n_requests = is_measured ? n_batch * n_cached : n_cached;
  size_t n_phase = is_measured || block->spec->phase == MSW_MIXED ? n_batch * n_cached * stride : 1;
  scratch->slab.phase_attn_us = numbers(arena, n_phase);
  scratch->slab.phase_memory_us = numbers(arena, n_phase);
  scratch->slab.phase_time_us = numbers(arena, n_phase);
  scratch->slab.gemm_flags = msw_arena_array(arena, n_batch, sizeof(msw_row_flags));
  scratch->slab.request_flags = msw_arena_array(arena, n_requests, sizeof(msw_row_flags));
  scratch->slab.lookup_flags = msw_arena_array(arena, n_cached, sizeof(msw_row_flags));
  scratch->slab.first_line = msw_arena_array(arena, n_cached, sizeof(size_t));
  for (size_t i_cached = 0; i_cached < n_cached; i_cached++) scratch->slab.lookup_flags[i_cached] = flags_room(arena, stride);
  for (size_t i_batch = 0; i_batch < n_batch; i_batch++) scratch->slab.gemm_flags[i_batch] = flags_room(arena, stride);
  for (size_t i_request = 0; i_request < n_requests; i_request++) scratch->slab.request_flags[i_request] = flags_room(arena, stride);
}

static bool has_field(const msw_plan_block *block, const char *name) {
  for (size_t i_field = 0; i_field < block->n_computed; i_field++)
    if (strcmp(block->fields[i_field]->name, name) == 0) return true;
  return false;
}

static msw_wanted find_wanted(const msw_plan_block *block) {
  msw_wanted wanted = {.i_flags = block->n_computed,
                       .only_step = block->n_computed == 1 && has_field(block, "step_us"),
                       .bound = has_field(block, "bound"),
                       .load = has_field(block, "tok_per_s_per_gpu") || has_field(block, "kv_gib"),
                       .split = has_field(block, "bound") || has_field(block, "overhead_us") || has_field(block, "prefill_us") ||
                                has_field(block, "decode_us")};
  for (size_t i_field = 0; i_field < block->n_computed; i_field++) {
    wanted.cell_bytes[i_field] = msw_field_size(block->fields[i_field]->type);
    if (block->fields[i_field]->type == MSW_FIELD_U32) wanted.i_flags = i_field;
  }
  return wanted;
}

msw_eval_scratch *msw_eval_scratch_new(const msw_plan_block *block) {
  void *memory = msw_alloc_zero(1, sizeof(msw_eval_scratch) + MSW_LINE_BYTES);
  msw_eval_scratch *scratch = align(memory);
  scratch->memory = memory;
  scratch->kernels = msw_kernels_best();
  scratch->wanted = find_wanted(block);
  copy_axes(block, scratch);
  if (block->spec->phase != MSW_DECODE) make_slab(block, scratch);
  scratch->flags = flags_room(&scratch->arena, MSW_ROW_ROOM);
  scratch->decode_flags = flags_room(&scratch->arena, MSW_ROW_ROOM);
  scratch->pair_flags = flags_room(&scratch->arena, MSW_ROW_ROOM);
  if (block->spec->n_constraints > 0) scratch->cell_expr = msw_cell_expr_work_new(block, &scratch->arena);
  scratch->rule_scratch = msw_arena_array(&scratch->arena, block->rule_book.n_scratch, sizeof(double));
  scratch->rule_stretches = msw_arena_array(&scratch->arena, msw_stretches_most(MSW_ROW_CELLS), sizeof(msw_stretch));
  return scratch;
}

void msw_eval_scratch_free(msw_eval_scratch *scratch) {
  if (!scratch) return;
  msw_decode_cache_free(&scratch->decode_cache);
  msw_arena_free(&scratch->prefill_cache.arena);
  msw_arena_free(&scratch->arena);
  free(scratch->memory);
}

void msw_eval_scratch_stream(msw_eval_scratch *scratch, bool stream) { scratch->stream = stream; }

/* ---- The tile ---- */

static void find_axes(msw_tile_job *job) {
  size_t stride[MSW_MAX_RANK], cells = 1;
  for (size_t i_dim = job->block->rank; i_dim-- > 0;) {
    stride[i_dim] = cells;
    cells *= (size_t)job->block->dims[i_dim].chunk;
  }
  for (msw_axis_id axis = MSW_FIRST_NUMERIC_AXIS; axis < MSW_N_AXES; axis++) {
    int dim = job->block->dim_of_axis[axis];
    double *values = job->scratch->axis[axis];
    bool up = job->scratch->ascends[axis];
    if (dim < 0) job->axes[axis] = (msw_tile_axis){NULL, 1, 0, true};
    else if (job->block->dims[dim].outer) {
      values[0] = job->bound->values[axis][0];
      job->axes[axis] = (msw_tile_axis){values, 1, 0, true};
    } else {
      job->axes[axis] = (msw_tile_axis){values + job->tile->start[dim], (size_t)job->tile->count[dim], stride[dim], up};
    }
  }
}

static void fill_chunk_void(const msw_tile_job *job, msw_flags flags) {
  for (size_t i_field = 0; i_field < job->block->n_computed; i_field++)
    msw_field_fill_void(job->block->fields[i_field], flags, (size_t)job->block->chunk_cells, job->out[i_field]);
}

/* Next row of a tile; the row axis itself stays at 0. */
static bool next_row(const msw_tile_job *job, msw_axis_id row_axis, msw_tile_at *at) {
  for (int axis = MSW_N_AXES - 1; axis >= MSW_FIRST_NUMERIC_AXIS; axis--) {
    if (axis == (int)row_axis) continue;
    if (++at->at[axis] < job->axes[axis].n) return true;
    at->at[axis] = 0;
  }
  return false;
}

/* A case that is excluded or void as a whole. Rules over cells are looked at all the same: a plan counts as excluded what
 * they name, void or not. */
static void fill_case_void(msw_tile_job *job, msw_flags flags) {
  msw_axis_id row_axis = msw_row_axis(job->block);
  size_t n_axis = job->axes[row_axis].n;
  msw_tile_at at = {.offset = 0};
  fill_chunk_void(job, flags);
  do {
    for (size_t first = 0, n; first < n_axis; first += n) {
      msw_tile_at row_at = at;
      row_at.at[row_axis] = first;
      msw_tile_locate(job, &row_at);
      n = msw_row_length(n_axis, first);
      msw_row_flags_start(&job->scratch->flags, flags);
      msw_tile_put_void(job, n, &row_at);
    }
  } while (next_row(job, row_axis, &at));
}

/* Whether all fields of floats lie so that they can be written around the caches. */
static bool streams(const msw_tile_job *job) {
  bool is_aligned = job->scratch->stream;
  for (size_t i_field = 0; i_field < job->block->n_computed; i_field++)
    is_aligned = is_aligned && (job->block->fields[i_field]->type != MSW_FIELD_F32 ||
                                (uintptr_t)job->out[i_field] % MSW_LINE_BYTES == 0);
  return is_aligned;
}

static void eval_cells(msw_tile_job *job) {
  const msw_bound_case *bound = job->bound;
  msw_flags all = bound->excluded ? MSW_FLAG_EXCLUDED : bound->conditional ? MSW_FLAG_CONDITIONAL : bound->bound.flags;
  if (all & MSW_FLAGS_NO_NUMBER) {
    fill_case_void(job, all);
    return;
  }
  if (job->tile->n_cells < job->block->chunk_cells) fill_chunk_void(job, 0);   /* the border beyond the grid */
  switch (job->block->spec->phase) {
    case MSW_DECODE: msw_eval_decode_tile(job); return;
    case MSW_PREFILL:
      if (job->factors->kernels) msw_eval_measured_prefill_tile(job);
      else msw_eval_prefill_tile(job);
      return;
    case MSW_MIXED:
      if (job->factors->kernels) msw_eval_measured_mixed_tile(job);
      else msw_eval_mixed_tile(job);
      return;
  }
}

void msw_eval_tile(const msw_plan_block *block, const msw_bound_case *bound, const msw_tile *tile,
                   msw_eval_scratch *scratch, void *const *out, uint64_t *flag_counts, uint64_t *n_evaluated) {
  msw_tile_job job = {.block = block, .bound = bound, .factors = bound->factors, .tile = tile, .scratch = scratch, .out = out,
                      .has_rules = bound->n_rules > 0, .has_constraints = block->spec->n_constraints > 0,
                      .flag_counts = flag_counts, .n_evaluated = n_evaluated};
  job.streams = streams(&job);
  find_axes(&job);
  eval_cells(&job);
  msw_tile_count(&job);
}

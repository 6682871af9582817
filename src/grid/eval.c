/* Evaluating a tile: slabs of both phases, then row by row. */
#include "msw/grid/eval.h"

#include <stdlib.h>
#include <string.h>

#include "msw/grid/rule.h"
#include "msw/perf/phase.h"
#include "row.h"

struct msw_eval_scratch {
  msw_arena arena;
  msw_slab prefill, decode, nothing;   /* nothing: one zero cell, for the phase that a block does not have */
  double *fused_gemm_us;               /* over (batch, prefill_batch, seq_len) of the tile */
  msw_flags *fused_flags;
  msw_row_scratch row;
  double *rule_scratch;
  uint8_t *mask;
};

/* A tile's stretch of every numeric axis, and how far apart its values lie in the chunk. */
typedef struct { msw_span span; size_t stride; } tile_axis;
typedef struct {
  const msw_plan_block *block;
  const msw_bound_case *bound;
  const msw_tile *tile;
  msw_eval_scratch *scratch;
  void *const *out;
  tile_axis axes[MSW_N_AXES];
  uint64_t *flag_counts, *n_evaluated;
} tile_job;

static size_t chunk_length(const msw_plan_block *block, msw_axis_id axis) {
  int dim = block->dim_of_axis[axis];
  return dim >= 0 && !block->dims[dim].outer ? (size_t)block->dims[dim].chunk : 1;
}

msw_eval_scratch *msw_eval_scratch_new(const msw_plan_block *block) {
  msw_eval_scratch *scratch = msw_alloc_zero(1, sizeof *scratch);
  msw_arena *arena = &scratch->arena;
  msw_axis_id row_axis = block->spec->phase == MSW_DECODE ? MSW_AXIS_KV_LEN : MSW_AXIS_SEQ_LEN;
  bool mixed = block->spec->phase == MSW_MIXED;
  size_t n_row = chunk_length(block, row_axis), batch = chunk_length(block, MSW_AXIS_BATCH);
  size_t prefill_batch = mixed ? chunk_length(block, MSW_AXIS_PREFILL_BATCH) : batch;
  size_t seq = chunk_length(block, MSW_AXIS_SEQ_LEN);
  scratch->nothing = msw_slab_alloc(arena, 1);
  scratch->decode = msw_slab_alloc(arena, batch * chunk_length(block, MSW_AXIS_KV_LEN));
  scratch->prefill = msw_slab_alloc(arena, prefill_batch * chunk_length(block, MSW_AXIS_CACHED_LEN) * seq);
  scratch->fused_gemm_us = msw_arena_array(arena, batch * prefill_batch * seq, sizeof(double));
  scratch->fused_flags = msw_arena_array(arena, batch * prefill_batch * seq, sizeof(msw_flags));
  scratch->row = msw_row_scratch_alloc(arena, n_row);
  scratch->rule_scratch = msw_arena_array(arena, msw_rule_scratch(block->spec, n_row), sizeof(double));
  scratch->mask = msw_arena_array(arena, n_row, 1);
  return scratch;
}

void msw_eval_scratch_free(msw_eval_scratch *scratch) {
  if (!scratch) return;
  msw_arena_free(&scratch->arena);
  free(scratch);
}

static void find_axes(tile_job *job) {
  size_t stride[MSW_MAX_RANK], cells = 1;
  for (size_t i_dim = job->block->rank; i_dim-- > 0;) {
    stride[i_dim] = cells;
    cells *= (size_t)job->block->dims[i_dim].chunk;
  }
  for (msw_axis_id axis = MSW_FIRST_NUMERIC_AXIS; axis < MSW_N_AXES; axis++) {
    int dim = job->block->dim_of_axis[axis];
    const double *values = job->bound->values[axis];
    if (dim < 0) job->axes[axis] = (tile_axis){{NULL, 1}, 0};
    else if (job->block->dims[dim].outer) job->axes[axis] = (tile_axis){{values, 1}, 0};
    else job->axes[axis] = (tile_axis){{values + job->tile->start[dim], (size_t)job->tile->count[dim]}, stride[dim]};
  }
}

static void count_flags(tile_job *job, msw_flags flags, uint64_t n) {
  if (!(flags & MSW_FLAGS_NO_NUMBER)) *job->n_evaluated += n;
  for (size_t i_flag = 0; flags && i_flag < MSW_N_FLAGS; i_flag++)
    if (flags & msw_flag_table[i_flag].bit) job->flag_counts[i_flag] += n;
}

/* Counts runs of equal flags: along a row they hardly change. */
static void count_row_flags(tile_job *job, const msw_flags *flags, size_t n) {
  for (size_t first = 0, next; first < n; first = next) {
    for (next = first + 1; next < n && flags[next] == flags[first];) next++;
    count_flags(job, flags[first], next - first);
  }
}

static char *cell_at(const tile_job *job, size_t i_field, size_t offset) {
  return (char *)job->out[i_field] + offset * msw_field_size(job->block->fields[i_field]->type);
}

static void fill_chunk_void(const tile_job *job, msw_flags flags) {
  for (size_t i_field = 0; i_field < job->block->n_fields; i_field++)
    msw_field_fill_void(job->block->fields[i_field], flags, (size_t)job->block->chunk_cells, job->out[i_field]);
}

static void exclude_cells(const tile_job *job, size_t offset, size_t n) {
  for (size_t i_cell = 0; i_cell < n; i_cell++) {
    if (!job->scratch->mask[i_cell]) continue;
    job->scratch->row.flags[i_cell] = MSW_FLAG_EXCLUDED;
    for (size_t i_field = 0; i_field < job->block->n_fields; i_field++)
      msw_field_fill_void(job->block->fields[i_field], MSW_FLAG_EXCLUDED, 1, cell_at(job, i_field, offset + i_cell));
  }
}

static void find_excluded(tile_job *job, const size_t at[MSW_N_AXES], msw_axis_id row_axis, size_t n) {
  size_t position[MSW_N_AXES], first = 0;
  memcpy(position, job->bound->position, sizeof position);
  for (msw_axis_id axis = MSW_FIRST_NUMERIC_AXIS; axis < MSW_N_AXES; axis++) {
    int dim = job->block->dim_of_axis[axis];
    if (dim >= 0 && !job->block->dims[dim].outer) position[axis] = (size_t)job->tile->start[dim] + at[axis];
  }
  bool zipped_row = job->block->dims[job->block->dim_of_axis[row_axis]].outer;
  if (!zipped_row) first = position[row_axis];
  memset(job->scratch->mask, 0, n);
  for (size_t i_rule = 0; i_rule < job->bound->n_rules; i_rule++)
    msw_rule_row(job->block->spec, job->bound->rules[i_rule], position, zipped_row ? MSW_N_AXES : row_axis, first, n,
                 job->scratch->rule_scratch, job->scratch->mask);
}

static size_t offset_of(const tile_job *job, const size_t at[MSW_N_AXES]) {
  size_t offset = 0;
  for (msw_axis_id axis = MSW_FIRST_NUMERIC_AXIS; axis < MSW_N_AXES; axis++) offset += at[axis] * job->axes[axis].stride;
  return offset;
}

static void write_row(tile_job *job, const msw_row *row, const size_t at[MSW_N_AXES], msw_axis_id row_axis) {
  size_t offset = offset_of(job, at);
  for (size_t i_field = 0; i_field < job->block->n_fields; i_field++)
    job->block->fields[i_field]->fill(row, cell_at(job, i_field, offset));
  if (job->bound->n_rules > 0) {
    find_excluded(job, at, row_axis, row->n);
    exclude_cells(job, offset, row->n);
  }
  count_row_flags(job, job->scratch->row.flags, row->n);
}

static void eval_decode_block(tile_job *job) {
  msw_eval_scratch *scratch = job->scratch;
  msw_span batch = job->axes[MSW_AXIS_BATCH].span, kv_len = job->axes[MSW_AXIS_KV_LEN].span;
  static const double no_tok = 0.0;
  msw_slab_decode(&job->bound->bound, batch, kv_len, &scratch->decode);
  for (size_t i_batch = 0; i_batch < batch.n; i_batch++) {
    msw_row_phase decode = {&scratch->decode, i_batch * kv_len.n, 1}, none = {&scratch->nothing, 0, 0};
    msw_row_load load = {.decode_requests = batch.values[i_batch], .seq_len = &no_tok};
    size_t at[MSW_N_AXES] = {[MSW_AXIS_BATCH] = i_batch};
    msw_phase_row fused;
    msw_row row = msw_row_combine(&job->bound->bound, kv_len.n, none, decode, load, &scratch->row, &fused);
    write_row(job, &row, at, MSW_AXIS_KV_LEN);
  }
}

static void eval_prefill_block(tile_job *job) {
  msw_eval_scratch *scratch = job->scratch;
  msw_span batch = job->axes[MSW_AXIS_BATCH].span, cached = job->axes[MSW_AXIS_CACHED_LEN].span,
           seq = job->axes[MSW_AXIS_SEQ_LEN].span;
  msw_slab_prefill(&job->bound->bound, batch, cached, seq, &scratch->prefill);
  for (size_t i_batch = 0; i_batch < batch.n; i_batch++)
    for (size_t i_cached = 0; i_cached < cached.n; i_cached++) {
      msw_row_phase prefill = {&scratch->prefill, (i_batch * cached.n + i_cached) * seq.n, 1};
      msw_row_phase none = {&scratch->nothing, 0, 0};
      msw_row_load load = {.prefill_requests = batch.values[i_batch], .seq_len = seq.values, .seq_stride = 1};
      size_t at[MSW_N_AXES] = {[MSW_AXIS_BATCH] = i_batch, [MSW_AXIS_CACHED_LEN] = i_cached};
      msw_phase_row fused;
      msw_row row = msw_row_combine(&job->bound->bound, seq.n, prefill, none, load, &scratch->row, &fused);
      write_row(job, &row, at, MSW_AXIS_SEQ_LEN);
    }
}

/* GEMM of the fused pass depends on the sum of tokens only. */
static void bind_fused_gemm(tile_job *job, msw_span batch, msw_span prefill_batch, msw_span seq) {
  for (size_t i_batch = 0, at = 0; i_batch < batch.n; i_batch++)
    for (size_t i_prefill = 0; i_prefill < prefill_batch.n; i_prefill++)
      for (size_t i_seq = 0; i_seq < seq.n; i_seq++, at++) {
        double tok = prefill_batch.values[i_prefill] * seq.values[i_seq] + batch.values[i_batch];
        job->scratch->fused_flags[at] = 0;
        job->scratch->fused_gemm_us[at] =
            msw_gemm_us(&job->bound->bound, MSW_MIXED, tok, &job->scratch->fused_flags[at], NULL);
      }
}

static void eval_mixed_row(tile_job *job, const size_t at[MSW_N_AXES], bool fused) {
  msw_eval_scratch *scratch = job->scratch;
  const tile_axis *axes = job->axes;
  size_t i_batch = at[MSW_AXIS_BATCH], i_prefill = at[MSW_AXIS_PREFILL_BATCH], n_seq = axes[MSW_AXIS_SEQ_LEN].span.n;
  size_t i_decode = i_batch * axes[MSW_AXIS_KV_LEN].span.n + at[MSW_AXIS_KV_LEN];
  size_t first = (i_prefill * axes[MSW_AXIS_CACHED_LEN].span.n + at[MSW_AXIS_CACHED_LEN]) * n_seq;
  size_t i_gemm = (i_batch * axes[MSW_AXIS_PREFILL_BATCH].span.n + i_prefill) * n_seq;
  msw_row_phase prefill = {&scratch->prefill, first, 1}, decode = {&scratch->decode, i_decode, 0};
  msw_row_load load = {.decode_requests = axes[MSW_AXIS_BATCH].span.values[i_batch],
                       .prefill_requests = axes[MSW_AXIS_PREFILL_BATCH].span.values[i_prefill],
                       .seq_len = axes[MSW_AXIS_SEQ_LEN].span.values,
                       .seq_stride = 1,
                       .fused_gemm_us = fused ? scratch->fused_gemm_us + i_gemm : NULL,
                       .fused_flags = scratch->fused_flags + i_gemm};
  msw_phase_row fused_terms;
  msw_row row = msw_row_combine(&job->bound->bound, n_seq, prefill, decode, load, &scratch->row, &fused_terms);
  write_row(job, &row, at, MSW_AXIS_SEQ_LEN);
}

/* Next row of a tile; the row axis itself stays at 0. */
static bool next_row(const tile_job *job, msw_axis_id row_axis, size_t at[MSW_N_AXES]) {
  for (int axis = MSW_N_AXES - 1; axis >= MSW_FIRST_NUMERIC_AXIS; axis--) {
    if (axis == (int)row_axis) continue;
    if (++at[axis] < job->axes[axis].span.n) return true;
    at[axis] = 0;
  }
  return false;
}

static void eval_mixed_block(tile_job *job) {
  const tile_axis *axes = job->axes;
  bool fused = job->bound->bound.knobs.mixed_rule == MSW_MIXED_FUSED;
  msw_span batch = axes[MSW_AXIS_BATCH].span, prefill_batch = axes[MSW_AXIS_PREFILL_BATCH].span;
  msw_slab_decode(&job->bound->bound, batch, axes[MSW_AXIS_KV_LEN].span, &job->scratch->decode);
  msw_slab_prefill(&job->bound->bound, prefill_batch, axes[MSW_AXIS_CACHED_LEN].span, axes[MSW_AXIS_SEQ_LEN].span,
                   &job->scratch->prefill);
  if (fused) bind_fused_gemm(job, batch, prefill_batch, axes[MSW_AXIS_SEQ_LEN].span);
  size_t at[MSW_N_AXES] = {0};
  do eval_mixed_row(job, at, fused);
  while (next_row(job, MSW_AXIS_SEQ_LEN, at));
}

/* A case that is excluded or void as a whole. Rules over cells are looked at all the same: a plan counts as excluded what
 * they name, void or not. */
static void fill_case_void(tile_job *job, msw_flags flags) {
  msw_axis_id row_axis = job->block->spec->phase == MSW_DECODE ? MSW_AXIS_KV_LEN : MSW_AXIS_SEQ_LEN;
  fill_chunk_void(job, flags);
  if (job->bound->excluded || job->bound->n_rules == 0) {
    count_flags(job, flags, job->tile->n_cells);
    return;
  }
  msw_flags *row_flags = job->scratch->row.flags;
  size_t at[MSW_N_AXES] = {0}, n = job->axes[row_axis].span.n;
  do {
    for (size_t i_cell = 0; i_cell < n; i_cell++) row_flags[i_cell] = flags;
    find_excluded(job, at, row_axis, n);
    exclude_cells(job, offset_of(job, at), n);
    count_row_flags(job, row_flags, n);
  } while (next_row(job, row_axis, at));
}

void msw_eval_tile(const msw_plan_block *block, const msw_bound_case *bound, const msw_tile *tile,
                   msw_eval_scratch *scratch, void *const *out, uint64_t *flag_counts, uint64_t *n_evaluated) {
  tile_job job = {.block = block, .bound = bound, .tile = tile, .scratch = scratch, .out = out,
                  .flag_counts = flag_counts, .n_evaluated = n_evaluated};
  msw_flags all = bound->excluded ? MSW_FLAG_EXCLUDED : bound->bound.flags;
  find_axes(&job);
  if (all & MSW_FLAGS_NO_NUMBER) {
    fill_case_void(&job, all);
    return;
  }
  if (tile->n_cells < block->chunk_cells) fill_chunk_void(&job, 0);   /* the border beyond the grid */
  switch (block->spec->phase) {
    case MSW_DECODE: eval_decode_block(&job); return;
    case MSW_PREFILL: eval_prefill_block(&job); return;
    case MSW_MIXED: eval_mixed_block(&job); return;
  }
}

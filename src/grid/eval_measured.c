/* Tiles of prefill and mixed blocks by the measured family. What goes by tokens is worked out once per batch (and
 * prefill_batch), attention once per prefill batch and cached length; a row adds them up.
 */
#include <string.h>

#include "msw/perf/measured.h"
#include "tile.h"

static msw_prefill_kernel prefill_kernel(msw_tile_job *job, double batch) {
  msw_prefill_cache *cache = &job->scratch->prefill_cache;
  const msw_case *bound = job->factors->bound;
  const msw_lines lines = msw_prefill_lines(job->factors, batch, &job->scratch->decode_cache.buffer);
  msw_line *kept = msw_arena_array(&cache->arena, lines.n, sizeof *kept);
  memcpy(kept, lines.line, lines.n * sizeof *kept);
  return (msw_prefill_kernel){{kept, lines.n}, bound->num_layers * msw_measured_cache_read_us(bound, batch), batch};
}

/* Sees to it that the cache holds all prefill batches of the tile: tiles of a case mostly have the same. */
static void fill_prefill_cache(msw_tile_job *job, msw_axis_id batch_axis) {
  msw_prefill_cache *cache = &job->scratch->prefill_cache;
  const msw_tile_axis *batch = &job->axes[batch_axis];
  const int dim = job->block->dim_of_axis[batch_axis];
  const size_t first_batch = dim < 0 || job->block->dims[dim].outer ? 0 : (size_t)job->tile->start[dim];
  if (cache->is_filled && cache->i_block_case == job->bound->i_case && cache->first_batch == first_batch) return;
  msw_arena_free(&cache->arena);
  cache->is_filled = true;
  cache->i_block_case = job->bound->i_case;
  cache->first_batch = first_batch;
  cache->of_batch = msw_arena_array(&cache->arena, batch->n, sizeof *cache->of_batch);
  for (size_t i_batch = 0; i_batch < batch->n; i_batch++) cache->of_batch[i_batch] = prefill_kernel(job, batch->values[i_batch]);
}

/* Contexts of every cached length along a stretch of seq_len, and their shares: in the slab, for all batches. */
static void context_rows(msw_tile_job *job, const double *seq_len, size_t n) {
  msw_eval_scratch *scratch = job->scratch;
  const msw_kernels *kernels = scratch->kernels;
  const msw_tile_axis *cached = &job->axes[MSW_AXIS_CACHED_LEN];
  for (size_t i_cached = 0; i_cached < cached->n; i_cached++) {
    double *context = scratch->slab.bytes + i_cached * scratch->slab.stride;
    double *share = scratch->slab.attn_us + i_cached * scratch->slab.stride;
    kernels->affine(cached->values[i_cached], 1.0, seq_len, n, context);
    kernels->cached_share(cached->values[i_cached], context, n, share);
  }
}

static msw_context_row context_row(const msw_tile_job *job, size_t i_cached) {
  const msw_eval_scratch *scratch = job->scratch;
  const double cached_len = job->axes[MSW_AXIS_CACHED_LEN].values[i_cached];
  const size_t at = i_cached * scratch->slab.stride;
  return (msw_context_row){scratch->slab.bytes + at, cached_len > 0.0 ? scratch->slab.attn_us + at : NULL, cached_len};
}

/* What goes by the cache alone: the same along the row. */
static double cache_us(msw_tile_job *job, size_t i_batch, double cached_len, size_t n, msw_row_flags *flags) {
  msw_flags looked_up = 0;
  const msw_case *bound = job->factors->bound;
  const double cached_tok = job->scratch->prefill_cache.of_batch[i_batch].batch * cached_len;
  const double us = msw_measured_cached_projection_us(bound, cached_tok, &looked_up);
  if (looked_up) msw_row_flags_add_all(flags, job->scratch->kernels, looked_up, n);
  return us + bound->num_layers * msw_measured_cache_scan_us(bound, cached_len);
}

/* Prefill attention of a batch at every cached length, kept in the slab from `first_row` on. */
static void attention_rows(msw_tile_job *job, size_t i_batch, size_t first_row, size_t n) {
  msw_eval_scratch *scratch = job->scratch;
  const msw_tile_axis *cached = &job->axes[MSW_AXIS_CACHED_LEN];
  for (size_t i_cached = 0; i_cached < cached->n; i_cached++) {
    const size_t i_row = first_row + i_cached;
    msw_row_flags *flags = &scratch->slab.request_flags[i_row];
    double *attn_us = scratch->slab.phase_attn_us + i_row * scratch->slab.stride;
    msw_row_flags_start(flags, job->factors->bound->flags);
    msw_row_prefill_kernel(scratch->kernels, &scratch->prefill_cache.of_batch[i_batch], context_row(job, i_cached), n,
                           job->axes[MSW_AXIS_SEQ_LEN].ascends, &scratch->work, attn_us, flags);
    const double of_cache_us = cache_us(job, i_batch, cached->values[i_cached], n, flags);
    if (of_cache_us > 0.0) scratch->kernels->affine(of_cache_us, 1.0, attn_us, n, attn_us);
  }
}

/* Rows of one decode batch (none in prefill blocks) and one prefill batch. */
typedef struct {
  double decodes, prefills;
  const double *seq_len;
  size_t n, i_prefill;
  double overhead_us, host_us;   /* besides what the GPU waits for the host; what that needs at least */
} pair_rows;

/* Tokens along the row, and all kernels that go by them: one token a decode. */
static void token_rows(msw_tile_job *job, const pair_rows *pair) {
  msw_eval_scratch *scratch = job->scratch;
  const msw_kernels *kernels = scratch->kernels;
  msw_terms *terms = &scratch->fused;
  const msw_token_rows rows = {terms->gemm_us, terms->memory_us, scratch->tokens.comm_us};
  msw_flags lm_head_flags = 0;
  kernels->affine(pair->decodes, pair->prefills, pair->seq_len, pair->n, scratch->tok);
  msw_row_flags_start(&scratch->pair_flags, 0);
  msw_row_tokens(job->factors, kernels, scratch->tok, pair->n, job->axes[MSW_AXIS_SEQ_LEN].ascends, &scratch->work, &rows,
                 &scratch->pair_flags);
  const double lm_head_us = msw_lm_head_us(job->factors, pair->decodes + pair->prefills, &lm_head_flags);
  kernels->affine(lm_head_us, 1.0, terms->gemm_us, pair->n, terms->gemm_us);
  msw_row_flags_add_all(&scratch->pair_flags, kernels, lm_head_flags, pair->n);
  kernels->sum(terms->gemm_us, terms->memory_us, pair->n, scratch->tokens.busy_us);
  kernels->sum(scratch->tokens.busy_us, rows.comm_us, pair->n, scratch->tokens.spent_us);
}

/* Flags of the lookups that rows of the pair have in common, by cached length. */
static void merge_flags(msw_tile_job *job, const pair_rows *pair, const msw_row_flags *attention) {
  msw_eval_scratch *scratch = job->scratch;
  const size_t n_cached = job->axes[MSW_AXIS_CACHED_LEN].n;
  for (size_t i_cached = 0; i_cached < n_cached; i_cached++) {
    msw_row_flags *lookups = &scratch->slab.lookup_flags[i_cached];
    msw_row_flags_start(lookups, 0);
    msw_row_flags_add_row(lookups, scratch->kernels, &scratch->pair_flags, pair->n);
    msw_row_flags_add_row(lookups, scratch->kernels, &attention[i_cached], pair->n);
  }
}

/* The row at hand: the decodes' attention, the prefills' in the slab, and what it holds. */
typedef struct {
  double decode_attn_us, kv_len, cached_len;
  size_t i_attention;
  msw_flags decode_flags;
  const msw_row_flags *lookups;   /* of tokens and of the prefills' attention */
} measured_row;

static void row_flags(msw_tile_job *job, const pair_rows *pair, const measured_row *row) {
  msw_eval_scratch *scratch = job->scratch;
  const msw_kernels *kernels = scratch->kernels;
  const double longest = pair->decodes > 0.0 ? row->kv_len + 1.0 : 0.0;
  const msw_row_holds holds = {pair->decodes * longest + pair->prefills * row->cached_len, pair->prefills, longest,
                               row->cached_len};
  msw_row_flags_start(&scratch->flags, row->decode_flags);
  msw_row_flags_add_row(&scratch->flags, kernels, row->lookups, pair->n);
  msw_row_fit_flags(job->factors, kernels, &holds, pair->seq_len, pair->n, job->axes[MSW_AXIS_SEQ_LEN].ascends, &scratch->flags);
  if (scratch->wanted.load) kernels->affine(holds.kv_base, holds.kv_slope, pair->seq_len, pair->n, scratch->kv_tok);
}

/* Beside decodes: all but their attention stands in the slab. Not before the host has launched it all. */
static void eval_step(msw_tile_job *job, const pair_rows *pair, const measured_row *row, const msw_tile_at *at) {
  msw_eval_scratch *scratch = job->scratch;
  scratch->steps.rows.longer[scratch->steps.n_rows] =
      (msw_longer_steps){.time = scratch->slab.phase_time_us + row->i_attention * scratch->slab.stride,
                         .decode_us = pair->host_us - row->decode_attn_us,
                         .other_us = row->decode_attn_us + pair->overhead_us, .out = msw_tile_step_place(job, at)};
  msw_tile_put_step(job, at);
}

/* What only some fields look at: the phases by themselves, and what the GPU waits for the host. */
static void split_step(msw_tile_job *job, const pair_rows *pair, const measured_row *row, const double *prefill_attn_us) {
  msw_eval_scratch *scratch = job->scratch;
  const msw_kernels *kernels = scratch->kernels;
  msw_terms *fused = &scratch->fused;
  kernels->affine(row->decode_attn_us, 1.0, prefill_attn_us, pair->n, fused->attn_us);
  kernels->sum(scratch->tokens.busy_us, fused->attn_us, pair->n, fused->time_us);
  kernels->difference(pair->overhead_us, scratch->hardware_us, scratch->part.time_us, pair->n, scratch->tokens.overhead_us);
}

static void eval_fields(msw_tile_job *job, const pair_rows *pair, const measured_row *row, const msw_tile_at *at) {
  msw_eval_scratch *scratch = job->scratch;
  const msw_kernels *kernels = scratch->kernels;
  const size_t at_row = row->i_attention * scratch->slab.stride;
  const double *prefill_attn_us = scratch->slab.phase_attn_us + at_row;
  msw_terms *fused = &scratch->fused;
  const bool is_mixed = pair->decodes > 0.0;
  kernels->affine(row->decode_attn_us, 1.0, scratch->slab.phase_time_us + at_row, pair->n, scratch->part.time_us);
  kernels->longer(scratch->part.time_us, pair->host_us, pair->n, scratch->hardware_us);
  if (scratch->wanted.split) split_step(job, pair, row, prefill_attn_us);
  const msw_phase_row whole = {msw_term_of(fused->gemm_us), msw_term_of(prefill_attn_us), msw_term_of(fused->memory_us),
                               msw_term_of(fused->time_us)};
  const msw_phase_row attention = {.attn_us = msw_term_of(prefill_attn_us)};
  msw_row out = {.n = pair->n, .bound = job->factors->bound, .kernels = kernels, .prefill = is_mixed ? attention : whole,
                 .decode = {.attn_us = {.one = row->decode_attn_us}},
                 .part = {fused->gemm_us, fused->attn_us, fused->memory_us}, .is_fused = is_mixed,
                 .hardware_us = fused->time_us, .spent_us = scratch->hardware_us, .other_us = pair->overhead_us,
                 .tok = msw_term_of(scratch->tok), .kv_tok = scratch->kv_tok, .comm_us = msw_term_of(scratch->tokens.comm_us),
                 .overhead_us = msw_term_of(scratch->tokens.overhead_us)};
  msw_tile_put_row(job, &out, at);
}

static void eval_row(msw_tile_job *job, const pair_rows *pair, const measured_row *row, const msw_tile_at *at) {
  row_flags(job, pair, row);
  if (job->scratch->wanted.only_step) eval_step(job, pair, row, at);
  else eval_fields(job, pair, row, at);
}

/* Every cached length at one place of the other axes. */
static void eval_cached(msw_tile_job *job, const pair_rows *pair, measured_row *row, msw_tile_at *at) {
  const msw_tile_axis *cached = &job->axes[MSW_AXIS_CACHED_LEN];
  for (size_t i_cached = 0; i_cached < cached->n; i_cached++) {
    row->cached_len = cached->values[i_cached];
    row->i_attention = pair->i_prefill * cached->n + i_cached;
    row->lookups = &job->scratch->slab.lookup_flags[i_cached];
    at->at[MSW_AXIS_CACHED_LEN] = i_cached;
    msw_tile_locate(job, at);
    eval_row(job, pair, row, at);
  }
}

/* What a step takes but for the decodes' attention, at every cached length: for all kv_len. */
static void sum_rows(msw_tile_job *job, const pair_rows *pair) {
  msw_eval_scratch *scratch = job->scratch;
  const size_t n_cached = job->axes[MSW_AXIS_CACHED_LEN].n, first = pair->i_prefill * n_cached;
  for (size_t i_row = first; i_row < first + n_cached; i_row++)
    scratch->kernels->sum(scratch->tokens.spent_us, scratch->slab.phase_attn_us + i_row * scratch->slab.stride, pair->n,
                          scratch->slab.phase_time_us + i_row * scratch->slab.stride);
}

/* Prefills alone, step_us alone: attention is of this very row, and goes into it at once. */
static void eval_prefill_steps(msw_tile_job *job, const pair_rows *pair, size_t i_batch, msw_tile_at *at) {
  msw_eval_scratch *scratch = job->scratch;
  const msw_tile_axis *cached = &job->axes[MSW_AXIS_CACHED_LEN];
  msw_row_flags *lookups = &scratch->slab.lookup_flags[0];
  msw_tile_locate(job, at);
  for (size_t i_cached = 0; i_cached < cached->n; i_cached++, at->offset += cached->stride) {
    const measured_row row = {.cached_len = cached->values[i_cached], .lookups = lookups};
    msw_context_steps *step = &scratch->steps.rows.context[scratch->steps.n_rows];
    msw_row_flags_start(lookups, job->factors->bound->flags);
    const double of_cache_us = cache_us(job, i_batch, row.cached_len, pair->n, lookups);
    *step = (msw_context_steps){.spent = scratch->tokens.spent_us, .host_us = pair->host_us - of_cache_us,
                                .other_us = pair->overhead_us + of_cache_us};
    msw_row_flags_add_row(lookups, scratch->kernels, &scratch->pair_flags, pair->n);
    msw_row_prefill_step(scratch->kernels, &scratch->prefill_cache.of_batch[i_batch], context_row(job, i_cached),
                         pair->seq_len, pair->n, job->axes[MSW_AXIS_SEQ_LEN].ascends, &scratch->work,
                         &scratch->slab.first_line[i_cached], step, lookups);
    row_flags(job, pair, &row);
    at->at[MSW_AXIS_CACHED_LEN] = i_cached;
    step->out = msw_tile_step_place(job, at);
    const bool is_in_work = step->at != pair->seq_len;
    msw_tile_put_step(job, at);
    if (is_in_work) msw_tile_steps_end(job);
  }
  msw_tile_steps_end(job);   /* the pair's tokens end here */
}

static void eval_prefill_fields(msw_tile_job *job, const pair_rows *pair, size_t i_batch, msw_tile_at *at) {
  measured_row row = {.decode_flags = 0};
  attention_rows(job, i_batch, 0, pair->n);
  sum_rows(job, pair);
  merge_flags(job, pair, job->scratch->slab.request_flags);
  eval_cached(job, pair, &row, at);
}

void msw_eval_measured_prefill_tile(msw_tile_job *job) {
  const msw_tile_axis *batch = &job->axes[MSW_AXIS_BATCH], *seq = &job->axes[MSW_AXIS_SEQ_LEN];
  fill_prefill_cache(job, MSW_AXIS_BATCH);
  for (size_t first = 0, n; first < seq->n; first += n) {
    n = msw_row_length(seq->n, first);
    context_rows(job, seq->values + first, n);
    for (size_t i_batch = 0; i_batch < batch->n; i_batch++) {   /* its attention is for this batch alone */
      const pair_rows pair = {.prefills = batch->values[i_batch], .seq_len = seq->values + first, .n = n,
                              .overhead_us = job->factors->bound->knobs.step_overhead_us,
                              .host_us = msw_host_launch_us(job->factors->bound, false, true)};
      msw_tile_at at = {.at = {[MSW_AXIS_BATCH] = i_batch, [MSW_AXIS_SEQ_LEN] = first}};
      token_rows(job, &pair);
      msw_tile_steps(job, MSW_STEPS_CONTEXT, n, NULL, NULL);
      if (job->scratch->wanted.only_step) eval_prefill_steps(job, &pair, i_batch, &at);
      else eval_prefill_fields(job, &pair, i_batch, &at);
    }
  }
}

/* Every kv_len of a decode batch beside one prefill batch; the decodes' attention along kv_len stands in scratch->decode. */
static void eval_pair(msw_tile_job *job, const pair_rows *pair, size_t first_kv, size_t n_kv, msw_tile_at *at) {
  msw_eval_scratch *scratch = job->scratch;
  token_rows(job, pair);
  sum_rows(job, pair);
  merge_flags(job, pair, job->scratch->slab.request_flags + pair->i_prefill * job->axes[MSW_AXIS_CACHED_LEN].n);
  msw_tile_steps(job, MSW_STEPS_LONGER, pair->n, NULL, NULL);
  for (size_t i_kv = 0; i_kv < n_kv; i_kv++) {
    measured_row row = {.decode_attn_us = scratch->decode.attn_us[i_kv],
                        .kv_len = job->axes[MSW_AXIS_KV_LEN].values[first_kv + i_kv],
                        .decode_flags = scratch->decode_flags.varies ? scratch->decode_flags.cells[i_kv] : scratch->decode_flags.all};
    at->at[MSW_AXIS_KV_LEN] = first_kv + i_kv;
    eval_cached(job, pair, &row, at);
  }
  msw_tile_steps_end(job);
}

static void eval_batch(msw_tile_job *job, size_t i_batch, size_t first, size_t n) {
  msw_eval_scratch *scratch = job->scratch;
  const msw_tile_axis *kv_len = &job->axes[MSW_AXIS_KV_LEN], *prefills = &job->axes[MSW_AXIS_PREFILL_BATCH];
  msw_decode_load load = {.ascends = kv_len->ascends};
  msw_tile_at at = {.at = {[MSW_AXIS_BATCH] = i_batch, [MSW_AXIS_SEQ_LEN] = first}};
  for (size_t first_kv = 0, n_kv; first_kv < kv_len->n; first_kv += n_kv) {
    n_kv = msw_row_length(kv_len->n, first_kv);
    load.kv_len = load.attn_len = kv_len->values + first_kv;
    msw_decode_cache_new_row(job);
    msw_decode_cache_load(job, i_batch, n_kv, &load);
    load.flags = job->factors->bound->flags;   /* tokens are looked up with the prefills' */
    msw_row_flags_start(&scratch->decode_flags, 0);
    msw_row_decode(job->factors, scratch->kernels, &load, n_kv, &scratch->decode);
    msw_row_decode_flags(scratch->kernels, &load, n_kv, &scratch->decode_flags);
    for (size_t i_prefill = 0; i_prefill < prefills->n; i_prefill++) {
      const pair_rows pair = {.decodes = load.requests, .prefills = prefills->values[i_prefill], .n = n, .i_prefill = i_prefill,
                              .seq_len = job->axes[MSW_AXIS_SEQ_LEN].values + first,
                              .overhead_us = job->factors->bound->knobs.step_overhead_us,
                              .host_us = msw_host_launch_us(job->factors->bound, true, true)};
      at.at[MSW_AXIS_PREFILL_BATCH] = i_prefill;
      eval_pair(job, &pair, first_kv, n_kv, &at);
    }
  }
}

void msw_eval_measured_mixed_tile(msw_tile_job *job) {
  const msw_tile_axis *batch = &job->axes[MSW_AXIS_BATCH], *seq = &job->axes[MSW_AXIS_SEQ_LEN];
  const msw_tile_axis *prefills = &job->axes[MSW_AXIS_PREFILL_BATCH];
  const size_t n_cached = job->axes[MSW_AXIS_CACHED_LEN].n;
  msw_decode_cache_fill(job);
  fill_prefill_cache(job, MSW_AXIS_PREFILL_BATCH);
  for (size_t first = 0, n; first < seq->n; first += n) {
    n = msw_row_length(seq->n, first);
    context_rows(job, seq->values + first, n);
    for (size_t i_prefill = 0; i_prefill < prefills->n; i_prefill++)
      attention_rows(job, i_prefill, i_prefill * n_cached, n);
    for (size_t i_batch = 0; i_batch < batch->n; i_batch++) eval_batch(job, i_batch, first, n);
  }
}

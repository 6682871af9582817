/* Tiles of prefill blocks: along seq_len, for every batch and cached length. GEMM depends on batch and seq_len, attention and
 * traffic of one request on cached_len and seq_len: each is worked out once.
 */
#include "tile.h"

/* GEMM of every batch along a row, kept in the slab. */
static void gemm_rows(msw_tile_job *job, const double *seq_len, size_t n) {
  msw_eval_scratch *scratch = job->scratch;
  const msw_tile_axis *batch = &job->axes[MSW_AXIS_BATCH];
  for (size_t i_batch = 0; i_batch < batch->n; i_batch++) {
    msw_row_flags *flags = &scratch->slab.gemm_flags[i_batch];
    msw_row_flags_start(flags, job->factors->gemm_flags);
    scratch->kernels->affine(0.0, batch->values[i_batch], seq_len, n, scratch->tok);
    msw_row_gemm(job->factors, scratch->kernels, MSW_PREFILL, scratch->tok, n, job->axes[MSW_AXIS_SEQ_LEN].ascends,
                 &scratch->work, scratch->slab.gemm_us + i_batch * scratch->slab.stride, flags);
  }
}

/* A row's batch, cached length and the rows of the slab that it is made of. */
typedef struct {
  double batch, cached_len, overhead_us;
  const double *seq_len;
  msw_request_row request;
  size_t n;
} prefill_row;

static void eval_step(msw_tile_job *job, const prefill_row *row, const msw_tile_at *at) {
  const msw_memory_factor *memory = &job->factors->memory[MSW_PREFILL];
  msw_step_series *steps = &job->scratch->steps;
  steps->rows.phase[steps->n_rows] =
      (msw_phase_steps){.gemm = row->request.gemm_us, .attn = row->request.attn_us, .bytes = row->request.bytes,
                        .attn_scale = row->batch, .memory_base = memory->weights_us,
                        .memory_scale = memory->us_per_byte * row->batch,
                        .other_us = job->factors->comm_us + row->overhead_us, .out = msw_tile_step_place(job, at)};
  msw_tile_put_step(job, at);
}

static void eval_fields(msw_tile_job *job, const prefill_row *given, const msw_tile_at *at) {
  msw_eval_scratch *scratch = job->scratch;
  const msw_kernels *kernels = scratch->kernels;
  msw_terms *terms = &scratch->prefill;
  msw_row_prefill(job->factors, kernels, given->batch, &given->request, given->n, terms->attn_us, terms->memory_us,
                  terms->time_us);
  if (scratch->wanted.load) {
    kernels->affine(0.0, given->batch, given->seq_len, given->n, scratch->tok);
    kernels->affine(given->batch * given->cached_len, given->batch, given->seq_len, given->n, scratch->kv_tok);
  }
  msw_row row = {.n = given->n, .bound = job->factors->bound, .kernels = kernels,
                 .prefill = {msw_term_of(given->request.gemm_us), msw_term_of(terms->attn_us), msw_term_of(terms->memory_us),
                             msw_term_of(terms->time_us)},
                 .part = {given->request.gemm_us, terms->attn_us, terms->memory_us}, .hardware_us = terms->time_us,
                 .spent_us = terms->time_us, .other_us = job->factors->comm_us + given->overhead_us,
                 .tok = msw_term_of(scratch->tok), .kv_tok = scratch->kv_tok, .comm_us = {.one = job->factors->comm_us},
                 .overhead_us = {.one = given->overhead_us}};
  msw_tile_put_row(job, &row, at);
}

/* One request at every cached length. */
static void request_rows(msw_tile_job *job, const double *seq_len, size_t n) {
  msw_eval_scratch *scratch = job->scratch;
  const msw_tile_axis *cached = &job->axes[MSW_AXIS_CACHED_LEN];
  for (size_t i_cached = 0; i_cached < cached->n; i_cached++) {
    msw_row_flags *flags = &scratch->slab.request_flags[i_cached];
    msw_row_flags_start(flags, job->factors->bound->flags | job->factors->prefill_flags);
    msw_row_request(job->factors, scratch->kernels, cached->values[i_cached], seq_len, n, job->axes[MSW_AXIS_SEQ_LEN].ascends,
                    &scratch->work, scratch->slab.attn_us + i_cached * scratch->slab.stride,
                    scratch->slab.bytes + i_cached * scratch->slab.stride, flags);
  }
}

/* Every cached length at one batch. */
static void eval_batch(msw_tile_job *job, size_t i_batch, size_t first, size_t n) {
  msw_eval_scratch *scratch = job->scratch;
  const msw_tile_axis *cached = &job->axes[MSW_AXIS_CACHED_LEN], *seq = &job->axes[MSW_AXIS_SEQ_LEN];
  const size_t stride = scratch->slab.stride;
  prefill_row row = {.batch = job->axes[MSW_AXIS_BATCH].values[i_batch], .seq_len = seq->values + first, .n = n,
                     .request = {scratch->slab.gemm_us + i_batch * stride, scratch->slab.attn_us, scratch->slab.bytes}};
  msw_tile_at at = {.at = {[MSW_AXIS_BATCH] = i_batch, [MSW_AXIS_SEQ_LEN] = first}};
  msw_tile_locate(job, &at);
  row.overhead_us = msw_overhead_us(job->factors->bound, 0.0, row.batch);
  for (size_t i_cached = 0; i_cached < cached->n; i_cached++) {
    row.cached_len = cached->values[i_cached];
    at.at[MSW_AXIS_CACHED_LEN] = i_cached;
    msw_row_flags_start(&scratch->flags, 0);
    msw_row_flags_add_row(&scratch->flags, scratch->kernels, &scratch->slab.request_flags[i_cached], n);
    msw_row_flags_add_row(&scratch->flags, scratch->kernels, &scratch->slab.gemm_flags[i_batch], n);
    const msw_row_holds holds = {row.batch * row.cached_len, row.batch, 0.0, row.cached_len};
    msw_row_fit_flags(job->factors, scratch->kernels, &holds, row.seq_len, n, seq->ascends, &scratch->flags);
    if (scratch->wanted.only_step) eval_step(job, &row, &at);
    else eval_fields(job, &row, &at);
    row.request.attn_us += stride;
    row.request.bytes += stride;
    at.offset += cached->stride;
  }
}

void msw_eval_prefill_tile(msw_tile_job *job) {
  const msw_tile_axis *batch = &job->axes[MSW_AXIS_BATCH], *seq = &job->axes[MSW_AXIS_SEQ_LEN];
  for (size_t first = 0, n; first < seq->n; first += n) {
    n = msw_row_length(seq->n, first);
    gemm_rows(job, seq->values + first, n);
    request_rows(job, seq->values + first, n);
    msw_tile_steps(job, MSW_STEPS_PHASE, n, NULL, NULL);
    for (size_t i_batch = 0; i_batch < batch->n; i_batch++) eval_batch(job, i_batch, first, n);
    msw_tile_steps_end(job);
  }
}

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
  double batch, cached_len;
  const double *seq_len, *gemm_us, *attn_us, *bytes;
  size_t n;
} prefill_row;

static void eval_step(msw_tile_job *job, const prefill_row *row, const msw_tile_at *at) {
  const msw_memory_factor *memory = &job->factors->memory[MSW_PREFILL];
  double other_us = job->factors->comm_us + msw_overhead_us(job->factors->bound, 0.0, row->batch);
  float *step_us = msw_tile_step_place(job, row->n, at);
  job->scratch->kernels->phase_step(row->gemm_us, row->attn_us, 0.0, row->batch, row->bytes, memory->weights_us,
                                    memory->us_per_byte * row->batch, other_us, row->n, step_us);
  msw_tile_put_step(job, row->n, at, step_us);
}

static void eval_row(msw_tile_job *job, const prefill_row *given, const msw_tile_at *at) {
  msw_eval_scratch *scratch = job->scratch;
  const msw_kernels *kernels = scratch->kernels;
  const msw_case *bound = job->factors->bound;
  double batch = given->batch, held = given->batch * given->cached_len;
  const msw_row_holds holds = {held, batch, 0.0, given->cached_len};
  msw_row_fit_flags(job->factors, kernels, &holds, given->seq_len, given->n, job->axes[MSW_AXIS_SEQ_LEN].ascends,
                    &scratch->flags);
  if (job->scratch->wanted.only_step) {
    eval_step(job, given, at);
    return;
  }
  msw_row_prefill(job->factors, kernels, batch, given->gemm_us, given->attn_us, given->bytes, given->n, &scratch->prefill);
  if (job->scratch->wanted.load) {
    kernels->affine(0.0, batch, given->seq_len, given->n, scratch->tok);
    kernels->affine(held, batch, given->seq_len, given->n, scratch->kv_tok);
  }
  msw_phase_row none = {scratch->nothing, scratch->nothing, scratch->nothing, scratch->nothing};
  msw_phase_row prefill = msw_terms_row(&scratch->prefill);
  msw_row row = {.n = given->n, .bound = bound, .kernels = kernels, .prefill = prefill, .decode = none, .part = prefill,
                 .hardware_us = scratch->prefill.time_us, .tok = scratch->tok, .kv_tok = scratch->kv_tok,
                 .comm_us = job->factors->comm_us, .overhead_us = msw_overhead_us(bound, 0.0, batch)};
  msw_tile_put_row(job, &row, at);
}

/* Every batch at one cached length, whose requests stand in the slab. */
static void eval_cached(msw_tile_job *job, size_t i_cached, size_t first, size_t n) {
  msw_eval_scratch *scratch = job->scratch;
  const msw_tile_axis *batch = &job->axes[MSW_AXIS_BATCH];
  for (size_t i_batch = 0; i_batch < batch->n; i_batch++) {
    msw_tile_at at = {.at = {[MSW_AXIS_BATCH] = i_batch, [MSW_AXIS_CACHED_LEN] = i_cached, [MSW_AXIS_SEQ_LEN] = first}};
    prefill_row row = {batch->values[i_batch], job->axes[MSW_AXIS_CACHED_LEN].values[i_cached],
                       job->axes[MSW_AXIS_SEQ_LEN].values + first, scratch->slab.gemm_us + i_batch * scratch->slab.stride,
                       scratch->slab.attn_us, scratch->slab.bytes, n};
    msw_tile_locate(job, &at);
    msw_row_flags_start(&scratch->flags, 0);
    msw_row_flags_add_row(&scratch->flags, scratch->kernels, &scratch->slab.request_flags[0], n);
    msw_row_flags_add_row(&scratch->flags, scratch->kernels, &scratch->slab.gemm_flags[i_batch], n);
    eval_row(job, &row, &at);
  }
}

void msw_eval_prefill_tile(msw_tile_job *job) {
  msw_eval_scratch *scratch = job->scratch;
  const msw_tile_axis *cached = &job->axes[MSW_AXIS_CACHED_LEN], *seq = &job->axes[MSW_AXIS_SEQ_LEN];
  msw_flags base = job->factors->bound->flags | job->factors->prefill_flags;
  for (size_t first = 0, n; first < seq->n; first += n) {
    n = msw_row_length(seq->n, first);
    gemm_rows(job, seq->values + first, n);
    for (size_t i_cached = 0; i_cached < cached->n; i_cached++) {
      msw_row_flags_start(&scratch->slab.request_flags[0], base);
      msw_row_request(job->factors, scratch->kernels, cached->values[i_cached], seq->values + first, n, seq->ascends,
                      &scratch->work, scratch->slab.attn_us, scratch->slab.bytes, &scratch->slab.request_flags[0]);
      eval_cached(job, i_cached, first, n);
    }
  }
}

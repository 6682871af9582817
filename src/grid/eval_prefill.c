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

static void eval_row(msw_tile_job *job, double batch, double cached_len, const double *seq_len, size_t n,
                     const double *gemm_us, const double *attn_us, const double *bytes, const msw_tile_at *at) {
  msw_eval_scratch *scratch = job->scratch;
  const msw_kernels *kernels = scratch->kernels;
  const msw_case *bound = job->factors->bound;
  msw_row_prefill(job->factors, kernels, batch, gemm_us, attn_us, bytes, n, &scratch->prefill);
  const msw_row_holds holds = {batch * cached_len, batch, 0.0, cached_len};
  msw_row_fit_flags(job->factors, kernels, &holds, seq_len, n, job->axes[MSW_AXIS_SEQ_LEN].ascends, &scratch->flags);
  kernels->affine(0.0, batch, seq_len, n, scratch->tok);
  kernels->affine(batch * cached_len, batch, seq_len, n, scratch->kv_tok);
  msw_phase_row none = {scratch->nothing, scratch->nothing, scratch->nothing, scratch->nothing};
  msw_phase_row prefill = msw_terms_row(&scratch->prefill);
  msw_row row = {.n = n, .bound = bound, .kernels = kernels, .prefill = prefill, .decode = none, .part = prefill,
                 .hardware_us = scratch->prefill.time_us, .tok = scratch->tok, .kv_tok = scratch->kv_tok,
                 .comm_us = job->factors->comm_us, .overhead_us = msw_overhead_us(bound, 0.0, batch)};
  msw_tile_put_row(job, &row, at);
}

void msw_eval_prefill_tile(msw_tile_job *job) {
  msw_eval_scratch *scratch = job->scratch;
  const msw_tile_axis *batch = &job->axes[MSW_AXIS_BATCH], *cached = &job->axes[MSW_AXIS_CACHED_LEN],
                      *seq = &job->axes[MSW_AXIS_SEQ_LEN];
  msw_flags base = job->factors->bound->flags | job->factors->prefill_flags;
  for (size_t first = 0, n; first < seq->n; first += n) {
    const double *seq_len = seq->values + first;
    n = msw_row_length(seq->n, first);
    gemm_rows(job, seq_len, n);
    for (size_t i_cached = 0; i_cached < cached->n; i_cached++) {
      msw_row_flags *request_flags = &scratch->slab.request_flags[0];
      msw_row_flags_start(request_flags, base);
      msw_row_request(job->factors, scratch->kernels, cached->values[i_cached], seq_len, n, seq->ascends, &scratch->work,
                      scratch->slab.attn_us, scratch->slab.bytes, request_flags);
      for (size_t i_batch = 0; i_batch < batch->n; i_batch++) {
        msw_tile_at at = {.at = {[MSW_AXIS_BATCH] = i_batch, [MSW_AXIS_CACHED_LEN] = i_cached, [MSW_AXIS_SEQ_LEN] = first}};
        msw_tile_locate(job, &at);
        msw_row_flags_start(&scratch->flags, 0);
        msw_row_flags_add_row(&scratch->flags, scratch->kernels, request_flags, n);
        msw_row_flags_add_row(&scratch->flags, scratch->kernels, &scratch->slab.gemm_flags[i_batch], n);
        eval_row(job, batch->values[i_batch], cached->values[i_cached], seq_len, n,
                 scratch->slab.gemm_us + i_batch * scratch->slab.stride, scratch->slab.attn_us, scratch->slab.bytes, &at);
      }
    }
  }
}

/* Tiles of decode blocks: batch by batch along kv_len. */
#include "tile.h"

static void set_row(const msw_tile_job *job, const msw_decode_load *load, size_t n, msw_row *row) {
  msw_eval_scratch *scratch = job->scratch;
  const msw_case *bound = job->factors->bound;
  msw_phase_row none = {scratch->nothing, scratch->nothing, scratch->nothing, scratch->nothing};
  msw_phase_row decode = msw_terms_row(&scratch->decode);
  if (job->scratch->wanted.load) {
    scratch->kernels->fill(load->requests, n, scratch->tok);
    scratch->kernels->affine(load->requests, load->requests, load->kv_len, n, scratch->kv_tok);
  }
  *row = (msw_row){.n = n, .bound = bound, .kernels = scratch->kernels, .prefill = none, .decode = decode, .part = decode,
                   .hardware_us = scratch->decode.time_us, .tok = scratch->tok, .kv_tok = scratch->kv_tok,
                   .comm_us = job->factors->comm_us, .overhead_us = load->overhead_us};
}

static void eval_row(msw_tile_job *job, const msw_decode_load *load, size_t n, const msw_tile_at *at) {
  msw_eval_scratch *scratch = job->scratch;
  const msw_row_holds holds = {load->requests, load->requests, 0.0, 1.0};   /* every request ends one token longer */
  msw_row_flags_start(&scratch->flags, 0);
  if (job->scratch->wanted.only_step) {
    /* Kernels overrun a stretch that does not begin the row: such rows are put together aside. */
    float *step_us = load->n_stretches == 1 ? msw_tile_step_place(job, n, at) : scratch->field.numbers;
    msw_row_decode_step(job->factors, scratch->kernels, load, n, step_us, &scratch->flags);
    msw_row_fit_flags(job->factors, scratch->kernels, &holds, load->kv_len, n, load->ascends, &scratch->flags);
    msw_tile_put_step(job, n, at, step_us);
    return;
  }
  msw_row row;
  msw_row_decode(job->factors, scratch->kernels, load, n, &scratch->decode, &scratch->flags);
  msw_row_fit_flags(job->factors, scratch->kernels, &holds, load->kv_len, n, load->ascends, &scratch->flags);
  set_row(job, load, n, &row);
  msw_tile_put_row(job, &row, at);
}

void msw_eval_decode_tile(msw_tile_job *job) {
  const msw_tile_axis *batch = &job->axes[MSW_AXIS_BATCH], *kv_len = &job->axes[MSW_AXIS_KV_LEN];
  double attn_len[MSW_ROW_ROOM] = {0.0};
  msw_decode_cache_fill(job);
  for (size_t first = 0, n; first < kv_len->n; first += n) {
    n = msw_row_length(kv_len->n, first);
    msw_row_attention_len(job->factors->bound, kv_len->values + first, n, attn_len);
    msw_decode_load load = {.kv_len = kv_len->values + first, .attn_len = attn_len, .ascends = kv_len->ascends};
    msw_decode_cache_new_row(job);
    for (size_t i_batch = 0; i_batch < batch->n; i_batch++) {
      msw_tile_at at = {.at = {[MSW_AXIS_BATCH] = i_batch, [MSW_AXIS_KV_LEN] = first}};
      msw_tile_locate(job, &at);
      msw_decode_cache_load(job, i_batch, n, &load);
      eval_row(job, &load, n, &at);
    }
  }
}

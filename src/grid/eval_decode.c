/* Tiles of decode blocks: batch by batch along kv_len. */
#include "tile.h"

/* Kernels overrun a stretch that does not begin the row: such rows are put together aside. */
static void eval_step_in_parts(msw_tile_job *job, const msw_decode_load *load, size_t n, const msw_tile_at *at) {
  msw_eval_scratch *scratch = job->scratch;
  for (size_t i_stretch = 0; i_stretch < load->n_stretches; i_stretch++) {
    const size_t first = load->stretches[i_stretch].first;
    msw_decode_steps part = msw_row_decode_step(job->factors, load, i_stretch);
    part.out = scratch->field.numbers + first;
    scratch->kernels->cells->decode_steps(&part, 1, load->attn_len + first, load->kv_len + first, load->stretches[i_stretch].n);
  }
  msw_tile_put_step_aside(job, n, at);
}

static void eval_step(msw_tile_job *job, const msw_decode_load *load, const msw_tile_at *at) {
  msw_decode_steps *row = &job->scratch->steps.rows.decode[job->scratch->steps.n_rows];
  *row = msw_row_decode_step(job->factors, load, 0);
  row->out = msw_tile_step_place(job, at);
  msw_tile_put_step(job, at);
}

static void eval_fields(msw_tile_job *job, const msw_decode_load *load, size_t n, const msw_tile_at *at) {
  msw_eval_scratch *scratch = job->scratch;
  msw_terms *terms = &scratch->decode;
  msw_row_decode(job->factors, scratch->kernels, load, n, terms);
  if (scratch->wanted.load) scratch->kernels->affine(load->requests, load->requests, load->kv_len, n, scratch->kv_tok);
  if (scratch->wanted.bound) scratch->kernels->fill(load->gemm_us, n, terms->gemm_us);
  msw_row row = {.n = n, .bound = job->factors->bound, .kernels = scratch->kernels,
                 .decode = {{.one = load->gemm_us}, msw_term_of(terms->attn_us), msw_term_of(terms->memory_us),
                            msw_term_of(terms->time_us)},
                 .part = {terms->gemm_us, terms->attn_us, terms->memory_us}, .hardware_us = terms->time_us,
                 .spent_us = terms->time_us, .other_us = load->comm_us + load->overhead_us, .tok = {.one = load->requests},
                 .kv_tok = scratch->kv_tok, .comm_us = {.one = load->comm_us}, .overhead_us = {.one = load->overhead_us}};
  msw_tile_put_row(job, &row, at);
}

static void eval_row(msw_tile_job *job, const msw_decode_load *load, size_t n, const msw_tile_at *at) {
  msw_eval_scratch *scratch = job->scratch;
  const msw_row_holds holds = {load->requests, load->requests, 0.0, 1.0};   /* every request ends one token longer */
  msw_row_flags_start(&scratch->flags, 0);
  msw_row_decode_flags(scratch->kernels, load, n, &scratch->flags);
  msw_row_fit_flags(job->factors, scratch->kernels, &holds, load->kv_len, n, load->ascends, &scratch->flags);
  if (!scratch->wanted.only_step) eval_fields(job, load, n, at);
  else if (load->n_stretches > 1) eval_step_in_parts(job, load, n, at);
  else eval_step(job, load, at);
}

void msw_eval_decode_tile(msw_tile_job *job) {
  const msw_tile_axis *batch = &job->axes[MSW_AXIS_BATCH], *kv_len = &job->axes[MSW_AXIS_KV_LEN];
  msw_decode_cache_fill(job);
  for (size_t first = 0, n; first < kv_len->n; first += n) {
    n = msw_row_length(kv_len->n, first);
    msw_decode_load load = {.kv_len = kv_len->values + first, .ascends = kv_len->ascends};
    load.attn_len = msw_row_attention_len(job->factors->bound, load.kv_len, n, job->scratch->attn_len);
    msw_tile_at at = {.at = {[MSW_AXIS_KV_LEN] = first}};
    msw_tile_locate(job, &at);
    msw_decode_cache_new_row(job);
    msw_tile_steps(job, MSW_STEPS_DECODE, n, load.attn_len, load.kv_len);
    for (size_t i_batch = 0; i_batch < batch->n; i_batch++, at.offset += batch->stride) {
      at.at[MSW_AXIS_BATCH] = i_batch;
      msw_decode_cache_load(job, i_batch, n, &load);
      eval_row(job, &load, n, &at);
    }
    msw_tile_steps_end(job);
  }
}

/* Tiles of mixed blocks: along seq_len, for every batch, kv_len, prefill_batch and cached_len. The phases are worked out by
 * themselves over the axes that each depends on; a row then only combines them.
 */
#include <string.h>

#include "tile.h"

/* The prefill phase's own time of every combination. */
static void prefill_times(msw_tile_job *job, size_t n) {
  msw_eval_scratch *scratch = job->scratch;
  const msw_tile_axis *batch = &job->axes[MSW_AXIS_PREFILL_BATCH], *cached = &job->axes[MSW_AXIS_CACHED_LEN];
  size_t stride = scratch->slab.stride;
  for (size_t i_batch = 0; i_batch < batch->n; i_batch++)
    for (size_t i_cached = 0; i_cached < cached->n; i_cached++) {
      msw_row_prefill(job->factors, scratch->kernels, batch->values[i_batch], scratch->slab.gemm_us + i_batch * stride,
                      scratch->slab.attn_us + i_cached * stride, scratch->slab.bytes + i_cached * stride, n, &scratch->prefill);
      memcpy(scratch->slab.time_us + (i_batch * cached->n + i_cached) * stride, scratch->prefill.time_us, n * sizeof(double));
    }
}

/* The tile's prefills at one stretch of seq_len: every combination of prefill_batch and cached_len, in the slab. */
static void prefill_rows(msw_tile_job *job, const double *seq_len, size_t n) {
  msw_eval_scratch *scratch = job->scratch;
  const msw_tile_axis *batch = &job->axes[MSW_AXIS_PREFILL_BATCH], *cached = &job->axes[MSW_AXIS_CACHED_LEN];
  bool ascends = job->axes[MSW_AXIS_SEQ_LEN].ascends;
  for (size_t i_batch = 0; i_batch < batch->n; i_batch++) {
    msw_row_flags *gemm_flags = &scratch->slab.gemm_flags[i_batch];
    double *gemm_us = scratch->slab.gemm_us + i_batch * scratch->slab.stride;
    msw_row_flags_start(gemm_flags, job->factors->gemm_flags);
    scratch->kernels->affine(0.0, batch->values[i_batch], seq_len, n, scratch->tok);
    msw_row_gemm(job->factors, scratch->kernels, MSW_PREFILL, scratch->tok, n, ascends, &scratch->work, gemm_us, gemm_flags);
  }
  for (size_t i_cached = 0; i_cached < cached->n; i_cached++) {
    msw_row_flags *flags = &scratch->slab.request_flags[i_cached];
    msw_row_flags_start(flags, job->factors->prefill_flags);
    msw_row_request(job->factors, scratch->kernels, cached->values[i_cached], seq_len, n, ascends, &scratch->work,
                    scratch->slab.attn_us + i_cached * scratch->slab.stride,
                    scratch->slab.bytes + i_cached * scratch->slab.stride, flags);
  }
  prefill_times(job, n);
}

/* One batch and prefill_batch: what rows of theirs share. */
typedef struct {
  size_t i_batch, i_prefill, first, n;
  double requests, prefills, overhead_us;
  const double *seq_len;
} mixed_pair;

static bool is_fused(const msw_case *bound) { return bound->knobs.mixed_rule == MSW_MIXED_FUSED; }

static void bind_pair(msw_tile_job *job, const mixed_pair *pair) {
  msw_eval_scratch *scratch = job->scratch;
  const msw_case *bound = job->factors->bound;
  scratch->kernels->affine(pair->requests, pair->prefills, pair->seq_len, pair->n, scratch->tok);
  msw_row_flags_start(&scratch->pair_flags, 0);
  if (is_fused(bound)) {
    msw_row_gemm(job->factors, scratch->kernels, MSW_MIXED, scratch->tok, pair->n, job->axes[MSW_AXIS_SEQ_LEN].ascends,
                 &scratch->work, scratch->fused.gemm_us, &scratch->pair_flags);
    return;
  }
  for (size_t i_cell = 0; i_cell < pair->n; i_cell++) {
    msw_mixed_weights weights = msw_mixed_weights_of(bound, pair->prefills * pair->seq_len[i_cell], pair->requests);
    scratch->is_max = weights.is_max;   /* a matter of the rule alone where both phases are there */
    scratch->weights[0][i_cell] = weights.prefill;
    scratch->weights[1][i_cell] = weights.decode;
    if (weights.is_max) return;
  }
}

static void combine_fused(msw_tile_job *job, double decode_attn_us, double decode_bytes, double prefills,
                          const double *attn_us, const double *bytes, size_t n) {
  msw_eval_scratch *scratch = job->scratch;
  const msw_kernels *kernels = scratch->kernels;
  const msw_memory_factor *memory = &job->factors->memory[MSW_MIXED];
  kernels->affine(decode_attn_us, prefills, attn_us, n, scratch->fused.attn_us);
  kernels->affine(memory->weights_us + memory->us_per_byte * decode_bytes, memory->us_per_byte * prefills, bytes, n,
                  scratch->fused.memory_us);
  kernels->phase_time(scratch->fused.gemm_us, scratch->fused.attn_us, scratch->fused.memory_us, n, scratch->fused.time_us);
}

static void combine_phases(msw_tile_job *job, const msw_phase_row *prefill, const msw_phase_row *decode, size_t n) {
  msw_eval_scratch *scratch = job->scratch;
  const msw_kernels *kernels = scratch->kernels;
  if (scratch->is_max) kernels->longer(prefill->time_us, decode->time_us, n, scratch->hardware_us);
  else kernels->weighted(scratch->weights[0], prefill->time_us, scratch->weights[1], decode->time_us, n, scratch->hardware_us);
  if (!job->scratch->wanted.bound) return;
  const double *p = prefill->time_us, *d = decode->time_us;
  kernels->pick_longer(p, d, prefill->gemm_us, decode->gemm_us, n, scratch->part.gemm_us);
  kernels->pick_longer(p, d, prefill->attn_us, decode->attn_us, n, scratch->part.attn_us);
  kernels->pick_longer(p, d, prefill->memory_us, decode->memory_us, n, scratch->part.memory_us);
}

/* The decode terms of one kv_len, as rows. */
static msw_phase_row spread_decode(msw_tile_job *job, size_t i_kv, size_t n) {
  msw_eval_scratch *scratch = job->scratch;
  const msw_terms *along = &scratch->decode;
  msw_terms *row = &scratch->decode_row;
  scratch->kernels->fill(along->gemm_us[i_kv], n, row->gemm_us);
  scratch->kernels->fill(along->attn_us[i_kv], n, row->attn_us);
  scratch->kernels->fill(along->memory_us[i_kv], n, row->memory_us);
  scratch->kernels->fill(along->time_us[i_kv], n, row->time_us);
  return msw_terms_row(row);
}

static void row_flags(msw_tile_job *job, const mixed_pair *pair, double kv_len, msw_flags decode_flags, size_t i_cached) {
  msw_eval_scratch *scratch = job->scratch;
  const msw_kernels *kernels = scratch->kernels;
  const msw_case *bound = job->factors->bound;
  double cached_len = job->axes[MSW_AXIS_CACHED_LEN].values[i_cached];
  const msw_row_holds holds = {pair->requests * (kv_len + 1.0) + pair->prefills * cached_len, pair->prefills, kv_len + 1.0,
                               cached_len};
  msw_row_flags_start(&scratch->flags, bound->flags | decode_flags);
  msw_row_flags_add_row(&scratch->flags, kernels, &scratch->pair_flags, pair->n);
  msw_row_flags_add_row(&scratch->flags, kernels, &scratch->slab.gemm_flags[pair->i_prefill], pair->n);
  msw_row_flags_add_row(&scratch->flags, kernels, &scratch->slab.request_flags[i_cached], pair->n);
  msw_row_fit_flags(job->factors, kernels, &holds, pair->seq_len, pair->n, job->axes[MSW_AXIS_SEQ_LEN].ascends, &scratch->flags);
  if (job->scratch->wanted.load) kernels->affine(holds.kv_base, holds.kv_slope, pair->seq_len, pair->n, scratch->kv_tok);
}

/* step_us alone. */
static void eval_step(msw_tile_job *job, const mixed_pair *pair, size_t i_kv, double kv_len, size_t i_cached,
                      const msw_tile_at *at) {
  msw_eval_scratch *scratch = job->scratch;
  const msw_case *bound = job->factors->bound;
  size_t stride = scratch->slab.stride, n = pair->n, n_cached = job->axes[MSW_AXIS_CACHED_LEN].n;
  const double *time_us = scratch->slab.time_us + (pair->i_prefill * n_cached + i_cached) * stride;
  double other_us = job->factors->comm_us + pair->overhead_us, decode_us = scratch->decode.time_us[i_kv];
  float *step_us = msw_tile_step_place(job, n, at);
  if (is_fused(bound)) {
    const msw_memory_factor *memory = &job->factors->memory[MSW_MIXED];
    double decode_bytes = msw_decode_dyn_bytes(bound, pair->requests, kv_len);
    scratch->kernels->phase_step(scratch->fused.gemm_us, scratch->slab.attn_us + i_cached * stride,
                                 scratch->decode.attn_us[i_kv], pair->prefills, scratch->slab.bytes + i_cached * stride,
                                 memory->weights_us + memory->us_per_byte * decode_bytes,
                                 memory->us_per_byte * pair->prefills, other_us, n, step_us);
  } else if (scratch->is_max) {
    scratch->kernels->longer_step(time_us, decode_us, other_us, n, step_us);
  } else {
    scratch->kernels->weighted_step(scratch->weights[0], time_us, scratch->weights[1], decode_us, other_us, n, step_us);
  }
  msw_tile_put_step(job, n, at, step_us);
}

static void eval_row(msw_tile_job *job, const mixed_pair *pair, const msw_phase_row *decode, double kv_len, size_t i_cached,
                     const msw_tile_at *at) {
  msw_eval_scratch *scratch = job->scratch;
  const msw_case *bound = job->factors->bound;
  const double *attn_us = scratch->slab.attn_us + i_cached * scratch->slab.stride;
  const double *bytes = scratch->slab.bytes + i_cached * scratch->slab.stride;
  bool fused = is_fused(bound);
  msw_row_prefill(job->factors, scratch->kernels, pair->prefills, scratch->slab.gemm_us + pair->i_prefill * scratch->slab.stride,
                  attn_us, bytes, pair->n, &scratch->prefill);
  msw_phase_row prefill = msw_terms_row(&scratch->prefill);
  double decode_bytes = msw_decode_dyn_bytes(bound, pair->requests, kv_len);
  if (fused) combine_fused(job, decode->attn_us[0], decode_bytes, pair->prefills, attn_us, bytes, pair->n);
  else combine_phases(job, &prefill, decode, pair->n);
  msw_row row = {.n = pair->n, .bound = bound, .kernels = scratch->kernels, .prefill = prefill, .decode = *decode,
                 .part = msw_terms_row(fused ? &scratch->fused : &scratch->part), .is_fused = fused,
                 .hardware_us = fused ? scratch->fused.time_us : scratch->hardware_us, .tok = scratch->tok,
                 .kv_tok = scratch->kv_tok, .comm_us = job->factors->comm_us,
                 .overhead_us = pair->overhead_us};
  msw_tile_put_row(job, &row, at);
}

/* All rows of a batch and prefill_batch for a stretch of kv_len, whose decode terms stand in scratch->decode. */
static void eval_pair(msw_tile_job *job, const mixed_pair *pair, size_t first_kv, size_t n_kv) {
  msw_eval_scratch *scratch = job->scratch;
  const msw_tile_axis *kv_len = &job->axes[MSW_AXIS_KV_LEN], *cached = &job->axes[MSW_AXIS_CACHED_LEN];
  bind_pair(job, pair);
  for (size_t i_kv = 0; i_kv < n_kv; i_kv++) {
    msw_phase_row decode = {0};
    if (!job->scratch->wanted.only_step) decode = spread_decode(job, i_kv, pair->n);
    msw_flags decode_flags = scratch->decode_flags.varies ? scratch->decode_flags.cells[i_kv] : scratch->decode_flags.all;
    for (size_t i_cached = 0; i_cached < cached->n; i_cached++) {
      msw_tile_at at = {.at = {[MSW_AXIS_BATCH] = pair->i_batch, [MSW_AXIS_KV_LEN] = first_kv + i_kv,
                         [MSW_AXIS_PREFILL_BATCH] = pair->i_prefill, [MSW_AXIS_CACHED_LEN] = i_cached,
                         [MSW_AXIS_SEQ_LEN] = pair->first}};
      msw_tile_locate(job, &at);
      row_flags(job, pair, kv_len->values[first_kv + i_kv], decode_flags, i_cached);
      if (job->scratch->wanted.only_step) eval_step(job, pair, i_kv, kv_len->values[first_kv + i_kv], i_cached, &at);
      else eval_row(job, pair, &decode, kv_len->values[first_kv + i_kv], i_cached, &at);
    }
  }
}

static void eval_batch(msw_tile_job *job, mixed_pair *pair) {
  msw_eval_scratch *scratch = job->scratch;
  const msw_tile_axis *kv_len = &job->axes[MSW_AXIS_KV_LEN], *prefills = &job->axes[MSW_AXIS_PREFILL_BATCH];
  double attn_len[MSW_ROW_ROOM] = {0.0};
  msw_decode_load load = {.ascends = kv_len->ascends, .attn_len = attn_len};
  for (size_t first_kv = 0, n_kv; first_kv < kv_len->n; first_kv += n_kv) {
    n_kv = msw_row_length(kv_len->n, first_kv);
    load.kv_len = kv_len->values + first_kv;
    msw_row_attention_len(job->factors->bound, load.kv_len, n_kv, attn_len);
    msw_decode_cache_new_row(job);
    msw_decode_cache_load(job, pair->i_batch, n_kv, &load);
    msw_row_flags_start(&scratch->decode_flags, 0);
    msw_row_decode(job->factors, scratch->kernels, &load, n_kv, &scratch->decode, &scratch->decode_flags);
    for (pair->i_prefill = 0; pair->i_prefill < prefills->n; pair->i_prefill++) {
      pair->prefills = prefills->values[pair->i_prefill];
      pair->overhead_us = msw_overhead_us(job->factors->bound, pair->requests, pair->prefills);
      eval_pair(job, pair, first_kv, n_kv);
    }
  }
}

void msw_eval_mixed_tile(msw_tile_job *job) {
  const msw_tile_axis *batch = &job->axes[MSW_AXIS_BATCH], *seq = &job->axes[MSW_AXIS_SEQ_LEN];
  msw_decode_cache_fill(job);
  for (size_t first = 0, n; first < seq->n; first += n) {
    n = msw_row_length(seq->n, first);
    prefill_rows(job, seq->values + first, n);
    for (size_t i_batch = 0; i_batch < batch->n; i_batch++) {
      mixed_pair pair = {.i_batch = i_batch, .first = first, .n = n, .requests = batch->values[i_batch],
                         .seq_len = seq->values + first};
      eval_batch(job, &pair);
    }
  }
}

/* Tiles of mixed blocks: along seq_len, for every batch, kv_len, prefill_batch and cached_len. The phases are worked out by
 * themselves over the axes that each depends on; a row then only combines them.
 */
#include "tile.h"

/* The prefill phase by itself, of every combination. */
static void prefill_phases(msw_tile_job *job, size_t n) {
  msw_eval_scratch *scratch = job->scratch;
  const msw_tile_axis *batch = &job->axes[MSW_AXIS_PREFILL_BATCH], *cached = &job->axes[MSW_AXIS_CACHED_LEN];
  size_t stride = scratch->slab.stride, to = 0;
  for (size_t i_batch = 0; i_batch < batch->n; i_batch++)
    for (size_t i_cached = 0; i_cached < cached->n; i_cached++, to += stride) {
      const msw_request_row one = {scratch->slab.gemm_us + i_batch * stride, scratch->slab.attn_us + i_cached * stride,
                                   scratch->slab.bytes + i_cached * stride};
      msw_row_prefill(job->factors, scratch->kernels, batch->values[i_batch], &one, n, scratch->slab.phase_attn_us + to,
                      scratch->slab.phase_memory_us + to, scratch->slab.phase_time_us + to);
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
  prefill_phases(job, n);
}

/* One batch and prefill_batch: what rows of theirs share. */
typedef struct {
  size_t i_batch, i_prefill, first, n;
  double requests, prefills, overhead_us, decode_gemm_us;
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

/* Of prefills along the row and the decodes of one kv_len. */
static void combine_phases(msw_tile_job *job, const msw_phase_row *prefill, const msw_phase_row *decode, size_t n) {
  msw_eval_scratch *scratch = job->scratch;
  const msw_kernels *kernels = scratch->kernels;
  const double *p = prefill->time_us.cells, d = decode->time_us.one;
  if (scratch->is_max) kernels->longer(p, d, n, scratch->hardware_us);
  else kernels->weighted(scratch->weights[0], p, scratch->weights[1], d, n, scratch->hardware_us);
  if (!scratch->wanted.bound) return;
  kernels->pick_longer(p, d, prefill->gemm_us.cells, decode->gemm_us.one, n, scratch->part.gemm_us);
  kernels->pick_longer(p, d, prefill->attn_us.cells, decode->attn_us.one, n, scratch->part.attn_us);
  kernels->pick_longer(p, d, prefill->memory_us.cells, decode->memory_us.one, n, scratch->part.memory_us);
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
  if (scratch->wanted.load) kernels->affine(holds.kv_base, holds.kv_slope, pair->seq_len, pair->n, scratch->kv_tok);
}

/* A row of the pair: its kv_len, cached_len, and the prefill phase of the two. */
typedef struct { size_t i_kv, i_cached, phase; double kv_len; } mixed_row;

/* step_us alone. */
static void eval_step(msw_tile_job *job, const mixed_pair *pair, const mixed_row *row, const msw_tile_at *at) {
  msw_eval_scratch *scratch = job->scratch;
  msw_step_series *steps = &scratch->steps;
  const double *time_us = scratch->slab.phase_time_us + row->phase, decode_us = scratch->decode.time_us[row->i_kv];
  const double other_us = job->factors->comm_us + pair->overhead_us;
  float *out = msw_tile_step_place(job, at);
  if (steps->kind == MSW_STEPS_PHASE) {
    const msw_memory_factor *memory = &job->factors->memory[MSW_MIXED];
    const double decode_bytes = msw_decode_dyn_bytes(job->factors->bound, pair->requests, row->kv_len);
    const size_t request = row->i_cached * scratch->slab.stride;
    steps->rows.phase[steps->n_rows] =
        (msw_phase_steps){.gemm = scratch->fused.gemm_us, .attn = scratch->slab.attn_us + request,
                          .bytes = scratch->slab.bytes + request, .attn_base = scratch->decode.attn_us[row->i_kv],
                          .attn_scale = pair->prefills, .memory_base = memory->weights_us + memory->us_per_byte * decode_bytes,
                          .memory_scale = memory->us_per_byte * pair->prefills, .other_us = other_us, .out = out};
  } else if (steps->kind == MSW_STEPS_LONGER) {
    steps->rows.longer[steps->n_rows] = (msw_longer_steps){time_us, decode_us, other_us, out};
  } else {
    steps->rows.weighted[steps->n_rows] =
        (msw_weighted_steps){scratch->weights[0], time_us, scratch->weights[1], decode_us, other_us, out};
  }
  msw_tile_put_step(job, at);
}

static void eval_fields(msw_tile_job *job, const mixed_pair *pair, const mixed_row *given, const msw_tile_at *at) {
  msw_eval_scratch *scratch = job->scratch;
  const msw_case *bound = job->factors->bound;
  const msw_terms *along = &scratch->decode;
  size_t request = given->i_cached * scratch->slab.stride, i_kv = given->i_kv;
  bool fused = is_fused(bound);
  const msw_phase_row decode = {{.one = pair->decode_gemm_us}, {.one = along->attn_us[i_kv]}, {.one = along->memory_us[i_kv]},
                                {.one = along->time_us[i_kv]}};
  const msw_phase_row prefill = {msw_term_of(scratch->slab.gemm_us + pair->i_prefill * scratch->slab.stride),
                                 msw_term_of(scratch->slab.phase_attn_us + given->phase),
                                 msw_term_of(scratch->slab.phase_memory_us + given->phase),
                                 msw_term_of(scratch->slab.phase_time_us + given->phase)};
  if (fused) combine_fused(job, decode.attn_us.one, msw_decode_dyn_bytes(bound, pair->requests, given->kv_len), pair->prefills,
                           scratch->slab.attn_us + request, scratch->slab.bytes + request, pair->n);
  else combine_phases(job, &prefill, &decode, pair->n);
  const msw_terms *part = fused ? &scratch->fused : &scratch->part;
  msw_row row = {.n = pair->n, .bound = bound, .kernels = scratch->kernels, .prefill = prefill, .decode = decode,
                 .part = {part->gemm_us, part->attn_us, part->memory_us}, .is_fused = fused,
                 .hardware_us = fused ? scratch->fused.time_us : scratch->hardware_us,
                 .other_us = job->factors->comm_us + pair->overhead_us, .tok = msw_term_of(scratch->tok),
                 .kv_tok = scratch->kv_tok, .comm_us = {.one = job->factors->comm_us}, .overhead_us = {.one = pair->overhead_us}};
  row.spent_us = row.hardware_us;
  msw_tile_put_row(job, &row, at);
}

/* All rows of a batch and prefill_batch for a stretch of kv_len, whose decode terms stand in scratch->decode. */
static void eval_pair(msw_tile_job *job, const mixed_pair *pair, size_t first_kv, size_t n_kv) {
  msw_eval_scratch *scratch = job->scratch;
  const msw_tile_axis *kv_len = &job->axes[MSW_AXIS_KV_LEN], *cached = &job->axes[MSW_AXIS_CACHED_LEN];
  msw_tile_at at = {.at = {[MSW_AXIS_BATCH] = pair->i_batch, [MSW_AXIS_KV_LEN] = first_kv,
                           [MSW_AXIS_PREFILL_BATCH] = pair->i_prefill, [MSW_AXIS_SEQ_LEN] = pair->first}};
  msw_tile_locate(job, &at);
  const size_t first_offset = at.offset;
  bind_pair(job, pair);
  msw_tile_steps(job, is_fused(job->factors->bound) ? MSW_STEPS_PHASE : scratch->is_max ? MSW_STEPS_LONGER : MSW_STEPS_WEIGHTED,
                 pair->n, NULL, NULL);
  for (mixed_row row = {0}; row.i_kv < n_kv; row.i_kv++) {
    msw_flags decode_flags = scratch->decode_flags.varies ? scratch->decode_flags.cells[row.i_kv] : scratch->decode_flags.all;
    at.at[MSW_AXIS_KV_LEN] = first_kv + row.i_kv;
    row.kv_len = kv_len->values[first_kv + row.i_kv];
    for (row.i_cached = 0; row.i_cached < cached->n; row.i_cached++) {
      row.phase = (pair->i_prefill * cached->n + row.i_cached) * scratch->slab.stride;
      at.at[MSW_AXIS_CACHED_LEN] = row.i_cached;
      at.offset = first_offset + row.i_kv * kv_len->stride + row.i_cached * cached->stride;
      row_flags(job, pair, row.kv_len, decode_flags, row.i_cached);
      if (scratch->wanted.only_step) eval_step(job, pair, &row, &at);
      else eval_fields(job, pair, &row, &at);
    }
  }
  msw_tile_steps_end(job);
}

static void eval_batch(msw_tile_job *job, mixed_pair *pair) {
  msw_eval_scratch *scratch = job->scratch;
  const msw_tile_axis *kv_len = &job->axes[MSW_AXIS_KV_LEN], *prefills = &job->axes[MSW_AXIS_PREFILL_BATCH];
  msw_decode_load load = {.ascends = kv_len->ascends};
  for (size_t first_kv = 0, n_kv; first_kv < kv_len->n; first_kv += n_kv) {
    n_kv = msw_row_length(kv_len->n, first_kv);
    load.kv_len = kv_len->values + first_kv;
    load.attn_len = msw_row_attention_len(job->factors->bound, load.kv_len, n_kv, scratch->attn_len);
    msw_decode_cache_new_row(job);
    msw_decode_cache_load(job, pair->i_batch, n_kv, &load);
    msw_row_flags_start(&scratch->decode_flags, 0);
    msw_row_decode(job->factors, scratch->kernels, &load, n_kv, &scratch->decode);
    msw_row_decode_flags(scratch->kernels, &load, n_kv, &scratch->decode_flags);
    pair->decode_gemm_us = load.gemm_us;
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

/* Phase terms over a tile's stretch of axes. GEMM depends on tokens only and is priced once per token count. */
#include "slab.h"

#include "msw/perf/phase.h"

msw_slab msw_slab_alloc(msw_arena *arena, size_t n) {
  msw_slab slab = {.n = n};
  double **const columns[] = {&slab.gemm_us, &slab.attn_us, &slab.memory_us, &slab.time_us,
                              &slab.dyn_bytes, &slab.kv_tok, &slab.longest};
  for (size_t i_column = 0; i_column < sizeof columns / sizeof columns[0]; i_column++)
    *columns[i_column] = msw_arena_array(arena, n, sizeof(double));
  slab.flags = msw_arena_array(arena, n, sizeof *slab.flags);
  return slab;
}

static void finish_cell(const msw_case *bound, msw_phase phase, msw_slab *slab, size_t at) {
  slab->memory_us[at] = msw_memory_us(bound, phase, slab->dyn_bytes[at]);
  double compute_us = slab->gemm_us[at] + slab->attn_us[at];
  slab->time_us[at] = compute_us > slab->memory_us[at] ? compute_us : slab->memory_us[at];
}

void msw_slab_decode(const msw_case *bound, msw_span batch, msw_span kv_len, msw_slab *slab) {
  for (size_t i_batch = 0; i_batch < batch.n; i_batch++) {
    double requests = batch.values[i_batch];
    msw_flags gemm_flags = 0;
    double gemm_us = msw_gemm_us(bound, MSW_DECODE, requests, &gemm_flags, NULL);
    for (size_t i_kv = 0; i_kv < kv_len.n; i_kv++) {
      size_t at = i_batch * kv_len.n + i_kv;
      msw_decode_group group = {requests, kv_len.values[i_kv]};
      slab->gemm_us[at] = gemm_us;
      slab->flags[at] = gemm_flags;
      slab->attn_us[at] = msw_decode_attention_us(bound, &group, 1, &slab->flags[at], NULL);
      slab->dyn_bytes[at] = msw_decode_dyn_bytes(bound, requests, group.kv_len);
      slab->kv_tok[at] = requests * (group.kv_len + 1.0);
      slab->longest[at] = group.kv_len + 1.0;
      finish_cell(bound, MSW_DECODE, slab, at);
    }
  }
}

static void prefill_cell(const msw_case *bound, msw_prefill_group group, double gemm_us, msw_flags gemm_flags,
                         msw_slab *slab, size_t at) {
  double bucket = 0.0;
  if (bound->family != MSW_FAMILY_CONSTANT_MFU)
    bucket = msw_prefill_bucket(&bound->knobs, group.cached_len, group.new_len);
  slab->gemm_us[at] = gemm_us;
  slab->flags[at] = gemm_flags;
  slab->attn_us[at] = msw_prefill_attention_us(bound, bucket, &group, 1, &slab->flags[at], NULL);
  slab->dyn_bytes[at] = msw_prefill_dyn_bytes(bound, group.count, group.cached_len, group.new_len);
  slab->kv_tok[at] = group.count * (group.cached_len + group.new_len);
  slab->longest[at] = group.cached_len + group.new_len;
  finish_cell(bound, MSW_PREFILL, slab, at);
}

void msw_slab_prefill(const msw_case *bound, msw_span batch, msw_span cached_len, msw_span seq_len, msw_slab *slab) {
  for (size_t i_batch = 0; i_batch < batch.n; i_batch++)
    for (size_t i_seq = 0; i_seq < seq_len.n; i_seq++) {
      msw_flags gemm_flags = 0;
      double tok = batch.values[i_batch] * seq_len.values[i_seq];
      double gemm_us = msw_gemm_us(bound, MSW_PREFILL, tok, &gemm_flags, NULL);
      for (size_t i_cached = 0; i_cached < cached_len.n; i_cached++) {
        msw_prefill_group group = {batch.values[i_batch], cached_len.values[i_cached], seq_len.values[i_seq]};
        size_t at = (i_batch * cached_len.n + i_cached) * seq_len.n + i_seq;
        prefill_cell(bound, group, gemm_us, gemm_flags, slab, at);
      }
    }
}

msw_phase_row msw_slab_row(const msw_slab *slab, size_t first, size_t stride) {
  return (msw_phase_row){slab->gemm_us + first, slab->attn_us + first, slab->memory_us + first, slab->time_us + first,
                         stride};
}

/* Combining two phases along a row: the same steps as step.c, on arrays. */
#include "row.h"

#include "msw/perf/phase.h"

msw_row_scratch msw_row_scratch_alloc(msw_arena *arena, size_t n) {
  return (msw_row_scratch){
      .hardware_us = msw_arena_array(arena, n, sizeof(double)),
      .tok = msw_arena_array(arena, n, sizeof(double)),
      .kv_tok = msw_arena_array(arena, n, sizeof(double)),
      .flags = msw_arena_array(arena, n, sizeof(msw_flags)),
      .fused_gemm_us = msw_arena_array(arena, n, sizeof(double)),
      .fused_attn_us = msw_arena_array(arena, n, sizeof(double)),
      .fused_memory_us = msw_arena_array(arena, n, sizeof(double)),
      .fused_time_us = msw_arena_array(arena, n, sizeof(double)),
  };
}

static void combine_flags(const msw_case *bound, size_t n, msw_row_phase prefill, msw_row_phase decode,
                          const msw_row_scratch *scratch) {
  for (size_t i_cell = 0; i_cell < n; i_cell++) {
    size_t p = prefill.first + i_cell * prefill.stride, d = decode.first + i_cell * decode.stride;
    double longest = prefill.slab->longest[p] > decode.slab->longest[d] ? prefill.slab->longest[p] : decode.slab->longest[d];
    scratch->kv_tok[i_cell] = decode.slab->kv_tok[d] + prefill.slab->kv_tok[p];
    scratch->flags[i_cell] = bound->flags | prefill.slab->flags[p] | decode.slab->flags[d] |
                             msw_fit_flags(bound, scratch->kv_tok[i_cell], longest);
  }
}

static void combine_fused(const msw_case *bound, size_t n, msw_row_phase prefill, msw_row_phase decode,
                          msw_row_load load, const msw_row_scratch *scratch) {
  for (size_t i_cell = 0; i_cell < n; i_cell++) {
    size_t p = prefill.first + i_cell * prefill.stride, d = decode.first + i_cell * decode.stride;
    double gemm_us = load.fused_gemm_us[i_cell * load.seq_stride];
    double attn_us = prefill.slab->attn_us[p] + decode.slab->attn_us[d];
    double memory_us = msw_memory_us(bound, MSW_MIXED, prefill.slab->dyn_bytes[p] + decode.slab->dyn_bytes[d]);
    double compute_us = gemm_us + attn_us;
    scratch->flags[i_cell] |= load.fused_flags[i_cell * load.seq_stride];
    scratch->fused_gemm_us[i_cell] = gemm_us;
    scratch->fused_attn_us[i_cell] = attn_us;
    scratch->fused_memory_us[i_cell] = memory_us;
    scratch->fused_time_us[i_cell] = compute_us > memory_us ? compute_us : memory_us;
    scratch->hardware_us[i_cell] = scratch->fused_time_us[i_cell];
  }
}

static void combine_phases(const msw_case *bound, size_t n, msw_row_phase prefill, msw_row_phase decode,
                           msw_row_load load, const msw_row_scratch *scratch) {
  for (size_t i_cell = 0; i_cell < n; i_cell++) {
    double prefill_tok = load.prefill_requests * load.seq_len[i_cell * load.seq_stride];
    msw_mixed_weights weights = msw_mixed_weights_of(bound, prefill_tok, load.decode_requests);
    scratch->hardware_us[i_cell] = msw_combine_us(weights, prefill.slab->time_us[prefill.first + i_cell * prefill.stride],
                                                  decode.slab->time_us[decode.first + i_cell * decode.stride]);
  }
}

msw_row msw_row_combine(const msw_case *bound, size_t n, msw_row_phase prefill, msw_row_phase decode, msw_row_load load,
                        const msw_row_scratch *scratch, msw_phase_row *fused) {
  combine_flags(bound, n, prefill, decode, scratch);
  for (size_t i_cell = 0; i_cell < n; i_cell++)
    scratch->tok[i_cell] = load.decode_requests + load.prefill_requests * load.seq_len[i_cell * load.seq_stride];
  if (load.fused_gemm_us) combine_fused(bound, n, prefill, decode, load, scratch);
  else combine_phases(bound, n, prefill, decode, load, scratch);
  *fused = (msw_phase_row){scratch->fused_gemm_us, scratch->fused_attn_us, scratch->fused_memory_us,
                           scratch->fused_time_us, 1};
  return (msw_row){
      .n = n,
      .bound = bound,
      .prefill = msw_slab_row(prefill.slab, prefill.first, prefill.stride),
      .decode = msw_slab_row(decode.slab, decode.first, decode.stride),
      .hardware_us = scratch->hardware_us,
      .tok = scratch->tok,
      .kv_tok = scratch->kv_tok,
      .fused = load.fused_gemm_us ? fused : NULL,
      .comm_us = msw_comm_us(bound),
      .overhead_us = msw_overhead_us(bound, load.decode_requests, load.prefill_requests),
      .flags = scratch->flags,
  };
}

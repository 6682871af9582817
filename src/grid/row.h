/* One row of a tile: two phases combined cell by cell. Private to grid. */
#ifndef MSW_GRID_ROW_H
#define MSW_GRID_ROW_H

#include "slab.h"

/* Where a row takes its phase terms from. A phase that the block does not have points to a slab of one zero cell. */
typedef struct {
  const msw_slab *slab;
  size_t first, stride;
} msw_row_phase;

/* Scratch of a row of up to n cells. */
typedef struct {
  double *hardware_us, *tok, *kv_tok;
  msw_flags *flags;
  double *fused_gemm_us, *fused_attn_us, *fused_memory_us, *fused_time_us;
} msw_row_scratch;
msw_row_scratch msw_row_scratch_alloc(msw_arena *arena, size_t n);

/* Requests and new tokens of the row's cells; prefill tokens of cell i are prefill_requests * seq_len[i * seq_stride]. */
typedef struct {
  double decode_requests, prefill_requests;
  const double *seq_len;
  size_t seq_stride;
  const double *fused_gemm_us;        /* [n] at i * seq_stride: GEMM of the fused pass; NULL unless mixed_rule is fused */
  const msw_flags *fused_flags;
} msw_row_load;

/* Combines: the result points into the slabs and the scratch. `fused` receives the fused terms if they are needed. */
msw_row msw_row_combine(const msw_case *bound, size_t n, msw_row_phase prefill, msw_row_phase decode, msw_row_load load,
                        const msw_row_scratch *scratch, msw_phase_row *fused);

#endif

/* Slabs: the terms of one phase over the part of its axes that a tile touches, worked out once per tile and then combined
 * cell by cell (DESIGN rule 1). Private to grid.
 */
#ifndef MSW_GRID_SLAB_H
#define MSW_GRID_SLAB_H

#include "msw/grid/bind.h"
#include "msw/grid/field.h"

/* [n] cells each, row-major over (batch, kv_len) for decode, (batch, cached_len, seq_len) for prefill. */
typedef struct {
  size_t n;
  double *gemm_us, *attn_us, *memory_us, *time_us, *dyn_bytes, *kv_tok, *longest;
  msw_flags *flags;
} msw_slab;

msw_slab msw_slab_alloc(msw_arena *arena, size_t n);

/* A stretch of one axis's values. */
typedef struct { const double *values; size_t n; } msw_span;

void msw_slab_decode(const msw_case *bound, msw_span batch, msw_span kv_len, msw_slab *slab);
void msw_slab_prefill(const msw_case *bound, msw_span batch, msw_span cached_len, msw_span seq_len, msw_slab *slab);

/* A row of `n` cells starting at cell `first`, stride 1; or that one cell repeated, stride 0. */
msw_phase_row msw_slab_row(const msw_slab *slab, size_t first, size_t stride);

#endif

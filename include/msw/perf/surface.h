/* Lookups in measured latencies (inputs/latency_table.h), in the latency domain: what a kernel of this shape takes, as a curve
 * along its axis. Rules and their errors on held-out rows: docs/accuracy.md, `mfusweep crossval`.
 *
 * Flags of the pieces: none at measured points of the very shape; INTERPOLATED between points; SHAPE_BORROWED where another
 * shape's rows were transferred (n, k or heads between, beside or beyond the measured ones); EXTRAPOLATED beyond what was
 * measured; DTYPE_BORROWED where rows of another number format stood in.
 */
#ifndef MSW_PERF_SURFACE_H
#define MSW_PERF_SURFACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "msw/base/mem.h"
#include "msw/inputs/latency_table.h"
#include "msw/perf/time_curve.h"

/* How a shape's rows came about, for explain: up to 4 slices and their weights. */
typedef struct msw_surface_source { const msw_latency_slice *slice[4]; double weight[4]; size_t n; } msw_surface_source;

/* An index over the slices of a set, which must outlive it; built once per GPU, read by all threads. Rows that are spikes
 * (slower by 1.35 than their neighbours say on every axis) are left out; in GEMM tables they stay, but where they are more
 * than 1 % they are replaced by what the neighbours say (INTERPOLATED). */
typedef struct msw_surfaces msw_surfaces;
msw_surfaces *msw_surfaces_new(const msw_latency_set *set);
void msw_surfaces_free(msw_surfaces *surfaces);
/* Loads the latencies of the set's GPU and indexes them, in the arena: set->latencies and set->surfaces. */
msw_status msw_surfaces_load(const msw_data_root *data, msw_arena *arena, msw_diag *diag, msw_kernel_set *set);
const msw_latency_set *msw_surfaces_set(const msw_surfaces *surfaces);
size_t msw_surfaces_spikes(const msw_surfaces *surfaces, msw_latency_kind kind);   /* GEMM: replaced or not */

/* Each: false where nothing measured comes near enough. */

/* y[m,n] = x[m,k] W over m. */
bool msw_surface_gemm(const msw_surfaces *surfaces, msw_dtype dtype, bool block_scaled, double n, double k, msw_arena *arena,
                      msw_time_curve *curve, msw_surface_source *source);

/* One GPU's heads. window 0: full attention. */
typedef struct { msw_dtype kv_dtype; double num_heads, num_kv_heads, head_dim, window; } msw_attention_kernel;
/* Decode attention of `batch` requests over their KV length (the new token included). `l2_bytes` of the GPU, 0 when unknown: a
 * row whose KV cache fits there was measured warm, and a piece of the curve breaks where it stops fitting. */
bool msw_surface_decode(const msw_surfaces *surfaces, const msw_attention_kernel *kernel, double batch, double l2_bytes,
                        msw_arena *arena, msw_time_curve *curve, msw_surface_source *source);
/* Prefill attention of `batch` requests over their new tokens, nothing cached. Both: full attention stands in for a window that
 * is not measured, as far as that reaches; beyond it decode costs no more and each new token the same (EXTRAPOLATED). */
bool msw_surface_prefill(const msw_surfaces *surfaces, const msw_attention_kernel *kernel, double batch, msw_arena *arena,
                         msw_time_curve *curve, msw_surface_source *source);

bool msw_surface_all_reduce(const msw_surfaces *surfaces, int64_t n_gpus, msw_arena *arena, msw_time_curve *curve,
                            msw_surface_source *source);                                       /* over bytes */
typedef struct { msw_dtype dtype; bool block_scaled; int64_t hidden_size, intermediate_size, n_experts_per_tok, n_experts,
                 moe_tp, moe_ep; } msw_moe_kernel;
/* Fused experts, routing included, tokens spread over experts as "power_law_1.2" when measured, else as first found. */
bool msw_surface_moe(const msw_surfaces *surfaces, const msw_moe_kernel *kernel, msw_arena *arena, msw_time_curve *curve,
                     msw_surface_source *source);                                              /* over tokens */

#endif

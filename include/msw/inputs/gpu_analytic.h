/* Coefficients of the closed forms of kernel times (perf/analytic.h) on one GPU: the block "analytic" of its entry, fitted by
 * scripts/fit_kernels.py. Names and units are those of the entry; what each stands for is in docs/measured.md.
 */
#ifndef MSW_INPUTS_GPU_ANALYTIC_H
#define MSW_INPUTS_GPU_ANALYTIC_H

#include <stdbool.h>
#include <stddef.h>

#include "msw/inputs/dtype.h"

/* Errors on shapes left out of the fit, in percent of the measured time; n = 0 where there are none (borrowed ones). */
typedef struct { double n, median_percent, p90_percent, bias_percent, m_from; } msw_fit_residuals;

/* Coefficients are fitted for two number formats; others take those of the same kind, see msw_fit_format_of. */
typedef enum { MSW_FIT_BF16, MSW_FIT_FP8, MSW_N_FIT_FORMATS } msw_fit_format;
/* fp16 runs as bf16 does, int8 and fp4 as fp8. MSW_N_FIT_FORMATS: none (fp32). */
msw_fit_format msw_fit_format_of(msw_dtype dtype);

/* A tile of the result that one SM works on, taken for m_from <= m <= m_to. */
typedef struct { double m_from, m_to, tile_m, tile_n; } msw_gemm_tile;

typedef struct {
  double launch_us, mfu, sm_load_gb_per_s, epilogue_us, k_us, bw_fraction, overlap_power, wave_quantisation, split_us,
      split_passes, throttle_fraction;
  double quantise_row_us, quantise_bw_fraction;   /* fp8 only */
  const msw_gemm_tile *tiles;                     /* [n_tiles] one at least for every m >= 1 */
  size_t n_tiles;
  const double *splits;                           /* [n_splits] of k; the first is 1 */
  size_t n_splits;
  msw_fit_residuals residuals;
} msw_gemm_fit;

typedef struct {
  double launch_us, mfu, cta_us, tail_fraction, overlap_power, bw_fraction, kv_passes, token_us, throttle_fraction, softmax_us,
      q_tile, kv_tile, gqa_packed, wide_head_slowdown, query_passes;
  msw_fit_residuals residuals;
} msw_prefill_fit;

typedef struct {
  double launch_us, cta_us, block_us, sm_load_gb_per_s, group_us, bw_fraction, overlap_power, combine_us, combine_passes,
      ctas_per_sm, max_splits, mha_splits, wide_head_slowdown, regroup_us;
  msw_fit_residuals residuals;
} msw_decode_fit;

typedef struct {
  double launch_us, mfu, sm_load_gb_per_s, bw_fraction, overlap_power, pair_passes, spread, expert_map_us;
  const msw_gemm_tile *tiles;                     /* [n_tiles] all for any m */
  size_t n_tiles;
  msw_fit_residuals residuals;
} msw_moe_fit;

typedef struct {
  double ring_us, ring_peer_us, ring_link_fraction, in_switch_gain, one_shot_us, one_shot_peer_us, one_shot_link_fraction,
      two_shot_us, two_shot_peer_us, two_shot_link_fraction, custom_max_bytes;
  msw_fit_residuals residuals;
} msw_all_reduce_fit;

typedef struct { double launch_us, bw_fraction; } msw_memory_op_fit;

/* Multi-head latent attention besides its projections, in 16 bit: the block "analytic_mla" of an entry, by scripts/fit_mla.py. */
typedef struct { msw_decode_fit core; double heads_per_cta, query_passes, mfu; } msw_latent_decode_fit;
typedef struct {
  const char *fitted_on;          /* name of a GPU */
  bool is_borrowed;               /* another GPU than this one */
  msw_latent_decode_fit decode;
  msw_prefill_fit prefill;
} msw_latent_analytic;

/* Kernels that the entry says nothing of are NULL. */
typedef struct {
  const char *fitted_on;          /* name of the GPU whose tables they were fitted to */
  bool is_borrowed;               /* another GPU than this one */
  const msw_gemm_fit *gemm[MSW_N_FIT_FORMATS];
  const msw_prefill_fit *prefill[MSW_N_FIT_FORMATS];   /* by the format of the KV cache, like decode */
  const msw_decode_fit *decode[MSW_N_FIT_FORMATS];
  const msw_moe_fit *moe[MSW_N_FIT_FORMATS];
  const msw_all_reduce_fit *all_reduce;
  const msw_memory_op_fit *memory_op;
} msw_gpu_analytic;

#endif

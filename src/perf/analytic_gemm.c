/* Closed forms of GEMM and of what the other kernels share with it. */
#include <math.h>

#include "msw/perf/analytic.h"

static const double US_PER_S = 1e6;
static const double BYTES_PER_US_PER_GB_PER_S = 1e3;
static const double OUTPUT_BYTES = 2.0, ACCUMULATOR_BYTES = 4.0;
static const double REFERENCE_TILE = 128.0 * 128.0;
static const double K_STEP = 64.0;      /* k is padded to it */
static const double K_UNIT = 1024.0;    /* k_us is per this many elements */
static const double THROTTLE_US = 1e4;
static const double QUANTISE_PASSES = 3.0;   /* bytes per value: bf16 in, one byte out */
static const double BYTES_16BIT = 2.0;
static const double NEARLY = 1.0 - 1e-9;     /* a bound that rounding does not cross */

msw_analytic_gpu msw_analytic_gpu_of(const msw_gpu *gpu, msw_dtype dtype) {
  return (msw_analytic_gpu){.flop_per_us = gpu->peak_flop_per_s[dtype] / US_PER_S,
                            .value_bytes = msw_dtype_bytes(dtype),
                            .bytes_per_us = gpu->mem_bw_bytes_per_s / US_PER_S,
                            .n_sm = gpu->n_sm,
                            .link_bytes_per_us = gpu->intra_node_bytes_per_s / US_PER_S,
                            .far_link_bytes_per_us = gpu->inter_node_bytes_per_s / US_PER_S,
                            .gpus_per_node = gpu->gpus_per_node};
}

double msw_analytic_blend(double a, double b, double power) {
  double high = fmax(a, b), low = fmin(a, b);
  return high * pow(1.0 + pow(low / high, power), 1.0 / power);
}

double msw_analytic_throttled(double us, double fraction) { return us * (1.0 + fraction * us / (us + THROTTLE_US)); }

/* A GEMM and what its tiles can do on one SM. */
typedef struct {
  const msw_gemm_fit *fit;
  double m, n, k, value_bytes, n_sm, sm_flop_per_us, sm_bytes_per_us;
} gemm;

/* The parts of a tile of which the slower one counts, its start and end, and the serial latency along k. */
static double tile_us(const gemm *g, const msw_gemm_tile *tile, double k_part) {
  double mma_us = 2.0 * tile->tile_m * tile->tile_n * k_part / g->sm_flop_per_us;
  double load_us = (tile->tile_m + tile->tile_n) * k_part * g->value_bytes / g->sm_bytes_per_us;
  double us = g->fit->epilogue_us * (tile->tile_m * tile->tile_n / REFERENCE_TILE) + fmax(mma_us, load_us);
  return us + g->fit->k_us * (k_part / K_UNIT);
}

/* All tiles in waves over the SMs, with the best kind of tile; infinite where none is for this m. */
static double work_us(const gemm *g, double split) {
  double k_part = ceil(g->k / split / K_STEP) * K_STEP, quantisation = g->fit->wave_quantisation, best_us = (double)INFINITY;
  for (size_t i_tile = 0; i_tile < g->fit->n_tiles; i_tile++) {
    const msw_gemm_tile *tile = &g->fit->tiles[i_tile];
    if (g->m < tile->m_from || g->m > tile->m_to) continue;
    double waves = ceil(g->m / tile->tile_m) * ceil(g->n / tile->tile_n) * split / g->n_sm;
    waves = quantisation * ceil(waves) + (1.0 - quantisation) * fmax(waves, 1.0);
    best_us = fmin(best_us, waves * tile_us(g, tile, k_part));
  }
  return best_us;
}

/* With k split, partial sums are written and added up. */
static double with_split(const gemm *g, double us, double split, double bytes_per_us) {
  if (!(split > 1.0)) return us;
  return us + g->fit->split_us + ACCUMULATOR_BYTES * split * g->m * g->n * g->fit->split_passes / bytes_per_us;
}

double msw_analytic_gemm_us(const msw_gemm_fit *fit, const msw_analytic_gpu *gpu, double m, double n, double k) {
  double q = gpu->value_bytes, best_us = (double)INFINITY;
  const gemm g = {fit, m, n, k, q, gpu->n_sm, gpu->flop_per_us / gpu->n_sm * fit->mfu,
                  fit->sm_load_gb_per_s * BYTES_PER_US_PER_GB_PER_S};
  double memory_us = (q * (m * k + n * k) + OUTPUT_BYTES * m * n) / (gpu->bytes_per_us * fit->bw_fraction);
  double least_us = fmax(memory_us, NEARLY * 2.0 * m * n * k / (gpu->flop_per_us * fit->mfu));
  for (size_t i_split = 0; i_split < fit->n_splits; i_split++) {
    double split = fit->splits[i_split];
    if (split > 1.0 && k < K_STEP * split) continue;
    if (with_split(&g, least_us, split, gpu->bytes_per_us) > best_us) continue;   /* cannot be the fastest */
    double tiles_us = work_us(&g, split);
    if (isinf(tiles_us)) continue;
    double us = msw_analytic_blend(msw_analytic_throttled(tiles_us, fit->throttle_fraction), memory_us, fit->overlap_power);
    best_us = fmin(best_us, with_split(&g, us, split, gpu->bytes_per_us));
  }
  double us = fit->launch_us + best_us;
  if (!(q < BYTES_16BIT)) return us;
  return us + QUANTISE_PASSES * m * k / (gpu->bytes_per_us * fit->quantise_bw_fraction) + fit->quantise_row_us * m / gpu->n_sm;
}

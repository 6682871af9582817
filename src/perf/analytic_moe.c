/* Closed form of routed experts: every token takes some of them at random, those that any token took read their weights. */
#include <math.h>

#include "msw/perf/analytic.h"

static const double BYTES_PER_US_PER_GB_PER_S = 1e3;
static const double OUTPUT_BYTES = 2.0;

typedef struct { const msw_moe_fit *fit; const msw_analytic_gpu *gpu; double active, rows; } experts_at_work;

/* One of the two grouped GEMM: the active experts' rows times [k, n]. */
static double grouped_us(const experts_at_work *w, double n, double k) {
  double sm_flop_per_us = w->gpu->flop_per_us / w->gpu->n_sm * w->fit->mfu, q = w->gpu->value_bytes;
  double sm_bytes_per_us = w->fit->sm_load_gb_per_s * BYTES_PER_US_PER_GB_PER_S, work_us = (double)INFINITY;
  for (size_t i_tile = 0; i_tile < w->fit->n_tiles; i_tile++) {
    double tile_m = w->fit->tiles[i_tile].tile_m, tile_n = w->fit->tiles[i_tile].tile_n;
    double row_tiles = fmax(w->rows / tile_m + .5 * fmin(w->rows / tile_m, 1.0), 1.0);
    double waves = fmax(w->active * row_tiles * ceil(n / tile_n) / w->gpu->n_sm, 1.0);
    double mma_us = 2.0 * tile_m * tile_n * k / sm_flop_per_us, load_us = (tile_m + tile_n) * k * q / sm_bytes_per_us;
    work_us = fmin(work_us, waves * fmax(mma_us, load_us));
  }
  double memory_us = w->active * n * k * q / (w->gpu->bytes_per_us * w->fit->bw_fraction);
  return msw_analytic_blend(work_us, memory_us, w->fit->overlap_power);
}

double msw_analytic_moe_us(const msw_moe_fit *fit, const msw_analytic_gpu *gpu, double tok, const msw_analytic_experts *e) {
  double untouched = pow(1.0 - e->n_experts_per_tok / e->n_experts, tok * fit->spread);
  double active = fmax(e->n_experts / e->ep * (1.0 - untouched), 1.0);
  const experts_at_work w = {fit, gpu, active, tok * e->n_experts_per_tok / e->ep / active};
  double us = fit->launch_us + (e->ep > 1.0 ? fit->expert_map_us : 0.0);
  us = us + grouped_us(&w, 2.0 * e->intermediate_size, e->hidden_size);
  us = us + grouped_us(&w, e->hidden_size, e->intermediate_size);
  return us + fit->pair_passes * OUTPUT_BYTES * tok * e->n_experts_per_tok * e->hidden_size / gpu->bytes_per_us;
}

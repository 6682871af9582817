/* Closed forms of attention. Prefill: waves of query tiles over the KV tiles before them. Decode: the KV cache of each request
 * and KV head split over idle SMs. */
#include <math.h>

#include "msw/perf/analytic.h"

static const double BYTES_PER_US_PER_GB_PER_S = 1e3;
static const double OUTPUT_BYTES = 2.0, ACCUMULATOR_BYTES = 4.0;
static const double REFERENCE_TILE = 128.0 * 128.0, REFERENCE_DIM = 128.0;
static const double SOFTMAX_POWER = 3.0;       /* softmax hides behind the MMA, nearly */
static const double DECODE_BLOCK_TOK = 128.0;
static const double GROUP_ROWS = 64.0;         /* group_us is per this many query heads of one KV head */

double msw_analytic_prefill_us(const msw_prefill_fit *fit, const msw_analytic_gpu *gpu, double batch, double seq, double cached,
                               const msw_analytic_heads *h) {
  bool is_packed = fit->gqa_packed > 0.0;
  double group = is_packed ? h->num_heads / h->num_kv_heads : 1.0, rows = is_packed ? h->num_kv_heads : h->num_heads;
  double sm_flop_per_us = gpu->flop_per_us / gpu->n_sm * fit->mfu;
  double q_tiles = ceil(seq * group / fit->q_tile), kv_tiles = ceil(seq / fit->kv_tile), cached_tiles = cached / fit->kv_tile;
  double mma_us = 4.0 * fit->q_tile * fit->kv_tile * h->head_dim / sm_flop_per_us;
  double softmax_us = fit->softmax_us * (fit->q_tile * fit->kv_tile / REFERENCE_TILE);
  double tile_us = msw_analytic_blend(mma_us, softmax_us, SOFTMAX_POWER) *
                   (h->head_dim > REFERENCE_DIM ? fit->wide_head_slowdown : 1.0);
  double mean_us =
      batch * rows * q_tiles / gpu->n_sm * (fit->cta_us + (cached_tiles + (kv_tiles + 1.0) / 2.0) * tile_us);
  double last_us = fit->tail_fraction * (fit->cta_us + (cached_tiles + kv_tiles) * tile_us);
  double work_us = msw_analytic_throttled(msw_analytic_blend(mean_us, last_us, fit->overlap_power), fit->throttle_fraction);
  double bytes = 2.0 * OUTPUT_BYTES * fit->query_passes * batch * h->num_heads * seq * h->head_dim;
  bytes = bytes + 2.0 * gpu->value_bytes * batch * h->num_kv_heads * h->head_dim * (fit->kv_passes * seq + cached);
  double memory_us = bytes / (gpu->bytes_per_us * fit->bw_fraction);
  return fit->launch_us + work_us + memory_us + fit->token_us * batch * seq / gpu->n_sm;
}

/* Parts that the KV cache of a request and KV head is cut into: as many as there is room for. */
static double split_count(const msw_decode_fit *fit, double slots, double sequences, double blocks, double group) {
  double splits = fmax(fmin(fmin(floor(slots / sequences), blocks), fit->max_splits), 1.0);
  bool is_mha = !(group > 1.0) && !(group < 1.0);
  return is_mha && !(fit->mha_splits > 0.0) ? 1.0 : splits;
}

/* One block of KV tokens in one CTA. */
static double block_us(const msw_decode_fit *fit, double kv_bytes, double group, double head_dim) {
  double us = fit->block_us +
              DECODE_BLOCK_TOK * 2.0 * head_dim * kv_bytes / (fit->sm_load_gb_per_s * BYTES_PER_US_PER_GB_PER_S);
  us = us + fit->group_us * (head_dim / REFERENCE_DIM) * (group / GROUP_ROWS);
  return us * (head_dim > REFERENCE_DIM ? fit->wide_head_slowdown : 1.0);
}

double msw_analytic_decode_us(const msw_decode_fit *fit, const msw_analytic_gpu *gpu, double batch, double kv,
                              const msw_analytic_heads *h) {
  double group = h->num_heads / h->num_kv_heads, blocks = ceil(kv / DECODE_BLOCK_TOK), slots = gpu->n_sm * fit->ctas_per_sm;
  double splits = split_count(fit, slots, batch * h->num_kv_heads, blocks, group);
  double waves = fmax(ceil(batch * h->num_kv_heads * splits / slots), 1.0);
  double cta_us = fit->cta_us + ceil(blocks / splits) * block_us(fit, gpu->value_bytes, group, h->head_dim);
  double bytes = 2.0 * gpu->value_bytes * batch * h->num_kv_heads * kv * h->head_dim;
  bytes = bytes + 2.0 * OUTPUT_BYTES * batch * h->num_heads * h->head_dim;
  double memory_us = bytes / (gpu->bytes_per_us * fit->bw_fraction);
  double us = fit->launch_us + msw_analytic_blend(waves * cta_us, memory_us, fit->overlap_power);
  if (splits > 1.0) {
    double partial_bytes = ACCUMULATOR_BYTES * splits * batch * h->num_heads * h->head_dim;
    us = us + (fit->combine_us + fit->combine_passes * partial_bytes / gpu->bytes_per_us);
  }
  return group > 1.0 && h->num_kv_heads > 1.0 && batch > 1.0 ? us + fit->regroup_us : us;
}

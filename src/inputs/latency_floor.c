/* How fast a kernel can be at the very best. Rows that beat it are wrong: the measurement, the unit or the shape.
 *
 * The memory bound forgives what a cache may hold: small operands that stay in L2 are read faster than memory delivers,
 * and public tables have many such rows, all true. */
#include <math.h>

#include "latency_internal.h"
#include "units.h"

/* Twice the largest L2 of any GPU so far (126 MB). */
static const double CACHE_BYTES = 256e6;
static const double CAUSAL_HALF = .5;
/* Attention multiplies twice (scores, values); experts have two GEMMs at least; a multiply-add is two. */
static const double ATTENTION_FLOP = 4.0, EXPERT_FLOP = 4.0, GEMM_FLOP = 2.0;

static double fastest_peak(const msw_gpu *gpu) {
  double peak = 0.0;
  for (int i_dtype = 0; i_dtype < MSW_N_DTYPES; i_dtype++) peak = fmax(peak, gpu->peak_flop_per_s[i_dtype]);
  return peak;
}

/* Attention on an 8-bit cache may run in 8 bits whatever the activations are. Formats that the GPU has no units for are
 * computed in another one. */
static double peak_of(const msw_gpu *gpu, const msw_latency_key *key) {
  const double own = gpu->peak_flop_per_s[key->dtype];
  if (key->dtype == MSW_DTYPE_NONE || own <= 0.0) return fastest_peak(gpu);
  return fmax(own, gpu->peak_flop_per_s[key->kv_dtype]);
}

/* Pairs of a new token and one that it sees, of one request. */
static double seen_pairs(const msw_latency_key *key, double x) {
  const double window = key->window > 0 ? (double)key->window : (double)INFINITY;
  if (key->kind == MSW_LATENCY_DECODE) return fmin(x, window);
  if (x <= window) return CAUSAL_HALF * x * x;
  return window * x - CAUSAL_HALF * window * window;
}

static bool is_attention(const msw_latency_key *key) {
  return key->kind == MSW_LATENCY_PREFILL || key->kind == MSW_LATENCY_DECODE;
}

static double flop_of(const msw_latency_key *key, double x, double y) {
  if (key->kind == MSW_LATENCY_GEMM) return GEMM_FLOP * x * (double)key->n * (double)key->k;
  if (is_attention(key)) return ATTENTION_FLOP * (double)key->num_heads * (double)key->head_dim * seen_pairs(key, x) * y;
  if (key->kind != MSW_LATENCY_MOE) return 0.0;
  return EXPERT_FLOP * x * (double)key->n_experts_per_tok * (double)key->hidden_size * (double)key->intermediate_size /
         ((double)key->moe_tp * (double)key->moe_ep);
}

/* Weights, KV cache, or what is moved. */
static double bytes_of(const msw_latency_key *key, double x, double y) {
  if (key->kind == MSW_LATENCY_GEMM) return (double)key->n * (double)key->k * msw_dtype_bytes(key->dtype);
  if (key->kind == MSW_LATENCY_SMALL) return x;
  if (key->kind != MSW_LATENCY_DECODE) return 0.0;
  const double kv_bytes = 2.0 * (double)key->num_kv_heads * (double)key->head_dim * msw_dtype_bytes(key->kv_dtype);
  return kv_bytes * seen_pairs(key, x) * y;
}

double msw_latency_floor_us(const msw_gpu *gpu, const msw_latency_key *key, double x, double y) {
  const double peak = peak_of(gpu, key), bandwidth = gpu->mem_bw_bytes_per_s;
  const double compute_s = peak > 0.0 ? flop_of(key, x, y) / peak : 0.0;
  const double memory_s = bandwidth > 0.0 ? fmax(bytes_of(key, x, y) - CACHE_BYTES, 0.0) / bandwidth : 0.0;
  return fmax(compute_s, memory_s) * US_PER_S;
}

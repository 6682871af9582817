/* The three terms of a phase (GEMM, attention, memory) for a bound, non-void case. The scalar reference adds them up over
 * the groups of a step; the grid calls them once for each combination of the axes that they depend on.
 * `flags` collects (may be NULL for cases of the constant-MFU family, which never set any); `ops` may be NULL.
 */
#ifndef MSW_PERF_PHASE_H
#define MSW_PERF_PHASE_H

#include <stdbool.h>

#include "msw/perf/step.h"

/* Projections of all layers for `tok` tokens. Depends on tokens only. */
double msw_gemm_us(const msw_case *bound, msw_phase phase, double tok, msw_flags *flags, msw_op_list *ops);

/* Attention of all layers. Decode: of all groups together (decode_aggregation). Prefill: of one bucket's groups. */
double msw_decode_attention_us(const msw_case *bound, const msw_decode_group *groups, size_t n, msw_flags *flags,
                               msw_op_list *ops);
double msw_prefill_attention_us(const msw_case *bound, double bucket, const msw_prefill_group *groups, size_t n,
                                msw_flags *flags, msw_op_list *ops);
/* What a new token attends to on average, in the constant-MFU family: the cache and half of the other new tokens. */
static inline double msw_mean_context(double cached_len, double new_len) {
  return cached_len + (new_len > 1.0 ? (new_len - 1.0) / 2.0 : 0.0);
}
/* The length that decode requests are looked up at with decode_aggregation = buckets: 512 * 2^n, not below kv_len. */
static inline double msw_decode_bucket(double kv_len) {
  double bucket = 512.0;
  while (bucket < kv_len) bucket *= 2.0;
  return bucket;
}
/* The length that a prefill request is looked up at, by prefill_bucket. */
double msw_prefill_bucket(const msw_knobs *knobs, double cached_len, double new_len);

/* Bytes that a group moves besides the weights: KV growth, KV reads, activations; all layers, not divided by tp. */
double msw_decode_dyn_bytes(const msw_case *bound, double count, double kv_len);
double msw_prefill_dyn_bytes(const msw_case *bound, double count, double cached_len, double new_len);
/* The same for one request, by what it grows with: new_len * per_new_tok + cached_len * per_cached_tok. */
typedef struct { double per_new_tok, per_cached_tok; } msw_request_traffic;
msw_request_traffic msw_request_traffic_of(const msw_case *bound, bool one_new_tok);
static inline double msw_request_bytes(const msw_request_traffic *one, const msw_request_traffic *several,
                                       double cached_len, double new_len) {
  const msw_request_traffic *traffic = new_len <= 1.0 ? one : several;
  return traffic->per_new_tok * new_len + traffic->per_cached_tok * cached_len;
}
/* (weights + dyn) / tp / bandwidth. */
double msw_memory_us(const msw_case *bound, msw_phase phase, double dyn_bytes);
double msw_memory_us_per_byte(const msw_case *bound, msw_phase phase);
/* Attention of a new token on a context token, all layers, one GPU's share, at MFU 1 and without a causal factor. */
double msw_attention_us_per_tok2(const msw_case *bound);

/* Two phases as one hardware time (mixed_rule other than fused): the longer one, or a weighted sum. Depends on the counts
 * only: new prefill tokens, decode requests. With a phase absent (count 0, time 0) it is the other one. */
typedef struct { bool is_max; double prefill, decode; } msw_mixed_weights;
msw_mixed_weights msw_mixed_weights_of(const msw_case *bound, double prefill_tok, double decode_requests);
static inline double msw_combine_us(msw_mixed_weights weights, double prefill_us, double decode_us) {
  if (weights.is_max) return prefill_us > decode_us ? prefill_us : decode_us;
  return weights.prefill * prefill_us + weights.decode * decode_us;
}
double msw_comm_us(const msw_case *bound);
double msw_overhead_us(const msw_case *bound, double decode_requests, double prefill_requests);

/* MEMORY_FULL and CONTEXT_TOO_LONG for KV tokens in all and the longest request's context. */
static inline msw_flags msw_fit_flags(const msw_case *bound, double kv_tok, double longest) {
  msw_flags flags = 0;
  if (bound->weight_bytes_per_gpu + kv_tok * bound->kv_bytes_per_tok_per_gpu > bound->usable_bytes_per_gpu)
    flags |= MSW_FLAG_MEMORY_FULL;
  double limit = (double)bound->model->max_position_embeddings;
  if (limit > 0.0 && longest > limit) flags |= MSW_FLAG_CONTEXT_TOO_LONG;
  return flags;
}

/* What bounds a step, from its parts. `dominant` is the longer phase, or the fused one. */
static inline msw_bound msw_bound_of(const msw_phase_time *dominant, double hardware_us, double comm_us, double overhead_us) {
  if (overhead_us > hardware_us && overhead_us >= comm_us) return MSW_BOUND_OVERHEAD;
  if (comm_us > hardware_us) return MSW_BOUND_COMM;
  if (dominant->memory_us > dominant->gemm_us + dominant->attn_us) return MSW_BOUND_MEMORY;
  return dominant->attn_us > dominant->gemm_us ? MSW_BOUND_ATTENTION : MSW_BOUND_GEMM;
}

#endif

/* Memory traffic of a phase (docs/model.md, "Memory"): weights once, KV cache, activations. */
#include "msw/perf/phase.h"

static const double us_per_s = 1e6;

/* Shares of the nominal traffic that reach memory, as published (roofline_methods a.1): one new token, several. */
static const double kv_read_share_single = 0.80, kv_read_share_many = 0.92;
static const double activation_share_single = 0.75, activation_share_many = 0.85;

/* KV written for the new tokens, KV read of the cached ones, activations. */
msw_request_traffic msw_request_traffic_of(const msw_case *bound, bool one_new_tok) {
  double kv_bytes_per_tok = 2.0 * bound->num_layers * bound->kv_size * bound->kv_bytes_per_value;
  double activation_bytes_per_tok = bound->num_layers * bound->hidden_size * bound->kv_bytes_per_value;
  double activation_share = one_new_tok ? activation_share_single : activation_share_many;
  return (msw_request_traffic){
      .per_new_tok = kv_bytes_per_tok + activation_bytes_per_tok * activation_share,
      .per_cached_tok = kv_bytes_per_tok * (one_new_tok ? kv_read_share_single : kv_read_share_many)};
}

static double request_dyn_bytes(const msw_case *bound, double cached_len, double new_len) {
  msw_request_traffic one = msw_request_traffic_of(bound, true), several = msw_request_traffic_of(bound, false);
  return msw_request_bytes(&one, &several, cached_len, new_len);
}

double msw_decode_dyn_bytes(const msw_case *bound, double count, double kv_len) {
  return count * request_dyn_bytes(bound, kv_len, 1.0);
}

double msw_prefill_dyn_bytes(const msw_case *bound, double count, double cached_len, double new_len) {
  return count * request_dyn_bytes(bound, cached_len, new_len);
}

static double bytes_per_s(const msw_case *bound, msw_phase phase) {
  bool decode = phase == MSW_DECODE;
  if (bound->family != MSW_FAMILY_CONSTANT_MFU) return bound->bw_bytes_per_s;
  return bound->bw_bytes_per_s * (decode ? bound->knobs.decode_bw_factor : bound->knobs.prefill_bw_factor);
}

static double memory_tp(const msw_case *bound, msw_phase phase) {
  return bound->family == MSW_FAMILY_CONSTANT_MFU && phase == MSW_DECODE ? bound->tp_decode : bound->tp;
}

double msw_memory_us(const msw_case *bound, msw_phase phase, double dyn_bytes) {
  return (bound->layer_weight_bytes + dyn_bytes) / memory_tp(bound, phase) / bytes_per_s(bound, phase) * us_per_s;
}

double msw_memory_us_per_byte(const msw_case *bound, msw_phase phase) {
  return us_per_s / (memory_tp(bound, phase) * bytes_per_s(bound, phase));
}

/* Memory traffic of a phase (docs/model.md, "Memory"): weights once, KV cache, activations. */
#include "msw/perf/phase.h"

/* Shares of the nominal traffic that reach memory, as published (roofline_methods a.1): one new token, several. */
static const double kv_read_share_single = 0.80, kv_read_share_many = 0.92;
static const double activation_share_single = 0.75, activation_share_many = 0.85;

/* One request: KV written for the new tokens, KV read of the cached ones, activations. */
static double request_dyn_bytes(const msw_case *bound, double cached_len, double new_len) {
  bool single = new_len <= 1.0;
  double kv_bytes_per_tok = 2.0 * bound->num_layers * bound->kv_size * bound->kv_bytes_per_value;
  double activation_bytes_per_tok = bound->num_layers * bound->hidden_size * bound->kv_bytes_per_value;
  return kv_bytes_per_tok * new_len +
         kv_bytes_per_tok * cached_len * (single ? kv_read_share_single : kv_read_share_many) +
         activation_bytes_per_tok * new_len * (single ? activation_share_single : activation_share_many);
}

double msw_decode_dyn_bytes(const msw_case *bound, double count, double kv_len) {
  return count * request_dyn_bytes(bound, kv_len, 1.0);
}

double msw_prefill_dyn_bytes(const msw_case *bound, double count, double cached_len, double new_len) {
  return count * request_dyn_bytes(bound, cached_len, new_len);
}

double msw_memory_us(const msw_case *bound, msw_phase phase, double dyn_bytes) {
  const double us_per_s = 1e6;
  bool decode = phase == MSW_DECODE, constant = bound->family == MSW_FAMILY_CONSTANT_MFU;
  double tp = constant && decode ? bound->tp_decode : bound->tp;
  double bw_factor = 1.0;
  if (constant) bw_factor = decode ? bound->knobs.decode_bw_factor : bound->knobs.prefill_bw_factor;
  return (bound->layer_weight_bytes + dyn_bytes) / tp / (bound->bw_bytes_per_s * bw_factor) * us_per_s;
}

/* The published methods as settings of the knobs. Sources: docs/model.md. */
#include <math.h>
#include <string.h>

#include "msw/perf/method.h"

/* Numbers start as NaN: the GPU entry or the user has to give those that the method's family needs. */
static void set_numbers(msw_knobs *knobs) {
  double *const numbers[] = {
      &knobs->bw_efficiency, &knobs->per_layer_overhead_us, &knobs->step_overhead_us, &knobs->all_reduce_latency_us,
      &knobs->mfu_prefill, &knobs->mfu_prefill_multiplier, &knobs->mfu_decode, &knobs->mfu_decode_multiplier,
      &knobs->tp_scaling_exponent, &knobs->decode_tp_scaling_exponent, &knobs->prefill_bw_factor,
      &knobs->decode_bw_factor, &knobs->vector_peak_fraction, &knobs->prefill_overhead_us,
      &knobs->mixed_prefill_overhead_us, &knobs->peak_16bit_tflops, &knobs->peak_8bit_tflops, &knobs->mem_bw_gib_per_s,
      &knobs->intra_node_gib_per_s, &knobs->inter_node_gib_per_s, &knobs->default_mfu, &knobs->default_prefill_mfu,
      &knobs->prefill_scheduler_us, &knobs->decode_scheduler_us, &knobs->sm_ratio, &knobs->world_size, &knobs->num_nodes,
      &knobs->max_prefill_tokens, &knobs->small_kernel_us, &knobs->sustained_gemm_fraction, &knobs->chain_gb_per_s,
      &knobs->chain_queue_share, &knobs->cached_scan_ns_per_tok, &knobs->graph_max_tok,
      &knobs->host_piece_us,
  };
  for (size_t i_number = 0; i_number < sizeof numbers / sizeof numbers[0]; i_number++) *numbers[i_number] = NAN;
  knobs->per_request_overhead_us = 0.0;
  knobs->usable_memory_fraction = 0.9;   /* vLLM's default gpu_memory_utilization */
}

static void set_v2(msw_knobs *knobs) {
  memset(knobs, 0, sizeof *knobs);
  set_numbers(knobs);
  knobs->mfu_source = MSW_MFU_FROM_FILE;
  knobs->lookup_domain = MSW_DOMAIN_MFU;
  knobs->prefill_bucket = MSW_BUCKET_POW2;
  knobs->causal_factor = 1.8;
  knobs->head_dim_rule = MSW_HEAD_DIM_HIDDEN_OVER_HEADS;
  knobs->tp_fallback = MSW_TP_FALLBACK_TP1;
  knobs->shape_fallback = MSW_SHAPE_NEAREST_L2;
  knobs->ragged_corner = MSW_CORNER_ZERO;
}

static void set_v2_floor(msw_knobs *knobs) {
  set_v2(knobs);
  knobs->gemm_lookup = MSW_LOOKUP_FLOOR;
  knobs->prefill_lookup = MSW_LOOKUP_FLOOR;
  knobs->decode_lookup = MSW_DECODE_FLOOR_NEAREST;
  knobs->prefill_flop = MSW_PREFILL_FLOP_BUCKET;
  knobs->decode_aggregation = MSW_AGGREGATE_MAX;
  knobs->mixed_rule = MSW_MIXED_WEIGHTED;
}

static void set_v2_interp(msw_knobs *knobs) {
  set_v2(knobs);
  knobs->gemm_lookup = MSW_LOOKUP_LINEAR;
  knobs->prefill_lookup = MSW_LOOKUP_LINEAR;
  knobs->decode_lookup = MSW_DECODE_BILINEAR;
  knobs->prefill_flop = MSW_PREFILL_FLOP_REQUEST;
  knobs->decode_aggregation = MSW_AGGREGATE_REQUEST;
  knobs->mixed_rule = MSW_MIXED_MAX;
  knobs->gemm_weight_floor = 1;
}

static void set_v1_calibrated(msw_knobs *knobs) {
  set_v2(knobs);
  knobs->mixed_rule = MSW_MIXED_WEIGHTED;
  knobs->causal_factor = 2.0;            /* V1 counts the causal half by definition; without effect */
  knobs->per_layer_overhead_us = 0.0;    /* parsed but unused by the published code */
}

/* Rules that the family does not have stand at their first value. */
static void set_infersim(msw_knobs *knobs) {
  memset(knobs, 0, sizeof *knobs);
  set_numbers(knobs);
  knobs->mfu_source = MSW_MFU_FROM_FILE;
  knobs->decode_lookup = MSW_DECODE_NEAREST_L1;
  knobs->decode_aggregation = MSW_AGGREGATE_MEAN;   /* one batch at its average context */
  knobs->mixed_rule = MSW_MIXED_SUM;                /* two passes: there are no mixed steps */
  knobs->head_dim_rule = MSW_HEAD_DIM_CONFIG;
  knobs->causal_factor = 1.8;
  knobs->default_prefill_mfu = 0.9;
  knobs->prefill_scheduler_us = 30e3;
  knobs->decode_scheduler_us = 5e3;
  knobs->sm_ratio = 108.0 / 132.0;
  knobs->world_size = 0.0;
  knobs->num_nodes = 1.0;
  knobs->max_prefill_tokens = 0.0;
}

/* The numbers come from the GPU entry's engines. */
static void set_measured(msw_knobs *knobs) {
  memset(knobs, 0, sizeof *knobs);
  set_numbers(knobs);
  knobs->mfu_source = MSW_MFU_FROM_LATENCY;
  knobs->mixed_rule = MSW_MIXED_FUSED;
  knobs->head_dim_rule = MSW_HEAD_DIM_CONFIG;
  knobs->kv_spread = MSW_KV_EQUAL;
}

static const msw_preset presets[] = {
    {"v1-calibrated", MSW_FAMILY_CONSTANT_MFU, "one MFU per phase, tp exponents and overheads fitted to traces",
     "BLIS inference-sim, branch optroofline, adcf81dc", set_v1_calibrated, true},
    {"v2-floor", MSW_FAMILY_KERNEL_TABLES, "measured MFU, bucketed: largest row not above the point",
     "BLIS inference-sim, roofline_step_v2.go after b72c33a", set_v2_floor, true},
    {"v2-interp", MSW_FAMILY_KERNEL_TABLES, "measured MFU, interpolated, per request",
     "BLIS inference-sim, a410740f", set_v2_interp, true},
    {"measured", MSW_FAMILY_MEASURED, "the engine's kernels one by one, from measured latencies of their shapes",
     "this project, docs/measured.md", set_measured, true},
    {"infersim", MSW_FAMILY_INFERSIM, "measured MFU per GPU's shape, or a default one; attention and FFN beside their reads",
     "alibaba/InferSim, f2293da", set_infersim, false},
};

const msw_preset *msw_presets(size_t *n) {
  *n = sizeof presets / sizeof presets[0];
  return presets;
}

const msw_preset *msw_sweep_presets(size_t *n) {
  *n = 0;
  while (*n < sizeof presets / sizeof presets[0] && presets[*n].in_sweeps) (*n)++;
  return presets;
}

const msw_preset *msw_preset_find(const char *name) {
  for (size_t i_preset = 0; i_preset < sizeof presets / sizeof presets[0]; i_preset++)
    if (strcmp(presets[i_preset].name, name) == 0) return &presets[i_preset];
  return NULL;
}

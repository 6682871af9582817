/* Every knob that a method has: one table from which parsing, checking, printing and the documentation follow. */
#include <stddef.h>
#include <string.h>

#include "msw/base/str.h"
#include "msw/perf/method.h"

static const char *const mfu_sources[] = {"latency", "file", NULL};
static const char *const domains[] = {"mfu", "latency", NULL};
static const char *const gemm_rules[] = {"floor", "linear", NULL};
static const char *const curve_rules[] = {"floor", "linear", "sqrt", NULL};
static const char *const decode_rules[] = {"floor_nearest", "nearest_l1", "bilinear", NULL};
static const char *const corner_rules[] = {"clamp", "zero", NULL};
static const char *const bucket_rules[] = {"pow2", "exact", NULL};
static const char *const prefill_flops[] = {"bucket", "request", NULL};
static const char *const aggregations[] = {"max", "mean", "request", "buckets", NULL};
static const char *const mixed_rules[] = {"fused", "max", "sum", "weighted", NULL};
static const char *const head_dim_rules[] = {"config", "hidden_over_heads", NULL};
static const char *const tp_fallbacks[] = {"tp1", "nearest", NULL};
static const char *const shape_fallbacks[] = {"nearest_l2", "none", NULL};

#define AT(field) offsetof(msw_knobs, field)
#define CHOICE(name, choices, text) {#name, MSW_KNOB_CHOICE, AT(name), choices, 0, 0, "", text}
#define NUMBER(name, min, max, unit, text) {#name, MSW_KNOB_NUMBER, AT(name), NULL, min, max, unit, text}

static const msw_knob_info knobs[] = {
    CHOICE(mfu_source, mfu_sources, "MFU of table rows: recomputed from latency_us, or the file's mfu column"),
    CHOICE(lookup_domain, domains, "what is interpolated between rows: MFU or time"),
    CHOICE(gemm_lookup, gemm_rules, "GEMM rows over m"),
    CHOICE(prefill_lookup, curve_rules, "prefill attention rows over seq_len"),
    CHOICE(decode_lookup, decode_rules, "decode attention rows over batch and kv_len"),
    CHOICE(ragged_corner, corner_rules, "missing corner of a bilinear lookup: last present row, or MFU 0"),
    {"prefill_bucket", MSW_KNOB_BUCKETS, AT(prefill_bucket), bucket_rules, 1, 1e9, "tokens",
     "length a prefill is looked up at: next 512*2^k up to 65536, its own, or the next of ascending edges"},
    CHOICE(prefill_flop, prefill_flops, "attention FLOP of a prefill: at the bucket's length, or at its own"),
    CHOICE(decode_aggregation, aggregations, "requests of different kv_len: longest, mean, each, or power-of-two buckets"),
    NUMBER(causal_factor, 1, 2, "1", "full-square attention FLOP are divided by this"),
    CHOICE(mixed_rule, mixed_rules, "prefill and decode in one step: one pass, longer, sum, or weighted mean"),
    {"gemm_weight_floor", MSW_KNOB_FLAG, AT(gemm_weight_floor), NULL, 0, 1, "",
     "a GEMM takes at least the time to read its weight"},
    CHOICE(head_dim_rule, head_dim_rules, "head_dim from config.json, or hidden_size / num_heads always"),
    CHOICE(tp_fallback, tp_fallbacks, "decode table when none was measured for this tp"),
    CHOICE(shape_fallback, shape_fallbacks, "attention table when none has the model's heads"),
    NUMBER(bw_efficiency, 1e-6, 2, "1", "share of the memory bandwidth that is reached"),
    NUMBER(per_layer_overhead_us, 0, 1e6, "us", "per layer / tp, once per step"),
    NUMBER(per_request_overhead_us, 0, 1e6, "us", "per request, once per step"),
    NUMBER(usable_memory_fraction, 1e-6, 1, "1", "share of the GPU memory for weights and KV cache"),
    NUMBER(step_overhead_us, 0, 1e9, "us", "per step (constant-MFU methods)"),
    NUMBER(all_reduce_latency_us, 0, 1e6, "us", "per all-reduce, two per layer (constant-MFU methods)"),
    NUMBER(mfu_prefill, 1e-6, 10, "1", "MFU of prefill GEMM (constant-MFU methods)"),
    NUMBER(mfu_prefill_multiplier, 1e-6, 100, "1", "factor on mfu_prefill"),
    NUMBER(mfu_decode, 1e-6, 10, "1", "MFU of decode GEMM (constant-MFU methods)"),
    NUMBER(mfu_decode_multiplier, 1e-6, 100, "1", "factor on mfu_decode"),
    NUMBER(tp_scaling_exponent, 0, 4, "1", "prefill compute is divided by tp^this; 0 means 1"),
    NUMBER(decode_tp_scaling_exponent, 0, 4, "1", "decode is divided by tp^this; 0 means 1"),
    NUMBER(prefill_bw_factor, 1e-6, 10, "1", "factor on the bandwidth in prefill"),
    NUMBER(decode_bw_factor, 1e-6, 10, "1", "factor on the bandwidth in decode"),
    NUMBER(vector_peak_fraction, 1e-6, 1, "1", "attention runs at this share of the peak (constant-MFU methods)"),
    NUMBER(prefill_overhead_us, 0, 1e6, "us", "per prefill request of a step without decodes"),
    NUMBER(mixed_prefill_overhead_us, 0, 1e6, "us", "per prefill request of a step with decodes"),
};

const msw_knob_info *msw_knobs_table(size_t *n) {
  *n = sizeof knobs / sizeof knobs[0];
  return knobs;
}

const msw_knob_info *msw_knob_find(const char *name) {
  for (size_t i_knob = 0; i_knob < sizeof knobs / sizeof knobs[0]; i_knob++)
    if (strcmp(knobs[i_knob].name, name) == 0) return &knobs[i_knob];
  return NULL;
}

static const char *edges_text(const msw_knobs *values, msw_arena *arena) {
  msw_buf text = {0};
  for (size_t i_edge = 0; i_edge < values->n_bucket_edges; i_edge++)
    msw_buf_printf(&text, "%s%.15g", i_edge ? "," : "[", values->bucket_edges[i_edge]);
  msw_buf_add(&text, "]");
  const char *copy = msw_strdup(arena, text.text);
  msw_buf_free(&text);
  return copy;
}

const char *msw_knob_text(const msw_knobs *values, const msw_knob_info *knob, msw_arena *arena) {
  const char *field = (const char *)values + knob->offset;
  int choice = 0;
  double number = 0;
  if (knob->type == MSW_KNOB_NUMBER) memcpy(&number, field, sizeof number);
  else memcpy(&choice, field, sizeof choice);
  switch (knob->type) {
    case MSW_KNOB_NUMBER: return msw_format(arena, "%.15g", number);
    case MSW_KNOB_FLAG: return choice ? "true" : "false";
    case MSW_KNOB_BUCKETS:
      if (choice == MSW_BUCKET_EDGES) return edges_text(values, arena);
      return knob->choices[choice];
    case MSW_KNOB_CHOICE: break;
  }
  return knob->choices[choice];
}

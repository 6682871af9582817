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
static const char *const kv_spreads[] = {"equal", "exponential", NULL};
static const char *const shape_fallbacks[] = {"nearest_l2", "none", NULL};

#define AT(field) offsetof(msw_knobs, field)
#define CHOICE(name, choices, of, text) {#name, MSW_KNOB_CHOICE, AT(name), choices, 0, 0, "", text, of}
#define FLAG(name, of, text) {#name, MSW_KNOB_FLAG, AT(name), NULL, 0, 1, "", text, of}
#define NUMBER(name, min, max, unit, of, text) {#name, MSW_KNOB_NUMBER, AT(name), NULL, min, max, unit, text, of}
enum { ROOFLINES = MSW_OF_ROOFLINES, INFERSIM = MSW_OF_INFERSIM, MEASURED = MSW_OF_MEASURED, TABLES = ROOFLINES | INFERSIM };

static const msw_knob_info knobs[] = {
    CHOICE(mfu_source, mfu_sources, TABLES, "MFU of table rows: recomputed from latency_us, or the file's mfu column"),
    CHOICE(lookup_domain, domains, ROOFLINES, "what is interpolated between rows: MFU or time"),
    CHOICE(gemm_lookup, gemm_rules, ROOFLINES, "GEMM rows over m"),
    CHOICE(prefill_lookup, curve_rules, ROOFLINES, "prefill attention rows over seq_len"),
    CHOICE(decode_lookup, decode_rules, ROOFLINES, "decode attention rows over batch and kv_len"),
    CHOICE(ragged_corner, corner_rules, ROOFLINES, "missing corner of a bilinear lookup: last present row, or MFU 0"),
    {"prefill_bucket", MSW_KNOB_BUCKETS, AT(prefill_bucket), bucket_rules, 1, 1e9, "tokens",
     "length a prefill is looked up at: next 512*2^k up to 65536, its own, or the next of ascending edges", ROOFLINES},
    CHOICE(prefill_flop, prefill_flops, ROOFLINES, "attention FLOP of a prefill: at the bucket's length, or at its own"),
    CHOICE(decode_aggregation, aggregations, TABLES, "requests of different kv_len: longest, mean, each, or power-of-two buckets"),
    NUMBER(causal_factor, 1, 2, "1", TABLES, "full-square attention FLOP are divided by this"),
    CHOICE(mixed_rule, mixed_rules, ROOFLINES, "prefill and decode in one step: one pass, longer, sum, or weighted mean"),
    FLAG(gemm_weight_floor, ROOFLINES, "a GEMM takes at least the time to read its weight"),
    CHOICE(head_dim_rule, head_dim_rules, ROOFLINES, "head_dim from config.json, or hidden_size / num_heads always"),
    CHOICE(tp_fallback, tp_fallbacks, ROOFLINES, "decode table when none was measured for this tp"),
    CHOICE(shape_fallback, shape_fallbacks, ROOFLINES, "attention table when none has the model's heads"),
    NUMBER(bw_efficiency, 1e-6, 2, "1", ROOFLINES | MEASURED, "share of the memory bandwidth that is reached"),
    NUMBER(per_layer_overhead_us, 0, 1e6, "us", ROOFLINES, "per layer / tp, once per step"),
    NUMBER(per_request_overhead_us, 0, 1e6, "us", ROOFLINES, "per request, once per step"),
    NUMBER(usable_memory_fraction, 1e-6, 1, "1", TABLES | MEASURED, "share of the GPU memory for weights and KV cache"),
    NUMBER(step_overhead_us, 0, 1e9, "us", ROOFLINES | MEASURED, "per step (constant-MFU methods, measured)"),
    NUMBER(all_reduce_latency_us, 0, 1e6, "us", ROOFLINES, "per all-reduce, two per layer (constant-MFU methods)"),
    NUMBER(mfu_prefill, 1e-6, 10, "1", ROOFLINES, "MFU of prefill GEMM (constant-MFU methods)"),
    NUMBER(mfu_prefill_multiplier, 1e-6, 100, "1", ROOFLINES, "factor on mfu_prefill"),
    NUMBER(mfu_decode, 1e-6, 10, "1", ROOFLINES, "MFU of decode GEMM (constant-MFU methods)"),
    NUMBER(mfu_decode_multiplier, 1e-6, 100, "1", ROOFLINES, "factor on mfu_decode"),
    NUMBER(tp_scaling_exponent, 0, 4, "1", ROOFLINES, "prefill compute is divided by tp^this; 0 means 1"),
    NUMBER(decode_tp_scaling_exponent, 0, 4, "1", ROOFLINES, "decode is divided by tp^this; 0 means 1"),
    NUMBER(prefill_bw_factor, 1e-6, 10, "1", ROOFLINES, "factor on the bandwidth in prefill"),
    NUMBER(decode_bw_factor, 1e-6, 10, "1", ROOFLINES, "factor on the bandwidth in decode"),
    NUMBER(vector_peak_fraction, 1e-6, 1, "1", ROOFLINES, "attention runs at this share of the peak (constant-MFU methods)"),
    NUMBER(prefill_overhead_us, 0, 1e6, "us", ROOFLINES, "per prefill request of a step without decodes"),
    NUMBER(mixed_prefill_overhead_us, 0, 1e6, "us", ROOFLINES, "per prefill request of a step with decodes"),
    NUMBER(small_kernel_us, 0, 1e4, "us", MEASURED, "a norm, rotary embedding, cache write or activation under a CUDA graph"),
    NUMBER(sustained_gemm_fraction, 1e-3, 2, "1", MEASURED, "share of the peak that GEMM keep up under the GPU's power limit"),
    FLAG(fuse_all_reduce_norm, MEASURED, "all-reduce and the norm after it are one kernel"),
    NUMBER(chain_gb_per_s, 0, 1e5, "GB/s", MEASURED,
           "one SM reading one KV head of one request in a decode kernel without load balance; 0: it has balance"),
    NUMBER(chain_queue_share, 0, 100, "1", MEASURED, "mean requests that one more wave of such reads waits for"),
    NUMBER(cached_scan_ns_per_tok, 0, 10000, "ns", MEASURED, "prefill attention, per layer and cached token of its longest request"),
    NUMBER(graph_max_tok, 0, 1e6, "tokens", MEASURED, "steps up to this size run padded to the sizes of CUDA graphs"),
    NUMBER(host_piece_us, 0, 1e6, "us", MEASURED, "host's launch of a piece of a step with prefills; 0: never waited for"),
    CHOICE(kv_spread, kv_spreads, MEASURED, "lengths of a step's decode requests around their mean"),
    FLAG(fp8_kv, INFERSIM, "an fp8 KV cache: half the bytes, rows measured on one"),
    FLAG(deepep, INFERSIM, "dispatch and combine of DeepEP instead of two all-reduces"),
    FLAG(two_batch_overlap, INFERSIM, "two batches like the step's hide their communication behind each other"),
    NUMBER(peak_16bit_tflops, 1e-3, 1e6, "TFLOP/s", INFERSIM, "peak for 16-bit weights and for attention; 1024 GFLOP each"),
    NUMBER(peak_8bit_tflops, 1e-3, 1e6, "TFLOP/s", INFERSIM, "peak for fp8 weights"),
    NUMBER(mem_bw_gib_per_s, 1e-3, 1e6, "GiB/s", INFERSIM, "memory bandwidth as reached"),
    NUMBER(intra_node_gib_per_s, 1e-3, 1e6, "GiB/s", INFERSIM, "link within a node, one direction"),
    NUMBER(inter_node_gib_per_s, 1e-3, 1e6, "GiB/s", INFERSIM, "link between nodes, one direction"),
    NUMBER(default_mfu, 1e-3, 10, "1", INFERSIM, "MFU where no row is at or below the point"),
    NUMBER(default_prefill_mfu, 1e-3, 10, "1", INFERSIM, "MFU of prefill attention without a table of the model's heads"),
    NUMBER(prefill_scheduler_us, 0, 1e9, "us", INFERSIM, "per step with prefills"),
    NUMBER(decode_scheduler_us, 0, 1e9, "us", INFERSIM, "per step with decodes"),
    NUMBER(sm_ratio, 1e-3, 1, "1", INFERSIM, "share of the SMs that compute a prefill with two_batch_overlap"),
    NUMBER(world_size, 0, 1e6, "1", INFERSIM, "GPUs that share the feed-forward weights; 0: tp"),
    NUMBER(num_nodes, 1, 1e6, "1", INFERSIM, "nodes; with several, communication goes between them"),
    NUMBER(max_prefill_tokens, 0, 1e9, "tokens", INFERSIM, "the step's prefills repeat until they are so many; 0: as they are"),
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

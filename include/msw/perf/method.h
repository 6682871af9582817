/* Methods: presets over named knobs. A preset fixes the rules (enumerations); numbers come from the GPU entry's block for
 * that preset; a sweep or --set may change any knob. docs/model.md states what each knob does.
 */
#ifndef MSW_PERF_METHOD_H
#define MSW_PERF_METHOD_H

#include <stdbool.h>
#include <stddef.h>

#include "msw/base/diag.h"
#include "msw/base/mem.h"
#include "msw/inputs/gpu.h"
#include "msw/inputs/spec.h"
#include "msw/perf/flags.h"

typedef enum { MSW_FAMILY_CONSTANT_MFU, MSW_FAMILY_KERNEL_TABLES, MSW_FAMILY_INFERSIM, MSW_FAMILY_MEASURED } msw_family;
/* Families look kernels up, or do without tables. */
static inline bool msw_family_uses_tables(msw_family family) { return family != MSW_FAMILY_CONSTANT_MFU; }
/* Sets of families, for knobs. The two of the published rooflines share theirs. */
#define MSW_OF_FAMILY(family) (1u << (family))
#define MSW_OF_ROOFLINES (MSW_OF_FAMILY(MSW_FAMILY_CONSTANT_MFU) | MSW_OF_FAMILY(MSW_FAMILY_KERNEL_TABLES))
#define MSW_OF_INFERSIM MSW_OF_FAMILY(MSW_FAMILY_INFERSIM)
#define MSW_OF_MEASURED MSW_OF_FAMILY(MSW_FAMILY_MEASURED)
typedef enum { MSW_MFU_FROM_LATENCY, MSW_MFU_FROM_FILE } msw_mfu_source;
typedef enum { MSW_DOMAIN_MFU, MSW_DOMAIN_LATENCY } msw_domain;
typedef enum { MSW_LOOKUP_FLOOR, MSW_LOOKUP_LINEAR, MSW_LOOKUP_SQRT } msw_curve_rule;
typedef enum { MSW_DECODE_FLOOR_NEAREST, MSW_DECODE_NEAREST_L1, MSW_DECODE_BILINEAR } msw_decode_rule;
typedef enum { MSW_CORNER_CLAMP, MSW_CORNER_ZERO } msw_corner_rule;
typedef enum { MSW_BUCKET_POW2, MSW_BUCKET_EXACT, MSW_BUCKET_EDGES } msw_bucket_rule;
typedef enum { MSW_PREFILL_FLOP_BUCKET, MSW_PREFILL_FLOP_REQUEST } msw_prefill_flop;
typedef enum { MSW_AGGREGATE_MAX, MSW_AGGREGATE_MEAN, MSW_AGGREGATE_REQUEST, MSW_AGGREGATE_BUCKETS } msw_aggregation;
typedef enum { MSW_MIXED_FUSED, MSW_MIXED_MAX, MSW_MIXED_SUM, MSW_MIXED_WEIGHTED } msw_mixed_rule;
typedef enum { MSW_HEAD_DIM_CONFIG, MSW_HEAD_DIM_HIDDEN_OVER_HEADS } msw_head_dim_rule;
typedef enum { MSW_TP_FALLBACK_TP1, MSW_TP_FALLBACK_NEAREST } msw_tp_fallback;
typedef enum { MSW_SHAPE_NEAREST_L2, MSW_SHAPE_NONE } msw_shape_fallback;

/* How the lengths of decode requests lie around their mean, where only that is known. */
typedef enum { MSW_KV_EQUAL, MSW_KV_EXPONENTIAL } msw_kv_spread;

enum { MSW_MAX_BUCKET_EDGES = 64 };

/* All knobs. Numbers that neither preset, GPU entry nor user gave are NaN. Enumerations are ints so that one table can
 * describe every knob. */
typedef struct {
  int mfu_source, lookup_domain, gemm_lookup, prefill_lookup, decode_lookup, ragged_corner, prefill_bucket, prefill_flop,
      decode_aggregation, mixed_rule, head_dim_rule, tp_fallback, shape_fallback, gemm_weight_floor;
  double bucket_edges[MSW_MAX_BUCKET_EDGES];   /* ascending; for prefill_bucket = edges */
  size_t n_bucket_edges;
  double causal_factor;
  double bw_efficiency;
  double per_layer_overhead_us;                /* times layers / tp, once per step */
  double per_request_overhead_us;              /* times requests, once per step */
  double usable_memory_fraction;               /* of the GPU's memory, for the memory_full flag */
  /* constant-MFU family (V1), reference roofline_methods.md a.2 */
  double step_overhead_us, all_reduce_latency_us, mfu_prefill, mfu_prefill_multiplier, mfu_decode, mfu_decode_multiplier,
      tp_scaling_exponent, decode_tp_scaling_exponent, prefill_bw_factor, decode_bw_factor, vector_peak_fraction,
      prefill_overhead_us, mixed_prefill_overhead_us;
  /* measured family, docs/model.md */
  int kv_spread, fuse_all_reduce_norm;
  double small_kernel_us, sustained_gemm_fraction, chain_gb_per_s, chain_queue_share, cached_scan_ns_per_tok, graph_max_tok,
      host_piece_us;
  /* InferSim family, reference infersim_method.md */
  int fp8_kv, deepep, two_batch_overlap;
  double peak_16bit_tflops, peak_8bit_tflops, mem_bw_gib_per_s, intra_node_gib_per_s, inter_node_gib_per_s, default_mfu,
      default_prefill_mfu, prefill_scheduler_us, decode_scheduler_us, sm_ratio, world_size, num_nodes, max_prefill_tokens;
} msw_knobs;

typedef struct {
  const char *name;          /* "v2-interp" */
  msw_family family;
  const char *description;   /* one line */
  const char *source;        /* where it was published */
  void (*set)(msw_knobs *knobs);
  bool in_sweeps;            /* run and plan take it, not only commands that evaluate single steps */
} msw_preset;
const msw_preset *msw_preset_find(const char *name);      /* exact; NULL when unknown */
const msw_preset *msw_presets(size_t *n);                 /* those of sweeps first */
const msw_preset *msw_sweep_presets(size_t *n);           /* only those */

/* One row per knob: what a user can set. */
typedef enum { MSW_KNOB_CHOICE, MSW_KNOB_FLAG, MSW_KNOB_NUMBER, MSW_KNOB_BUCKETS } msw_knob_type;
typedef struct {
  const char *name;
  msw_knob_type type;
  size_t offset;                  /* in msw_knobs */
  const char *const *choices;     /* CHOICE and BUCKETS: names by enumeration value, NULL-terminated */
  double min, max;                /* NUMBER */
  const char *unit;               /* "us", "1" */
  const char *description;
  unsigned families;              /* MSW_OF_...: methods of other families do not have the knob */
} msw_knob_info;
const msw_knob_info *msw_knobs_table(size_t *n);
const msw_knob_info *msw_knob_find(const char *name);
static inline bool msw_knob_is_of(const msw_knob_info *knob, msw_family family) {
  return (knob->families & MSW_OF_FAMILY(family)) != 0;
}
/* Value as text: "bilinear", "0.82", "true", "[512,1024]". */
const char *msw_knob_text(const msw_knobs *knobs, const msw_knob_info *knob, msw_arena *arena);

/* A method on an axis: preset plus the user's changes. */
typedef struct {
  const char *label;
  const msw_preset *preset;
  const char *engine;        /* measured: whose constants of the GPU entry, "vllm-0.15.1"; NULL: msw_gpu_find_engine's choice */
  const msw_method_setting *settings;
  size_t n_settings;
} msw_method;

/* Checks preset and knob names and values of a sweep's method; errors have the position and the nearest valid name. A preset
 * that sweeps do not take is an error. */
bool msw_method_resolve(const msw_method_spec *spec, msw_diag *diag, msw_method *method);
/* The same from a command line: any preset's name and "KNOB=VALUE" texts. */
bool msw_method_parse(const char *preset, const char *const *sets, size_t n_sets, msw_arena *arena, msw_diag *diag,
                      msw_method *method);

/* True when the user's settings name the knob. */
bool msw_method_sets(const msw_method *method, const char *knob);

/* Knobs of a method on a GPU: preset, then the GPU entry's block for the preset, then the user's settings.
 * Adds MSW_FLAG_PARAMS_BORROWED when constants fitted elsewhere remain in use, MSW_FLAG_VOID_PARAMS when one that the
 * family needs is missing. Unknown names in the GPU entry are errors. */
bool msw_method_knobs(const msw_method *method, const msw_gpu *gpu, msw_diag *diag, msw_knobs *knobs, msw_flags *flags);

#endif

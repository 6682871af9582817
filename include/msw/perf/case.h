/* A case: one combination of GPU, model, tp, number format and method, with everything that does not depend on the step
 * worked out: constants folded, kernel tables chosen and indexed. Read-only after binding, shared between threads.
 */
#ifndef MSW_PERF_CASE_H
#define MSW_PERF_CASE_H

#include <stdbool.h>
#include <stddef.h>

#include "msw/base/diag.h"
#include "msw/base/mem.h"
#include "msw/inputs/gpu.h"
#include "msw/inputs/kernel_table.h"
#include "msw/inputs/model.h"
#include "msw/perf/curve.h"
#include "msw/perf/decode_grid.h"
#include "msw/perf/flags.h"
#include "msw/perf/method.h"

/* The seven projections of a decoder layer, unfused and not sharded, as the published methods price them. */
typedef enum { MSW_OP_Q, MSW_OP_K, MSW_OP_V, MSW_OP_O, MSW_OP_GATE, MSW_OP_UP, MSW_OP_DOWN, MSW_N_PROJECTIONS } msw_projection;
const char *msw_projection_name(msw_projection op);   /* "q_proj" … "down_proj" */

typedef struct {
  double k, n;                       /* shape of the weight: [k, n] */
  const msw_kernel_table *table;
  const double *mfu;                 /* [table->n_rows] by mfu_source */
  double table_k, table_n;           /* shape of the rows used */
  msw_curve curve;                   /* MFU over m */
  msw_flags flags;                   /* SHAPE_BORROWED when table_k, table_n differ from k, n */
} msw_gemm_surface;

typedef struct msw_infersim msw_infersim;   /* see infersim.h */
typedef struct msw_measured_case msw_measured_case;   /* see measured.h */


typedef struct {
  const msw_gpu *gpu;
  const msw_model *model;
  msw_family family;
  msw_dtype weight_dtype, kv_dtype;
  double tp;
  msw_knobs knobs;
  msw_flags flags;                   /* of every cell of the case; with MSW_FLAGS_VOID bits nothing below is set */
  const char *why_void;              /* a sentence for people, or NULL */

  /* architecture, as the knobs see it (head_dim_rule) */
  double num_layers, hidden_size, num_heads, num_kv_heads, head_dim, kv_size /* num_kv_heads*head_dim */, intermediate_size;
  double weight_bytes_per_param;
  double kv_bytes_per_value;         /* KV cache and activations: 16 bit beside narrower weights */

  /* roofline constants */
  double gemm_flop_per_s;            /* peak for the weights' format */
  double attention_flop_per_s;       /* peak for the KV cache's format */
  double bw_bytes_per_s;             /* memory bandwidth x bw_efficiency */
  double layer_weight_bytes;         /* of all layers' projections: the published W (no embedding, no lm_head) */
  double tp_prefill, tp_decode;      /* divisors: tp, or tp^exponent in the constant-MFU family */

  /* kernel tables (MSW_FAMILY_KERNEL_TABLES) */
  msw_gemm_surface gemm[MSW_N_PROJECTIONS];
  const msw_kernel_table *prefill_table, *decode_table;
  msw_curve prefill;                 /* MFU over seq_len */
  msw_decode_grid decode;            /* MFU over batch x kv_len */
  msw_flags prefill_flags, decode_flags;

  const msw_infersim *infersim;      /* MSW_FAMILY_INFERSIM: its own shapes and rows */
  const msw_measured_case *measured; /* MSW_FAMILY_MEASURED: its kernels */

  /* memory fit */
  double weight_bytes_per_gpu;       /* whole model / tp */
  double kv_bytes_per_tok_per_gpu;
  double usable_bytes_per_gpu;
} msw_case;

typedef struct {
  const msw_gpu *gpu;
  const msw_model *model;
  double tp;
  msw_dtype dtype;                   /* of the weights; MSW_DTYPE_NONE: the config's */
  msw_family family;                 /* of the method's preset */
  const msw_knobs *knobs;            /* of the method on this GPU: msw_method_knobs */
  msw_flags method_flags;            /* that it set */
  const msw_kernel_set *tables;      /* of that GPU; may be NULL for methods without tables */
  bool allow_split_heads;            /* eval: go on (flagged) where tp does not divide the heads */
} msw_case_key;

/* Binds. Cannot fail: what stands in the way becomes a void flag and a sentence. Table data stay borrowed from the set;
 * the rest lives in the arena. */
void msw_case_bind(const msw_case_key *key, msw_arena *arena, msw_case *bound);

#endif

/* The scalar reference: the time of one step, written for reading, with every intermediate figure. The grid's row kernels
 * must equal it. Formulas: docs/model.md.
 */
#ifndef MSW_PERF_STEP_H
#define MSW_PERF_STEP_H

#include <stdbool.h>
#include <stddef.h>

#include "msw/base/mem.h"
#include "msw/inputs/steps.h"
#include "msw/perf/case.h"
#include "msw/perf/flags.h"

/* Parts of a phase (decode or prefill), all layers, one GPU's share, microseconds. In the InferSim family attention and
 * feed-forward each run beside what they read, so that the time lies between the larger and the sum of compute and memory. */
typedef struct {
  double gemm_us, attn_us;    /* compute: gemm + attention */
  double memory_us;           /* weights, KV cache, activations */
  double time_us;             /* max(gemm + attn, memory); 0 for an empty phase */
} msw_phase_time;

typedef struct {
  msw_phase_time prefill, decode;
  msw_phase_time fused;       /* mixed_rule = fused: both in one pass; otherwise zeros */
  double hardware_us;         /* the phases combined by mixed_rule */
  double comm_us, overhead_us;
  double step_us;             /* hardware + comm + overhead; never rounded */
  double tok_per_step;        /* decode requests + new prefill tokens */
  double tok_per_s_per_gpu;
  double kv_tok;              /* KV-cache tokens resident at the end of the step, all requests */
  double weight_gib, kv_gib;  /* per GPU */
  msw_bound bound;
  msw_flags flags;
} msw_breakdown;

/* One operation of a step, for explain and --per-op. */
typedef struct {
  const char *phase;          /* "prefill", "decode", "fused" or "step" */
  const char *name;           /* "q_proj", "attention", "memory", "comm", "overhead" */
  double m, k, n;             /* GEMM shape, else 0 */
  double batch, context;      /* attention: requests, KV or sequence length looked up; else 0 */
  double flop, bytes;         /* all layers, one GPU's share; 0 where it has none */
  double mfu;                 /* NaN where the operation has none */
  double us;                  /* all layers, one GPU's share */
  double floor_us;            /* GEMM: the weight-read floor, all layers; 0 without */
  const msw_kernel_table *table;
  msw_rows_used rows;
  const struct msw_surface_source *source;   /* measured family: slices of the latency tables; else NULL */
  msw_flags flags;
  bool is_hidden;             /* InferSim family: another operation runs beside it and takes longer */
} msw_op;
typedef struct { msw_op *ops; size_t n, cap; } msw_op_list;   /* zero-initialise; free(list.ops) */

/* Evaluates one step of a bound case. `ops` may be NULL. A void case gives NaN everywhere and its flags. */
void msw_step_eval(const msw_case *bound, const msw_step *step, msw_op_list *ops, msw_breakdown *out);

#endif

/* A GPU: peaks, bandwidths, memory, links and the constants that methods were fitted with, from bench_data/gpus/<gpu>.json. */
#ifndef MSW_INPUTS_GPU_H
#define MSW_INPUTS_GPU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "msw/base/diag.h"
#include "msw/base/mem.h"
#include "msw/inputs/dtype.h"
#include "msw/inputs/gpu_analytic.h"

/* A named method parameter of a GPU entry, e.g. bw_efficiency = .82. */
typedef struct { const char *name; double value; bool is_flag; msw_loc loc; } msw_gpu_param;
/* "methods": {"v2-floor": {"fitted_on": "h100_sxm", "bw_efficiency": .82, …}} */
typedef struct {
  const char *method;
  const char *fitted_on;          /* name of the GPU that the constants were fitted on; NULL when not said */
  const msw_gpu_param *params;
  size_t n_params;
  msw_loc loc;
} msw_gpu_method;

/* "engines": {"vllm-0.15.1": {…}}: constants of the method `measured` for a serving engine of that version on this GPU. */
typedef msw_gpu_method msw_gpu_engine;   /* .method is the engine's name and version */

typedef struct {
  const char *name, *file;
  char sha256[65];
  const char *const *aliases;     /* [n_aliases] */
  size_t n_aliases;
  double peak_flop_per_s[MSW_N_DTYPES];   /* dense; 0 where unknown; fp16 takes bf16's */
  double mem_bw_bytes_per_s;
  double mem_bytes;
  double mem_gib;
  double tdp_w;                   /* 0 when unknown, like all below */
  double usd_per_hour;            /* what one GPU costs for an hour: an indicative list price */
  const char *price_source;       /* where that price was listed, and when; NULL when not said */
  double sm_version;
  double gpus_per_node;
  double n_sm;                    /* streaming multiprocessors */
  double l2_bytes;                /* second-level cache */
  double intra_node_bytes_per_s, inter_node_bytes_per_s;   /* per GPU, one direction */
  const msw_gpu_method *methods;
  size_t n_methods;
  const msw_gpu_engine *engines;
  size_t n_engines;
  const msw_gpu_analytic *analytic;   /* closed forms of kernel times, where there is no table; NULL when the entry has none */
  const msw_latent_analytic *analytic_mla;   /* the same of multi-head latent attention */
} msw_gpu;

msw_status msw_gpu_load(const char *path, const char *name, msw_arena *arena, msw_diag *diag, msw_gpu *gpu);

/* True when `text` is the GPU's name or one of its aliases, without regard to case. */
bool msw_gpu_is(const msw_gpu *gpu, const char *text);
/* The constants for a method, or NULL. */
const msw_gpu_method *msw_gpu_find_method(const msw_gpu *gpu, const char *method);

/* The constants for an engine "name-version": of that version, else of the nearest version of the engine (the last one below,
 * else the first above; without a version the newest, not exact). `engine` NULL: the newest version of the first engine listed.
 * NULL when the entry has none. */
const msw_gpu_engine *msw_gpu_find_engine(const msw_gpu *gpu, const char *engine, bool *is_exact);

/* Numeric field for the sweep language: mem_gib, mem_bw_gb_per_s, tdp_w, usd_per_hour, sm_version, num_sm, l2_mib, gpus_per_node, intra_node_gb_per_s,
 * inter_node_gb_per_s, bf16_tflops, fp8_tflops, fp4_tflops, int8_tops. Unknown values are NaN. */
bool msw_gpu_field(const msw_gpu *gpu, const char *field, double *out);
const char *const *msw_gpu_field_names(size_t *n);

#endif

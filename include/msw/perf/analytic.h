/* Closed forms of the time of one kernel on one GPU, in microseconds, for what no table measures: the formulas of
 * scripts/kernel_models.py, operation by operation, with the coefficients of the GPU entry (inputs/gpu_analytic.h). What they
 * stand for, how far off they are and where not to trust them: docs/measured.md.
 *
 * All sizes are those of one GPU: heads and widths after the split over tp.
 */
#ifndef MSW_PERF_ANALYTIC_H
#define MSW_PERF_ANALYTIC_H

#include <stdbool.h>

#include "msw/base/mem.h"
#include "msw/inputs/gpu.h"
#include "msw/perf/surface.h"
#include "msw/perf/time_curve.h"

/* What a GPU entry says, in the units of the formulas. */
typedef struct {
  double flop_per_us;            /* of the number format */
  double value_bytes;            /* of the number format */
  double bytes_per_us, n_sm;
  double link_bytes_per_us, far_link_bytes_per_us, gpus_per_node;   /* between GPUs, one direction; within and between nodes */
} msw_analytic_gpu;
msw_analytic_gpu msw_analytic_gpu_of(const msw_gpu *gpu, msw_dtype dtype);

/* A smooth maximum of a, b > 0: power 1 adds, infinity takes the larger one. */
double msw_analytic_blend(double a, double b, double power);
/* A chip lowers its clock under load within some milliseconds. */
double msw_analytic_throttled(double us, double fraction);

/* [m,k] times [k,n], by the fastest of the library's tiles and splits of k. */
double msw_analytic_gemm_us(const msw_gemm_fit *fit, const msw_analytic_gpu *gpu, double m, double n, double k);

typedef struct { double num_heads, num_kv_heads, head_dim; } msw_analytic_heads;
/* Causal attention of `seq` > 1 new tokens per request on `cached` ones, the write to the KV cache included. (A single new
 * token is decode on cached + 1.) `gpu` is that of the KV cache's number format. */
double msw_analytic_prefill_us(const msw_prefill_fit *fit, const msw_analytic_gpu *gpu, double batch, double seq, double cached,
                               const msw_analytic_heads *heads);
/* One new token per request on `kv` tokens, the new one included. */
double msw_analytic_decode_us(const msw_decode_fit *fit, const msw_analytic_gpu *gpu, double batch, double kv,
                              const msw_analytic_heads *heads);

/* Routed experts of one GPU; `n_experts` of the model, which `ep` GPUs share. */
typedef struct { double hidden_size, intermediate_size, n_experts_per_tok, n_experts, ep; } msw_analytic_experts;
double msw_analytic_moe_us(const msw_moe_fit *fit, const msw_analytic_gpu *gpu, double tok,
                           const msw_analytic_experts *experts);

double msw_analytic_all_reduce_us(const msw_all_reduce_fit *fit, const msw_analytic_gpu *gpu, double bytes, double n_gpus);
/* Norms, activations, copies: what is read and written. */
double msw_analytic_memory_op_us(const msw_memory_op_fit *fit, const msw_analytic_gpu *gpu, double bytes);

/* ---- As curves, like those of surface.h: false where the GPU's entry has no such kernel ----
 *
 * Straight lines between values of the closed form at whole numbers, close enough to each other that the curve stays within
 * 1 % of it almost everywhere. Every piece is flagged ANALYTIC; PARAMS_BORROWED too where the coefficients were fitted on
 * another GPU, DTYPE_BORROWED where on another number format of as many bits (int8, fp4). */
bool msw_analytic_gemm_curve(const msw_gpu *gpu, msw_dtype dtype, double n, double k, msw_arena *arena, msw_time_curve *curve);
bool msw_analytic_decode_curve(const msw_gpu *gpu, const msw_attention_kernel *kernel, double batch, msw_arena *arena,
                               msw_time_curve *curve);                                  /* over KV tokens */
bool msw_analytic_prefill_curve(const msw_gpu *gpu, const msw_attention_kernel *kernel, double batch, msw_arena *arena,
                                msw_time_curve *curve);                                 /* over new tokens */
bool msw_analytic_moe_curve(const msw_gpu *gpu, const msw_moe_kernel *kernel, msw_arena *arena, msw_time_curve *curve);
bool msw_analytic_all_reduce_curve(const msw_gpu *gpu, double n_gpus, msw_arena *arena,
                                   msw_time_curve *curve);                              /* over bytes */

#endif

/* Closed forms as curves over one axis, with the coefficients of a GPU's entry. */
#include "analytic_sample.h"
#include "msw/perf/analytic.h"

static const double MOST_TOK = 1048576.0;       /* of a step, and of a request; beyond a line goes on */
static const double MOST_BYTES = 17179869184.0;

/* What is said of the whole curve. */
static msw_flags flags_of(const msw_gpu *gpu, msw_dtype dtype) {
  bool is_other_format = dtype == MSW_INT8 || dtype == MSW_FP4;
  return MSW_FLAG_ANALYTIC | (gpu->analytic->is_borrowed ? MSW_FLAG_PARAMS_BORROWED : 0) |
         (is_other_format ? MSW_FLAG_DTYPE_BORROWED : 0);
}

/* Where the coefficients of a number format are; MSW_N_FIT_FORMATS without any or without a peak. */
static msw_fit_format format_of(const msw_gpu *gpu, msw_dtype dtype) {
  return gpu->analytic && gpu->peak_flop_per_s[dtype] > 0.0 ? msw_fit_format_of(dtype) : MSW_N_FIT_FORMATS;
}

/* ---- GEMM */

typedef struct { const msw_gemm_fit *fit; msw_analytic_gpu gpu; double n, k; } gemm_at;

static double gemm_us(const void *kernel, double m) {
  const gemm_at *g = kernel;
  return msw_analytic_gemm_us(g->fit, &g->gpu, m, g->n, g->k);
}

bool msw_analytic_gemm_curve(const msw_gpu *gpu, msw_dtype dtype, double n, double k, msw_arena *arena, msw_time_curve *curve) {
  msw_fit_format format = format_of(gpu, dtype);
  if (format == MSW_N_FIT_FORMATS || !gpu->analytic->gemm[format]) return false;
  const gemm_at g = {gpu->analytic->gemm[format], msw_analytic_gpu_of(gpu, dtype), n, k};
  *curve = msw_analytic_sample(gemm_us, &g, MOST_TOK, flags_of(gpu, dtype), arena);
  return true;
}

/* ---- Attention */

typedef struct {
  const msw_prefill_fit *prefill;
  const msw_decode_fit *decode;
  msw_analytic_gpu gpu;
  msw_analytic_heads heads;
  double batch;
} attention_at;

static double decode_us(const void *kernel, double kv) {
  const attention_at *a = kernel;
  return msw_analytic_decode_us(a->decode, &a->gpu, a->batch, kv, &a->heads);
}

static double prefill_us(const void *kernel, double seq) {
  const attention_at *a = kernel;
  if (seq < 2.0) return msw_analytic_decode_us(a->decode, &a->gpu, a->batch, seq, &a->heads);
  return msw_analytic_prefill_us(a->prefill, &a->gpu, a->batch, seq, 0.0, &a->heads);
}

static bool find_attention(const msw_gpu *gpu, const msw_attention_kernel *kernel, double batch, attention_at *a) {
  msw_fit_format format = format_of(gpu, kernel->kv_dtype);
  if (format == MSW_N_FIT_FORMATS) return false;
  *a = (attention_at){gpu->analytic->prefill[format], gpu->analytic->decode[format],
                      msw_analytic_gpu_of(gpu, kernel->kv_dtype),
                      {kernel->num_heads, kernel->num_kv_heads, kernel->head_dim}, batch};
  return a->prefill && a->decode;
}

bool msw_analytic_decode_curve(const msw_gpu *gpu, const msw_attention_kernel *kernel, double batch, msw_arena *arena,
                               msw_time_curve *curve) {
  attention_at a;
  if (!find_attention(gpu, kernel, batch, &a)) return false;
  *curve = msw_analytic_sample(decode_us, &a, MOST_TOK, flags_of(gpu, kernel->kv_dtype), arena);
  return true;
}

bool msw_analytic_prefill_curve(const msw_gpu *gpu, const msw_attention_kernel *kernel, double batch, msw_arena *arena,
                                msw_time_curve *curve) {
  attention_at a;
  if (!find_attention(gpu, kernel, batch, &a)) return false;
  *curve = msw_analytic_sample(prefill_us, &a, MOST_TOK, flags_of(gpu, kernel->kv_dtype), arena);
  return true;
}

/* ---- Experts, all-reduce */

typedef struct { const msw_moe_fit *fit; msw_analytic_gpu gpu; msw_analytic_experts experts; } moe_at;

static double moe_us(const void *kernel, double tok) {
  const moe_at *e = kernel;
  return msw_analytic_moe_us(e->fit, &e->gpu, tok, &e->experts);
}

bool msw_analytic_moe_curve(const msw_gpu *gpu, const msw_moe_kernel *kernel, msw_arena *arena, msw_time_curve *curve) {
  msw_fit_format format = format_of(gpu, kernel->dtype);
  if (format == MSW_N_FIT_FORMATS || !gpu->analytic->moe[format]) return false;
  const moe_at e = {gpu->analytic->moe[format], msw_analytic_gpu_of(gpu, kernel->dtype),
                    {.hidden_size = (double)kernel->hidden_size,
                     .intermediate_size = (double)kernel->intermediate_size / (double)kernel->moe_tp,
                     .n_experts_per_tok = (double)kernel->n_experts_per_tok,
                     .n_experts = (double)kernel->n_experts,
                     .ep = (double)kernel->moe_ep}};
  *curve = msw_analytic_sample(moe_us, &e, MOST_TOK, flags_of(gpu, kernel->dtype), arena);
  return true;
}

typedef struct { const msw_all_reduce_fit *fit; msw_analytic_gpu gpu; double n_gpus; } all_reduce_at;

static double all_reduce_us(const void *kernel, double bytes) {
  const all_reduce_at *a = kernel;
  return msw_analytic_all_reduce_us(a->fit, &a->gpu, bytes, a->n_gpus);
}

bool msw_analytic_all_reduce_curve(const msw_gpu *gpu, double n_gpus, msw_arena *arena, msw_time_curve *curve) {
  if (!gpu->analytic || !gpu->analytic->all_reduce) return false;
  const all_reduce_at a = {gpu->analytic->all_reduce, msw_analytic_gpu_of(gpu, MSW_BF16), n_gpus};
  double link = n_gpus > a.gpu.gpus_per_node ? a.gpu.far_link_bytes_per_us : a.gpu.link_bytes_per_us;
  if (!(link > 0.0)) return false;
  *curve = msw_analytic_sample(all_reduce_us, &a, MOST_BYTES, flags_of(gpu, MSW_BF16), arena);
  return true;
}

/* Closed forms of multi-head latent attention: those of ordinary attention with the latents as keys and values at once, and
 * with heads of the mean width of keys and values. */
#include <math.h>

#include "analytic_sample.h"
#include "msw/perf/latent.h"

static const double MOST_TOK = 1048576.0;
static const double VALUE_BYTES = 2.0;

double msw_analytic_latent_decode_us(const msw_latent_decode_fit *fit, const msw_analytic_gpu *gpu, double batch, double kv,
                                     const msw_latent_kernel *kernel) {
  const msw_analytic_heads heads = {kernel->num_heads, ceil(kernel->num_heads / fit->heads_per_cta),
                                    (kernel->kv_lora_rank + kernel->rope_dim) / 2.0};
  double width = 2.0 * kernel->kv_lora_rank + kernel->rope_dim;
  double flop_us = 2.0 * batch * kernel->num_heads * width * kv / (gpu->flop_per_us * fit->mfu);
  double moved = fit->query_passes * VALUE_BYTES * batch * kernel->num_heads * width;
  return fmax(msw_analytic_decode_us(&fit->core, gpu, batch, kv, &heads), flop_us) + moved / gpu->bytes_per_us;
}

double msw_analytic_latent_prefill_us(const msw_prefill_fit *fit, const msw_analytic_gpu *gpu, double batch, double seq,
                                      const msw_latent_kernel *kernel) {
  const msw_analytic_heads heads = {kernel->num_heads, kernel->num_heads,
                                    (kernel->nope_dim + kernel->rope_dim + kernel->v_dim) / 2.0};
  return msw_analytic_prefill_us(fit, gpu, batch, seq, 0.0, &heads);
}

/* ---- As curves */

typedef struct {
  const msw_latent_analytic *fit;
  msw_analytic_gpu gpu;
  const msw_latent_kernel *kernel;
  double batch;
} latent_at;

static double decode_us(const void *of, double kv) {
  const latent_at *a = of;
  return msw_analytic_latent_decode_us(&a->fit->decode, &a->gpu, a->batch, kv, a->kernel);
}

static double prefill_us(const void *of, double seq) {
  const latent_at *a = of;
  if (seq < 2.0) return decode_us(of, seq);
  return msw_analytic_latent_prefill_us(&a->fit->prefill, &a->gpu, a->batch, seq, a->kernel);
}

static bool sample(const msw_gpu *gpu, const msw_latent_kernel *kernel, double batch, double (*us)(const void *of, double x),
                   msw_arena *arena, msw_time_curve *curve) {
  const msw_latent_analytic *fit = gpu->analytic_mla;
  if (!fit || msw_fit_format_of(kernel->kv_dtype) != MSW_FIT_BF16 || !(gpu->peak_flop_per_s[kernel->kv_dtype] > 0.0)) return false;
  const latent_at at = {fit, msw_analytic_gpu_of(gpu, kernel->kv_dtype), kernel, batch};
  *curve = msw_analytic_sample(us, &at, MOST_TOK, MSW_FLAG_ANALYTIC | (fit->is_borrowed ? MSW_FLAG_PARAMS_BORROWED : 0), arena);
  return true;
}

bool msw_analytic_latent_decode_curve(const msw_gpu *gpu, const msw_latent_kernel *kernel, double batch, msw_arena *arena,
                                      msw_time_curve *curve) {
  return sample(gpu, kernel, batch, decode_us, arena, curve);
}

bool msw_analytic_latent_prefill_curve(const msw_gpu *gpu, const msw_latent_kernel *kernel, double batch, msw_arena *arena,
                                       msw_time_curve *curve) {
  return sample(gpu, kernel, batch, prefill_us, arena, curve);
}

/* Multi-head latent attention (DeepSeek) of one layer on one GPU: all that the attention block takes besides its projections,
 * as curves like those of surface.h and analytic.h. Formulas: docs/measured.md.
 */
#ifndef MSW_PERF_LATENT_H
#define MSW_PERF_LATENT_H

#include <stdbool.h>

#include "msw/perf/analytic.h"
#include "msw/perf/surface.h"

/* Heads of one GPU; the rest is the model's. q_lora_rank 0: queries are projected at once. */
typedef struct {
  msw_dtype kv_dtype;
  double num_heads, hidden_size, q_lora_rank, kv_lora_rank, nope_dim, rope_dim, v_dim;
} msw_latent_kernel;

/* From measured blocks less their projections. False where none of these dimensions was measured; SHAPE_BORROWED where the
 * dimensions that the measured kernels do not depend on are others. */
bool msw_surface_latent_decode(const msw_surfaces *surfaces, const msw_latent_kernel *kernel, double batch, double l2_bytes,
                               msw_arena *arena, msw_time_curve *curve, msw_surface_source *source);   /* over KV tokens */
bool msw_surface_latent_prefill(const msw_surfaces *surfaces, const msw_latent_kernel *kernel, double batch, msw_arena *arena,
                                msw_time_curve *curve, msw_surface_source *source);                    /* over new tokens */

/* Closed forms, of the GPU entry's analytic_mla. A prefill of `seq` > 1 new tokens has nothing cached. */
double msw_analytic_latent_decode_us(const msw_latent_decode_fit *fit, const msw_analytic_gpu *gpu, double batch, double kv,
                                     const msw_latent_kernel *kernel);
double msw_analytic_latent_prefill_us(const msw_prefill_fit *fit, const msw_analytic_gpu *gpu, double batch, double seq,
                                      const msw_latent_kernel *kernel);
/* False where the entry has none, or none for the cache's number format. */
bool msw_analytic_latent_decode_curve(const msw_gpu *gpu, const msw_latent_kernel *kernel, double batch, msw_arena *arena,
                                      msw_time_curve *curve);
bool msw_analytic_latent_prefill_curve(const msw_gpu *gpu, const msw_latent_kernel *kernel, double batch, msw_arena *arena,
                                       msw_time_curve *curve);

#endif

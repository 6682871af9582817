/* Multi-head latent attention in the family `measured`: its projections, and what reading its cache costs. */
#include <string.h>

#include "measured_parts.h"

static const double us_per_s = 1e6;
static const char *const kv_up_projection = "kv_b_proj";

msw_latent_kernel msw_latent_kernel_of(const msw_case *bound) {
  const msw_model *model = bound->model;
  return (msw_latent_kernel){.kv_dtype = bound->kv_dtype, .num_heads = bound->num_heads / bound->tp,
                             .hidden_size = bound->hidden_size, .q_lora_rank = (double)model->q_lora_rank,
                             .kv_lora_rank = (double)model->kv_lora_rank, .nope_dim = (double)model->qk_nope_head_dim,
                             .rope_dim = (double)model->qk_rope_head_dim, .v_dim = (double)model->v_head_dim};
}

/* Latents are projected whole on every GPU, what has heads is split. The products of a decode by the two halves of kv_b_proj
 * read as many weights and take as many FLOP per token as the projection of a prefill's latents: one kernel stands for both. */
size_t msw_latent_projections(const msw_latent_kernel *kernel, msw_latent_gemm gemm[MSW_LATENT_MAX_GEMM]) {
  const double latent = kernel->kv_lora_rank + kernel->rope_dim, queries = kernel->num_heads * (kernel->nope_dim + kernel->rope_dim);
  size_t n_gemm = 0;
  if (kernel->q_lora_rank > 0.0) {
    gemm[n_gemm++] = (msw_latent_gemm){"qkv_a_proj", kernel->hidden_size, kernel->q_lora_rank + latent};
    gemm[n_gemm++] = (msw_latent_gemm){"q_b_proj", kernel->q_lora_rank, queries};
  } else {
    gemm[n_gemm++] = (msw_latent_gemm){"q_proj", kernel->hidden_size, queries};
    gemm[n_gemm++] = (msw_latent_gemm){"kv_a_proj", kernel->hidden_size, latent};
  }
  gemm[n_gemm++] = (msw_latent_gemm){kv_up_projection, kernel->kv_lora_rank, kernel->num_heads * (kernel->nope_dim + kernel->v_dim)};
  gemm[n_gemm++] = (msw_latent_gemm){"o_proj", kernel->num_heads * kernel->v_dim, kernel->hidden_size};
  return n_gemm;
}

/* The engine's kernels spread parts of unequal requests over the SMs: no chains. */
void msw_measured_bind_latent(msw_case *bound, msw_measured_case *m) {
  const msw_latent_kernel *kernel = &m->latent;
  m->is_latent = true;
  m->latent = msw_latent_kernel_of(bound);
  m->decode_flop_per_tok = 2.0 * kernel->num_heads * (2.0 * kernel->kv_lora_rank + kernel->rope_dim);
  m->prefill_flop_per_tok2 = kernel->num_heads * (kernel->nope_dim + kernel->rope_dim + kernel->v_dim);
  m->kv_us_per_tok = (kernel->kv_lora_rank + kernel->rope_dim) * bound->kv_bytes_per_value / bound->bw_bytes_per_s * us_per_s;
}

const msw_token_op *msw_latent_up_projection(const msw_measured_case *m) {
  if (!m->is_latent) return NULL;
  for (size_t i_op = 0; i_op < m->n_ops; i_op++)
    if (strcmp(m->ops[i_op].name, kv_up_projection) == 0) return &m->ops[i_op];
  return NULL;
}

double msw_measured_cached_projection_us(const msw_case *bound, double cached_tok, msw_flags *flags) {
  const msw_token_op *op = cached_tok > 0.0 ? msw_latent_up_projection(bound->measured) : NULL;
  return op ? op->count * msw_time_at(&op->curve, cached_tok, flags) : 0.0;
}

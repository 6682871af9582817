/* Binding a case of the family `measured`: which kernels a step runs on one GPU, and each one's time over its tokens. */
#include <math.h>
#include <string.h>

#include "measured_parts.h"
#include "msw/base/str.h"
#include "time_curve_parts.h"

static const double bytes_16bit = 2.0;
static const double us_per_s = 1e6;
static const double bytes_per_gb = 1e9;

/* Per layer, each launched on its own: two norms (with the residual sum), rotary embedding, write to the KV cache, activation,
 * and the engine's metadata or merge kernel of attention. */
static const double small_kernels_per_layer = 6.0;
static const double latent_small_kernels_per_layer = 3.0;   /* those inside the attention block count as attention */
static const double fused_norms_per_layer = 2.0;     /* of them, those that an all-reduce kernel takes along */
static const double small_kernels_per_step = 2.0;    /* embedding and final norm */

typedef struct {
  const msw_case_key *key;
  msw_arena *arena;
  msw_case *bound;
  msw_measured_case *m;
  double tp, hidden, q_size, kv_size;   /* of one GPU: heads x head_dim */
} binding;

static void set_void(msw_case *bound, msw_flags flag, const char *why) {
  bound->flags |= flag;
  if (!bound->why_void) bound->why_void = why;
}

/* ---- Kernels over tokens ---- */

/* Long runs of large GEMM are held back by power: what a GPU sustains is below what a short benchmark finds. */
static msw_time_curve as_sustained(const binding *b, msw_dtype dtype, const msw_time_curve *curve, double flop_per_tok) {
  double flop_per_s = b->key->gpu->peak_flop_per_s[dtype] * b->bound->knobs.sustained_gemm_fraction;
  return msw_measured_above(curve, 0.0, flop_per_tok / flop_per_s * us_per_s, b->arena);
}

static bool make_gemm(const binding *b, const char *name, msw_dtype dtype, double k, double n, double count, msw_token_op *op) {
  *op = (msw_token_op){.name = name, .k = k, .n = n, .count = count, .flop_per_tok = 2.0 * k * n};
  if (!msw_measured_gemm(b->m->surfaces, b->key->gpu, dtype, n, k, b->arena, &op->curve, &op->source)) {
    set_void(b->bound, MSW_FLAG_VOID_TABLE,
             msw_format(b->arena, "no %s GEMM of %s was measured near n=%g, k=%g (%s)%s", msw_dtype_name(dtype),
                        b->key->gpu->name, n, k, name, msw_measured_no_model));
    return false;
  }
  op->curve = as_sustained(b, dtype, &op->curve, op->flop_per_tok);
  return true;
}

static void add_gemm(binding *b, const char *name, double k, double n, double count) {
  if (make_gemm(b, name, b->bound->weight_dtype, k, n, count, &b->m->ops[b->m->n_ops])) b->m->n_ops++;
}

static void add_experts(binding *b, double layers) {
  const msw_model *model = b->key->model;
  msw_moe_kernel kernel = {.dtype = b->bound->weight_dtype, .hidden_size = model->hidden_size,
                           .intermediate_size = model->moe_intermediate_size, .n_experts_per_tok = model->num_experts_per_tok,
                           .n_experts = model->num_experts, .moe_tp = (int64_t)b->tp, .moe_ep = 1};
  msw_token_op *op = &b->m->ops[b->m->n_ops];
  *op = (msw_token_op){.name = "experts", .count = layers,
                       .flop_per_tok = 6.0 * b->hidden * (double)model->moe_intermediate_size / b->tp *
                                       (double)model->num_experts_per_tok};
  if (b->m->surfaces && msw_surface_moe(b->m->surfaces, &kernel, b->arena, &op->curve, &op->source)) {
    op->curve = msw_measured_as_fast_as_larger(&op->curve, b->arena);
    b->m->n_ops++;
    return;
  }
  if (msw_analytic_moe_curve(b->key->gpu, &kernel, b->arena, &op->curve)) {
    b->m->n_ops++;
    return;
  }
  set_void(b->bound, MSW_FLAG_VOID_TABLE,
           msw_format(b->arena, "no experts of %s at tp %g were measured on %s%s", model->name, b->tp, b->key->gpu->name,
                      msw_measured_no_model));
}

static void add_feed_forward(binding *b, double layers) {
  const msw_model *model = b->key->model;
  double dense = model->is_moe ? (double)model->first_k_dense_replace : layers;
  double shared = (double)(model->num_shared_experts * model->moe_intermediate_size) / b->tp;
  double width = b->bound->intermediate_size / b->tp;
  if (dense > 0.0) {
    add_gemm(b, "gate_up_proj", b->hidden, 2.0 * width, dense);
    add_gemm(b, "down_proj", width, b->hidden, dense);
  }
  if (!model->is_moe) return;
  add_experts(b, layers - dense);
  if (!(shared > 0.0)) return;
  add_gemm(b, "shared_gate_up_proj", b->hidden, 2.0 * shared, layers - dense);
  add_gemm(b, "shared_down_proj", shared, b->hidden, layers - dense);
}

static void add_projections(binding *b, double layers) {
  if (b->key->model->is_mla) {
    const msw_latent_kernel kernel = msw_latent_kernel_of(b->bound);
    msw_latent_gemm gemm[MSW_LATENT_MAX_GEMM];
    const size_t n_gemm = msw_latent_projections(&kernel, gemm);
    for (size_t i_gemm = 0; i_gemm < n_gemm; i_gemm++) add_gemm(b, gemm[i_gemm].name, gemm[i_gemm].k, gemm[i_gemm].n, layers);
    return;
  }
  add_gemm(b, "qkv_proj", b->hidden, b->q_size + 2.0 * b->kv_size, layers);
  add_gemm(b, "o_proj", b->q_size, b->hidden, layers);
}

static void add_layers(binding *b) {
  double layers = b->bound->num_layers;
  add_projections(b, layers);
  add_feed_forward(b, layers);
  double vocab = (double)b->key->model->vocab_size;   /* its weights stay in 16 bit beside narrower ones */
  if (vocab > 0.0) make_gemm(b, "lm_head", b->bound->kv_dtype, b->hidden, ceil(vocab / b->tp), 1.0, &b->m->lm_head);
}

/* ---- Constants ---- */

static void bind_small_kernels(binding *b) {
  const msw_knobs *knobs = &b->bound->knobs;
  bool is_fused = knobs->fuse_all_reduce_norm && b->tp > 1.0;
  double kernels = b->key->model->is_mla ? latent_small_kernels_per_layer : small_kernels_per_layer;
  if (is_fused) kernels -= fused_norms_per_layer;
  double width = b->bound->intermediate_size / b->tp;
  if (b->key->model->is_moe) width = 0.0;   /* experts are measured with their activation */
  /* two norms read and write hidden state and residual; the activation reads gate and up, writes one; the rotary
   * embedding reads and writes queries and keys, keys and values go to the cache */
  double values_per_tok = 8.0 * b->hidden + 3.0 * width + 2.0 * b->q_size + 4.0 * b->kv_size;
  double us_per_value = bytes_16bit / b->bound->bw_bytes_per_s * us_per_s;
  b->m->small_us = (b->bound->num_layers * kernels + small_kernels_per_step) * knobs->small_kernel_us;
  b->m->small_us_per_tok = (b->bound->num_layers * values_per_tok + 4.0 * b->hidden) * us_per_value;
}

static void bind_attention(binding *b) {
  msw_case *bound = b->bound;
  msw_measured_case *m = b->m;
  const msw_gpu *gpu = b->key->gpu;
  m->n_sm = gpu->n_sm;
  m->l2_bytes = gpu->l2_bytes;
  if (b->key->model->is_mla) {
    msw_measured_bind_latent(bound, m);
    return;
  }
  double kv_heads = fmax(1.0, bound->num_kv_heads / b->tp);   /* replicated where tp exceeds them */
  m->attention = (msw_attention_kernel){.kv_dtype = bound->kv_dtype, .num_heads = bound->num_heads / b->tp,
                                        .num_kv_heads = kv_heads, .head_dim = bound->head_dim,
                                        .window = (double)b->key->model->sliding_window};
  m->decode_flop_per_tok = 4.0 * m->attention.num_heads * m->attention.head_dim;
  m->prefill_flop_per_tok2 = 2.0 * m->attention.num_heads * m->attention.head_dim;
  double head_bytes_per_tok = 2.0 * bound->head_dim * bound->kv_bytes_per_value;
  if (m->attention.window > 0.0) return;   /* what is read does not grow with the length: as measured */
  m->kv_us_per_tok = kv_heads * head_bytes_per_tok / bound->bw_bytes_per_s * us_per_s;
  if (bound->knobs.chain_gb_per_s > 0.0 && m->n_sm > 0.0)
    m->chain_us_per_tok = head_bytes_per_tok / (bound->knobs.chain_gb_per_s * bytes_per_gb) * us_per_s;
}

void msw_measured_bind(const msw_case_key *key, msw_arena *arena, msw_case *bound) {
  double kv_heads = fmax(1.0, bound->num_kv_heads / bound->tp);
  const bool is_latent = key->model->is_mla;   /* no small kernel beside the block has its heads */
  binding b = {.key = key, .arena = arena, .bound = bound, .m = msw_arena_array(arena, 1, sizeof *b.m), .tp = bound->tp,
               .hidden = bound->hidden_size, .q_size = is_latent ? 0.0 : bound->num_heads / bound->tp * bound->head_dim,
               .kv_size = is_latent ? 0.0 : kv_heads * bound->head_dim};
  bound->measured = b.m;
  b.m->surfaces = key->tables ? key->tables->surfaces : NULL;
  add_layers(&b);
  msw_measured_bind_all_reduce(bound, arena, b.m);
  bind_small_kernels(&b);
  bind_attention(&b);
  if (!(bound->flags & MSW_FLAGS_VOID)) msw_measured_check_attention(bound, arena);
}

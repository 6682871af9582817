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

/* A library never needs more time for a call than for a larger one: it could run that instead. Rows that are slower than one
 * with more tokens are a benchmark's bad luck (algorithm switches, clocks), and engines do not show them. */
static msw_time_curve as_fast_as_larger(const msw_time_curve *curve, msw_arena *arena) {
  size_t n = curve->n;
  msw_time_piece *pieces = msw_arena_array(arena, n, sizeof *pieces);
  double next_begin = (double)INFINITY, next_us = (double)INFINITY;
  for (size_t i_piece = n; i_piece-- > 0;) {
    const msw_time_piece *given = &curve->piece[i_piece];
    double begin = i_piece > 0 ? given->begin : given->x0, us = msw_time_piece_at(given, begin);
    pieces[i_piece] = *given;
    if (i_piece + 1 < n) {
      bool is_slower = us > next_us, is_point = msw_time_is_point(begin, next_begin);   /* which has no slope */
      if (is_slower) us = next_us;
      pieces[i_piece] = (msw_time_piece){.begin = given->begin, .x0 = begin, .c0 = us, .flags = given->flags,
                                         .c1 = is_point ? 0.0 : (next_us - us) / (next_begin - begin)};
      if (is_slower) pieces[i_piece].flags |= MSW_FLAG_INTERPOLATED;
    }
    next_begin = begin;
    next_us = us;
  }
  return (msw_time_curve){pieces, n};
}

/* Long runs of large GEMM are held back by power: what a GPU sustains is below what a short benchmark finds. */
static msw_time_curve as_sustained(const binding *b, msw_dtype dtype, const msw_time_curve *curve, double flop_per_tok) {
  double flop_per_s = b->key->gpu->peak_flop_per_s[dtype] * b->bound->knobs.sustained_gemm_fraction;
  return msw_measured_above(curve, 0.0, flop_per_tok / flop_per_s * us_per_s, b->arena);
}

static bool find_gemm(const binding *b, msw_dtype dtype, msw_token_op *op) {
  msw_time_curve measured;
  const bool found = b->m->surfaces && msw_surface_gemm(b->m->surfaces, dtype, false, op->n, op->k, b->arena, &measured, &op->source);
  if (!found || msw_measured_is_thin(&op->source)) {
    const bool has_model = msw_analytic_gemm_curve(b->key->gpu, dtype, op->n, op->k, b->arena, &op->curve);
    if (has_model) op->source.n = 0;
    if (has_model || !found) return has_model;
  }
  op->curve = as_fast_as_larger(&measured, b->arena);
  return true;
}

static bool make_gemm(const binding *b, const char *name, msw_dtype dtype, double k, double n, double count, msw_token_op *op) {
  *op = (msw_token_op){.name = name, .k = k, .n = n, .count = count, .flop_per_tok = 2.0 * k * n};
  if (!find_gemm(b, dtype, op)) {
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
    op->curve = as_fast_as_larger(&op->curve, b->arena);
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

static void add_layers(binding *b) {
  double layers = b->bound->num_layers;
  add_gemm(b, "qkv_proj", b->hidden, b->q_size + 2.0 * b->kv_size, layers);
  add_gemm(b, "o_proj", b->q_size, b->hidden, layers);
  add_feed_forward(b, layers);
  double vocab = (double)b->key->model->vocab_size;   /* its weights stay in 16 bit beside narrower ones */
  if (vocab > 0.0) make_gemm(b, "lm_head", b->bound->kv_dtype, b->hidden, ceil(vocab / b->tp), 1.0, &b->m->lm_head);
}

/* ---- Constants ---- */

static void bind_small_kernels(binding *b) {
  const msw_knobs *knobs = &b->bound->knobs;
  bool is_fused = knobs->fuse_all_reduce_norm && b->tp > 1.0;
  double kernels = small_kernels_per_layer - (is_fused ? fused_norms_per_layer : 0.0);
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
  double kv_heads = fmax(1.0, bound->num_kv_heads / b->tp);   /* replicated where tp exceeds them */
  m->attention = (msw_attention_kernel){.kv_dtype = bound->kv_dtype, .num_heads = bound->num_heads / b->tp,
                                        .num_kv_heads = kv_heads, .head_dim = bound->head_dim,
                                        .window = (double)b->key->model->sliding_window};
  m->n_sm = gpu->n_sm;
  m->l2_bytes = gpu->l2_bytes;
  double head_bytes_per_tok = 2.0 * bound->head_dim * bound->kv_bytes_per_value;
  if (m->attention.window > 0.0) return;   /* what is read does not grow with the length: as measured */
  m->kv_us_per_tok = kv_heads * head_bytes_per_tok / bound->bw_bytes_per_s * us_per_s;
  if (bound->knobs.chain_gb_per_s > 0.0 && m->n_sm > 0.0)
    m->chain_us_per_tok = head_bytes_per_tok / (bound->knobs.chain_gb_per_s * bytes_per_gb) * us_per_s;
}

void msw_measured_bind(const msw_case_key *key, msw_arena *arena, msw_case *bound) {
  double kv_heads = fmax(1.0, bound->num_kv_heads / bound->tp);
  binding b = {.key = key, .arena = arena, .bound = bound, .m = msw_arena_array(arena, 1, sizeof *b.m), .tp = bound->tp,
               .hidden = bound->hidden_size, .q_size = bound->num_heads / bound->tp * bound->head_dim,
               .kv_size = kv_heads * bound->head_dim};
  bound->measured = b.m;
  b.m->surfaces = key->tables ? key->tables->surfaces : NULL;
  add_layers(&b);
  msw_measured_bind_all_reduce(bound, arena, b.m);
  bind_small_kernels(&b);
  bind_attention(&b);
  if (!(bound->flags & MSW_FLAGS_VOID)) msw_measured_check_attention(bound, arena);
}

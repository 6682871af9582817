/* The scalar reference of the family `measured`: a step, kernel by kernel. */
#include <math.h>

#include "measured_parts.h"
#include "msw/base/num.h"
#include "ops.h"

static const double s_per_us = 1e-6;

typedef struct {
  const msw_case *bound;
  const msw_step *step;
  const char *phase;             /* for the list of operations */
  double decode_requests, kv_tok, prefill_requests, prefill_tok;
  msw_op_list *ops;
  msw_flags *flags;
  msw_arena arena;               /* curves of this step */
} pass;

static pass start(const msw_case *bound, const msw_step *step, msw_op_list *ops, msw_flags *flags) {
  pass p = {.bound = bound, .step = step, .ops = ops, .flags = flags};
  for (size_t i_group = 0; i_group < step->n_decode; i_group++) {
    p.decode_requests += step->decode[i_group].count;
    p.kv_tok += step->decode[i_group].count * (step->decode[i_group].kv_len + 1.0);
  }
  for (size_t i_group = 0; i_group < step->n_prefill; i_group++) {
    p.prefill_requests += step->prefill[i_group].count;
    p.prefill_tok += step->prefill[i_group].count * step->prefill[i_group].new_len;
  }
  bool is_mixed = step->n_decode > 0 && step->n_prefill > 0;
  p.phase = is_mixed ? "fused" : msw_op_phase_name(step->n_decode > 0 ? MSW_DECODE : MSW_PREFILL);
  return p;
}

/* A kernel over `tok`, all its calls. */
static double token_op_us(pass *p, const msw_token_op *op, double tok) {
  msw_flags flags = 0;
  double us = op->count * msw_time_at(&op->curve, tok, &flags), flop = op->count * op->flop_per_tok * tok;
  *p->flags |= flags;
  msw_op_record(p->ops, (msw_op){.phase = p->phase, .name = op->name, .m = tok, .k = op->k, .n = op->n, .flop = flop,
                                 .mfu = flop > 0.0 ? flop / (us * s_per_us) / p->bound->gemm_flop_per_s : (double)NAN, .us = us,
                                 .source = &op->source, .flags = flags});
  return us;
}

static double gemm_us(pass *p, double padded_tok) {
  const msw_measured_case *m = p->bound->measured;
  double us = 0.0;
  for (size_t i_op = 0; i_op < m->n_ops; i_op++) us += token_op_us(p, &m->ops[i_op], padded_tok);
  if (m->lm_head.curve.n > 0) us += token_op_us(p, &m->lm_head, p->decode_requests + p->prefill_requests);
  return us;
}

static double record_attention(pass *p, msw_phase phase, double batch, double context, double flop, double us, msw_flags flags) {
  us *= p->bound->num_layers;
  flop *= p->bound->num_layers;
  *p->flags |= flags;
  msw_op_record(p->ops, (msw_op){.phase = msw_op_phase_name(phase), .name = "attention", .batch = batch, .context = context,
                                 .flop = flop, .mfu = flop / (us * s_per_us) / p->bound->attention_flop_per_s, .us = us,
                                 .flags = flags});
  return us;
}

static bool is_of_one_length(const msw_step *step) {
  for (size_t i_group = 1; i_group < step->n_decode; i_group++)
    if (!msw_same_number(step->decode[i_group].kv_len, step->decode[0].kv_len)) return false;
  return true;
}

/* Groups of one length are measured as they are; unequal ones wait for the longest where the kernel does not spread it, which it
 * does where its parts are cut for the lengths at hand: beside prefills, outside of a CUDA graph. */
static double decode_attention_us(pass *p) {
  const msw_case *bound = p->bound;
  const msw_measured_case *m = bound->measured;
  if (p->step->n_decode == 0) return 0.0;
  msw_flags flags = 0;
  double mean_kv = p->kv_tok / p->decode_requests, us, launch_us;
  const msw_phase phase = p->step->n_prefill > 0 ? MSW_MIXED : MSW_DECODE;
  if (is_of_one_length(p->step)) {
    msw_time_curve curve = msw_measured_decode_curve(bound, phase, p->decode_requests, &p->arena);
    us = msw_time_at(&curve, mean_kv, &flags);
  } else {
    msw_time_curve curve = msw_measured_equal_curve(bound, p->decode_requests, &p->arena, &launch_us);
    us = msw_time_at(&curve, mean_kv, &flags);
    if (phase == MSW_DECODE && m->chain_us_per_tok > 0.0)
      us = fmax(us, launch_us + msw_measured_chain_us(bound, p->step->decode, p->step->n_decode));
  }
  double flop = m->decode_flop_per_tok * p->kv_tok;
  return record_attention(p, MSW_DECODE, p->decode_requests, mean_kv, flop, us, flags);
}

/* Latents of the cache become keys and values again. */
static double cached_projection_us(pass *p, double cached_tok) {
  const msw_token_op *op = msw_latent_up_projection(p->bound->measured);
  if (!op || !(cached_tok > 0.0)) return 0.0;
  msw_flags flags = 0;
  double us = msw_measured_cached_projection_us(p->bound, cached_tok, &flags), flop = op->count * op->flop_per_tok * cached_tok;
  *p->flags |= flags;
  msw_op_record(p->ops, (msw_op){.phase = msw_op_phase_name(MSW_PREFILL), .name = "cached_kv_b_proj", .m = cached_tok, .k = op->k,
                                 .n = op->n, .flop = flop, .mfu = flop / (us * s_per_us) / p->bound->gemm_flop_per_s, .us = us,
                                 .source = &op->source, .flags = flags});
  return us;
}

/* Each request takes its share of a batch of requests like it. */
static double prefill_attention_us(pass *p) {
  const msw_case *bound = p->bound;
  if (p->step->n_prefill == 0) return 0.0;
  msw_flags flags = 0;
  double us = 0.0, flop = 0.0, context_tok = 0.0, cached_tok = 0.0, longest_cached_tok = 0.0;
  msw_time_curve curve = msw_measured_prefill_curve(bound, p->prefill_requests, &p->arena);
  const double read_us = msw_measured_cache_read_us(bound, p->prefill_requests);
  for (size_t i_group = 0; i_group < p->step->n_prefill; i_group++) {
    const msw_prefill_group *group = &p->step->prefill[i_group];
    double context = group->cached_len + group->new_len;
    double share = msw_measured_cached_share(context, group->cached_len);
    double of_group_us = msw_time_at(&curve, context, &flags) * share;
    if (group->cached_len > 0.0) of_group_us = fmax(of_group_us, read_us * context);
    us += group->count / p->prefill_requests * of_group_us;
    context_tok += group->count * context;
    cached_tok += group->count * group->cached_len;
    longest_cached_tok = fmax(longest_cached_tok, group->cached_len);
    flop += group->count * (context * context - group->cached_len * group->cached_len);
  }
  flop *= bound->measured->prefill_flop_per_tok2;
  us += msw_measured_cache_scan_us(bound, longest_cached_tok);
  us = record_attention(p, MSW_PREFILL, p->prefill_requests, context_tok / p->prefill_requests, flop, us, flags);
  return us + cached_projection_us(p, cached_tok);
}

static double small_kernels_us(pass *p, double padded_tok) {
  const msw_measured_case *m = p->bound->measured;
  double us = m->small_us + m->small_us_per_tok * padded_tok;
  msw_op_record(p->ops, (msw_op){.phase = p->phase, .name = "small_kernels", .m = padded_tok, .mfu = (double)NAN, .us = us});
  return us;
}

void msw_measured_step(const msw_case *bound, const msw_step *step, msw_op_list *ops, msw_breakdown *out) {
  pass p = start(bound, step, ops, &out->flags);
  double padded_tok = msw_padded_tok(bound, p.decode_requests + p.prefill_tok);
  out->decode.attn_us = decode_attention_us(&p);
  out->prefill.attn_us = prefill_attention_us(&p);
  msw_phase_time whole = {.gemm_us = gemm_us(&p, padded_tok), .attn_us = out->decode.attn_us + out->prefill.attn_us,
                          .memory_us = small_kernels_us(&p, padded_tok)};
  whole.time_us = whole.gemm_us + whole.attn_us + whole.memory_us;
  if (step->n_prefill == 0) out->decode = whole;
  else if (step->n_decode == 0) out->prefill = whole;
  else out->fused = whole;
  out->hardware_us = whole.time_us;
  if (bound->measured->has_all_reduce) out->comm_us = token_op_us(&p, &bound->measured->all_reduce, padded_tok);
  const double busy_us = out->hardware_us + out->comm_us;
  const double host_us = msw_host_launch_us(bound, step->n_decode > 0, step->n_prefill > 0);
  out->overhead_us = bound->knobs.step_overhead_us + (fmax(busy_us, host_us) - busy_us);   /* the GPU waits for the host */
  out->tok_per_step = p.decode_requests + p.prefill_tok;
  msw_arena_free(&p.arena);
}

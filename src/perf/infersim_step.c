/* From layers to a step as InferSim does: passes, two-batch overlap, the scheduler's fixed time (docs/model.md, "InferSim"). */
#include <math.h>

#include "msw/perf/infersim.h"
#include "ops.h"

static const double overlapped_batches = 2.0;

double msw_infersim_compute_scale(const msw_case *bound, msw_phase phase) {
  if (!bound->knobs.two_batch_overlap) return bound->num_layers;
  double share = phase == MSW_PREFILL ? bound->knobs.sm_ratio : 1.0;   /* of the SMs, beside communication kernels */
  return bound->num_layers * overlapped_batches / share;
}

double msw_infersim_comm_scale(const msw_case *bound) {
  return bound->num_layers * (bound->knobs.two_batch_overlap ? overlapped_batches : 1.0);
}

/* Two batches, each on its attention while the other is on its feed-forward or on the wire; all layers. */
static double overlapped_us(const msw_case *bound, msw_phase phase, double attention_us, double ffn_us, double before_us,
                            double after_us) {
  if (phase == MSW_DECODE)
    return overlapped_batches * bound->num_layers * fmax(attention_us, ffn_us + before_us + after_us);
  double a = attention_us / bound->knobs.sm_ratio, f = ffn_us / bound->knobs.sm_ratio;
  return bound->num_layers * (fmax(a, before_us) + fmax(a, after_us) + fmax(f, before_us) + fmax(f, after_us));
}

msw_phase_time msw_infersim_pass(const msw_case *bound, msw_phase phase, const msw_infersim_layer *layer, double *comm_us) {
  double scale = msw_infersim_compute_scale(bound, phase), attention_us = layer->attention.us + layer->qkv_us + layer->o_us;
  msw_phase_time pass = {.gemm_us = (layer->qkv_us + layer->o_us + layer->ffn.compute_us) * scale,
                         .attn_us = layer->attention.compute_us * scale,
                         .memory_us = (layer->attention.load_us + layer->ffn.load_us) * scale};
  if (!bound->knobs.two_batch_overlap) {
    pass.time_us = (attention_us + layer->ffn.us) * scale;
    *comm_us = (layer->before_ffn_us + layer->after_ffn_us + layer->tp_all_reduce_us) * scale;
    return pass;
  }
  pass.time_us = overlapped_us(bound, phase, attention_us, layer->ffn.us, 0.0, 0.0);
  *comm_us = overlapped_us(bound, phase, attention_us, layer->ffn.us, layer->before_ffn_us, layer->after_ffn_us) - pass.time_us;
  return pass;
}

/* GEMM and communication of a layer; what the requests' lengths do not matter for. */
static void add_tokens(const msw_case *bound, msw_phase phase, double tok, msw_flags *flags, msw_op_list *ops,
                       msw_infersim_layer *layer) {
  const msw_infersim *own = bound->infersim;
  layer->o_us = msw_infersim_projection_us(bound, phase, &own->o, "o_proj", tok, flags, ops);
  layer->ffn = msw_infersim_ffn(bound, phase, tok, flags, ops);
  msw_infersim_comm(bound, phase, tok, ops, layer);
}

/* The two phases are passes of their own; returns the tokens that they stand for. */
static double decode_pass(const msw_case *bound, const msw_step *step, msw_op_list *ops, msw_breakdown *out) {
  msw_infersim_layer layer = {0};
  double tok = 0.0, comm_us;
  if (step->n_decode == 0) return 0.0;
  for (size_t i_group = 0; i_group < step->n_decode; i_group++) tok += step->decode[i_group].count;
  layer.qkv_us = msw_infersim_projection_us(bound, MSW_DECODE, &bound->infersim->qkv, "qkv_proj", tok, &out->flags, ops);
  layer.attention = msw_infersim_decode_attention(bound, step->decode, step->n_decode, &out->flags, ops);
  add_tokens(bound, MSW_DECODE, tok, &out->flags, ops, &layer);
  out->decode = msw_infersim_pass(bound, MSW_DECODE, &layer, &comm_us);
  out->comm_us += comm_us;
  out->overhead_us += bound->knobs.decode_scheduler_us;
  return tok;
}

static double prefill_pass(const msw_case *bound, const msw_step *step, msw_op_list *ops, msw_breakdown *out) {
  msw_infersim_layer layer = {0};
  double tok = 0.0, comm_us, repeats = 1.0, full = bound->knobs.max_prefill_tokens;
  if (step->n_prefill == 0) return 0.0;
  for (size_t i_group = 0; i_group < step->n_prefill; i_group++)
    tok += step->prefill[i_group].count * step->prefill[i_group].new_len;
  if (full > 0.0) {   /* the step's requests over and over until the pass is full: its attention in whole repeats */
    repeats = ceil(full / tok);
    tok = full;
  }
  layer.qkv_us = msw_infersim_projection_us(bound, MSW_PREFILL, &bound->infersim->qkv, "qkv_proj", tok, &out->flags, ops);
  for (size_t i_group = 0; i_group < step->n_prefill; i_group++) {
    msw_infersim_pair one = msw_infersim_prefill_attention(bound, &step->prefill[i_group], repeats, &out->flags, ops);
    layer.attention.compute_us += one.compute_us;
    layer.attention.load_us += one.load_us;
    layer.attention.us += one.us;
  }
  add_tokens(bound, MSW_PREFILL, tok, &out->flags, ops, &layer);
  out->prefill = msw_infersim_pass(bound, MSW_PREFILL, &layer, &comm_us);
  out->comm_us += comm_us;
  out->overhead_us += bound->knobs.prefill_scheduler_us;
  return tok;
}

void msw_infersim_step(const msw_case *bound, const msw_step *step, msw_op_list *ops, msw_breakdown *out) {
  double batches = bound->knobs.two_batch_overlap ? overlapped_batches : 1.0;   /* the step lists one of them */
  double tok = decode_pass(bound, step, ops, out);
  tok += prefill_pass(bound, step, ops, out);
  out->tok_per_step = tok * batches;
  out->hardware_us = out->prefill.time_us + out->decode.time_us;
}

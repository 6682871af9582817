/* The scalar reference: one step, term by term. Read docs/model.md beside it. */
#include "msw/perf/step.h"

#include <math.h>
#include <stdlib.h>

#include "msw/perf/infersim.h"
#include "msw/perf/measured.h"
#include "msw/perf/phase.h"
#include "ops.h"

static const double bytes_per_gib = 1024.0 * 1024.0 * 1024.0;
static const double us_per_s = 1e6;

typedef struct { double bucket; msw_prefill_group group; } bucketed;

static int by_bucket(const void *a, const void *b) {
  const bucketed *p = a, *q = b;
  return (p->bucket > q->bucket) - (p->bucket < q->bucket);
}

/* A phase's time is the longer of its compute and its memory time. */
static double phase_time_us(const msw_phase_time *phase) {
  double compute_us = phase->gemm_us + phase->attn_us;
  return compute_us > phase->memory_us ? compute_us : phase->memory_us;
}

static void record_memory(const msw_case *bound, msw_phase phase, double dyn_bytes, double us, msw_op_list *ops) {
  double bytes = (bound->layer_weight_bytes + dyn_bytes) / bound->tp;
  msw_op_record(ops, (msw_op){.phase = msw_op_phase_name(phase), .name = "memory", .bytes = bytes, .mfu = NAN, .us = us});
}

typedef struct { double requests, tok, kv_tok, longest, dyn_bytes; } totals;

static totals decode_totals(const msw_case *bound, const msw_step *step) {
  totals t = {0};
  for (size_t i_group = 0; i_group < step->n_decode; i_group++) {
    const msw_decode_group *group = &step->decode[i_group];
    t.requests += group->count;
    t.tok += group->count;
    t.kv_tok += group->count * (group->kv_len + 1.0);
    t.longest = fmax(t.longest, group->kv_len + 1.0);
    t.dyn_bytes += msw_decode_dyn_bytes(bound, group->count, group->kv_len);
  }
  return t;
}

static totals prefill_totals(const msw_case *bound, const msw_step *step) {
  totals t = {0};
  for (size_t i_group = 0; i_group < step->n_prefill; i_group++) {
    const msw_prefill_group *group = &step->prefill[i_group];
    double context = group->cached_len + group->new_len;
    t.requests += group->count;
    t.tok += group->count * group->new_len;
    t.kv_tok += group->count * context;
    t.longest = fmax(t.longest, context);
    t.dyn_bytes += msw_prefill_dyn_bytes(bound, group->count, group->cached_len, group->new_len);
  }
  return t;
}

static msw_phase_time eval_decode(const msw_case *bound, const msw_step *step, const totals *t, msw_flags *flags,
                                  msw_op_list *ops) {
  msw_phase_time phase = {0};
  if (step->n_decode == 0) return phase;
  phase.gemm_us = msw_gemm_us(bound, MSW_DECODE, t->requests, flags, ops);
  phase.attn_us = msw_decode_attention_us(bound, step->decode, step->n_decode, flags, ops);
  phase.memory_us = msw_memory_us(bound, MSW_DECODE, t->dyn_bytes);
  record_memory(bound, MSW_DECODE, t->dyn_bytes, phase.memory_us, ops);
  phase.time_us = phase_time_us(&phase);
  return phase;
}

/* Groups sorted by bucket, shortest first; in file order within a bucket. Free with free(). */
static bucketed *sort_into_buckets(const msw_case *bound, const msw_step *step) {
  bucketed *sorted = msw_alloc_zero(step->n_prefill, sizeof *sorted);
  for (size_t i_group = 0; i_group < step->n_prefill; i_group++) {
    const msw_prefill_group *group = &step->prefill[i_group];
    bool one_bucket = bound->family == MSW_FAMILY_CONSTANT_MFU;
    sorted[i_group].group = *group;
    sorted[i_group].bucket = one_bucket ? 0.0 : msw_prefill_bucket(&bound->knobs, group->cached_len, group->new_len);
  }
  qsort(sorted, step->n_prefill, sizeof *sorted, by_bucket);
  return sorted;
}

/* Every bucket is a launch of its own: it pays its GEMM (and their weight reads) again. */
static msw_phase_time eval_prefill(const msw_case *bound, const msw_step *step, const totals *t, msw_flags *flags,
                                   msw_op_list *ops) {
  msw_phase_time phase = {0};
  if (step->n_prefill == 0) return phase;
  bucketed *sorted = sort_into_buckets(bound, step);
  msw_prefill_group *groups = msw_alloc_zero(step->n_prefill, sizeof *groups);
  for (size_t first = 0, last; first < step->n_prefill; first = last) {
    double tok = 0.0;
    for (last = first; last < step->n_prefill && !(sorted[last].bucket > sorted[first].bucket); last++) {
      groups[last - first] = sorted[last].group;
      tok += sorted[last].group.count * sorted[last].group.new_len;
    }
    phase.gemm_us += msw_gemm_us(bound, MSW_PREFILL, tok, flags, ops);
    phase.attn_us += msw_prefill_attention_us(bound, sorted[first].bucket, groups, last - first, flags, ops);
  }
  free(groups);
  free(sorted);
  phase.memory_us = msw_memory_us(bound, MSW_PREFILL, t->dyn_bytes);
  record_memory(bound, MSW_PREFILL, t->dyn_bytes, phase.memory_us, ops);
  phase.time_us = phase_time_us(&phase);
  return phase;
}

/* mixed_rule = fused: one pass over the weights for all tokens; attention of both kinds one after the other. */
static msw_phase_time eval_fused(const msw_case *bound, const totals *decode, const totals *prefill,
                                 const msw_breakdown *out, msw_flags *flags, msw_op_list *ops) {
  msw_phase_time phase = {.attn_us = out->prefill.attn_us + out->decode.attn_us};
  phase.gemm_us = msw_gemm_us(bound, MSW_MIXED, prefill->tok + decode->tok, flags, ops);
  phase.memory_us = msw_memory_us(bound, MSW_MIXED, prefill->dyn_bytes + decode->dyn_bytes);
  record_memory(bound, MSW_MIXED, prefill->dyn_bytes + decode->dyn_bytes, phase.memory_us, ops);
  phase.time_us = phase_time_us(&phase);
  return phase;
}

static void set_void(const msw_case *bound, msw_breakdown *out) {
  const msw_phase_time nothing = {NAN, NAN, NAN, NAN};
  *out = (msw_breakdown){.prefill = nothing, .decode = nothing, .fused = nothing, .hardware_us = NAN, .comm_us = NAN,
                         .overhead_us = NAN, .step_us = NAN, .tok_per_step = NAN, .tok_per_s_per_gpu = NAN,
                         .kv_tok = NAN, .weight_gib = NAN, .kv_gib = NAN, .bound = MSW_BOUND_NONE, .flags = bound->flags};
}

static void set_memory_fit(const msw_case *bound, const totals *decode, const totals *prefill, msw_breakdown *out) {
  out->kv_tok = decode->kv_tok + prefill->kv_tok;
  out->weight_gib = bound->weight_bytes_per_gpu / bytes_per_gib;
  out->kv_gib = out->kv_tok * bound->kv_bytes_per_tok_per_gpu / bytes_per_gib;
  out->flags |= msw_fit_flags(bound, out->kv_tok, fmax(decode->longest, prefill->longest));
}

/* Both phases, combined as the published rooflines do. */
static void eval_roofline(const msw_case *bound, const msw_step *step, const totals *decode, const totals *prefill,
                          msw_op_list *ops, msw_breakdown *out) {
  out->decode = eval_decode(bound, step, decode, &out->flags, ops);
  out->prefill = eval_prefill(bound, step, prefill, &out->flags, ops);
  out->comm_us = msw_comm_us(bound);
  out->overhead_us = msw_overhead_us(bound, decode->requests, prefill->requests);
  out->tok_per_step = decode->tok + prefill->tok;
  if (bound->knobs.mixed_rule == MSW_MIXED_FUSED && step->n_decode > 0 && step->n_prefill > 0) {
    out->fused = eval_fused(bound, decode, prefill, out, &out->flags, ops);
    out->hardware_us = out->fused.time_us;
  } else {
    msw_mixed_weights weights = msw_mixed_weights_of(bound, prefill->tok, decode->requests);
    out->hardware_us = msw_combine_us(weights, out->prefill.time_us, out->decode.time_us);
  }
  msw_op_record(ops, (msw_op){.phase = "step", .name = "comm", .mfu = NAN, .us = out->comm_us});
}

void msw_step_eval(const msw_case *bound, const msw_step *step, msw_op_list *ops, msw_breakdown *out) {
  if (bound->flags & MSW_FLAGS_VOID) {
    set_void(bound, out);
    return;
  }
  *out = (msw_breakdown){.flags = bound->flags};
  totals decode = decode_totals(bound, step), prefill = prefill_totals(bound, step);
  if (bound->family == MSW_FAMILY_INFERSIM) msw_infersim_step(bound, step, ops, out);
  else if (bound->family == MSW_FAMILY_MEASURED) msw_measured_step(bound, step, ops, out);
  else eval_roofline(bound, step, &decode, &prefill, ops, out);

  const msw_phase_time *dominant = out->prefill.time_us > out->decode.time_us ? &out->prefill : &out->decode;
  if (out->fused.time_us > 0.0) dominant = &out->fused;
  out->step_us = out->hardware_us + out->comm_us + out->overhead_us;
  out->bound = msw_bound_of(dominant, out->hardware_us, out->comm_us, out->overhead_us);
  msw_op_record(ops, (msw_op){.phase = "step", .name = "overhead", .mfu = NAN, .us = out->overhead_us});
  out->tok_per_s_per_gpu = out->tok_per_step * us_per_s / out->step_us / bound->tp;
  set_memory_fit(bound, &decode, &prefill, out);
}

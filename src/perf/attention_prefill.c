/* Prefill attention of the requests of one bucket (docs/model.md, "Prefill attention"). */
#include <math.h>

#include "attention.h"
#include "msw/perf/phase.h"
#include "ops.h"

static const double us_per_s = 1e6;

double msw_prefill_bucket(const msw_knobs *knobs, double cached_len, double new_len) {
  double context = cached_len + new_len;
  const double smallest = 512.0, largest = 65536.0;
  switch ((msw_bucket_rule)knobs->prefill_bucket) {
    case MSW_BUCKET_EXACT: return context;
    case MSW_BUCKET_EDGES:
      for (size_t i_edge = 0; i_edge < knobs->n_bucket_edges; i_edge++)
        if (knobs->bucket_edges[i_edge] >= context) return knobs->bucket_edges[i_edge];
      return knobs->bucket_edges[knobs->n_bucket_edges - 1];
    case MSW_BUCKET_POW2: break;
  }
  double bucket = smallest;
  while (bucket < context && bucket < largest) bucket *= 2.0;
  return bucket;
}

/* V1: causal by construction. */
static double vector_us(const msw_case *bound, const msw_prefill_group *groups, size_t n, msw_op_list *ops) {
  double flop = 0.0;
  for (size_t i_group = 0; i_group < n; i_group++) {
    const msw_prefill_group *group = &groups[i_group];
    double context = msw_mean_context(group->cached_len, group->new_len);
    flop += group->count * msw_vector_flop(bound, group->new_len, context);
  }
  flop /= bound->tp_prefill;
  double us = flop / (bound->attention_flop_per_s * bound->knobs.vector_peak_fraction) * us_per_s;
  msw_op_record(ops, (msw_op){.phase = "prefill", .name = "attention", .flop = flop, .us = us,
                              .mfu = bound->knobs.vector_peak_fraction});
  return us;
}

/* Full-square FLOP of the bucket's requests, before the causal factor. */
static double bucket_flop(const msw_case *bound, double bucket, const msw_prefill_group *groups, size_t n) {
  double flop = 0.0, tok = 0.0;
  for (size_t i_group = 0; i_group < n; i_group++) {
    const msw_prefill_group *group = &groups[i_group];
    tok += group->count * group->new_len;
    flop += group->count * msw_attention_flop(bound, group->new_len, group->cached_len + group->new_len);
  }
  return bound->knobs.prefill_flop == MSW_PREFILL_FLOP_BUCKET ? msw_attention_flop(bound, tok, bucket) : flop;
}

double msw_prefill_attention_us(const msw_case *bound, double bucket, const msw_prefill_group *groups, size_t n,
                                msw_flags *flags, msw_op_list *ops) {
  if (n == 0) return 0.0;
  if (bound->family == MSW_FAMILY_CONSTANT_MFU) return vector_us(bound, groups, n, ops);
  msw_flags noted = bound->prefill_flags;
  msw_rows_used used = {0};
  double mfu = msw_curve_at(&bound->prefill, (msw_curve_rule)bound->knobs.prefill_lookup,
                            (msw_domain)bound->knobs.lookup_domain, bucket, &noted, ops ? &used : NULL);
  double flop = bucket_flop(bound, bucket, groups, n) / bound->knobs.causal_factor;
  double us = flop / (bound->attention_flop_per_s * mfu) / bound->tp * us_per_s;
  *flags |= noted;
  msw_op_record(ops, (msw_op){.phase = "prefill", .name = "attention", .context = bucket, .flop = flop / bound->tp,
                              .mfu = mfu, .us = us, .table = bound->prefill_table, .rows = used, .flags = noted});
  return us;
}

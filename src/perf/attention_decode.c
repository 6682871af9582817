/* Decode attention: requests with one new token each on their KV caches (docs/model.md, "Decode attention"). */
#include <math.h>
#include <stdlib.h>

#include "attention.h"
#include "msw/perf/phase.h"
#include "ops.h"

static const double us_per_s = 1e6;

static void record(const msw_case *bound, double batch, double kv_len, double flop, double mfu, double us,
                   const msw_rows_used *used, msw_flags flags, msw_op_list *ops) {
  if (!ops) return;
  msw_op_record(ops, (msw_op){.phase = "decode", .name = "attention", .batch = batch, .context = kv_len, .flop = flop,
                              .mfu = mfu, .us = us, .table = bound->decode_table, .rows = *used, .flags = flags});
}

/* V1: attention of both phases runs at a fraction of the peak. */
static double vector_us(const msw_case *bound, const msw_decode_group *groups, size_t n, msw_op_list *ops) {
  double flop = 0.0;
  for (size_t i_group = 0; i_group < n; i_group++)
    flop += groups[i_group].count * msw_vector_flop(bound, 1.0, groups[i_group].kv_len);
  flop /= bound->tp_decode;
  double us = flop / (bound->attention_flop_per_s * bound->knobs.vector_peak_fraction) * us_per_s;
  msw_rows_used none = {0};
  record(bound, 0, 0, flop, bound->knobs.vector_peak_fraction, us, &none, 0, ops);
  return us;
}

/* All requests as one batch of equal context. */
static double uniform_us(const msw_case *bound, double batch, double kv_len, msw_flags *flags, msw_op_list *ops) {
  double flop = msw_attention_flop(bound, batch, kv_len) / bound->tp;
  if (!(flop > 0.0)) return 0.0;
  msw_flags noted = bound->decode_flags;
  msw_rows_used used = {0};
  double mfu = msw_decode_grid_at(&bound->decode, &bound->knobs, batch, kv_len, &noted, ops ? &used : NULL);
  double us = flop / (bound->attention_flop_per_s * mfu) * us_per_s;
  record(bound, batch, kv_len, flop, mfu, us, &used, noted, ops);
  *flags |= noted;
  return us;
}

/* Each group at its own context, MFU weighted by FLOP; the table's batch is that of the whole step. */
static double weighted_us(const msw_case *bound, const msw_decode_group *groups, size_t n, double batch, bool buckets,
                          msw_flags *flags, msw_op_list *ops) {
  double flop = 0.0, flop_mfu = 0.0;
  for (size_t i_group = 0; i_group < n; i_group++) {
    const msw_decode_group *group = &groups[i_group];
    double kv_len = buckets ? msw_decode_bucket(group->kv_len) : group->kv_len;
    double group_flop = group->count * msw_attention_flop(bound, 1.0, kv_len);
    if (!(group_flop > 0.0)) continue;
    msw_flags noted = bound->decode_flags;
    msw_rows_used used = {0};
    double mfu = msw_decode_grid_at(&bound->decode, &bound->knobs, batch, kv_len, &noted, ops ? &used : NULL);
    flop += group_flop;
    flop_mfu += group_flop * mfu;
    *flags |= noted;
    record(bound, batch, kv_len, group_flop / bound->tp, mfu, NAN, &used, noted, ops);
  }
  if (!(flop_mfu > 0.0)) return 0.0;
  double mfu = flop_mfu / flop;
  return flop / (bound->attention_flop_per_s * mfu) / bound->tp * us_per_s;
}

/* The groups' operations share one time: each gets its part of the FLOP. */
static void share_time(msw_op_list *ops, size_t first, double us) {
  if (!ops) return;
  double flop = 0.0;
  for (size_t i_op = first; i_op < ops->n; i_op++) flop += ops->ops[i_op].flop;
  for (size_t i_op = first; i_op < ops->n; i_op++) ops->ops[i_op].us = us * ops->ops[i_op].flop / flop;
}

double msw_attention_us_per_tok2(const msw_case *bound) {
  return msw_attention_flop(bound, 1.0, 1.0) / bound->attention_flop_per_s / bound->tp * us_per_s;
}

double msw_decode_attention_us(const msw_case *bound, const msw_decode_group *groups, size_t n, msw_flags *flags,
                               msw_op_list *ops) {
  if (n == 0) return 0.0;
  if (bound->family == MSW_FAMILY_CONSTANT_MFU) return vector_us(bound, groups, n, ops);
  double batch = 0.0, longest = 0.0, total = 0.0;
  for (size_t i_group = 0; i_group < n; i_group++) {
    batch += groups[i_group].count;
    total += groups[i_group].count * groups[i_group].kv_len;
    if (groups[i_group].kv_len > longest) longest = groups[i_group].kv_len;
  }
  switch ((msw_aggregation)bound->knobs.decode_aggregation) {
    case MSW_AGGREGATE_MAX: return uniform_us(bound, batch, longest, flags, ops);
    case MSW_AGGREGATE_MEAN: return uniform_us(bound, batch, total / batch, flags, ops);
    case MSW_AGGREGATE_REQUEST:
    case MSW_AGGREGATE_BUCKETS: break;
  }
  size_t first = ops ? ops->n : 0;
  bool buckets = bound->knobs.decode_aggregation == MSW_AGGREGATE_BUCKETS;
  double us = weighted_us(bound, groups, n, batch, buckets, flags, ops);
  share_time(ops, first, us);
  return us;
}

/* Terms of one layer as InferSim prices them (docs/model.md, "InferSim"). */
#include <math.h>

#include "msw/perf/infersim.h"
#include "msw/perf/phase.h"
#include "ops.h"

static const double us_per_s = 1e6, projections_of_ffn = 3.0;   /* gate, up, down */

static msw_infersim_pair side_by_side(double compute_us, double load_us) {
  return (msw_infersim_pair){compute_us, load_us, compute_us > load_us ? compute_us : load_us};
}

/* ---- GEMM ---- */

double msw_infersim_projection_us(const msw_case *bound, msw_phase phase, const msw_infersim_curve *rows, const char *name,
                                  double tok, msw_flags *flags, msw_op_list *ops) {
  msw_flags noted = 0;
  msw_rows_used used;
  double mfu = msw_infersim_curve_at(rows, tok, &noted, &used), flop = 2.0 * tok * rows->k * rows->n;
  double us = flop / (bound->gemm_flop_per_s * mfu) * us_per_s, scale = msw_infersim_compute_scale(bound, phase);
  *flags |= noted;
  msw_op_record(ops, (msw_op){.phase = msw_op_phase_name(phase), .name = name, .m = tok, .k = rows->k, .n = rows->n,
                              .flop = flop * bound->num_layers,
                              .bytes = rows->k * rows->n * bound->weight_bytes_per_param * bound->num_layers, .mfu = mfu,
                              .us = us * scale, .table = used.n ? rows->table : NULL, .rows = used, .flags = noted});
  return us;
}

/* One MFU, that of gate and up together, for all three projections; the FLOP are divided by tp, the lookup by world_size. */
msw_infersim_pair msw_infersim_ffn(const msw_case *bound, msw_phase phase, double tok, msw_flags *flags, msw_op_list *ops) {
  const msw_infersim *own = bound->infersim;
  msw_flags noted = 0;
  msw_rows_used used;
  double weights = projections_of_ffn * bound->hidden_size * own->intermediate_size;
  double mfu = msw_infersim_curve_at(&own->ffn, tok, &noted, &used), flop = 2.0 * tok * weights;
  double bytes = weights * bound->weight_bytes_per_param / (own->world_size / bound->tp);
  double scale = msw_infersim_compute_scale(bound, phase);
  msw_infersim_pair ffn = side_by_side(flop / (bound->gemm_flop_per_s * mfu) * us_per_s,
                                       bytes / bound->bw_bytes_per_s * us_per_s);
  *flags |= noted;
  msw_op_record(ops, (msw_op){.phase = msw_op_phase_name(phase), .name = "ffn", .m = tok, .k = own->ffn.k, .n = own->ffn.n,
                              .flop = flop * bound->num_layers, .mfu = mfu, .us = ffn.compute_us * scale,
                              .is_hidden = ffn.compute_us < ffn.load_us, .table = used.n ? own->ffn.table : NULL,
                              .rows = used, .flags = noted});
  msw_op_record(ops, (msw_op){.phase = msw_op_phase_name(phase), .name = "ffn_load", .bytes = bytes * bound->num_layers,
                              .mfu = NAN, .us = ffn.load_us * scale, .is_hidden = ffn.compute_us >= ffn.load_us});
  return ffn;
}

/* ---- Attention ---- */

/* FLOP of QK^T and AV of one layer on one GPU; bytes of its KV cache. */
static double attention_flop(const msw_case *bound, double new_tok, double context) {
  return 4.0 * bound->infersim->num_heads * bound->head_dim * new_tok * context;
}
static double kv_bytes(const msw_case *bound, double tok) {
  return 2.0 * bound->infersim->num_kv_heads * bound->head_dim * bound->kv_bytes_per_value * tok;
}

static void record_kv_load(const msw_case *bound, msw_phase phase, double bytes, double us, bool is_hidden, msw_op_list *ops) {
  msw_op_record(ops, (msw_op){.phase = msw_op_phase_name(phase), .name = "kv_load", .bytes = bytes * bound->num_layers,
                              .mfu = NAN, .us = us * msw_infersim_compute_scale(bound, phase), .is_hidden = is_hidden});
}

/* `count` requests of one length; the lookup sees the batch of the whole step. */
static double decode_us(const msw_case *bound, double batch, double count, double kv_len, msw_flags *flags, msw_op_list *ops) {
  const msw_infersim_nearest *rows = &bound->infersim->decode;
  double flop = count * attention_flop(bound, 1.0, kv_len);
  if (!(flop > 0.0)) return 0.0;
  msw_flags noted = 0;
  msw_rows_used used;
  double mfu = msw_infersim_nearest_at(rows, batch, kv_len, &noted, &used);
  double us = flop / (bound->attention_flop_per_s * mfu) * us_per_s;
  *flags |= noted;
  msw_op_record(ops, (msw_op){.phase = "decode", .name = "attention", .batch = batch, .context = kv_len,
                              .flop = flop * bound->num_layers, .mfu = mfu,
                              .us = us * msw_infersim_compute_scale(bound, MSW_DECODE),
                              .table = used.n ? rows->table : NULL, .rows = used, .flags = noted});
  return us;
}

/* The length that stands for a group: its own, or one for all of them. */
static double length_of(msw_aggregation rule, const msw_decode_group *group, double mean, double longest) {
  switch (rule) {
    case MSW_AGGREGATE_MAX: return longest;
    case MSW_AGGREGATE_MEAN: return mean;
    case MSW_AGGREGATE_BUCKETS: return msw_decode_bucket(group->kv_len);
    case MSW_AGGREGATE_REQUEST: break;
  }
  return group->kv_len;
}

msw_infersim_pair msw_infersim_decode_attention(const msw_case *bound, const msw_decode_group *groups, size_t n,
                                                msw_flags *flags, msw_op_list *ops) {
  const msw_aggregation rule = (msw_aggregation)bound->knobs.decode_aggregation;
  bool as_one = rule == MSW_AGGREGATE_MAX || rule == MSW_AGGREGATE_MEAN;
  double batch = 0.0, total = 0.0, longest = 0.0, us = 0.0, tok = 0.0;
  for (size_t i_group = 0; i_group < n; i_group++) {
    batch += groups[i_group].count;
    total += groups[i_group].count * groups[i_group].kv_len;
    longest = fmax(longest, groups[i_group].kv_len);
  }
  size_t first = ops ? ops->n : 0;
  for (size_t i_group = 0; i_group < (as_one ? 1 : n); i_group++) {
    double kv_len = length_of(rule, &groups[i_group], total / batch, longest), count = as_one ? batch : groups[i_group].count;
    us += decode_us(bound, batch, count, kv_len, flags, ops);
    tok += count * kv_len;
  }
  double bytes = kv_bytes(bound, tok);
  msw_infersim_pair attention = side_by_side(us, bytes / bound->bw_bytes_per_s * us_per_s);
  bool is_hidden = attention.compute_us < attention.load_us;
  for (size_t i_op = first; ops && i_op < ops->n; i_op++) ops->ops[i_op].is_hidden = is_hidden;
  record_kv_load(bound, MSW_DECODE, bytes, attention.load_us, !is_hidden, ops);
  return attention;
}

/* Full-square FLOP over the causal factor. The published code has no cached tokens: they lengthen the context here. */
msw_infersim_pair msw_infersim_prefill_attention(const msw_case *bound, const msw_prefill_group *group, double repeats,
                                                 msw_flags *flags, msw_op_list *ops) {
  const msw_infersim_curve *rows = &bound->infersim->prefill;
  double context = group->cached_len + group->new_len, times = group->count * repeats;
  msw_flags noted = 0;
  msw_rows_used used;
  double mfu = msw_infersim_curve_at(rows, context, &noted, &used), bytes = kv_bytes(bound, context) * times;
  double flop = attention_flop(bound, group->new_len, context) / bound->knobs.causal_factor * times;
  msw_infersim_pair attention = side_by_side(flop / (bound->attention_flop_per_s * mfu) * us_per_s,
                                             bytes / bound->bw_bytes_per_s * us_per_s);
  bool is_hidden = attention.compute_us < attention.load_us;
  *flags |= noted;
  msw_op_record(ops, (msw_op){.phase = "prefill", .name = "attention", .context = context, .flop = flop * bound->num_layers,
                              .mfu = mfu, .us = attention.compute_us * msw_infersim_compute_scale(bound, MSW_PREFILL),
                              .is_hidden = is_hidden, .table = used.n ? rows->table : NULL, .rows = used, .flags = noted});
  record_kv_load(bound, MSW_PREFILL, bytes, attention.load_us, !is_hidden, ops);
  return attention;
}

/* Communication as InferSim prices it: bytes over bandwidth, no latency (docs/model.md, "InferSim"). */
#include <math.h>

#include "msw/perf/infersim.h"
#include "ops.h"

static const double us_per_s = 1e6, bytes_per_gib = 1024.0 * 1024.0 * 1024.0;
static const double fp8_bytes = 1.0, bf16_bytes = 2.0;

static double send_us(const msw_case *bound, double bytes, bool between_nodes) {
  const msw_knobs *knobs = &bound->knobs;
  return bytes / bytes_per_gib / (between_nodes ? knobs->inter_node_gib_per_s : knobs->intra_node_gib_per_s) * us_per_s;
}

/* Tokens to the feed-forward GPUs, or back from them, with DeepEP. Dense feed-forward: one expert a token. */
static double deepep_us(const msw_case *bound, msw_phase phase, double tok_bytes) {
  const double nodes = bound->knobs.num_nodes;
  if (phase == MSW_DECODE) return send_us(bound, tok_bytes, nodes > 1.0);                    /* low-latency kernels */
  return send_us(bound, tok_bytes * (nodes - 1.0), true) + send_us(bound, tok_bytes, false);   /* normal kernels */
}

static void record(const msw_case *bound, msw_phase phase, const char *name, double tok, double us, msw_op_list *ops) {
  if (!(us > 0.0)) return;
  msw_op_record(ops, (msw_op){.phase = msw_op_phase_name(phase), .name = name, .m = tok, .mfu = NAN,
                              .us = us * msw_infersim_comm_scale(bound), .is_hidden = bound->knobs.two_batch_overlap});
}

void msw_infersim_comm(const msw_case *bound, msw_phase phase, double tok, msw_op_list *ops, msw_infersim_layer *layer) {
  const msw_knobs *knobs = &bound->knobs;
  double values = tok * bound->hidden_size, tp = bound->tp;
  if (bound->infersim->world_size > 1.0) {
    double all_bytes = values * bound->infersim->world_size * bf16_bytes;   /* an all-reduce moves the sum, as published */
    double reduce_us = send_us(bound, all_bytes, knobs->num_nodes > 1.0);
    layer->before_ffn_us = knobs->deepep ? deepep_us(bound, phase, values * fp8_bytes) : reduce_us;
    layer->after_ffn_us = knobs->deepep ? deepep_us(bound, phase, values * bf16_bytes) : reduce_us;
  }
  if (tp > 1.0 && !knobs->two_batch_overlap)   /* a ring; added to the two above; forgotten with overlap, as published */
    layer->tp_all_reduce_us = send_us(bound, values * bf16_bytes * 2.0 * (tp - 1.0) / tp, false);
  record(bound, phase, "comm_before_ffn", tok, layer->before_ffn_us, ops);
  record(bound, phase, "comm_after_ffn", tok, layer->after_ffn_us, ops);
  record(bound, phase, "tp_all_reduce", tok, layer->tp_all_reduce_us, ops);
}

/* From two phases to a step: the mixed rule, communication, overheads (docs/model.md, "The step"). */
#include <math.h>

#include "msw/perf/phase.h"

static msw_mixed_weights weighted(double prefill_tok, double decode_requests) {
  /* The published three branches (roofline_methods a.2). */
  if (prefill_tok > 4.0 * decode_requests && prefill_tok > 100.0) return (msw_mixed_weights){false, 0.75, 0.25};
  if (decode_requests > 2.0 * prefill_tok && decode_requests > 50.0) return (msw_mixed_weights){false, 0.35, 0.65};
  double both = prefill_tok + decode_requests;
  return (msw_mixed_weights){false, prefill_tok / both, decode_requests / both};
}

msw_mixed_weights msw_mixed_weights_of(const msw_case *bound, double prefill_tok, double decode_requests) {
  const msw_mixed_weights sum = {false, 1.0, 1.0}, max = {true, 1.0, 1.0};
  if (!(prefill_tok > 0.0) || !(decode_requests > 0.0)) return sum;   /* the absent phase has time 0 */
  switch ((msw_mixed_rule)bound->knobs.mixed_rule) {
    case MSW_MIXED_WEIGHTED: return weighted(prefill_tok, decode_requests);
    case MSW_MIXED_SUM: return sum;
    case MSW_MIXED_MAX:
    case MSW_MIXED_FUSED: break;
  }
  return max;
}

double msw_comm_us(const msw_case *bound) {
  if (bound->family != MSW_FAMILY_CONSTANT_MFU || !(bound->tp > 1.0)) return 0.0;
  return 2.0 * bound->num_layers * bound->knobs.all_reduce_latency_us;
}

/* V1: grows with the number of requests beyond two, more so when they are decodes; plus a cost per prefill request. */
static double constant_mfu_overhead_us(const msw_case *bound, double decode_requests, double prefill_requests) {
  const msw_knobs *knobs = &bound->knobs;
  double requests = decode_requests + prefill_requests, slope = 1.0;
  if (requests > 2.0) slope = 1.0 + 0.15 * log2(requests / 2.0) * (0.3 + 2.0 * decode_requests / requests);
  double per_prefill_us = decode_requests > 0.0 ? knobs->mixed_prefill_overhead_us : knobs->prefill_overhead_us;
  return knobs->step_overhead_us * slope + prefill_requests * per_prefill_us;
}

double msw_overhead_us(const msw_case *bound, double decode_requests, double prefill_requests) {
  const msw_knobs *knobs = &bound->knobs;
  if (bound->family == MSW_FAMILY_MEASURED) return knobs->step_overhead_us;
  double us = knobs->per_layer_overhead_us * bound->num_layers / bound->tp +
              knobs->per_request_overhead_us * (decode_requests + prefill_requests);
  if (bound->family == MSW_FAMILY_CONSTANT_MFU) us += constant_mfu_overhead_us(bound, decode_requests, prefill_requests);
  return us;
}

/* GEMM time of a phase: the seven projections of every layer (docs/model.md, "GEMM"). */
#include <math.h>

#include "gemm_surface.h"
#include "msw/perf/phase.h"
#include "ops.h"

static const double us_per_s = 1e6;

/* V1: all projections at one MFU per phase. */
static double constant_mfu_gemm_us(const msw_case *bound, msw_phase phase, double tok, msw_op_list *ops) {
  const msw_knobs *knobs = &bound->knobs;
  bool decode = phase == MSW_DECODE;
  double params = bound->layer_weight_bytes / bound->weight_bytes_per_param;   /* of all layers */
  double mfu = decode ? knobs->mfu_decode * knobs->mfu_decode_multiplier
                      : knobs->mfu_prefill * knobs->mfu_prefill_multiplier;
  double flop = 2.0 * tok * params / (decode ? bound->tp_decode : bound->tp_prefill);
  double us = flop / (bound->gemm_flop_per_s * mfu) * us_per_s;
  msw_op_record(ops, (msw_op){.phase = msw_op_phase_name(phase), .name = "gemm", .m = tok, .flop = flop, .mfu = mfu, .us = us});
  return us;
}

/* One projection of one layer on one GPU that holds it whole, seconds. */
static double projection_s(const msw_case *bound, const msw_gemm_surface *surface, double tok, double floor_s,
                           double *mfu, msw_flags *flags, msw_rows_used *used) {
  *mfu = msw_gemm_surface_at(surface, &bound->knobs, tok, flags, used);
  double compute_s = 2.0 * tok * surface->k * surface->n / (bound->gemm_flop_per_s * *mfu);
  return compute_s > floor_s ? compute_s : floor_s;
}

static double table_gemm_us(const msw_case *bound, msw_phase phase, double tok, msw_flags *flags, msw_op_list *ops) {
  double layer_s = 0.0, share = bound->num_layers / bound->tp;
  for (int op = 0; op < MSW_N_PROJECTIONS; op++) {
    const msw_gemm_surface *surface = &bound->gemm[op];
    double weight_bytes = surface->k * surface->n * bound->weight_bytes_per_param;
    double floor_s = bound->knobs.gemm_weight_floor ? weight_bytes / bound->bw_bytes_per_s : 0.0;
    double mfu;
    msw_flags noted = 0;
    msw_rows_used used = {0};
    double op_s = projection_s(bound, surface, tok, floor_s, &mfu, &noted, ops ? &used : NULL);
    layer_s += op_s;
    *flags |= noted;
    msw_op_record(ops, (msw_op){.phase = msw_op_phase_name(phase), .name = msw_projection_name((msw_projection)op),
                                .m = tok, .k = surface->k, .n = surface->n,
                                .flop = 2.0 * tok * surface->k * surface->n * share, .bytes = weight_bytes * share,
                                .mfu = mfu, .us = op_s * share * us_per_s, .floor_us = floor_s * share * us_per_s,
                                .table = surface->table, .rows = used, .flags = noted});
  }
  return bound->num_layers * layer_s / bound->tp * us_per_s;
}

double msw_gemm_us(const msw_case *bound, msw_phase phase, double tok, msw_flags *flags, msw_op_list *ops) {
  if (!(tok > 0.0)) return 0.0;
  if (bound->family == MSW_FAMILY_CONSTANT_MFU) return constant_mfu_gemm_us(bound, phase, tok, ops);
  return table_gemm_us(bound, phase, tok, flags, ops);
}

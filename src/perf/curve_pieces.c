/* A curve's lookups (curve.c), and those of GEMM and prefill attention on top of it, as pieces. */
#include <math.h>
#include <stdlib.h>

#include "gemm_surface.h"
#include "msw/perf/phase.h"
#include "pieces.h"

static msw_piece constant(double begin, double mfu, msw_flags flags) {
  return (msw_piece){.begin = begin, .y0 = mfu, .kind = MSW_PIECE_MFU, .flags = flags};
}

/* Between knot i and the next one. */
static msw_piece between(const msw_curve *curve, msw_curve_rule rule, bool in_time, size_t i_knot) {
  double begin = curve->x[i_knot], length = curve->x[i_knot + 1] - begin;
  double low = curve->mfu[i_knot], high = curve->mfu[i_knot + 1];
  if (rule == MSW_LOOKUP_FLOOR) return constant(begin, low, 0);
  msw_piece_kind kind = MSW_PIECE_MFU;
  if (in_time && low > 0.0 && high > 0.0) {
    bool root = rule == MSW_LOOKUP_SQRT;
    kind = root ? MSW_PIECE_ROOT : MSW_PIECE_TIME;
    low = msw_curve_time(curve, i_knot), high = msw_curve_time(curve, i_knot + 1);
    if (root) low = sqrt(low), high = sqrt(high);
  }
  return (msw_piece){.begin = begin, .x0 = begin, .y0 = low, .slope = (high - low) / length, .kind = kind};
}

void msw_curve_pieces(const msw_curve *curve, msw_curve_rule rule, msw_domain domain, msw_pieces *pieces) {
  bool in_time = rule == MSW_LOOKUP_SQRT || domain == MSW_DOMAIN_LATENCY;
  size_t last = curve->n - 1;
  pieces->n = 0;
  pieces->power = curve->power;
  msw_piece below = constant(-(double)INFINITY, curve->mfu[0], MSW_FLAG_TABLE_CLAMPED);
  if (domain == MSW_DOMAIN_LATENCY && curve->mfu[0] > 0.0)   /* time held: launch-bound */
    below.kind = MSW_PIECE_TIME, below.y0 = msw_curve_time(curve, 0);
  msw_pieces_add(pieces, below);
  for (size_t i_knot = 0; i_knot < last; i_knot++) msw_pieces_add(pieces, between(curve, rule, in_time, i_knot));
  msw_pieces_add(pieces, constant(curve->x[last], curve->mfu[last], 0));
  msw_pieces_add(pieces, constant(msw_just_above(curve->x[last]), curve->mfu[last], MSW_FLAG_TABLE_CLAMPED));
}

static bool any_low(const msw_curve *curve, double mfu_floor) {
  for (size_t i_knot = 0; i_knot < curve->n; i_knot++)
    if (!(curve->mfu[i_knot] >= mfu_floor)) return true;
  return false;
}

/* The published way out of a zero in a rounded mfu column: the nearest row of all, in raw units, that is none. */
static void replace_low(const msw_gemm_surface *surface, double mfu_floor, msw_pieces *pieces) {
  const msw_kernel_table *table = surface->table;
  msw_site *sites = msw_alloc_zero(table->n_rows, sizeof *sites);
  size_t n = 0;
  for (size_t i_row = 0; i_row < table->n_rows; i_row++) {
    double d_k = table->k[i_row] - surface->k, d_n = table->n[i_row] - surface->n;
    if (surface->mfu[i_row] >= mfu_floor)
      sites[n++] = (msw_site){table->m[i_row], d_k * d_k + d_n * d_n, surface->mfu[i_row], i_row};
  }
  msw_pieces usable = {.power = pieces->power};
  if (n > 0) msw_nearest_pieces(sites, n, MSW_NEAREST_L2, 0, &usable);
  if (n > 0) msw_pieces_replace_low(pieces, mfu_floor, &usable);
  msw_pieces_free(&usable);
  free(sites);
}

void msw_gemm_pieces(const msw_gemm_surface *surface, const msw_knobs *knobs, msw_pieces *pieces) {
  double mfu_floor = msw_mfu_floor(knobs);
  msw_curve_pieces(&surface->curve, (msw_curve_rule)knobs->gemm_lookup, (msw_domain)knobs->lookup_domain, pieces);
  /* With time held below the first knot MFU falls under any floor there. */
  if (any_low(&surface->curve, mfu_floor) || knobs->lookup_domain == MSW_DOMAIN_LATENCY)
    replace_low(surface, mfu_floor, pieces);
  for (size_t i_piece = 0; i_piece < pieces->n; i_piece++) pieces->piece[i_piece].flags |= surface->flags;
  msw_pieces_clear_below_zero(pieces);
}

/* Contexts from `begin` on are looked up at `bucket`. */
static void add_bucket(const msw_case *bound, double begin, double bucket, bool fold_length, msw_pieces *pieces) {
  msw_flags flags = bound->prefill_flags;
  double mfu = msw_curve_at(&bound->prefill, (msw_curve_rule)bound->knobs.prefill_lookup,
                            (msw_domain)bound->knobs.lookup_domain, bucket, &flags, NULL);
  msw_pieces_add(pieces, constant(begin, fold_length ? mfu / bucket : mfu, flags));
}

static void add_buckets(const msw_case *bound, bool fold_length, msw_pieces *pieces) {
  double begin = -(double)INFINITY;
  for (;;) {
    double bucket = msw_prefill_bucket(&bound->knobs, 0.0, begin);
    add_bucket(bound, begin, bucket, fold_length, pieces);
    if (!(bucket > begin)) return;   /* the last bucket holds all that is longer */
    begin = msw_just_above(bucket);
  }
}

void msw_prefill_pieces(const msw_case *bound, msw_pieces *pieces, bool *times_context) {
  pieces->n = 0;
  pieces->power = bound->prefill.power;
  bool fold_length = bound->knobs.prefill_flop == MSW_PREFILL_FLOP_BUCKET;
  if (bound->knobs.prefill_bucket != MSW_BUCKET_EXACT) {
    *times_context = !fold_length;
    add_buckets(bound, fold_length, pieces);
    return;
  }
  *times_context = true;
  msw_curve_pieces(&bound->prefill, (msw_curve_rule)bound->knobs.prefill_lookup,
                   (msw_domain)bound->knobs.lookup_domain, pieces);
  for (size_t i_piece = 0; i_piece < pieces->n; i_piece++) pieces->piece[i_piece].flags |= bound->prefill_flags;
}

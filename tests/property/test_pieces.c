/* Pieces are the lookups: the same MFU and flags at every point, by knob and table, on rows, just beside them and anywhere. */
#include <stdlib.h>

#include "gemm_surface.h"
#include "made_tables.h"
#include "msw/perf/piece.h"
#include "msw_test.h"
#include "rng.h"

enum { ROUNDS = 400, POINTS = 60, MOST = 9 };

static void check(const char *what, const msw_pieces *pieces, double x, double want, msw_flags want_flags) {
  const msw_piece *piece = &pieces->piece[msw_piece_find(pieces, x)];
  double got = msw_piece_mfu(piece, pieces->power, x);
  if (piece->flags != want_flags) fail_msg("%s at %.17g: flags %x, expected %x", what, x, piece->flags, want_flags);
  /* Beside a corner that counts as MFU 0 the difference of two rows' MFU is all there is: rounding of those remains. */
  bool close = fabs(got - want) <= 1e-11 * fabs(want) + 1e-15 || (isinf(got) && isinf(want));
  if (!close) fail_msg("%s at %.17g: MFU %.17g, expected %.17g", what, x, got, want);
}

/* On a knot, right beside it, in the middle of two, or anywhere; whole numbers as on real axes. */
static double point(rng *r, const double *knots, size_t n) {
  double knot = knots[rng_below(r, n)], other = knots[rng_below(r, n)];
  switch (rng_below(r, 4)) {
    case 0: return knot;
    case 1: return fmax(1.0, knot + (rng_chance(r, 0.5) ? 1.0 : -1.0));
    case 2: return floor((knot + other) / 2.0);
    default: return round(rng_log_between(r, 1, 400000));
  }
}

static double some_mfu(rng *r, double zero_share) { return rng_chance(r, zero_share) ? 0.0 : rng_log_between(r, 2e-4, 0.9); }

/* Rows in random file order, a fifth of them missing. */
static size_t decode_rows(rng *r, const double *batch, size_t n_batch, const double *kv_len, size_t n_kv, made_decode_row *rows) {
  double zero_share = rng_chance(r, 0.3) ? 0.2 : 0.0;
  size_t n = 0;
  for (size_t i_batch = 0; i_batch < n_batch; i_batch++)
    for (size_t i_kv = 0; i_kv < n_kv; i_kv++) {
      if (n > 0 && rng_chance(r, 0.2)) continue;
      size_t at = rng_below(r, n + 1);
      rows[n++] = rows[at];
      rows[at] = (made_decode_row){batch[i_batch], kv_len[i_kv], n == 1 ? 0.5 : some_mfu(r, zero_share)};
    }
  return n;
}

static void decode(void **state) {
  (void)state;
  rng r = rng_start("pieces are lookups: decode", 20260301);
  for (int i_round = 0; i_round < ROUNDS; i_round++) {
    double batch[MOST], kv_len[MOST];
    made_decode_row rows[MOST * MOST];
    size_t n_batch = rng_axis(&r, 1 + rng_below(&r, MOST), 1, 600, batch), n_kv = rng_axis(&r, 1 + rng_below(&r, MOST), 64, 200000, kv_len);
    size_t n = decode_rows(&r, batch, n_batch, kv_len, n_kv, rows);
    msw_arena arena = {0};
    msw_kernel_table table = made_decode(&arena, 1e15, (msw_attention_shape){32, 8, 128, 1}, rows, n);
    msw_decode_grid grid = msw_decode_grid_build(&table, table.file_mfu, &arena);
    msw_knobs knobs = {.mfu_source = (int)rng_below(&r, 2), .lookup_domain = (int)rng_below(&r, 2),
                       .decode_lookup = (int)rng_below(&r, 3), .ragged_corner = (int)rng_below(&r, 2)};
    msw_pieces pieces = {0};
    for (int i_batch = 0; i_batch < POINTS / 10; i_batch++) {
      double at_batch = point(&r, batch, n_batch);
      msw_decode_pieces(&grid, &knobs, at_batch, &pieces);
      for (int i_point = 0; i_point < POINTS; i_point++) {
        double x = point(&r, kv_len, n_kv);
        msw_flags flags = 0;
        double want = msw_decode_grid_at(&grid, &knobs, at_batch, x, &flags, NULL);
        check("decode", &pieces, x, want, flags);
      }
    }
    msw_pieces_free(&pieces);
    msw_arena_free(&arena);
  }
}

static void gemm(void **state) {
  (void)state;
  rng r = rng_start("pieces are lookups: GEMM", 20260302);
  for (int i_round = 0; i_round < ROUNDS; i_round++) {
    double m[MOST], zero_share = rng_chance(&r, 0.5) ? 0.3 : 0.0;
    made_gemm_row rows[3 * MOST];
    size_t n_m = rng_axis(&r, 1 + rng_below(&r, MOST), 1, 60000, m), n_shapes = 1 + rng_below(&r, 3), n = 0;
    for (size_t i_shape = 0; i_shape < n_shapes; i_shape++)
      for (size_t i_m = 0; i_m < n_m; i_m++)
        rows[n++] = (made_gemm_row){m[i_m], 4096.0 * (double)(1 + i_shape), 8192, some_mfu(&r, zero_share)};
    rows[n - 1].mfu = 0.3;
    msw_arena arena = {0};
    msw_kernel_table table = made_gemm(&arena, 1e15, rows, n);
    const msw_kernel_table *tables[] = {&table};
    msw_gemm_surface surface = msw_gemm_surface_bind(tables, &table.file_mfu, 1, 4096, 8000, &arena);
    msw_knobs knobs = {.mfu_source = (int)rng_below(&r, 2), .lookup_domain = (int)rng_below(&r, 2), .gemm_lookup = (int)rng_below(&r, 2)};
    msw_pieces pieces = {0};
    msw_gemm_pieces(&surface, &knobs, &pieces);
    for (int i_point = 0; i_point < POINTS; i_point++) {
      double x = point(&r, m, n_m);
      msw_flags flags = 0;
      double want = msw_gemm_surface_at(&surface, &knobs, x, &flags, NULL);
      check("gemm", &pieces, x, want, flags);
    }
    msw_pieces_free(&pieces);
    msw_arena_free(&arena);
  }
}

static void curves(void **state) {
  (void)state;
  rng r = rng_start("pieces are lookups: curves", 20260303);
  for (int i_round = 0; i_round < ROUNDS; i_round++) {
    double x[MOST], mfu[MOST];
    size_t n = rng_axis(&r, 1 + rng_below(&r, MOST), 64, 100000, x), pick[MOST];
    for (size_t i_knot = 0; i_knot < n; i_knot++) pick[i_knot] = i_knot, mfu[i_knot] = some_mfu(&r, 0.0);
    msw_arena arena = {0};
    msw_curve curve = msw_curve_build(x, mfu, pick, n, 2.0, &arena);
    msw_curve_rule rule = (msw_curve_rule)rng_below(&r, 3);
    msw_domain domain = (msw_domain)rng_below(&r, 2);
    msw_pieces pieces = {0};
    msw_curve_pieces(&curve, rule, domain, &pieces);
    for (int i_point = 0; i_point < POINTS; i_point++) {
      double at = point(&r, x, n);
      msw_flags flags = 0;
      double want = msw_curve_at(&curve, rule, domain, at, &flags, NULL);
      check("curve", &pieces, at, want, flags);
    }
    msw_pieces_free(&pieces);
    msw_arena_free(&arena);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(decode), cmocka_unit_test(gemm), cmocka_unit_test(curves)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* GEMM rows: the shape chosen covers and is the nearest that does; MFU is exact at its rows and never beyond all rows. */
#include <stdlib.h>

#include "gemm_surface.h"
#include "msw_test.h"
#include "random_world.h"

enum { ROUNDS = 300, SHAPES = 12, POINTS = 6 };

static double square(double x) { return x * x; }

/* Distance of the nearest covering row of all tables; INFINITY without. */
static double nearest_cover(const msw_kernel_table *const *tables, size_t n_tables, double k, double n) {
  double best = INFINITY;
  for (size_t t = 0; t < n_tables; t++)
    for (size_t i_row = 0; i_row < tables[t]->n_rows; i_row++)
      if (tables[t]->k[i_row] >= k && tables[t]->n[i_row] >= n)
        best = fmin(best, square(tables[t]->k[i_row] - k) + square(tables[t]->n[i_row] - n));
  return best;
}

static void check_shape(const msw_kernel_table *const *tables, const double *const *mfu, size_t n_tables, double k, double n,
                        const msw_knobs *knobs, rng *r, msw_arena *arena) {
  msw_gemm_surface surface = msw_gemm_surface_bind(tables, mfu, n_tables, k, n, arena);
  double best = nearest_cover(tables, n_tables, k, n), high = 0;
  const msw_kernel_table *last = tables[0];
  if (isinf(best)) {
    assert_same(surface.table_k, last->k[last->n_rows - 1]);
    assert_same(surface.table_n, last->n[last->n_rows - 1]);
  } else {
    assert_true(surface.table_k >= k && surface.table_n >= n);
    assert_same(square(surface.table_k - k) + square(surface.table_n - n), best);
  }
  assert_int_equal(surface.flags != 0, square(surface.table_k - k) + square(surface.table_n - n) > 0);
  for (size_t i_row = 0; i_row < surface.table->n_rows; i_row++) high = fmax(high, surface.mfu[i_row]);
  for (size_t i_knot = 0; i_knot < surface.curve.n; i_knot++) {
    msw_flags flags = 0;
    double got = msw_gemm_surface_at(&surface, knobs, surface.curve.x[i_knot], &flags, NULL);
    if (surface.curve.mfu[i_knot] >= msw_mfu_floor(knobs)) assert_same(got, surface.curve.mfu[i_knot]);
    assert_int_equal(flags, surface.flags);
  }
  for (int i_point = 0; i_point < POINTS; i_point++) {
    msw_flags flags = 0;
    double m = round(rng_log_between(r, 1, 3e5)), got = msw_gemm_surface_at(&surface, knobs, m, &flags, NULL);
    assert_true(got > 0 && got <= high * (1 + 1e-12));
  }
}

static void random_tables_and_shapes(void **state) {
  (void)state;
  const rng seeded = rng_start("gemm lookup", 20260204);
  for (uint64_t i_round = 0; i_round < ROUNDS; i_round++) {
    rng r = rng_fork(&seeded, i_round);
    random_world world;
    random_world_make(&world, &r);
    msw_knobs knobs = {.mfu_source = (int)rng_below(&r, 2), .lookup_domain = (int)rng_below(&r, 2), .gemm_lookup = (int)rng_below(&r, 2)};
    const msw_kernel_table *tables[2];
    const double *mfu[2];
    size_t n_tables = 0;
    for (size_t i_table = 0; i_table < world.sets[0].n_tables && n_tables < 2; i_table++)
      if (world.tables[0][i_table].kind == MSW_KERNEL_GEMM) tables[n_tables++] = &world.tables[0][i_table];
    for (size_t t = 0; t < n_tables; t++) mfu[t] = msw_table_mfu(tables[t], &knobs, &world.arena);
    for (int i_shape = 0; i_shape < SHAPES; i_shape++) {
      size_t i_row = rng_below(&r, tables[0]->n_rows);
      bool exact = rng_chance(&r, 0.4);
      double k = exact ? tables[0]->k[i_row] : round(rng_log_between(&r, 500, 20000));
      double n = exact ? tables[0]->n[i_row] : round(rng_log_between(&r, 500, 30000));
      check_shape(tables, mfu, n_tables, k, n, &knobs, &r, &world.arena);
    }
    random_world_free(&world);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(random_tables_and_shapes)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Lookups over batch x kv_len, with holes, reckoned by hand.
 *
 *   batch \ kv_len   512   1024   4096
 *        1           .01    .02    .03
 *        8           .04    .08    hole
 *       32           .10    hole   hole
 */
#include <stdlib.h>

#include "made_tables.h"
#include "msw/perf/decode_grid.h"
#include "msw_test.h"

static const double eps = 1e-15;
static const made_decode_row rows[] = {{1, 512, .01}, {1, 1024, .02}, {1, 4096, .03}, {8, 512, .04}, {8, 1024, .08}, {32, 512, .10}};
enum { N_ROWS = sizeof rows / sizeof rows[0] };

typedef struct { msw_arena arena; msw_kernel_table table; msw_decode_grid grid; msw_knobs knobs; } fixture;

static int setup(void **state) {
  fixture *f = msw_alloc_zero(1, sizeof *f);
  f->table = made_decode(&f->arena, 1e14, (msw_attention_shape){10, 2, 100, 1}, rows, N_ROWS);
  f->grid = msw_decode_grid_build(&f->table, f->table.file_mfu, &f->arena);
  f->knobs = (msw_knobs){.mfu_source = MSW_MFU_FROM_FILE, .decode_lookup = MSW_DECODE_BILINEAR, .ragged_corner = MSW_CORNER_ZERO,
                         .lookup_domain = MSW_DOMAIN_MFU};
  *state = f;
  return 0;
}

static int teardown(void **state) {
  fixture *f = *state;
  msw_arena_free(&f->arena);
  free(f);
  return 0;
}

static void check(fixture *f, double batch, double kv_len, double want, msw_flags want_flags) {
  msw_flags flags = 0;
  double got = msw_decode_grid_at(&f->grid, &f->knobs, batch, kv_len, &flags, NULL);
  if (!(fabs(got - want) <= eps)) fail_msg("%g x %g: %.17g, not %.17g", batch, kv_len, got, want);
  if (flags != want_flags) fail_msg("%g x %g: flags %x, not %x", batch, kv_len, flags, want_flags);
}

static void axes_are_sorted_and_unique(void **state) {
  fixture *f = *state;
  assert_int_equal(f->grid.n_batch, 3);
  assert_int_equal(f->grid.n_kv, 3);
  assert_same(f->grid.batch[2], 32);
  assert_same(f->grid.kv_len[1], 1024);
  assert_same(f->grid.mfu[1 * 3 + 1], .08);
  assert_int_equal(f->grid.row[1 * 3 + 1], 4);
  assert_true(isnan(f->grid.mfu[2 * 3 + 2]));
}

static void a_repeated_row_replaces(void **state) {
  fixture *f = *state;
  static const made_decode_row twice[] = {{8, 64, .5}, {4, 64, .2}, {8, 64, .7}};
  msw_kernel_table table = made_decode(&f->arena, 1e14, (msw_attention_shape){10, 2, 100, 1}, twice, 3);
  msw_decode_grid grid = msw_decode_grid_build(&table, table.file_mfu, &f->arena);
  assert_int_equal(grid.n_batch, 2);
  assert_int_equal(grid.n_kv, 1);
  assert_same(grid.mfu[1], .7);
  assert_int_equal(grid.row[1], 2);
}

static void bilinear_inside(void **state) {
  fixture *f = *state;
  check(f, 1, 512, .01, 0);
  check(f, 8, 1024, .08, 0);
  check(f, 1, 768, .015, 0);           /* along kv_len */
  check(f, 4.5, 512, .025, 0);         /* along batch */
  check(f, 4.5, 768, .0375, 0);        /* (.025 + .05) / 2 */
  check(f, 1, 2560, .025, 0);          /* the hole at (8, 4096) has weight 0 on the row of batch 1 */
}

static void bilinear_outside(void **state) {
  fixture *f = *state;
  check(f, .5, 512, .01, MSW_FLAG_TABLE_CLAMPED);
  check(f, 1, 100, .01, MSW_FLAG_TABLE_CLAMPED);
  check(f, 1, 9999, .03, MSW_FLAG_TABLE_CLAMPED);
  check(f, 64, 512, .10, MSW_FLAG_TABLE_CLAMPED);
}

/* As published: a missing corner counts as 0. */
static void holes_as_zero(void **state) {
  fixture *f = *state;
  check(f, 4.5, 2560, .0325, MSW_FLAG_TABLE_HOLE);   /* .5*(.5*.02+.5*.08) + .5*(.5*.03+.5*0) */
  check(f, 8, 2560, .04, MSW_FLAG_TABLE_HOLE);
  /* wholly in the hole: 0, so that the nearest measured row stands in, in raw units (1, 4096) */
  check(f, 32, 4096, .03, MSW_FLAG_TABLE_HOLE);
  check(f, 99, 9999, .03, MSW_FLAG_TABLE_HOLE | MSW_FLAG_TABLE_CLAMPED);
}

/* The same batch's last row before the hole, else its first. */
static void holes_clamped(void **state) {
  fixture *f = *state;
  f->knobs.ragged_corner = MSW_CORNER_CLAMP;
  check(f, 4.5, 2560, .0525, MSW_FLAG_TABLE_HOLE);   /* .5*(.5*.02+.5*.08) + .5*(.5*.03+.5*.08) */
  check(f, 8, 4096, .08, MSW_FLAG_TABLE_HOLE);
  check(f, 32, 4096, .10, MSW_FLAG_TABLE_HOLE);
  static const made_decode_row late[] = {{1, 64, .1}, {1, 128, .2}, {2, 128, .4}};   /* (2, 64) missing: nothing before it */
  msw_kernel_table table = made_decode(&f->arena, 1e14, (msw_attention_shape){10, 2, 100, 1}, late, 3);
  f->grid = msw_decode_grid_build(&table, table.file_mfu, &f->arena);
  check(f, 2, 64, .4, MSW_FLAG_TABLE_HOLE);
}

/* Time up to a constant, batch * kv_len / MFU: (1,512) 51200, (1,1024) 51200, (8,512) 102400, (8,1024) 102400,
 * (1,4096) 136533.3, (32,512) 163840. */
static void bilinear_in_time(void **state) {
  fixture *f = *state;
  f->knobs.lookup_domain = MSW_DOMAIN_LATENCY;
  check(f, 8, 1024, .08, 0);
  check(f, 1, 768, 768. / 51200, 0);
  check(f, 4.5, 768, 4.5 * 768 / 76800, 0);
  /* the missing (8, 4096) takes the time of a row as busy as the one before it: 8 * 4096 / .08 */
  check(f, 8, 2560, 8. * 2560 / ((102400 + 409600) / 2.), MSW_FLAG_TABLE_HOLE);
  check(f, 1, 256, 256. / 51200, MSW_FLAG_TABLE_CLAMPED);            /* time held below */
  check(f, .5, 512, .5 * 512 / 51200, MSW_FLAG_TABLE_CLAMPED);
  check(f, 1, 8192, .03, MSW_FLAG_TABLE_CLAMPED);                     /* MFU held above */
  check(f, 64, 512, .10, MSW_FLAG_TABLE_CLAMPED);
  check(f, 64, 256, 64. * 256 / (163840. * 2), MSW_FLAG_TABLE_CLAMPED);   /* above in batch, below in kv_len */
}

static void floor_nearest(void **state) {
  fixture *f = *state;
  f->knobs.decode_lookup = MSW_DECODE_FLOOR_NEAREST;
  check(f, 8, 1024, .08, 0);
  check(f, 7, 1000, .01, 0);           /* only batch 1 and kv 512 are not above */
  check(f, 20, 4000, .08, 0);          /* (8,1024): 12^2 + 2976^2 */
  check(f, 32, 4096, .03, 0);          /* kv_len dominates: (1,4096) at 31^2 */
  check(f, 33, 600, .10, MSW_FLAG_TABLE_CLAMPED);
  check(f, .5, 800, .02, MSW_FLAG_TABLE_CLAMPED);   /* nothing below: the nearest of all, (1,1024) */
  check(f, 1, 100, .01, MSW_FLAG_TABLE_CLAMPED);
}

static void nearest_l1(void **state) {
  fixture *f = *state;
  f->knobs.decode_lookup = MSW_DECODE_NEAREST_L1;
  check(f, 5, 512, .04, 0);            /* 3 against 4 */
  check(f, 4.5, 512, .01, 0);          /* 3.5 each: the first in the file */
  check(f, 2, 769, .02, 0);            /* (1,1024): 1 + 255; (1,512): 1 + 257 */
  check(f, 30, 4096, .03, 0);
}

/* Values below 1e-4 count as missing in a rounded column; from latency only 0 does. */
static void small_mfu(void **state) {
  fixture *f = *state;
  static const made_decode_row small[] = {{1, 64, 5e-5}, {1, 128, .2}, {8, 64, .3}};
  msw_kernel_table table = made_decode(&f->arena, 1e14, (msw_attention_shape){10, 2, 100, 1}, small, 3);
  f->grid = msw_decode_grid_build(&table, table.file_mfu, &f->arena);
  check(f, 1, 64, .3, 0);              /* (8,64) is nearer than (1,128) */
  f->knobs.decode_lookup = MSW_DECODE_FLOOR_NEAREST;
  check(f, 1, 64, .3, 0);
  f->knobs.mfu_source = MSW_MFU_FROM_LATENCY;
  check(f, 1, 64, 5e-5, 0);
  f->knobs.decode_lookup = MSW_DECODE_BILINEAR;
  check(f, 1, 64, 5e-5, 0);
}

/* On the line of a batch, zeros of the next batch do not matter: (1, 96) lies between (1, 64) and (1, 128). */
static void zeros_beside_the_line(void **state) {
  fixture *f = *state;
  static const made_decode_row beside[] = {{1, 64, .1}, {1, 128, .2}, {8, 64, 0}, {8, 128, 0}};
  msw_kernel_table table = made_decode(&f->arena, 1e14, (msw_attention_shape){10, 2, 100, 1}, beside, 4);
  f->grid = msw_decode_grid_build(&table, table.file_mfu, &f->arena);
  check(f, 1, 96, .15, 0);
  f->knobs.lookup_domain = MSW_DOMAIN_LATENCY;   /* times 640 and 640 */
  check(f, 1, 96, 96. / 640, 0);
  check(f, 2, 96, .1, MSW_FLAG_TABLE_HOLE);      /* between the lines no time can be told: the nearest measured row */
}

/* In time, a row that counts as missing is filled like a hole: by the last measured one before it, else the first. */
static void zeros_in_time(void **state) {
  fixture *f = *state;
  static const made_decode_row zeros[] = {{1, 64, 0}, {1, 128, .2}, {1, 256, 0}, {1, 512, 0}, {1, 1024, .1}};
  msw_kernel_table table = made_decode(&f->arena, 1e14, (msw_attention_shape){10, 2, 100, 1}, zeros, 5);
  f->grid = msw_decode_grid_build(&table, table.file_mfu, &f->arena);
  f->knobs.lookup_domain = MSW_DOMAIN_LATENCY;
  check(f, 1, 96, .2, MSW_FLAG_TABLE_HOLE);                       /* 64 / .2 and 128 / .2 */
  check(f, 1, 384, .2, MSW_FLAG_TABLE_HOLE);
  check(f, 1, 768, 768 / ((512 / .2 + 1024 / .1) / 2), MSW_FLAG_TABLE_HOLE);
  check(f, 1, 1024, .1, 0);
}

static void a_table_of_zeros(void **state) {
  fixture *f = *state;
  static const double zeros[N_ROWS] = {0};
  f->grid = msw_decode_grid_build(&f->table, zeros, &f->arena);
  check(f, 4, 600, 0, 0);              /* nothing usable: says so */
}

static void rows_used_are_told(void **state) {
  fixture *f = *state;
  msw_flags flags = 0;
  msw_rows_used used;
  msw_decode_grid_at(&f->grid, &f->knobs, 4.5, 768, &flags, &used);
  assert_int_equal(used.n, 4);
  for (size_t i_used = 0; i_used < 4; i_used++) assert_close(used.weight[i_used], .25, eps, 0);
  assert_int_equal(used.row[0] + used.row[1] + used.row[2] + used.row[3], 0 + 1 + 3 + 4);
  msw_decode_grid_at(&f->grid, &f->knobs, 8, 1024, &flags, &used);   /* on a row: that one alone */
  assert_int_equal(used.n, 1);
  assert_int_equal(used.row[0], 4);
  assert_same(used.weight[0], 1);
  msw_decode_grid_at(&f->grid, &f->knobs, 8, 2560, &flags, &used);   /* a hole is no row */
  assert_int_equal(used.n, 1);
  assert_int_equal(used.row[0], 4);
  assert_close(used.weight[0], .5, eps, 0);
  msw_decode_grid_at(&f->grid, &f->knobs, 32, 4096, &flags, &used);  /* what stood in */
  assert_int_equal(used.n, 1);
  assert_int_equal(used.row[0], 2);
  f->knobs.ragged_corner = MSW_CORNER_CLAMP;
  msw_decode_grid_at(&f->grid, &f->knobs, 8, 2560, &flags, &used);   /* the row before the hole counts twice */
  assert_int_equal(used.n, 2);
  assert_int_equal(used.row[1], 4);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
  const struct CMUnitTest tests[] = {
      TEST(axes_are_sorted_and_unique), TEST(a_repeated_row_replaces), TEST(bilinear_inside), TEST(bilinear_outside),
      TEST(holes_as_zero), TEST(holes_clamped), TEST(bilinear_in_time), TEST(floor_nearest), TEST(nearest_l1),
      TEST(small_mfu), TEST(zeros_beside_the_line), TEST(zeros_in_time), TEST(a_table_of_zeros), TEST(rows_used_are_told),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

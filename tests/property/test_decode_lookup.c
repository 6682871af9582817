/* Lookups over batch x kv_len: exact at rows, within the corners in between, a measured value wherever one exists. */
#include <stdlib.h>

#include "made_tables.h"
#include "msw/perf/decode_grid.h"
#include "msw_test.h"
#include "rng.h"

enum { ROUNDS = 600, POINTS = 40, MOST = 7 };

typedef struct { msw_arena arena; msw_kernel_table table; msw_decode_grid grid; msw_knobs knobs; bool ragged; } world;

/* Rows in random file order, a fifth of them missing in ragged tables, some twice. */
static void make(world *w, rng *r, bool ragged) {
  double batch[MOST], kv_len[MOST];
  made_decode_row rows[2 * MOST * MOST];
  size_t n_batch = rng_axis(r, 1 + rng_below(r, MOST), 1, 600, batch), n_kv = rng_axis(r, 1 + rng_below(r, MOST), 64, 200000, kv_len), n = 0;
  for (size_t i_batch = 0; i_batch < n_batch; i_batch++)
    for (size_t i_kv = 0; i_kv < n_kv; i_kv++) {
      if (ragged && rng_chance(r, 0.2) && n > 0) continue;
      size_t at = rng_below(r, n + 1);
      rows[n++] = rows[at];
      rows[at] = (made_decode_row){batch[i_batch], kv_len[i_kv], rng_log_between(r, 2e-4, 0.9)};
    }
  *w = (world){.ragged = ragged};
  w->table = made_decode(&w->arena, 1e15, (msw_attention_shape){32, 8, 128, 1}, rows, n);
  w->grid = msw_decode_grid_build(&w->table, w->table.file_mfu, &w->arena);
  w->knobs = (msw_knobs){.mfu_source = (int)rng_below(r, 2), .lookup_domain = (int)rng_below(r, 2),
                         .decode_lookup = (int)rng_below(r, 3), .ragged_corner = (int)rng_below(r, 2)};
}

static void check_rows(const world *w) {
  for (size_t i_row = 0; i_row < w->table.n_rows; i_row++) {
    msw_flags flags = 0;
    msw_rows_used used;
    double got = msw_decode_grid_at(&w->grid, &w->knobs, w->table.batch[i_row], w->table.kv_len[i_row], &flags, &used);
    assert_close(got, w->table.file_mfu[i_row], 1e-12, 0);
    assert_int_equal(flags, 0);
    assert_int_equal(used.n, 1);
    assert_int_equal(used.row[0], i_row);
  }
}

/* The least and largest MFU of all rows: nothing that a lookup says lies beyond, but for the holes that count as 0 and for
 * the time that is held below the table. */
static void check_points(const world *w, rng *r) {
  double low = INFINITY, high = 0;
  for (size_t i_row = 0; i_row < w->table.n_rows; i_row++) {
    low = fmin(low, w->table.file_mfu[i_row]);
    high = fmax(high, w->table.file_mfu[i_row]);
  }
  for (int i_point = 0; i_point < POINTS; i_point++) {
    double batch = round(rng_log_between(r, 1, 1000)), kv_len = round(rng_log_between(r, 32, 300000));
    msw_flags flags = 0;
    msw_rows_used used;
    double got = msw_decode_grid_at(&w->grid, &w->knobs, batch, kv_len, &flags, &used);
    bool outside = batch < w->grid.batch[0] || batch > w->grid.batch[w->grid.n_batch - 1] || kv_len < w->grid.kv_len[0] ||
                   kv_len > w->grid.kv_len[w->grid.n_kv - 1];
    bool bilinear = w->knobs.decode_lookup == MSW_DECODE_BILINEAR, in_time = w->knobs.lookup_domain == MSW_DOMAIN_LATENCY;
    bool zero_hole = bilinear && !in_time && w->knobs.ragged_corner == MSW_CORNER_ZERO && (flags & MSW_FLAG_TABLE_HOLE);
    bool held_time = bilinear && in_time && outside;
    assert_true(got > 0 && got <= high * (1 + 1e-12));
    if (!zero_hole && !held_time) assert_true(got >= low * (1 - 1e-12));
    assert_int_equal((flags & MSW_FLAG_TABLE_CLAMPED) != 0, outside);
    if (flags & MSW_FLAG_TABLE_HOLE) assert_true(w->ragged && bilinear);
    double weight = 0;
    for (size_t i_used = 0; i_used < used.n; i_used++) weight += used.weight[i_used];
    assert_true(used.n >= 1 && weight <= 1 + 1e-12 && (zero_hole || weight >= 1 - 1e-12));
  }
}

static void every_rule(void **state) {
  (void)state;
  const rng seeded = rng_start("decode lookup", 20260202);
  for (uint64_t i_round = 0; i_round < ROUNDS; i_round++) {
    rng r = rng_fork(&seeded, i_round);
    world w;
    make(&w, &r, i_round % 2);
    check_rows(&w);
    check_points(&w, &r);
    msw_arena_free(&w.arena);
  }
}

/* Whole cells: between the four corners of the cell that a point lies in. */
static void bilinear_stays_within_its_corners(void **state) {
  (void)state;
  const rng seeded = rng_start("decode corners", 20260203);
  for (uint64_t i_round = 0; i_round < ROUNDS; i_round++) {
    rng r = rng_fork(&seeded, i_round);
    world w;
    make(&w, &r, false);
    w.knobs.decode_lookup = MSW_DECODE_BILINEAR;
    for (size_t i_batch = 0; i_batch + 1 < w.grid.n_batch; i_batch++)
      for (size_t i_kv = 0; i_kv + 1 < w.grid.n_kv; i_kv++) {
        const double *row = w.grid.mfu + i_batch * w.grid.n_kv + i_kv, *next = row + w.grid.n_kv;
        double low = fmin(fmin(row[0], row[1]), fmin(next[0], next[1])), high = fmax(fmax(row[0], row[1]), fmax(next[0], next[1]));
        double batch = rng_between(&r, w.grid.batch[i_batch], w.grid.batch[i_batch + 1]);
        double kv_len = rng_between(&r, w.grid.kv_len[i_kv], w.grid.kv_len[i_kv + 1]);
        msw_flags flags = 0;
        double got = msw_decode_grid_at(&w.grid, &w.knobs, batch, kv_len, &flags, NULL);
        assert_true(got >= low * (1 - 1e-12) && got <= high * (1 + 1e-12));
        assert_int_equal(flags, 0);
      }
    msw_arena_free(&w.arena);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(every_rule), cmocka_unit_test(bilinear_stays_within_its_corners)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

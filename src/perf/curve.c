/* Lookups along one measured axis. */
#include "msw/perf/curve.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "knots.h"

typedef struct { double x, mfu; size_t row; } knot;

static int by_x_then_row(const void *a, const void *b) {
  const knot *p = a, *q = b;
  if (p->x < q->x) return -1;
  if (p->x > q->x) return 1;
  return (p->row > q->row) - (p->row < q->row);
}

msw_curve msw_curve_build(const double *x, const double *mfu, const size_t *pick, size_t n, double power,
                          msw_arena *arena) {
  knot *knots = msw_alloc_zero(n ? n : 1, sizeof *knots);
  for (size_t i_knot = 0; i_knot < n; i_knot++) knots[i_knot] = (knot){x[pick[i_knot]], mfu[pick[i_knot]], pick[i_knot]};
  bool in_order = true;   /* as most files are */
  for (size_t i_knot = 1; i_knot < n; i_knot++) in_order = in_order && by_x_then_row(&knots[i_knot - 1], &knots[i_knot]) < 0;
  if (!in_order) qsort(knots, n, sizeof *knots, by_x_then_row);

  double *xs = msw_arena_array(arena, n, sizeof *xs), *mfus = msw_arena_array(arena, n, sizeof *mfus);
  size_t *rows = msw_arena_array(arena, n, sizeof *rows), kept = 0;
  for (size_t i_knot = 0; i_knot < n; i_knot++) {
    bool repeats = kept > 0 && !(xs[kept - 1] < knots[i_knot].x);
    if (repeats) kept--;   /* of equal x the last row in file order wins */
    xs[kept] = knots[i_knot].x;
    mfus[kept] = knots[i_knot].mfu;
    rows[kept++] = knots[i_knot].row;
  }
  free(knots);
  return (msw_curve){.n = kept, .x = xs, .mfu = mfus, .row = rows, .power = power};
}

static void use_one(msw_rows_used *used, size_t row) {
  if (used) *used = (msw_rows_used){.n = 1, .row = {row}, .weight = {1.0}};
}

static void use_two(msw_rows_used *used, size_t low, size_t high, double weight) {
  if (used) *used = (msw_rows_used){.n = 2, .row = {low, high}, .weight = {1.0 - weight, weight}};
}

double msw_curve_time(const msw_curve *curve, size_t i_knot) {
  return pow(curve->x[i_knot], curve->power) / curve->mfu[i_knot];
}

/* MFU between two knots when time (or its square root) is what runs linearly. */
static double between_in_time(const msw_curve *curve, size_t i_low, double weight, double x, bool root) {
  double low = msw_curve_time(curve, i_low), high = msw_curve_time(curve, i_low + 1);
  double time;
  if (root) {
    double side = sqrt(low) + weight * (sqrt(high) - sqrt(low));
    time = side * side;
  } else {
    time = low + weight * (high - low);
  }
  return pow(x, curve->power) / time;
}

double msw_curve_at(const msw_curve *curve, msw_curve_rule rule, msw_domain domain, double x, msw_flags *flags,
                    msw_rows_used *used) {
  size_t last = curve->n - 1;
  bool in_time = rule == MSW_LOOKUP_SQRT || domain == MSW_DOMAIN_LATENCY;
  if (x < curve->x[0] || x > curve->x[last]) {
    *flags |= MSW_FLAG_TABLE_CLAMPED;
    size_t i_end = x < curve->x[0] ? 0 : last;
    use_one(used, curve->row[i_end]);
    if (i_end == 0 && x < curve->x[0] && domain == MSW_DOMAIN_LATENCY && curve->mfu[0] > 0.0)
      return pow(x, curve->power) / msw_curve_time(curve, 0);   /* time held: launch-bound */
    return curve->mfu[i_end];
  }
  size_t i_low = msw_floor_index(curve->x, curve->n, x);
  if (rule == MSW_LOOKUP_FLOOR || i_low == last || x <= curve->x[i_low]) {
    use_one(used, curve->row[i_low]);
    return curve->mfu[i_low];
  }
  double weight = (x - curve->x[i_low]) / (curve->x[i_low + 1] - curve->x[i_low]);
  use_two(used, curve->row[i_low], curve->row[i_low + 1], weight);
  if (in_time && curve->mfu[i_low] > 0.0 && curve->mfu[i_low + 1] > 0.0)
    return between_in_time(curve, i_low, weight, x, rule == MSW_LOOKUP_SQRT);
  return curve->mfu[i_low] + weight * (curve->mfu[i_low + 1] - curve->mfu[i_low]);
}

double msw_mfu_floor(const msw_knobs *knobs) {
  const double rounded_column_floor = 1e-4;
  return knobs->mfu_source == MSW_MFU_FROM_FILE ? rounded_column_floor : DBL_MIN;
}

/* InferSim's lookups: MFU rounded to three digits, the last row not above the point, the nearest row, else a default. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "msw/base/num.h"
#include "msw/perf/infersim.h"

double msw_infersim_round(double mfu) {
  enum { DIGITS_BYTES = 64 };
  char digits[DIGITS_BYTES];
  double rounded = mfu;
  int n = snprintf(digits, sizeof digits, "%.*f", MSW_INFERSIM_DIGITS, mfu);   /* correctly rounded, as Python's */
  if (n > 0 && (size_t)n < sizeof digits) msw_parse_double(digits, &rounded);
  return rounded;
}

static void use(msw_rows_used *used, size_t row) {
  if (used) *used = (msw_rows_used){.n = 1, .row = {row}, .weight = {1.0}};
}

double msw_infersim_curve_at(const msw_infersim_curve *rows, double x, msw_flags *flags, msw_rows_used *used) {
  if (used) *used = (msw_rows_used){0};
  if (rows->curve.n == 0 || x < rows->curve.x[0]) {
    *flags |= MSW_FLAG_ANALYTIC;
    return rows->otherwise;
  }
  msw_rows_used found = {0};
  double mfu = msw_curve_at(&rows->curve, MSW_LOOKUP_FLOOR, MSW_DOMAIN_MFU, x, flags, &found);
  *flags |= rows->flags;
  if (!(mfu > 0.0)) {   /* rounded away: InferSim divides by it */
    *flags |= MSW_FLAG_TABLE_HOLE | MSW_FLAG_ANALYTIC;
    return rows->otherwise;
  }
  if (used) *used = found;
  return mfu;
}

/* First of the nearest rows; n_rows when none will do. */
static size_t nearest_row(const msw_infersim_nearest *rows, double batch, double kv_len, bool only_usable) {
  size_t best = rows->table->n_rows;
  double best_distance = INFINITY;
  for (size_t i_row = 0; i_row < rows->table->n_rows; i_row++) {
    if (only_usable && !(rows->mfu[i_row] > 0.0)) continue;
    double distance = fabs(rows->table->batch[i_row] - batch) + fabs(rows->table->kv_len[i_row] - kv_len);
    if (distance >= best_distance) continue;
    best_distance = distance;
    best = i_row;
  }
  return best;
}

double msw_infersim_nearest_at(const msw_infersim_nearest *rows, double batch, double kv_len, msw_flags *flags,
                               msw_rows_used *used) {
  if (used) *used = (msw_rows_used){0};
  if (!rows->table) {
    *flags |= MSW_FLAG_ANALYTIC;
    return rows->otherwise;
  }
  if (batch < rows->batch_low || batch > rows->batch_high || kv_len < rows->kv_low || kv_len > rows->kv_high)
    *flags |= MSW_FLAG_TABLE_CLAMPED;
  size_t i_row = nearest_row(rows, batch, kv_len, false);
  if (!(rows->mfu[i_row] > 0.0)) {   /* rounded away: InferSim stops at a division by zero */
    *flags |= MSW_FLAG_TABLE_HOLE;
    i_row = nearest_row(rows, batch, kv_len, true);
  }
  use(used, i_row);
  return rows->mfu[i_row];
}

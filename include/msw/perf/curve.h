/* Lookups along one measured axis: a curve of (x, MFU) rows with x ascending and unique.
 * The looked-up quantity is MFU; in the latency domain the interpolation runs over time instead, which for a kernel whose
 * FLOP grow as x^power is x^power / MFU up to a constant. Outside the rows: MFU is held (mfu domain); time is held below the
 * first row, MFU above the last (latency domain).
 */
#ifndef MSW_PERF_CURVE_H
#define MSW_PERF_CURVE_H

#include <stddef.h>

#include "msw/base/mem.h"
#include "msw/perf/flags.h"
#include "msw/perf/method.h"

typedef struct {
  size_t n;
  const double *x;       /* [n] ascending */
  const double *mfu;     /* [n] */
  const size_t *row;     /* [n] row in the kernel table, for provenance */
  double power;          /* FLOP ~ x^power: 1 GEMM over m, 2 prefill attention over seq_len */
} msw_curve;

/* Rows used by a lookup, for explain. weight sums to 1, to less where a missing row counts as MFU 0. */
typedef struct { size_t n; size_t row[4]; double weight[4]; } msw_rows_used;

/* Sorts rows by x; of rows with equal x the last one in file order wins. x, mfu: [n_rows]; `pick` [n] chooses rows. */
msw_curve msw_curve_build(const double *x, const double *mfu, const size_t *pick, size_t n, double power, msw_arena *arena);

/* MFU at x > 0. Sets MSW_FLAG_TABLE_CLAMPED in *flags outside the rows. `used` may be NULL.
 * floor: largest row <= x, else the first. linear: between neighbours. sqrt: square root of time linear in x. */
double msw_curve_at(const msw_curve *curve, msw_curve_rule rule, msw_domain domain, double x, msw_flags *flags,
                    msw_rows_used *used);

/* Time at a knot up to a constant, FLOP ~ x^power. */
double msw_curve_time(const msw_curve *curve, size_t i_knot);

/* MFU values below this count as missing: 1e-4 for a file's rounded column, as published; otherwise only zero does. */
double msw_mfu_floor(const msw_knobs *knobs);

#endif

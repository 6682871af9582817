/* How far predictions lie from measurements. An error is 100 (predicted - measured) / measured: percent of the
 * measured value.
 *
 * All figures count each row once, however many observations it is the mean of; mape_by_obs counts it n_obs times.
 * mape_by_batch is the mean over batches of the MAPE at each batch: data sets often have most of their rows at one batch.
 * Percentiles are of the absolute errors, linear between order statistics: the p-th stands at (n - 1) p / 100, counted from
 * 0 in ascending order.
 */
#ifndef MSW_ANALYSIS_ERRORS_H
#define MSW_ANALYSIS_ERRORS_H

#include <stddef.h>

/* A row's prediction is NaN where the method has none; such rows are never among the chosen ones. */
typedef struct { double measured_us, predicted_us, n_obs, batch; } msw_error_row;

static inline double msw_error_percent(const msw_error_row *row) {
  return 100.0 * (row->predicted_us - row->measured_us) / row->measured_us;
}

/* All NaN but n and n_obs where n is 0. */
typedef struct {
  size_t n;                                /* rows */
  double mape, bias;                       /* mean absolute error, mean error */
  double p50, p90, p95, p99, max;          /* of the absolute error */
  double mape_by_batch, mape_by_obs;
  double n_obs;                            /* observations behind the rows */
} msw_error_figures;

msw_error_figures msw_error_figures_of(const msw_error_row *rows, const size_t *chosen, size_t n);

/* Of ascending values [n], n > 0; percent 0 to 100. */
double msw_percentile(const double *ascending, size_t n, double percent);
/* The same at 50, of values in any order, which it sorts. */
double msw_median(double *values, size_t n);

#endif

/* Figures of errors. */
#include "msw/analysis/errors.h"

#include <math.h>
#include <stdlib.h>

#include "msw/base/mem.h"
#include "msw/base/num.h"

double msw_percentile(const double *ascending, size_t n, double percent) {
  const double place = (double)(n - 1) * percent / 100.0;
  const size_t below = (size_t)place;
  if (below + 1 >= n) return ascending[n - 1];
  return ascending[below] + (place - (double)below) * (ascending[below + 1] - ascending[below]);
}

double msw_median(double *values, size_t n) {
  const double half = 50.0;
  qsort(values, n, sizeof *values, msw_compare_numbers);
  return msw_percentile(values, n, half);
}

/* One row's part in the mean over batches. */
typedef struct { double batch, error; } batch_error;

static int by_batch(const void *a, const void *b) {
  const batch_error *first = a, *second = b;
  const int order = msw_compare_numbers(&first->batch, &second->batch);
  return order ? order : msw_compare_numbers(&first->error, &second->error);
}

static double mean_over_batches(batch_error *errors, size_t n) {
  double sum = 0.0, n_batches = 0.0;
  qsort(errors, n, sizeof *errors, by_batch);
  for (size_t i_first = 0, i_end; i_first < n; i_first = i_end) {
    double of_batch = 0.0;
    for (i_end = i_first; i_end < n && msw_same_number(errors[i_end].batch, errors[i_first].batch); i_end++)
      of_batch += errors[i_end].error;
    sum += of_batch / (double)(i_end - i_first);
    n_batches += 1.0;
  }
  return sum / n_batches;
}

static void set_percentiles(msw_error_figures *figures, double *absolute) {
  enum { P50 = 50, P90 = 90, P95 = 95, P99 = 99 };
  figures->p50 = msw_median(absolute, figures->n);
  figures->p90 = msw_percentile(absolute, figures->n, P90);
  figures->p95 = msw_percentile(absolute, figures->n, P95);
  figures->p99 = msw_percentile(absolute, figures->n, P99);
  figures->max = absolute[figures->n - 1];
}

msw_error_figures msw_error_figures_of(const msw_error_row *rows, const size_t *chosen, size_t n) {
  const double none = (double)NAN;
  msw_error_figures figures = {n, none, none, none, none, none, none, none, none, none, 0.0};
  if (n == 0) return figures;
  double *absolute = msw_alloc_zero(n, sizeof *absolute), sum = 0.0, absolute_sum = 0.0, by_obs = 0.0;
  batch_error *by_batches = msw_alloc_zero(n, sizeof *by_batches);
  for (size_t i_chosen = 0; i_chosen < n; i_chosen++) {
    const msw_error_row *row = &rows[chosen[i_chosen]];
    const double error = msw_error_percent(row);
    absolute[i_chosen] = fabs(error);
    by_batches[i_chosen] = (batch_error){row->batch, fabs(error)};
    sum += error;
    absolute_sum += fabs(error);
    by_obs += row->n_obs * fabs(error);
    figures.n_obs += row->n_obs;
  }
  figures.mape = absolute_sum / (double)n;
  figures.bias = sum / (double)n;
  figures.mape_by_obs = by_obs / figures.n_obs;
  figures.mape_by_batch = mean_over_batches(by_batches, n);
  set_percentiles(&figures, absolute);
  free(by_batches);
  free(absolute);
  return figures;
}

/* The error grid: errors of several methods over batch x KV length (prefill steps: x new tokens), as an HDF5 file for
 * heatmaps, in the manner of result files (docs/result-file.md): netCDF-4, NXdata.
 *
 * One group per phase that occurs, default the first, each with dimensions
 *   set          rows of one GPU, engine, model, tp and number formats
 *   method
 *   batch        every batch that occurs
 *   kv_len       or seq_len: bins of like lengths (MSW_LIKE_BINS), named by their upper end
 * and fields bias, mape (percent of the measured value), measured_us, predicted_us (means) and n (rows).
 */
#ifndef MSW_ANALYSIS_ERROR_GRID_H
#define MSW_ANALYSIS_ERROR_GRID_H

#include "msw/analysis/errors.h"
#include "msw/inputs/measured.h"

/* Measurements beside the predictions of several methods. */
typedef struct { const char *label; const msw_error_row *rows; /* [measured->n_rows] */ } msw_predicted;
typedef struct {
  const msw_measured *measured;
  const size_t *chosen;             /* [n_chosen] rows that count; all others are left alone */
  size_t n_chosen;
  const msw_predicted *methods;
  size_t n_methods;
} msw_error_table;

/* Writes the file, all or nothing. `notes` [n_notes] are lines for /meta. */
msw_status msw_error_grid_write(const msw_error_table *table, const char *const *notes, size_t n_notes, const char *path,
                                msw_diag *diag);

#endif

/* One phase of an error grid, between binning it and writing it. */
#ifndef MSW_ANALYSIS_ERROR_GRID_PARTS_H
#define MSW_ANALYSIS_ERROR_GRID_PARTS_H

#include "msw/analysis/error_grid.h"

enum { MSW_N_ERROR_DIMS = 4 };   /* set, method, batch, length */

typedef struct {
  msw_phase phase;
  const char *length_name;            /* "kv_len" or "seq_len" */
  const char **sets, **methods;
  int32_t *batches;                   /* ascending */
  double *lengths;                    /* upper ends of bins */
  uint64_t dims[MSW_N_ERROR_DIMS];
  size_t n_cells;
  /* [set][method][batch][length]; NaN where n is 0 */
  float *bias, *mape, *measured_us, *predicted_us;
  uint32_t *n;
} msw_error_block;

/* False when no chosen row is of the phase. */
bool msw_error_block_fill(const msw_error_table *table, msw_phase phase, msw_arena *arena, msw_error_block *block);

#endif

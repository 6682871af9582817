/* Lookups in a decode-attention table: MFU over batch x kv_len, ragged where large cells did not fit in memory. */
#ifndef MSW_PERF_DECODE_GRID_H
#define MSW_PERF_DECODE_GRID_H

#include <stdbool.h>
#include <stddef.h>

#include "msw/base/mem.h"
#include "msw/inputs/kernel_table.h"
#include "msw/perf/curve.h"
#include "msw/perf/flags.h"
#include "msw/perf/method.h"

typedef struct {
  size_t n_rows;
  const double *row_batch, *row_kv_len, *row_mfu;   /* [n_rows] file order */
  size_t n_batch, n_kv;
  const double *batch, *kv_len;                     /* ascending unique axes */
  const double *mfu;                                /* [n_batch][n_kv]; NaN where the table has no row */
  const size_t *row;                                /* [n_batch][n_kv] table row; unset where mfu is NaN */
  const size_t *first_row;                          /* the same, of rows that repeat each other the first */
} msw_decode_grid;

/* `mfu` [table->n_rows] is the chosen MFU (from latency or the file) of each row. */
msw_decode_grid msw_decode_grid_build(const msw_kernel_table *table, const double *mfu, msw_arena *arena);

/* MFU at (batch, kv_len) by the knobs decode_lookup, ragged_corner and lookup_domain. `used` may be NULL.
 * bilinear runs along batch first, then along kv_len. A corner without a row reads as MFU 0 (ragged_corner = zero, as
 * published) or as the same batch's last row before it (clamp; always so in the latency domain, where a row that counts
 * as missing, see below, is filled too).
 * Results below msw_mfu_floor(knobs) are replaced by the nearest row (Euclid in raw units, first in file order) whose MFU
 * is not: the published code's way out of zeros in a rounded mfu column. */
double msw_decode_grid_at(const msw_decode_grid *grid, const msw_knobs *knobs, double batch, double kv_len,
                          msw_flags *flags, msw_rows_used *used);

/* MFU at a corner of the grid, filled by the ragged-corner rule (`clamp` or zero) where it is a hole or below mfu_floor, with
 * TABLE_HOLE set; 0 where nothing fills it. *row: where it comes from, n_rows for that 0; may be NULL. */
double msw_decode_corner_mfu(const msw_decode_grid *grid, bool clamp, size_t i_batch, size_t i_kv, double mfu_floor,
                             msw_flags *flags, size_t *row);

#endif

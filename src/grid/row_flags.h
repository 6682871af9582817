/* The flags of a row: mostly the same for all its cells, an array only where they differ. Private to grid. */
#ifndef MSW_GRID_ROW_FLAGS_H
#define MSW_GRID_ROW_FLAGS_H

#include <stdbool.h>

#include "kernels.h"
#include "lines.h"

typedef struct {
  msw_flags all;         /* of every cell */
  bool varies;           /* then cells[i] holds all of cell i's flags, `all` included */
  msw_flags *cells;      /* [MSW_ROW_CELLS + MSW_LANES] */
} msw_row_flags;

/* Begins a row: every cell has `all`. */
static inline void msw_row_flags_start(msw_row_flags *flags, msw_flags all) {
  flags->all = all;
  flags->varies = false;
}
static inline void msw_row_flags_add_all(msw_row_flags *flags, const msw_kernels *kernels, msw_flags more, size_t n) {
  if (flags->varies && more & ~flags->all) kernels->flags_or(flags->cells, more, n, flags->cells);
  flags->all |= more;
}
/* Adds to the cells [first, first + count) of a row of n. */
void msw_row_flags_add(msw_row_flags *flags, msw_flags more, size_t first, size_t count, size_t n);
void msw_row_flags_add_cells(msw_row_flags *flags, const msw_kernels *kernels, const msw_flags *more, size_t n);
static inline void msw_row_flags_add_row(msw_row_flags *flags, const msw_kernels *kernels, const msw_row_flags *more,
                                         size_t n) {
  msw_row_flags_add_all(flags, kernels, more->all, n);
  if (more->varies) msw_row_flags_add_cells(flags, kernels, more->cells, n);
}
/* Adds the flags of the stretches' lines. */
void msw_row_flags_add_stretches(msw_row_flags *flags, msw_lines lines, const msw_line_stretch *stretches,
                                 size_t n_stretches, size_t n);
/* Adds `flag` where value[i] > limit; `ascends`: the values do. Mostly it is none of them, or all. */
void msw_row_flags_add_some_above(msw_row_flags *flags, const msw_kernels *kernels, const double *value, double limit,
                                  msw_flags flag, size_t n);
static inline void msw_row_flags_add_above(msw_row_flags *flags, const msw_kernels *kernels, const double *value, double limit,
                                           msw_flags flag, size_t n, bool ascends) {
  if (ascends && !(value[n - 1] > limit)) return;
  if (ascends && value[0] > limit) msw_row_flags_add_all(flags, kernels, flag, n);
  else msw_row_flags_add_some_above(flags, kernels, value, limit, flag, n);
}
/* Replaces the flags of some cells. */
void msw_row_flags_set(msw_row_flags *flags, msw_flags only, size_t first, size_t count, size_t n);
/* Adds `flag` to cells that have numbers and where holds[i] is 0 or NaN. */
void msw_row_flags_add_false(msw_row_flags *flags, const double *holds, msw_flags flag, size_t n);
/* Adds the cells of the row to counts per bit [MSW_N_FLAG_BITS], and to *n_evaluated those that were evaluated: cells whose
 * numbers a constraint took away count too. */
void msw_row_flags_count(const msw_row_flags *flags, const msw_kernels *kernels, size_t n, uint64_t *counts,
                         uint64_t *n_evaluated);
void msw_row_flags_write(const msw_row_flags *flags, size_t n, msw_flags *out);   /* exactly n */

#endif

/* Differences as they are counted: sums that do not depend on their order, and how many lie in each bin of the absolute value.
 * Two spreads of parts of the cells add up to the spread of all.
 */
#ifndef MSW_ANALYSIS_SPREAD_H
#define MSW_ANALYSIS_SPREAD_H

#include "msw/analysis/compare.h"

__extension__ typedef __int128 msw_wide;

/* 2^-64 % … 2^63 %: what lies beyond counts in the outermost octave. */
enum { MSW_SPREAD_OCTAVES = 128, MSW_SPREAD_FIRST_OCTAVE = -64 };

typedef struct {
  uint64_t n, n_only_reference, n_only_other, n_neither, n_undefined;
  uint64_t n_zero;                               /* differences that are exactly 0 */
  uint64_t n_beyond[MSW_N_BEYOND];
  msw_wide sum, sum_abs;                         /* percent in units of 2^-40 */
  bool is_huge;                                  /* the sums have overflowed */
  double max;
  uint64_t *octaves[MSW_SPREAD_OCTAVES];         /* [MSW_SPREAD_BINS] each; NULL: nothing there */
} msw_spread;

/* A run of cells: percent is not finite where there is no difference, for the reason that a and b tell. Cells that are not
 * chosen (NULL: all are) do not count; their percent is NaN. The run's own sum has to depend on its cells only. */
typedef struct { const double *a, *b, *percent; const bool *chosen; size_t n; } msw_spread_run;
void msw_spread_add(msw_spread *spread, const msw_spread_run *run);
void msw_spread_merge(msw_spread *into, const msw_spread *from);
void msw_spread_free(msw_spread *spread);      /* what it points to */
msw_difference_figures msw_spread_figures(const msw_spread *spread);

#endif

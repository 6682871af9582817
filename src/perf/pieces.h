/* Building pieces. Private to perf. */
#ifndef MSW_PERF_PIECES_H
#define MSW_PERF_PIECES_H

#include <math.h>

#include "msw/perf/piece.h"

/* Where what holds up to and at x ends. */
static inline double msw_just_above(double x) { return nextafter(x, (double)INFINITY); }

/* Appends; a piece that begins where the last one does, or before it, replaces that one. */
void msw_pieces_add(msw_pieces *pieces, msw_piece piece);

/* A measured row as seen along an axis: at `x`, and `cost` away from that axis (in the metric's own measure). */
typedef struct { double x, cost, mfu; size_t row; } msw_site;

/* L1: cost + |x - site|. L2: cost + (x - site)^2. FLOOR: as L2, but only sites at or below x. */
typedef enum { MSW_NEAREST_L1, MSW_NEAREST_L2, MSW_NEAREST_FLOOR } msw_metric;

/* Constant pieces: everywhere the MFU of the nearest site, of equally near ones the first row's. The sites [n] (n >= 1) are
 * sorted and thinned in place. With FLOOR the first piece begins at the smallest site. */
void msw_nearest_pieces(msw_site *sites, size_t n, msw_metric metric, msw_flags flags, msw_pieces *pieces);

/* Replaces stretches whose MFU is below `mfu_floor` by those of `instead` (flags of the replaced stretch are kept). Within a
 * piece MFU must be monotone. */
void msw_pieces_replace_low(msw_pieces *pieces, double mfu_floor, const msw_pieces *instead);

/* Nothing is looked up at x <= 0: no flags there. */
void msw_pieces_clear_below_zero(msw_pieces *pieces);

#endif

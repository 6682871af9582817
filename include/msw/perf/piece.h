/* Lookups as functions: the MFU of a kernel along one axis, cut into pieces of one closed form each, so that a row of cells
 * costs a few arithmetic operations per cell and no search. The lookups at a point (curve.h, decode_grid.h, GEMM) are the
 * readable truth; tests hold the pieces against them.
 */
#ifndef MSW_PERF_PIECE_H
#define MSW_PERF_PIECE_H

#include <stdbool.h>
#include <stddef.h>

#include "msw/perf/case.h"
#include "msw/perf/curve.h"
#include "msw/perf/decode_grid.h"

/* With y(x) = y0 + slope * (x - x0):
 * MFU: MFU is y. TIME: MFU is x^power / y (y: time up to a constant). ROOT: MFU is x^power / y^2. */
typedef enum { MSW_PIECE_MFU, MSW_PIECE_TIME, MSW_PIECE_ROOT } msw_piece_kind;
typedef struct {
  double begin;          /* holds for begin <= x < begin of the next piece; the first begins at -infinity */
  double x0, y0, slope;
  msw_piece_kind kind;
  msw_flags flags;
} msw_piece;

/* Ascending pieces that cover all x. Zero-initialise; released by msw_pieces_free. */
typedef struct {
  msw_piece *piece;      /* [n] */
  size_t n, cap;
  double power;          /* of TIME and ROOT */
} msw_pieces;
void msw_pieces_free(msw_pieces *pieces);

size_t msw_piece_find(const msw_pieces *pieces, double x);            /* the piece that holds at x */
double msw_piece_mfu(const msw_piece *piece, double power, double x);

/* msw_curve_at along x > 0. Replaces what `pieces` holds, as all of these do. */
void msw_curve_pieces(const msw_curve *curve, msw_curve_rule rule, msw_domain domain, msw_pieces *pieces);
/* The lookup of a GEMM surface along tokens (power 1); at x <= 0 no flags. */
void msw_gemm_pieces(const msw_gemm_surface *surface, const msw_knobs *knobs, msw_pieces *pieces);
/* msw_decode_grid_at along kv_len for a batch (power 1); at kv_len <= 0 no flags. */
void msw_decode_pieces(const msw_decode_grid *grid, const msw_knobs *knobs, double batch, msw_pieces *pieces);
/* Prefill attention along the context (cached + new), bucketing included: time is FLOP / MFU, where the FLOP of a new token
 * grow with the context, `*times_context`, or with the bucket's length, which then is folded in: pieces give MFU / bucket. */
void msw_prefill_pieces(const msw_case *bound, msw_pieces *pieces, bool *times_context);

#endif

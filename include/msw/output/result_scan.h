/* Going over the cells of a result, chunk by chunk, by all threads: only chunks that hold a selected cell are read, each thread
 * inflates its own, and what is in memory at a time is a few chunks a thread, however large the result.
 */
#ifndef MSW_OUTPUT_RESULT_SCAN_H
#define MSW_OUTPUT_RESULT_SCAN_H

#include "msw/output/result.h"

enum { MSW_SCAN_MAX_STREAMS = 48 };

/* A field over the selection; with `pinned_dim` >= 0 at one position `pinned_at` of that dimension, wherever the piece lies
 * along it: two streams of one field with other pins are what `compare` compares. */
typedef struct { const msw_result_field *field; int pinned_dim; uint64_t pinned_at; } msw_scan_stream;

/* A box of selected cells: positions [first, first + count) of the selection's lists, dimension by dimension; cells row-major,
 * the last dimension innermost. A pinned dimension of the scan has count 1. */
typedef struct {
  size_t first[MSW_H5_MAX_RANK], count[MSW_H5_MAX_RANK];
  size_t n_cells;
  const double *const *values;   /* [n_streams][n_cells]: floats, codes and flags as doubles (exact); NaN without a number. Of
                                    cells that are not there (shards that are missing) codes are 0 and flags 0xFFFFFFFF */
  size_t i_thread;               /* 0 .. n_threads - 1: accumulators of one's own need no lock */
} msw_scan_piece;

/* `pinned`: a dimension that all streams are pinned along (it is not walked then); -1: none. The selection's own list of that
 * dimension does not count. `stop` (may be NULL) is looked at between pieces: MSW_INTERRUPTED. */
typedef struct {
  const msw_result *result;
  const msw_result_block *block;
  const msw_selection *selection;
  const msw_scan_stream *streams;
  size_t n_streams;
  int pinned_dim;
  int n_threads;
  const volatile int *stop;
} msw_scan;

/* Calls `visit` for every piece, in no order, from several threads at once; together the pieces are the selection, each cell
 * once. A visit that returns false ends the scan (MSW_FAILED, nothing said). */
typedef bool msw_scan_visit(void *context, const msw_scan_piece *piece);
msw_status msw_result_scan(const msw_scan *scan, msw_scan_visit *visit, void *context, msw_diag *diag);

/* The selection of one field as one array [msw_selection_cells], row-major; for selections that fit memory. */
msw_status msw_result_read(const msw_result *result, const msw_result_block *block, const msw_result_field *field,
                           const msw_selection *selection, int n_threads, double *out, msw_diag *diag);

#endif

/* The result file: plain HDF5, netCDF-4 and NXdata at once (docs/result-file.md). Written under a temporary name beside the
 * final one; only msw_writer_finish gives it its name.
 */
#ifndef MSW_OUTPUT_WRITER_H
#define MSW_OUTPUT_WRITER_H

#include <signal.h>
#include <stdbool.h>

#include "msw/base/diag.h"
#include "msw/grid/plan.h"
#include "msw/grid/points.h"
#include "msw/grid/run.h"
#include "msw/output/provenance.h"

/* Where results go unless told otherwise; the only folder that msw_writer_open makes when it is missing. */
#define MSW_DEFAULT_RESULT_DIR "results"

typedef struct {
  bool deflate;
  int deflate_level;             /* 1..12 */
  int n_threads;
  bool fletcher32;               /* a checksum with every chunk */
  int keepbits;                  /* mantissa bits of float32 to keep (rounded to nearest even), 1..22; 0: all of them */
  msw_tile_range tiles;          /* the part of the plan that this file holds; n 0: all. Floats of other cells read as NaN,
                                    flags as MSW_FLAGS_ABSENT */
  const msw_point_table *points;   /* [n_blocks] "include", into every file of the result; NULL: there are none */
  const char *const *notes;        /* [n_notes] what has to be known about the numbers, for /meta/notes */
  size_t n_notes;
  const volatile sig_atomic_t *stop;   /* looked at while msw_writer_finish waits for the disk; may be NULL */
} msw_writer_options;

typedef struct msw_writer msw_writer;

/* Creates the temporary file with all groups, coordinates, variables and attributes. NULL with errors in the diag. The plan
 * and the provenance are borrowed until the writer is gone. */
msw_writer *msw_writer_open(const char *path, const msw_plan *plan, const msw_provenance *provenance,
                            msw_writer_options options, msw_diag *diag);
/* For msw_run. Errors of commit are in the diag given to open. */
msw_sink msw_writer_sink(msw_writer *writer);
/* Writes /meta's counts, closes, syncs, renames, syncs the folder. Frees the writer in any case; after a failure, and after
 * MSW_INTERRUPTED, nothing of it is left on disk. *stored_bytes: size of the file. */
msw_status msw_writer_finish(msw_writer *writer, const msw_block_counts *counts, unsigned long long *stored_bytes);
/* Closes and removes the temporary file. */
void msw_writer_abort(msw_writer *writer);

/* What `keepbits` (1..22) does to float32 cells; `rounded` may be `cells`. */
void msw_round_mantissas(const void *cells, size_t n_cells, int keepbits, void *rounded);

/* Removes temporary files beside `path` that writers of this host left behind when they were killed (their pid is gone). */
void msw_writer_clean_stale(const char *path);

#endif

/* A labelled grid made from results: one file that is plain HDF5, netCDF-4 and NXdata at once, as results are
 * (docs/result-file.md), with its variables in the root. Written box by box under a temporary name.
 */
#ifndef MSW_ANALYSIS_GRID_FILE_H
#define MSW_ANALYSIS_GRID_FILE_H

#include "boxes.h"
#include "msw/output/result.h"

/* Values along a dimension. */
typedef struct {
  const char *name, *long_name, *units;    /* units "" for texts */
  size_t n;
  const char *const *texts;                /* [n] where they are texts, else NULL */
  const double *values;                    /* [n] */
} msw_grid_axis;
/* Those of an axis of a result that are selected. */
msw_grid_axis msw_grid_axis_of(const msw_result_axis *axis, const msw_result_positions *positions, msw_arena *arena);

/* A further coordinate along dimension i_dim: a member of a zip. */
typedef struct { msw_grid_axis axis; size_t i_dim; } msw_grid_member;

typedef struct {
  const char *name, *units, *long_name, *description;
  msw_h5_type type;
  bool is_bits;                            /* meanings are of bits, else of codes */
  const msw_result_meaning *meanings;      /* [n_meanings] */
  size_t n_meanings;
} msw_grid_variable;

typedef struct { const char *name, *value; } msw_grid_attr;

typedef struct {
  size_t rank;
  const msw_grid_axis *axes;               /* [rank] */
  const msw_grid_member *members;          /* [n_members] */
  size_t n_members;
  const uint64_t *chunk;                   /* [rank] */
  const msw_grid_variable *variables;      /* [n_variables] the first is what viewers draw */
  size_t n_variables;
  bool is_log;                             /* draw it by logarithm */
  const msw_grid_attr *attrs;              /* [n_attrs] of the file: title, history … those that are NULL or "" are left out */
  size_t n_attrs;
} msw_grid_layout;

typedef struct msw_grid_file msw_grid_file;
/* NULL with an error. The layout is borrowed. */
msw_grid_file *msw_grid_file_create(const char *path, const msw_grid_layout *layout, int n_threads, msw_diag *diag);
/* A box of a variable that begins at a chunk and ends at one or at the edge; values row-major, of the variable's type. */
msw_status msw_grid_file_put(msw_grid_file *file, size_t i_variable, const msw_box *box, const void *values);
/* Gives the file its name, unless `status` says that something failed: then nothing is left of it. Frees `file` (may be NULL).
 */
msw_status msw_grid_file_end(msw_grid_file *file, msw_status status);

/* Shape of chunks for a part of a block: those of the block, as far as there are as many positions. */
void msw_grid_chunk(const msw_result_block *block, const msw_selection *selection, uint64_t *chunk);

#endif

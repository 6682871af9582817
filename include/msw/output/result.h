/* A result opened for reading: what was swept, along which axes, with which fields. From the file alone: no data root is
 * needed, and any version's file of a layout that is known will do. A result is a file, or the shards of one that is not
 * merged yet (its folder); cells of shards that are missing have no number.
 */
#ifndef MSW_OUTPUT_RESULT_H
#define MSW_OUTPUT_RESULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "msw/base/diag.h"
#include "msw/base/mem.h"
#include "msw/formats/h5.h"
#include "msw/grid/field.h"

/* Values along a dimension: its own coordinate, or an axis that runs along a zip. */
typedef struct {
  const char *name, *long_name, *units;   /* units "" for texts */
  size_t i_dim, n;
  bool is_text;
  const char *const *texts;               /* [n] as a user would write them, numbers too ("4096") */
  const double *values;                   /* [n]; NULL for texts */
} msw_result_axis;

/* Names of codes (`bound`) or of bits (`flags`). */
typedef struct { uint32_t value; const char *name; } msw_result_meaning;

/* `type` says what the numbers are, whatever their width: MSW_FIELD_U8 codes, MSW_FIELD_U32 bits, MSW_FIELD_F32
 * numbers; `stored` how wide they are in the file (float32 prints with %.9g; counts of reductions are int64, positions
 * float64). */
typedef struct {
  const char *name, *units, *long_name, *description;
  msw_field_type type;
  msw_h5_type stored;
  const msw_result_meaning *meanings;     /* [n_meanings] */
  size_t n_meanings;
} msw_result_field;

/* Reductions are blocks of their own: all variables of a grid that run along the same dimensions. Where these differ within a
 * grid, each such block is called by its first variable: "best_step", "decode/best_step". */
typedef struct {
  const char *name;                       /* "" without `blocks` */
  const char *phase;                      /* "decode", "prefill", "mixed"; "" for reduced grids */
  const char *signal;                     /* the field that viewers draw first */
  size_t rank;
  uint64_t dims[MSW_H5_MAX_RANK], chunk[MSW_H5_MAX_RANK];
  msw_result_axis axes[MSW_H5_MAX_RANK];  /* [rank] one for each dimension, in order */
  const msw_result_axis *zipped;          /* [n_zipped] further axes, along zips */
  size_t n_zipped;
  const msw_result_field *fields;         /* [n_fields] in the file's order */
  size_t n_fields;
  uint64_t n_cells;
  const uint64_t *flag_counts;            /* [n_flag_bits] of the whole block as the run counted; NULL where it did not */
  size_t n_flag_bits;
} msw_result_block;

typedef struct {
  const char *path;                       /* as given */
  const char *spec_name, *version, *hash;
  const char *expanded, *methods;         /* JSON texts of /meta; NULL when absent */
  const char *const *inputs;              /* [n_inputs] lines of /meta/inputs */
  size_t n_inputs;
  const msw_result_block *blocks;
  size_t n_blocks;
  uint64_t n_tiles_there, n_tiles;        /* of shards; equal for a whole result */
  struct msw_result_files *files;         /* open handles: private */
} msw_result;

/* Opens a result file or a folder of shards (OUT.h5.shards). Everything of `result` lives in the arena until msw_result_close.
 * MSW_BAD_INPUT where there is no such file or it is none of ours, MSW_FAILED where it cannot be read. */
msw_status msw_result_open(const char *path, msw_arena *arena, msw_diag *diag, msw_result *result);
void msw_result_close(msw_result *result);

/* By name without regard to case; NULL and an error with the nearest name where there is none. `block` NULL or "" chooses the
 * only one; with several it must be named. `what`: where the user wrote it ("--field"). */
const msw_result_block *msw_result_find_block(const msw_result *result, const char *name, const char *what, msw_diag *diag);
const msw_result_field *msw_result_find_field(const msw_result_block *block, const char *name, const char *what,
                                              msw_diag *diag);
/* A dimension's axis or a zipped one. */
const msw_result_axis *msw_result_find_axis(const msw_result_block *block, const char *name, const char *what, msw_diag *diag);

/* The same for names that need not be there: NULL, and nothing said. */
const msw_result_field *msw_result_field_named(const msw_result_block *block, const char *name);

/* Which positions of each dimension are meant, ascending. */
typedef struct { size_t n; const uint64_t *at; } msw_result_positions;
typedef struct { msw_result_positions dims[MSW_H5_MAX_RANK]; } msw_selection;
msw_selection msw_select_all(const msw_result_block *block, msw_arena *arena);
uint64_t msw_selection_cells(const msw_result_block *block, const msw_selection *selection);
/* Narrows by a text "AXIS=VALUES": names or numbers separated by commas ("method=v2-interp,measured", "batch=1,8,64"),
 * ranges of values "kv_len=1Ki:64Ki" (ends included, either may be left out), globs for texts ("model=llama*"),
 * "nearest:4000" for the one that lies nearest. A value that the axis does not have is an error that names the nearest.
 * Zipped axes narrow their dimension. Several texts: what all of them leave. */
msw_status msw_select(const msw_result_block *block, const char *text, const char *what, msw_arena *arena, msw_diag *diag,
                      msw_selection *selection);
/* At most `most` positions of a dimension, evenly spread over those selected, first and last included. */
void msw_select_thin(msw_selection *selection, size_t i_dim, size_t most, msw_arena *arena);

#endif

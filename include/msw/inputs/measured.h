/* Measured steps: how long an engine took for forward passes of known make-up, from CSV files (DESIGN "Measured CSV").
 *
 * A row tells the requests of a step by kind and their tokens in all, so the step that stands for it has equal requests:
 * decodes that each attend to decode_kv_tokens / decode_requests tokens, prefills of prefill_tokens / prefill_requests new
 * tokens on prefill_cached_tokens / prefill_requests cached ones. The means stay fractions.
 * KV tokens are taken for the progress index of msw_decode_group, the new token not counted.
 */
#ifndef MSW_INPUTS_MEASURED_H
#define MSW_INPUTS_MEASURED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "msw/base/diag.h"
#include "msw/base/mem.h"
#include "msw/inputs/dtype.h"
#include "msw/inputs/spec.h"
#include "msw/inputs/steps.h"

typedef struct {
  const char *source, *gpu, *engine, *model;   /* as written; gpu and model are never empty */
  int64_t tp;
  msw_dtype weight_dtype;   /* MSW_DTYPE_NONE where the cell is empty: the config's */
  msw_dtype kv_dtype;       /* MSW_DTYPE_NONE where the cell is empty: what goes with the weights */
  msw_phase phase;
  msw_step step;            /* at most one group of each kind */
  double latency_us;        /* > 0, at most 1e12 */
  double n_obs;             /* steps that the row is the mean of, 1 to 1e12 */
  msw_loc loc;
} msw_measured_row;

/* A column over all rows. `numbers` is NULL unless each cell is a number or empty (NaN), and not all are empty. */
typedef struct {
  const char *name;
  const char *const *texts;   /* [n_rows] "" for empty cells, and where a row's file does not have the column */
  const double *numbers;      /* [n_rows] */
  bool is_derived;
} msw_measured_column;

typedef struct { const char *path; char sha256[65]; size_t n_rows; } msw_measured_file;

/* All rows of all files, in order. Columns: those of the files, each name once, then the derived ones:
 *   phase        decode, prefill or mixed
 *   batch        decode requests; prefill requests where there are none
 *   kv_len       KV tokens of one decode request; 0 without any
 *   seq_len, cached_len   new and cached tokens of one prefill request; 0 without any
 * A file's own column of such a name is left out, with a warning. */
typedef struct {
  const msw_measured_file *files;
  size_t n_files;
  const msw_measured_column *columns;
  size_t n_columns;
  const msw_measured_row *rows;
  size_t n_rows;
} msw_measured;

/* Reads the files; the problems of all of them are reported, the first 20 or so of each. */
msw_status msw_measured_load(const char *const *paths, size_t n_paths, msw_arena *arena, msw_diag *diag,
                             msw_measured *measured);

/* Column by name (exact), or NULL. */
const msw_measured_column *msw_measured_find(const msw_measured *measured, const char *name);
/* The same; absence is an error at `path` (as in "--by") with the nearest name. */
const msw_measured_column *msw_measured_need(const msw_measured *measured, const char *name, const char *path, msw_diag *diag);
/* Adds a derived column of numbers [n_rows]. */
void msw_measured_derive(msw_measured *measured, const char *name, const double *numbers, msw_arena *arena);

/* Requests of one kind that the row has: 0 where there is no group. */
static inline double msw_decode_requests(const msw_step *step) { return step->n_decode > 0 ? step->decode[0].count : 0.0; }
static inline double msw_prefill_requests(const msw_step *step) { return step->n_prefill > 0 ? step->prefill[0].count : 0.0; }
/* "16*621", "1*0:512", "16*621.5 + 1*0:512": the step for people. */
const char *msw_measured_step_text(const msw_step *step, msw_arena *arena);

#endif

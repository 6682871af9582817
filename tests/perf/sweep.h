/* Sweeps that the benchmark evaluates, from text to plan and tables. */
#ifndef BENCH_SWEEP_H
#define BENCH_SWEEP_H

#include "msw/base/diag.h"
#include "msw/grid/plan.h"
#include "msw/grid/run.h"
#include "msw/inputs/data_root.h"
#include "options.h"

/* Blocks of each phase: 16 cases (models x tp), all chunks full. Cases have 2^24 cells, those of one batch 2^17. */
typedef enum { BENCH_DECODE, BENCH_PREFILL, BENCH_MIXED, BENCH_DECODE_1, BENCH_DECODE_512, BENCH_N_SHAPES } bench_shape;
extern const char *const bench_shape_names[BENCH_N_SHAPES];

extern const char bench_one_field[], bench_six_fields[];   /* JSON lists */

/* `method`: JSON, a preset's name or an object. */
const char *bench_sweep_text(msw_arena *arena, bench_shape shape, const char *method, const char *fields);
/* The same with exclude rules, a JSON list. */
const char *bench_sweep_excluding(msw_arena *arena, bench_shape shape, const char *method, const char *fields,
                                  const char *rules);

typedef struct {
  msw_arena arena;
  msw_diag diag;
  msw_data_root data;
  msw_spec spec;
  msw_plan plan;
  msw_run_tables tables;
  const msw_plan_block *block;    /* the only one */
} bench_sweep;

/* Ends the process with the diag's errors when it fails: the sweeps are our own. `made_tables`: folder of made_tables.h that
 * goes before the data root's bench_data, or NULL for that alone. */
void bench_sweep_open(const bench_options *options, const char *made_tables, const char *text, bench_sweep *sweep);
void bench_sweep_close(bench_sweep *sweep);

/* Opens the data root as bench_sweep_open does. */
void bench_data_open(const bench_options *options, const char *made_tables, msw_arena *arena, msw_diag *diag,
                     msw_data_root *data);
/* Prints the errors, if any, and ends the process. */
void bench_stop_on_errors(const msw_diag *diag);

#endif

/* Evaluating a sweep into buffers: the contender of the in-memory series. */
#ifndef BENCH_PASSES_H
#define BENCH_PASSES_H

#include "buffers.h"
#include "series.h"
#include "sweep.h"

/* Tile after tile of the plan into chunk after chunk, over again when the plan is shorter than the buffers. */
typedef struct {
  const bench_sweep *sweep;
  const bench_buffers *buffers;
  int n_threads;
  bool cpu_clock;         /* clock.h */
  bool through_caches;    /* the cells are written as a run writes chunks that it encodes next */
  bool may_exclude;       /* the sweep has a rule: excluded cells are work like others */
  double bind_s;          /* of the last pass: binding all cases that it needed */
  uint64_t n_cells, n_evaluated;   /* of the last pass: cells of its tiles, cells with a number */
  uint64_t flags[MSW_N_FLAG_BITS];
} bench_eval;

/* Seconds of the evaluation; binding is timed apart (bind_s). For bench_series; context: a bench_eval. Negative when a cell
 * has no number: filling a void chunk says nothing of evaluation. */
double bench_eval_pass(void *context);

/* Why that was: the flags of the cells without a number. */
const char *bench_eval_refusal(const bench_eval *job, msw_arena *arena);

#endif

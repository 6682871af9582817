/* Running a plan: the only parallel region of the tool. Tiles are evaluated and encoded by all threads, ahead of their turn,
 * and committed by one at a time in tile order, so that the bytes written do not depend on the number of threads.
 */
#ifndef MSW_GRID_RUN_H
#define MSW_GRID_RUN_H

#include <signal.h>

#include "msw/base/log.h"
#include "msw/grid/eval.h"
#include "msw/grid/plan.h"
#include "msw/grid/reduce.h"

/* Tiles that may be encoded and not committed yet. Each waits in a slot of its own: so many for a number of threads, enough
 * for every thread to go on while the slowest tile is two tiles behind. They bound a run's memory, which is one encoded tile
 * for each slot that is used at all; the slots with the lowest numbers are preferred. */
static inline int msw_run_slots(int n_threads) { return n_threads > 1 ? 2 * n_threads + 2 : 1; }

/* Where evaluated tiles go. `encode` is called by many threads at once, each for one tile at a time and with that tile's
 * `slot`, below msw_run_slots: what is kept there is the tile's alone until `commit` of the same slot. `commit` is called by
 * one thread at a time, tiles in ascending order, slots in any. After a failure or a stop, tiles that are encoded are not
 * committed any more. A tile is added to `reduce` (NULL: nowhere) before it is committed: when all are committed, all are in
 * it. */
typedef struct {
  void *context;
  void (*encode)(void *context, int slot, size_t i_block, size_t i_field, const void *cells, size_t n_bytes);
  msw_status (*commit)(void *context, int slot, size_t i_block, const msw_tile *tile);
  msw_reduce *reduce;
} msw_sink;

typedef struct { uint64_t n_evaluated, flags[MSW_N_FLAG_BITS]; } msw_block_counts;

typedef struct {
  int n_threads;                          /* >= 1 */
  msw_tile_range tiles;                   /* what to run of the plan; n 0: all of it */
  const volatile sig_atomic_t *stop;      /* non-zero: end soon with MSW_INTERRUPTED; may be NULL */
  msw_progress *progress;                 /* in cells; may be NULL */
} msw_run_options;

/* Kernel sets of every GPU of the plan: of_block[i_block][i_gpu], and each one once in sets [n_sets]. */
typedef struct {
  const msw_kernel_set *const *const *of_block;
  const msw_kernel_set *const *sets;
  size_t n_sets;
} msw_run_tables;
msw_status msw_run_load_tables(const msw_plan *plan, const msw_data_root *data, msw_arena *arena, msw_diag *diag,
                               msw_run_tables *tables);

/* Runs the plan or a stretch of it. counts [n_blocks], of that stretch. MSW_OK, MSW_INTERRUPTED, or what commit returned. */
msw_status msw_run(const msw_plan *plan, const msw_run_tables *tables, const msw_sink *sink, const msw_run_options *options,
                   msw_block_counts *counts);

#endif

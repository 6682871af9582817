/* The run: cases are bound in windows by all threads, then their tiles are evaluated and encoded by all threads, as far ahead
 * as there are slots, and committed in order by whichever thread has just finished a tile.
 * This file holds the tool's only parallel regions.
 */
#include "msw/grid/run.h"

#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "msw/base/ahead.h"

/* At a window's end threads wait for the last tile: seldom enough; and few enough cases to hold bound. */
enum { WINDOW_CASES = 256, TILES_PER_THREAD = 256 };

/* One thread's memory. */
typedef struct {
  msw_eval_scratch *scratch;
  void **out;                      /* [n_computed] one chunk each */
  msw_block_counts counts;
} worker;

typedef struct {
  const msw_plan_block *block;
  size_t i_block;
  const msw_kernel_set *const *tables;
  const msw_sink *sink;
  const msw_run_options *options;
  worker *workers;                 /* [n_threads] */
  msw_status status;               /* first failure; its, and of `done`, is who commits */
  uint64_t done;                   /* cells committed so far, all blocks */
} run_state;

static void worker_init(const msw_plan_block *block, worker *w) {
  *w = (worker){.scratch = msw_eval_scratch_new(block), .out = msw_alloc_zero(block->n_computed, sizeof *w->out)};
  for (size_t i_field = 0; i_field < block->n_computed; i_field++)
    w->out[i_field] = msw_alloc_zero((size_t)block->chunk_cells, msw_field_size(block->fields[i_field]->type));
}

static void worker_free(const msw_plan_block *block, worker *w) {
  for (size_t i_field = 0; i_field < block->n_computed; i_field++) free(w->out[i_field]);
  free(w->out);
  msw_eval_scratch_free(w->scratch);
}

static bool stopped(const run_state *run) {
  return run->status != MSW_OK || (run->options->stop && *run->options->stop);
}

static void eval_tile(run_state *run, const msw_bound_case *bound, const msw_tile *tile, int slot) {
  worker *w = &run->workers[omp_get_thread_num()];
  uint64_t n_before = w->counts.n_evaluated;
  msw_eval_tile(run->block, bound, tile, w->scratch, w->out, w->counts.flags, &w->counts.n_evaluated);
  bool has_numbers = w->counts.n_evaluated > n_before;   /* cells without take no part in reductions */
  if (run->sink->reduce && run->block->spec->n_reductions > 0 && has_numbers)
    msw_reduce_add(run->sink->reduce, omp_get_thread_num(), run->i_block, tile, w->out);
  for (size_t i_field = 0; i_field < run->block->n_fields; i_field++) {
    size_t n_bytes = (size_t)run->block->chunk_cells * msw_field_size(run->block->fields[i_field]->type);
    run->sink->encode(run->sink->context, slot, run->i_block, i_field, w->out[i_field], n_bytes);
  }
}

static void tile_at(const run_state *run, uint64_t i_tile, msw_tile *tile) {
  uint64_t per_case = run->block->tiles_per_case;
  msw_plan_tile(run->block, i_tile / per_case, i_tile % per_case, tile);
}

/* The caller is the only one who commits. A tile that was evaluated before a stop is not committed after it. */
static void commit_tile(run_state *run, const msw_ahead_item *item) {
  if (stopped(run)) return;
  msw_tile tile;
  tile_at(run, item->number, &tile);
  run->status = run->sink->commit(run->sink->context, (int)item->slot, run->i_block, &tile);
  run->done += tile.n_cells;
  if (run->options->progress) msw_progress_at(run->options->progress, run->done);
}

/* One thread's part of a window. */
static void work_ahead(run_state *run, const msw_bound_case *cases, uint64_t first_case, msw_ahead *ahead) {
  msw_ahead_item item;
  while (msw_ahead_begin(ahead, &item)) {
    msw_tile tile;
    tile_at(run, item.number, &tile);
    eval_tile(run, &cases[item.number / run->block->tiles_per_case - first_case], &tile, (int)item.slot);
    msw_ahead_done(ahead, &item);
    while (msw_ahead_take(ahead, &item)) {
      commit_tile(run, &item);
      if (stopped(run)) msw_ahead_stop(ahead);
      msw_ahead_pass(ahead);
    }
  }
}

/* Tiles of the bound cases. Committing in order makes the file's bytes independent of the number of threads. */
static void run_window(run_state *run, const msw_bound_case *cases, msw_tile_range tiles) {
  msw_ahead ahead;
  msw_ahead_start(&ahead, tiles.first, tiles.first + tiles.n, (size_t)msw_run_slots(run->options->n_threads));
#pragma omp parallel num_threads(run->options->n_threads)
  work_ahead(run, cases, tiles.first / run->block->tiles_per_case, &ahead);
  msw_ahead_end(&ahead);
}

/* `tiles` are numbered within the block. */
static void run_block(run_state *run, msw_tile_range tiles) {
  uint64_t per_case = run->block->tiles_per_case;
  uint64_t wanted = (uint64_t)run->options->n_threads * TILES_PER_THREAD / per_case + 1;
  uint64_t window = wanted < WINDOW_CASES ? wanted : WINDOW_CASES, end = tiles.first + tiles.n;
  msw_bound_case *cases = msw_alloc_zero(window, sizeof *cases);
  for (uint64_t at = tiles.first; at < end && !stopped(run);) {
    uint64_t first_case = at / per_case, end_tile = (first_case + window) * per_case;
    if (end_tile > end) end_tile = end;
    uint64_t n_cases = (end_tile + per_case - 1) / per_case - first_case;
#pragma omp parallel for schedule(dynamic, 1) num_threads(run->options->n_threads)
    for (uint64_t i_case = 0; i_case < n_cases; i_case++)
      msw_bind_case(run->block, run->tables, first_case + i_case, &cases[i_case]);
    run_window(run, cases, (msw_tile_range){at, end_tile - at});
    for (uint64_t i_case = 0; i_case < n_cases; i_case++) msw_bound_case_free(&cases[i_case]);
    at = end_tile;
  }
  free(cases);
}

static void add_counts(const worker *w, msw_block_counts *counts) {
  counts->n_evaluated += w->counts.n_evaluated;
  for (size_t i_flag = 0; i_flag < MSW_N_FLAG_BITS; i_flag++) counts->flags[i_flag] += w->counts.flags[i_flag];
}

msw_status msw_run(const msw_plan *plan, const msw_run_tables *tables, const msw_sink *sink, const msw_run_options *options,
                   msw_block_counts *counts) {
  size_t n_threads = (size_t)options->n_threads;
  run_state run = {.sink = sink, .options = options, .workers = msw_alloc_zero(n_threads, sizeof *run.workers)};
  memset(counts, 0, plan->n_blocks * sizeof *counts);
  msw_tile_range wanted = options->tiles.n > 0 ? options->tiles : (msw_tile_range){0, UINT64_MAX};
  uint64_t first_tile = 0;
  for (size_t i_block = 0; i_block < plan->n_blocks && !stopped(&run); i_block++) {
    run.block = &plan->blocks[i_block];
    uint64_t n_tiles = run.block->n_cases * run.block->tiles_per_case;
    msw_tile_range tiles = msw_tiles_within(wanted, first_tile, n_tiles);
    first_tile += n_tiles;
    if (tiles.n == 0) continue;
    run.i_block = i_block;
    run.tables = tables->of_block[i_block];
    for (size_t i_thread = 0; i_thread < n_threads; i_thread++) worker_init(run.block, &run.workers[i_thread]);
    run_block(&run, tiles);
    for (size_t i_thread = 0; i_thread < n_threads; i_thread++) {
      add_counts(&run.workers[i_thread], &counts[i_block]);
      worker_free(run.block, &run.workers[i_thread]);
    }
  }
  free(run.workers);
  if (run.status != MSW_OK) return run.status;
  return options->stop && *options->stop ? MSW_INTERRUPTED : MSW_OK;
}

/* One evaluation pass: cases bound first, then tiles by all threads, each into its place in the buffers. */
#include "passes.h"

#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "msw/base/str.h"

typedef struct {
  msw_eval_scratch *scratch;
  uint64_t flags[MSW_N_FLAG_BITS], n_evaluated, n_cells;
} worker;

static uint64_t plan_tiles(const msw_plan_block *block) { return block->n_cases * block->tiles_per_case; }

static double bind_cases(const bench_eval *job, msw_bound_case *cases, uint64_t n_cases) {
  const bench_sweep *sweep = job->sweep;
  double start_s = bench_now_s(job->cpu_clock);
#pragma omp parallel for schedule(dynamic, 1) num_threads(job->n_threads)
  for (uint64_t i_case = 0; i_case < n_cases; i_case++)
    msw_bind_case(sweep->block, sweep->tables.of_block[0], i_case, &cases[i_case]);
  return bench_now_s(job->cpu_clock) - start_s;
}

static void eval_chunk(const bench_eval *job, const msw_bound_case *cases, uint64_t i_chunk, worker *w) {
  const msw_plan_block *block = job->sweep->block;
  uint64_t i_tile = i_chunk % plan_tiles(block);
  const msw_bound_case *bound = &cases[i_tile / block->tiles_per_case];
  void *out[BENCH_MAX_FIELDS];
  msw_tile tile;
  for (size_t i_field = 0; i_field < block->n_computed; i_field++)
    out[i_field] = bench_chunk(job->buffers, i_field, i_chunk);
  msw_plan_tile(block, bound->i_case, i_tile % block->tiles_per_case, &tile);
  msw_eval_tile(block, bound, &tile, w->scratch, out, w->flags, &w->n_evaluated);
  w->n_cells += tile.n_cells;
}

static double eval_chunks(const bench_eval *job, const msw_bound_case *cases, worker *workers) {
  double start_s = bench_now_s(job->cpu_clock);
#pragma omp parallel for schedule(dynamic, 1) num_threads(job->n_threads)
  for (uint64_t i_chunk = 0; i_chunk < job->buffers->n_chunks; i_chunk++)
    eval_chunk(job, cases, i_chunk, &workers[omp_get_thread_num()]);
  return bench_now_s(job->cpu_clock) - start_s;
}

static void collect(bench_eval *job, worker *workers) {
  memset(job->flags, 0, sizeof job->flags);
  job->n_evaluated = job->n_cells = 0;
  for (int i_thread = 0; i_thread < job->n_threads; i_thread++) {
    job->n_evaluated += workers[i_thread].n_evaluated;
    job->n_cells += workers[i_thread].n_cells;
    for (size_t i_flag = 0; i_flag < MSW_N_FLAG_BITS; i_flag++) job->flags[i_flag] += workers[i_thread].flags[i_flag];
    msw_eval_scratch_free(workers[i_thread].scratch);
  }
}

static bool all_counted(const bench_eval *job) {
  uint64_t n_excluded = job->may_exclude ? job->flags[0] : 0;   /* the bit of MSW_FLAG_EXCLUDED */
  return job->n_evaluated + n_excluded == job->n_cells;
}

double bench_eval_pass(void *context) {
  bench_eval *job = context;
  const msw_plan_block *block = job->sweep->block;
  if (block->chunk_cells != job->buffers->chunk_cells || block->n_computed != job->buffers->n_fields) return -1.0;
  uint64_t n_tiles = plan_tiles(block) < job->buffers->n_chunks ? plan_tiles(block) : job->buffers->n_chunks;
  uint64_t n_cases = (n_tiles + block->tiles_per_case - 1) / block->tiles_per_case;
  msw_bound_case *cases = msw_alloc_zero(n_cases, sizeof *cases);
  worker *workers = msw_alloc_zero((size_t)job->n_threads, sizeof *workers);
  for (int i_thread = 0; i_thread < job->n_threads; i_thread++) {
    workers[i_thread].scratch = msw_eval_scratch_new(block);
    msw_eval_scratch_stream(workers[i_thread].scratch, !job->through_caches);
  }

  job->bind_s = bind_cases(job, cases, n_cases);
  double seconds = eval_chunks(job, cases, workers);

  collect(job, workers);
  for (uint64_t i_case = 0; i_case < n_cases; i_case++) msw_bound_case_free(&cases[i_case]);
  free(cases);
  free(workers);
  return all_counted(job) ? seconds : -1.0;
}

const char *bench_eval_refusal(const bench_eval *job, msw_arena *arena) {
  const msw_plan_block *block = job->sweep->block;
  enum { FLAGS_TEXT = 256 };
  char text[FLAGS_TEXT];
  msw_flags why = 0;
  if (block->chunk_cells != job->buffers->chunk_cells)
    return msw_format(arena, "chunks of %llu cells do not fit the buffers", (unsigned long long)block->chunk_cells);
  for (size_t i_flag = 0; i_flag < MSW_N_FLAGS; i_flag++)
    if (job->flags[i_flag] > 0 && (msw_flag_table[i_flag].bit & MSW_FLAGS_NO_NUMBER)) why |= msw_flag_table[i_flag].bit;
  return msw_format(arena, "cells without a number (%s)", msw_flags_text(why, text, sizeof text));
}

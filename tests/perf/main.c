/* The benchmark: parts in turn, a table as they go, JSON at the end. docs/benchmarks.md says what is measured and how. */
#include <stdio.h>
#include <stdlib.h>

#include "disk.h"
#include "machine.h"
#include "made_tables.h"
#include "msw/base/file.h"
#include "parts.h"
#include "sweep.h"

static void (*const parts[BENCH_N_PARTS])(bench *b) = {
    [BENCH_FILL] = bench_part_fill, [BENCH_EVAL] = bench_part_eval, [BENCH_THREADS] = bench_part_threads,
    [BENCH_BIND] = bench_part_bind, [BENCH_PLAN] = bench_part_plan, [BENCH_RUN] = bench_part_run,
    [BENCH_COMPRESS] = bench_part_compress, [BENCH_MERGE] = bench_part_merge, [BENCH_BIG] = bench_part_big,
};

/* Times of such a build would only mislead whoever finds them later. */
static void refuse_unfit_build(const bench_options *options) {
  const char *why = bench_build_unfit();
  if (!why) return;
  fprintf(stderr, "bench: %s: its times tell nothing. Build with -DCMAKE_BUILD_TYPE=Release%s\n", why,
          options->anyway ? "" : " (--anyway goes on)");
  if (!options->anyway) exit(2);
}

static void prepare(bench *b) {
  msw_diag diag = {0};
  b->work = msw_join_path(&b->arena, b->options->dir, "bench-work");
  b->tables = msw_join_path(&b->arena, b->work, "tables");
  bench_remove(b->work);
  msw_make_dirs(b->work, &diag);
  bench_stop_on_errors(&diag);
  bench_make_tables(b->tables, &diag);
  b->latencies = msw_join_path(&b->arena, b->work, "latencies");
  bench_make_latencies(b->latencies, &diag);
  bench_stop_on_errors(&diag);
  msw_diag_free(&diag);
}

int main(int argc, char **argv) {
  bench_options options;
  bench_report report;
  bench b = {.options = &options, .report = &report};
  bench_options_read(argc, argv, &b.arena, &options);
  refuse_unfit_build(&options);
  prepare(&b);
  bench_report_open(&options, &report);
  for (int part = 0; part < BENCH_N_PARTS; part++)
    if (options.wanted[part]) parts[part](&b);
  bench_remove(b.work);
  bool good = bench_report_close(&report, options.json);
  if (!good) perror(options.json ? options.json : "standard output");
  msw_arena_free(&b.arena);
  return good ? 0 : 1;
}

/* The benchmark's command line. */
#ifndef BENCH_OPTIONS_H
#define BENCH_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "msw/base/mem.h"

typedef enum { BENCH_FILL, BENCH_EVAL, BENCH_THREADS, BENCH_BIND, BENCH_PLAN, BENCH_RUN, BENCH_COMPRESS, BENCH_MERGE,
               BENCH_BIG, BENCH_N_PARTS } bench_part;
extern const char *const bench_part_names[BENCH_N_PARTS];

typedef struct {
  bool wanted[BENCH_N_PARTS];
  int n_pairs;                      /* rounds of every series */
  size_t bytes;                     /* of the buffers, and of the files of the end-to-end parts */
  int n_threads;                    /* what "all threads" means */
  const char *json;                 /* file for the JSON; NULL: standard output */
  const char *dir, *tool, *data_dir;
  const char *const *bench_dirs;    /* [n_bench_dirs] kernel tables that go before the made ones */
  size_t n_bench_dirs;
  bool cpu_clock;                   /* what one thread does alone is timed by its CPU clock */
  bool anyway;                      /* also in a build that tells nothing about speed */
} bench_options;

/* Ends the process with 0 after --help and with 2 after a mistake. */
void bench_options_read(int argc, char **argv, msw_arena *arena, bench_options *options);

#endif

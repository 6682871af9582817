/* The parts of the benchmark: each measures one thing and reports its rows. */
#ifndef BENCH_PARTS_H
#define BENCH_PARTS_H

#include "options.h"
#include "report.h"

typedef struct {
  const bench_options *options;
  bench_report *report;
  msw_arena arena;
  const char *work;     /* folder for files, empty at the start; its file system is what the end-to-end parts measure */
  const char *tables;      /* made kernel tables in it (made_tables.h) */
  const char *latencies;   /* and latencies, for the method `measured` */
} bench;

void bench_part_fill(bench *b);       /* the memory itself: store loop, memset, streaming stores */
void bench_part_eval(bench *b);       /* evaluation into memory, all methods and shapes of blocks */
void bench_part_threads(bench *b);    /* what all threads gain, evaluation against store loop */
void bench_part_bind(bench *b);       /* binding time per case */
void bench_part_plan(bench *b);       /* planning 10^12 cells */
void bench_part_run(bench *b);        /* run --compress none against write and fsync */
void bench_part_compress(bench *b);   /* run with compression against libdeflate alone */
void bench_part_merge(bench *b);      /* merge against cp and fsync */
void bench_part_big(bench *b);        /* peak memory of 10^9 cells x 2 fields */

#endif

/* `mfusweep run` as a contender. */
#ifndef BENCH_TOOL_RUN_H
#define BENCH_TOOL_RUN_H

#include "tool.h"

enum { BENCH_MAX_MORE = 6 };

typedef struct {
  bench *b;
  const char *sweep, *out;              /* sweep file; result, in the work folder */
  const char *compress;                 /* none or deflate */
  const char *more[BENCH_MAX_MORE];     /* further arguments, up to the first NULL */
  bool in_two;                          /* as --shard 0/2 and --shard 1/2, one after the other: shards without a merge */
  bool keep;                            /* leave what was written */
  uint64_t stored_bytes;                /* that the last pass wrote */
  double peak_bytes;                    /* of memory, largest of the last pass's processes */
  const char *why;                      /* it failed: what it said */
} bench_tool_run;

/* For bench_series; context: a bench_tool_run. Starts from a settled disk; removes result and shards before and after. */
double bench_tool_run_pass(void *context);
const char *bench_shards_of(msw_arena *arena, const char *out);   /* the folder of its shards */

/* write() and fsync of as many bytes as the run that it is compared with stored, which goes before it in the series. Not
 * possible when that failed. */
typedef struct { bench *b; const bench_tool_run *as; } bench_plain_write;
double bench_plain_write_pass(void *context);

#endif

/* What was measured: a table on stderr as it comes, and one JSON document at the end. The JSON's layout is described in
 * docs/benchmarks.md and read by scripts/bench_table.
 */
#ifndef BENCH_REPORT_H
#define BENCH_REPORT_H

#include <stdbool.h>

#include "msw/base/mem.h"
#include "msw/formats/json.h"
#include "options.h"
#include "stats.h"

typedef enum { BENCH_NO_TARGET, BENCH_AT_LEAST, BENCH_AT_MOST } bench_sense;
typedef struct { bench_sense sense; double value; } bench_target;   /* compared with the median */

typedef struct {
  bench_part part;
  const char *series;     /* what was interleaved: rows of one series may be compared */
  const char *subject;    /* who */
  const char *metric;     /* what of it: "evaluation / store loop" */
  const char *unit;       /* "1" for ratios */
  bench_stat stat;
  bench_target target;
} bench_row;

typedef struct {
  msw_arena arena;
  msw_json *root, *rows, *missing;
  const char *last_series;
  int n_met, n_missed;
} bench_report;

void bench_report_open(const bench_options *options, bench_report *report);
void bench_report_row(bench_report *report, bench_row row);
/* A single figure. */
bench_stat bench_one(double value);
/* Something that could not be measured. */
void bench_report_missing(bench_report *report, bench_part part, const char *series, const char *subject, const char *why);
/* Writes the JSON to `json`, or standard output when NULL; false when that failed. Releases the report. */
bool bench_report_close(bench_report *report, const char *json);

#endif

/* Kernel tables of the size that people measure, made up: the few rows that come with the project would let every lookup
 * stay in one cache line.
 */
#ifndef BENCH_MADE_TABLES_H
#define BENCH_MADE_TABLES_H

#include "msw/base/diag.h"

/* Writes a bench-data folder for the H100 with attention shapes of the models below. Decode tables lack their corner of large
 * batch and long context, as measured ones do. */
msw_status bench_make_tables(const char *folder, msw_diag *diag);

/* Writes the latencies that the method `measured` looks up, in the layout and the size of the public tables of an engine. */
msw_status bench_make_latencies(const char *folder, msw_diag *diag);

/* Dense models whose shapes the tables have; tp 1, 2, 4 and 8 divide their heads. As a JSON list. */
extern const char bench_models[];

#endif

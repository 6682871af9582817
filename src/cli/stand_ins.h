/* Telling where kernel tables of another number format stand in, each case of it once. */
#ifndef MSW_CLI_STAND_INS_H
#define MSW_CLI_STAND_INS_H

#include "msw/grid/run.h"
#include "msw/perf/case.h"

/* Sentences, each once. In the arena. */
typedef struct { const char **items; size_t n; msw_arena *arena; } msw_notes;

/* Of all cases of a plan, and its points, whose methods use kernel tables. */
msw_notes msw_stand_ins_of_plan(const msw_plan *plan, const msw_run_tables *tables, msw_arena *arena);
/* Of bound cases, on one GPU. */
msw_notes msw_stand_ins_of_cases(const msw_case *const *cases, size_t n, const msw_kernel_set *set, msw_arena *arena);
/* Of every number format that the GPU has a peak for. */
msw_notes msw_stand_ins_of_gpu(const msw_kernel_set *set, msw_arena *arena);

#endif

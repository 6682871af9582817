/* Recording of operations for explain and --per-op. Private to perf. */
#ifndef MSW_PERF_OPS_H
#define MSW_PERF_OPS_H

#include "msw/perf/step.h"

/* Appends a copy; a NULL list records nothing. */
void msw_op_record(msw_op_list *list, msw_op op);
const char *msw_op_phase_name(msw_phase phase);

#endif

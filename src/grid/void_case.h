/* What can be known of a case without kernel tables: whether it is void, and why. Private to grid. */
#ifndef MSW_GRID_VOID_CASE_H
#define MSW_GRID_VOID_CASE_H

#include "msw/grid/plan.h"
#include "msw/perf/case.h"

/* The key of the case at these outer positions. Tables are left NULL. */
msw_case_key msw_plan_case_key(const msw_plan_block *block, const size_t position[MSW_N_AXES]);

/* Void flags of the case other than VOID_TABLE. Depends on gpu, model, tp, dtype and method only. */
msw_flags msw_plan_case_void(const msw_plan_block *block, const size_t position[MSW_N_AXES]);

#endif

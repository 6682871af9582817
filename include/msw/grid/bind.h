/* A case of a plan, bound: constants and tables (perf/case.h), the numeric axes, and which exclude rules can still hold. */
#ifndef MSW_GRID_BIND_H
#define MSW_GRID_BIND_H

#include "msw/grid/plan.h"
#include "msw/perf/case.h"

typedef struct {
  uint64_t i_case;
  msw_case bound;
  bool excluded;                         /* a rule over outer axes alone holds: every cell is excluded */
  size_t position[MSW_N_AXES];           /* of the outer axes */
  const double *values[MSW_N_AXES];      /* numeric axes: [n[axis]]; for zipped ones the single value of this case */
  size_t n[MSW_N_AXES];
  const msw_spec_rule *const *rules;     /* [n_rules] rules that have to be looked at cell by cell */
  size_t n_rules;
  const struct msw_factors *factors;     /* what rows are made of; NULL for void and excluded cases */
  msw_arena arena;
} msw_bound_case;

/* `tables` [gpu axis n]: kernel sets of the block's GPUs; NULL: without tables (methods that need them become void). */
void msw_bind_case(const msw_plan_block *block, const msw_kernel_set *const *tables, uint64_t i_case, msw_bound_case *out);
void msw_bound_case_free(msw_bound_case *bound);

#endif

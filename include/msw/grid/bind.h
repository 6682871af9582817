/* A case of a plan, bound: constants and tables (perf/case.h), the numeric axes, and which rules can still hold. */
#ifndef MSW_GRID_BIND_H
#define MSW_GRID_BIND_H

#include "msw/grid/plan.h"
#include "msw/perf/case.h"

typedef struct {
  uint64_t i_case;
  msw_case bound;
  bool excluded;                         /* an exclude rule holds in every cell */
  bool conditional;                      /* a "when" rule does: cells are excluded by one of `rules`, or conditional */
  size_t position[MSW_N_AXES];           /* of the outer axes */
  const double *values[MSW_N_AXES];      /* numeric axes: [n[axis]]; for zipped ones the single value of this case */
  size_t n[MSW_N_AXES];
  const msw_spec_rule *const *rules;     /* [n_rules] that may hold in some cells, and what makes it conditional */
  size_t n_rules;
  const struct msw_factors *factors;     /* what rows are made of; NULL for void and excluded cases */
  msw_arena arena;
} msw_bound_case;

/* `tables` [gpu axis n]: kernel sets of the block's GPUs; NULL: without tables (methods that need them become void). */
void msw_bind_case(const msw_plan_block *block, const msw_kernel_set *const *tables, uint64_t i_case, msw_bound_case *out);
void msw_bound_case_free(msw_bound_case *bound);

#endif

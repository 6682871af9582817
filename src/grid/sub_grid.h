/* Walking the sub-grid of some dimensions, cell by cell, to count what rules do there. Private to grid. */
#ifndef MSW_GRID_SUB_GRID_H
#define MSW_GRID_SUB_GRID_H

#include "msw/grid/plan.h"

typedef struct {
  const msw_plan_block *block;
  bool in[MSW_MAX_RANK];                   /* dimensions of the sub-grid */
  const msw_spec_rule *const *rules;       /* [n_rules] exclude rules; they name only these dimensions */
  size_t n_rules;
  bool with_void;                          /* cases can be void too; then all dimensions that this depends on are in */
} msw_sub_grid;

typedef struct {
  uint64_t n_total, n_excluded;            /* cells at which some rule holds */
  uint64_t n_valid;                        /* neither excluded nor void */
  uint64_t void_counts[MSW_N_FLAGS];       /* cells not excluded but void, by flag bit */
} msw_sub_counts;

/* Cost: the product of the dimensions' lengths. */
msw_sub_counts msw_sub_grid_count(const msw_sub_grid *grid);

#endif

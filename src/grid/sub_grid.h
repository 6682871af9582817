/* Counting what rules leave of the sub-grid of some dimensions. Private to grid. */
#ifndef MSW_GRID_SUB_GRID_H
#define MSW_GRID_SUB_GRID_H

#include "msw/grid/plan.h"

typedef uint32_t msw_dim_set;              /* bit d for dims[d] */
_Static_assert(MSW_MAX_RANK <= 32, "dimensions must fit a msw_dim_set");
static inline msw_dim_set msw_dim_bit(size_t i_dim) { return (msw_dim_set)1 << i_dim; }

typedef struct {
  const msw_plan_block *block;             /* with its rule_book */
  msw_dim_set dims;                        /* dimensions of the sub-grid */
  const msw_spec_rule *const *rules;       /* [n_rules]; they name only these dimensions */
  size_t n_rules;
  msw_dim_set void_dims;                   /* of them, those that decide whether a case is void; 0: none can be */
  size_t max_table;                        /* longest table of intermediate sums, in entries; 0: a default */
} msw_sub_grid;

typedef struct {
  uint64_t n_kept;                         /* cells in which no rule holds */
  uint64_t n_valid;                        /* of them, those that are not void */
  uint64_t void_counts[MSW_N_FLAGS];       /* of them, those that are void, by flag bit */
} msw_sub_counts;

/* Sums one dimension after another out, as one would multiply a chain of matrices: the cells that rules leave along one
 * dimension are counted for every combination of only those dimensions that rules name together with it, and the counts
 * are a table that takes the rules' place. Costs, for each dimension, the product of the others that are connected with
 * it at that time, times the logarithm of its length (msw_rule_stretches); and the combinations of void_dims. */
msw_sub_counts msw_sub_grid_count(const msw_sub_grid *grid);

/* Dimensions that a rule names. */
msw_dim_set msw_rule_dims(const msw_plan_block *block, const msw_spec_rule *rule);
/* Cells of the sub-grid of these dimensions. */
uint64_t msw_dims_cells(const msw_plan_block *block, msw_dim_set dims);

#endif

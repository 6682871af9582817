/* A reduction of a block: what goes in, what is left, and which variables of the result file come of it.
 *
 * The dimensions of the block that are not reduced stay, in the order of the file; with them the cells that are left are
 * numbered row-major. The cells that go into one of them are numbered row-major over the reduced dimensions: their order in
 * the file. A zip is one dimension.
 */
#ifndef MSW_GRID_REDUCTION_H
#define MSW_GRID_REDUCTION_H

#include "msw/grid/plan.h"

/* F32: min, max, mean. I64: count. The arg operations give a variable for every axis in `over`: F64 with its values, NaN
 * where no cell takes part; for axes of texts U32 with the label's position plus 1, and 0 there. */
typedef enum { MSW_REDUCED_F32, MSW_REDUCED_I64, MSW_REDUCED_F64, MSW_REDUCED_U32 } msw_reduced_type;
size_t msw_reduced_size(msw_reduced_type type);

typedef struct {
  const char *name;            /* of the reduction; of arg operations <reduction>_<axis> */
  msw_reduced_type type;
  msw_axis_id axis;            /* MSW_N_AXES but for the arg operations: */
  uint64_t stride, n;          /* the axis stands at (number of the cell that is found) / stride % n */
  const double *values;        /* [n] what is stored for each position */
} msw_reduced_variable;

struct msw_reduction {
  const msw_spec_reduction *spec;
  size_t i_field;              /* among the block's computed fields; for count any that is a number */
  size_t rank;
  size_t dims[MSW_MAX_RANK];   /* [rank] dimensions of the block that stay */
  uint64_t chunk[MSW_MAX_RANK];   /* [rank] how the result file cuts them */
  uint64_t n_cells, n_over;    /* cells that are left; cells that go into each */
  uint64_t stride[MSW_MAX_RANK], over_stride[MSW_MAX_RANK];   /* of the block's dimensions in both numberings, else 0 */
  const msw_reduced_variable *variables;
  size_t n_variables;
  uint64_t n_bytes;            /* of the variables */
};

/* Fills block->reductions and block->reduced_bytes, for a block whose dimensions and fields stand. */
void msw_plan_reductions(msw_plan_block *block, msw_arena *arena);
const char *msw_reduce_op_name(msw_reduce_op op);                  /* "argmin" */
bool msw_reduce_op_is_arg(msw_reduce_op op);
bool msw_reduction_keeps(const msw_reduction *reduction, size_t i_dim);
/* Does any reduction of the block keep the dimension? Without reductions all are kept. */
bool msw_block_keeps_dim(const msw_plan_block *block, size_t i_dim);
/* "tp batch": the reduced axes and zips. */
const char *msw_reduction_over(const msw_plan_block *block, const msw_reduction *reduction, const char *separator,
                               msw_arena *arena);

#endif

/* The operations that occur in a list of steps, as columns in a fixed order: prefill, decode, fused, step; within a
 * phase the projections in the order of a layer, attention, memory. */
#ifndef MSW_CLI_EVAL_OPS_H
#define MSW_CLI_EVAL_OPS_H

#include <stdbool.h>
#include <stddef.h>

#include "msw/perf/step.h"

typedef struct { const char *phase, *name; } msw_op_column;   /* borrowed from the operations */
typedef struct { msw_op_column *items; size_t n, cap; } msw_op_columns;   /* zero-initialise */

/* Adds the columns that a step's operations need and that are not there yet. */
void msw_op_columns_note(msw_op_columns *columns, const msw_op_list *ops);
/* Time of a column's operation in a step, all its buckets together; false when the step has none. */
bool msw_op_columns_sum(const msw_op_columns *columns, size_t i_column, const msw_op_list *ops, double *us);
void msw_op_columns_free(msw_op_columns *columns);

#endif

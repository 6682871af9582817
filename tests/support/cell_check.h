/* A cell of a grid against the scalar reference: every field must be the reference's number, but for the last places
 * of float32.
 */
#ifndef MSW_TEST_CELL_CHECK_H
#define MSW_TEST_CELL_CHECK_H

#include "dense.h"
#include "msw/perf/step.h"

/* Evaluates cell `i_cell` by msw_step_eval on a case that is bound anew from the block's axes. Exclude rules are looked at
 * one by one; where one holds, every number is NaN and the flags are "excluded" alone. */
void reference_cell(const msw_plan_block *block, const msw_kernel_set *const *tables, size_t i_cell, msw_breakdown *out);

/* Name of the first field that differs, or NULL. */
const char *cell_differs(const dense *cells, size_t i_cell, const msw_breakdown *want);

/* Fails unless every `stride`-th cell is as the reference says; `what` goes into the message. */
void check_cells(const dense *cells, const msw_kernel_set *const *tables, size_t stride, const char *what);

#endif

/* The table that eval prints (DESIGN "Steps CSV"): the input's columns unchanged, the breakdown, and on request the
 * time of every operation.
 */
#ifndef MSW_CLI_EVAL_CSV_H
#define MSW_CLI_EVAL_CSV_H

#include "msw/base/str.h"
#include "msw/inputs/steps.h"
#include "msw/perf/case.h"
#include "msw/perf/flags.h"

/* Warns of input columns that have names of eval's own: both are in the output, the input's first. */
void msw_eval_check_columns(const msw_steps *steps, msw_diag *diag);

/* Evaluates all rows, cases [n_rows], and adds header and rows to `out`. Returns all flags that occurred. */
msw_flags msw_eval_write(const msw_steps *steps, const msw_case *const *cases, bool per_op, msw_buf *out);

#endif

/* Showing a plan: for people and for machines. Both end with what would keep it from running. */
#ifndef MSW_CLI_PLAN_SHOW_H
#define MSW_CLI_PLAN_SHOW_H

#include <stdbool.h>

#include "context.h"
#include "msw/grid/plan.h"

/* What one core does in a second, rounded down from docs/benchmarks.md (2.8 GHz Xeon): evaluates cells with a field or two,
 * deflates bytes of them, or writes them as they are. They give the scale of a run, no promise. */
#define MSW_PLAN_CELLS_PER_S 3e8
#define MSW_PLAN_DEFLATED_BYTES_PER_S 1.2e8
#define MSW_PLAN_WRITTEN_BYTES_PER_S 5e8
static inline double msw_plan_core_s(const msw_plan *plan, bool compressed) {
  double bytes_per_s = compressed ? MSW_PLAN_DEFLATED_BYTES_PER_S : MSW_PLAN_WRITTEN_BYTES_PER_S;
  return (double)plan->n_cells / MSW_PLAN_CELLS_PER_S + (double)plan->n_bytes / bytes_per_s;
}

/* `path` is where `run` would write. Prints to stdout; warnings go to ctx->diag. Always MSW_OK. */
msw_status msw_plan_show(const msw_plan *plan, const char *path, bool compressed, msw_context *ctx);
msw_status msw_plan_show_json(const msw_plan *plan, const char *path, bool compressed, msw_context *ctx);

/* Adds warnings for limits and disk space that `run` would refuse. */
void msw_plan_warn(const msw_plan *plan, const char *path, bool compressed, msw_diag *diag);

#endif

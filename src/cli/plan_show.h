/* Showing a plan: for people and for machines. Both end with what would keep it from running. */
#ifndef MSW_CLI_PLAN_SHOW_H
#define MSW_CLI_PLAN_SHOW_H

#include <stdbool.h>

#include "context.h"
#include "msw/grid/plan.h"

/* Cells per second that one core evaluates, compresses and writes. Measured: 2.1e6 with sweeps/quickstart.json
 * and 2.3e6 with 4e6 decode cells (all 13 fields, deflate, release build, one thread of a 2.8 GHz Xeon); rounded down.
 * It gives the scale of a run, no promise. */
#define MSW_PLAN_CELLS_PER_S_PER_CORE 2e6

/* `path` is where `run` would write. Prints to stdout; warnings go to ctx->diag. Always MSW_OK. */
msw_status msw_plan_show(const msw_plan *plan, const char *path, bool compressed, msw_context *ctx);
msw_status msw_plan_show_json(const msw_plan *plan, const char *path, bool compressed, msw_context *ctx);

/* Adds warnings for limits and disk space that `run` would refuse. */
void msw_plan_warn(const msw_plan *plan, const char *path, bool compressed, msw_diag *diag);

#endif

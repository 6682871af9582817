/* The sweep's own limits. */
#include "msw/base/num.h"
#include "msw/grid/plan.h"

void msw_plan_check_limits(const msw_plan *plan, bool only_warn, msw_diag *diag) {
  char have[48], may[48];
  msw_loc loc = {.file = plan->spec->file};
  if (plan->n_cells > plan->spec->max_cells) {
    msw_human_count(plan->n_cells, have, sizeof have);
    msw_human_count(plan->spec->max_cells, may, sizeof may);
    if (only_warn) msw_warn(diag, loc, "limits.max_cells", NULL, "the sweep has %s cells, the limit is %s", have, may);
    else msw_error(diag, loc, "limits.max_cells", NULL, "the sweep has %s cells, the limit is %s", have, may);
  }
  if (plan->n_bytes > plan->spec->max_bytes) {
    msw_human_bytes((double)plan->n_bytes, have, sizeof have);
    msw_human_bytes((double)plan->spec->max_bytes, may, sizeof may);
    if (only_warn)
      msw_warn(diag, loc, "limits.max_bytes", NULL, "the result takes %s uncompressed, the limit is %s", have, may);
    else msw_error(diag, loc, "limits.max_bytes", NULL, "the result takes %s uncompressed, the limit is %s", have, may);
  }
}

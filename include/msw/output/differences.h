/* Why a result that lies somewhere is not the one that is wanted, in words: version, keys of the sweep, inputs. */
#ifndef MSW_OUTPUT_DIFFERENCES_H
#define MSW_OUTPUT_DIFFERENCES_H

#include "msw/base/diag.h"
#include "msw/grid/plan.h"
#include "msw/output/provenance.h"

/* Adds notes at `path`, the first few of each kind. Silent where the file's /meta cannot be read. */
void msw_result_explain(const char *path, const msw_plan *plan, const msw_provenance *provenance, msw_diag *diag);

#endif

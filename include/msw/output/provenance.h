/* Where a result came from: what /meta of a result file holds. No clock anywhere: the same run gives the same bytes. */
#ifndef MSW_OUTPUT_PROVENANCE_H
#define MSW_OUTPUT_PROVENANCE_H

#include <stddef.h>

#include "msw/base/mem.h"
#include "msw/grid/plan.h"
#include "msw/grid/run.h"

enum { MSW_RESULT_FORMAT = 1 };   /* version of the result file's layout; policy in docs/result-file.md */

const char *msw_version(void);          /* "0.2.0" */
const char *msw_git_commit(void);       /* "unknown" without git */
const char *msw_build_compiler(void);   /* "gcc 12.2.0" */
const char *msw_build_flags(void);

typedef struct { const char *file, *sha256; } msw_input;
typedef struct {
  char hash[65];             /* identity of the result: sha256 over the tool's version, the expanded sweep and the sha256 of
                                every input but the sweep's own documents, in order */
  const msw_input *inputs;   /* spec chain, models, GPU entries, kernel tables; each file once, in order of use */
  size_t n_inputs;
  const char *host;
} msw_provenance;

msw_provenance msw_provenance_collect(const msw_plan *plan, const msw_run_tables *tables, msw_arena *arena);

#endif

/* What `mfusweep status` found, on stdout. */
#ifndef MSW_CLI_STATUS_SHOW_H
#define MSW_CLI_STATUS_SHOW_H

#include "msw/output/reader.h"
#include "msw/output/shards_state.h"

typedef struct {
  const char *result, *folder;
  bool has_result, has_shards;         /* at least one of them */
  msw_result_identity identity;        /* with has_result */
  msw_shards_state shards;             /* with has_shards */
} msw_run_status;

void msw_status_show(const msw_run_status *status, msw_arena *arena);
void msw_status_show_json(const msw_run_status *status, msw_arena *arena);

#endif

/* What a finished run says of itself, on stderr. */
#ifndef MSW_CLI_RUN_SUMMARY_H
#define MSW_CLI_RUN_SUMMARY_H

#include "msw/grid/run.h"

typedef struct {
  const char *path;
  const msw_plan *plan;
  const msw_run_tables *tables;
  const msw_block_counts *counts;   /* [plan->n_blocks] */
  uint64_t n_cells_computed;         /* the other cells an earlier run or another process computed */
  double seconds;
  int n_threads;
  unsigned long long stored_bytes;
} msw_run_summary;

void msw_run_summary_print(const msw_run_summary *summary);

#endif

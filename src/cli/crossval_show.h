/* The report of crossval. */
#ifndef MSW_CLI_CROSSVAL_SHOW_H
#define MSW_CLI_CROSSVAL_SHOW_H

#include "msw/analysis/crossval.h"

typedef struct {
  const msw_latency_set *set;
  msw_cross_results results;
  const msw_cross_rule *rules;   /* [n_rules] that were asked for */
  size_t n_rules;
} msw_crossval_report;

void msw_crossval_text(const msw_crossval_report *report, msw_arena *arena);
void msw_crossval_json(const msw_crossval_report *report, msw_arena *arena);

#endif

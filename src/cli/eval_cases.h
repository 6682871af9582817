/* The cases that a list of steps needs, each bound once. */
#ifndef MSW_CLI_EVAL_CASES_H
#define MSW_CLI_EVAL_CASES_H

#include "msw/inputs/steps.h"
#include "setup.h"

/* The bound case of every row, [n_rows] in the arena; rows of one model and tp share theirs. Heads that tp does not
 * divide are allowed (and flagged). Unknown models and broken config.json files are all reported; NULL then. Cases that
 * have no numbers are warned of, once each. */
const msw_case *const *msw_eval_bind_rows(msw_context *ctx, const msw_setup *setup, msw_dtype dtype,
                                          const msw_steps *steps);

#endif

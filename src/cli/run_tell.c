/* What goes wrong among the shards, told so that a user can use it. */
#include "msw/base/file.h"
#include "msw/base/str.h"
#include "msw/formats/h5.h"
#include "run_job.h"

/* Problems of a shard that is not there (yet) are told of the folder, for that is what the user knows, and none of them
 * is the user's mistake. True when there was one. */
static bool pass_on(const msw_run_job *job, const msw_diag *found) {
  msw_diag *diag = &job->ctx->diag;
  bool any_among_shards = false;
  for (size_t i_problem = 0; i_problem < found->n; i_problem++) {
    const msw_problem *problem = &found->items[i_problem];
    bool among_shards = problem->loc.file && msw_starts_with(problem->loc.file, job->folder) &&
                         !msw_is_file(problem->loc.file);
    msw_loc loc = problem->loc;
    if (loc.file) loc.file = msw_strdup(&diag->arena, among_shards ? job->folder : loc.file);
    if (problem->severity != MSW_ERROR) msw_warn(diag, loc, problem->path, problem->hint, "%s", problem->message);
    else if (among_shards || found->status == MSW_FAILED) msw_fail(diag, loc, "%s", problem->message);
    else msw_error(diag, loc, problem->path, problem->hint, "%s", problem->message);
    any_among_shards = any_among_shards || (among_shards && problem->severity == MSW_ERROR);
  }
  return any_among_shards;
}

msw_status msw_run_tell(const msw_run_job *job, const msw_diag *found, msw_status status) {
  bool is_failure = status == MSW_FAILED || status == MSW_BAD_INPUT;
  if (is_failure && !msw_h5_broken() && msw_run_is_complete(job)) return MSW_OK;
  return pass_on(job, found) && is_failure ? MSW_FAILED : status;
}

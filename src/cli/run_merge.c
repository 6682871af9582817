/* The end of a run in shards: one process makes one file of them, the others wait for it. */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "msw/base/log.h"
#include "msw/base/str.h"
#include "msw/output/merge.h"
#include "run_job.h"

void msw_run_pause(void) {
  const struct timespec fifth_s = {.tv_nsec = 200000000};
  nanosleep(&fifth_s, NULL);
}

static msw_status merge(msw_run_job *job, unsigned long long *stored_bytes) {
  msw_arena scratch = {0};
  msw_diag found = {0};
  const char *const *paths;
  uint64_t n = msw_shards_list(job->folder, &scratch, &paths);
  msw_progress progress = {0};
  msw_log("merging %llu shards into %s", (unsigned long long)n, job->path);
  msw_writer_clean_stale(job->path);
  const msw_merge_options how = {.stop = job->stop, .progress = &progress};
  msw_status status = msw_merge(paths, n, job->path, &how, &found, stored_bytes);
  status = msw_run_tell(job, &found, status);
  msw_diag_free(&found);
  msw_arena_free(&scratch);
  return status;
}

/* Waits while another process holds the lock. */
static msw_lock_result lock_merge(const msw_run_job *job, msw_lock *lock) {
  bool said = false;
  for (;;) {
    msw_lock_result locked = msw_shards_lock_merge(job->folder, lock);
    if (locked != MSW_LOCK_BUSY || *job->stop) return locked;
    if (!said) msw_log("another process is merging the shards");
    said = true;
    msw_run_pause();
  }
}

msw_status msw_run_merge(msw_run_job *job, unsigned long long *stored_bytes, bool *merged) {
  msw_lock lock;
  msw_lock_result locked = lock_merge(job, &lock);
  int cause = errno;
  *merged = false;
  if (locked == MSW_LOCK_BUSY) return MSW_INTERRUPTED;
  bool complete = msw_run_is_complete(job);   /* by the process that we waited for, or that was faster */
  if (locked == MSW_LOCK_FAILED && !complete) {
    msw_fail(&job->ctx->diag, (msw_loc){.file = job->folder}, "cannot create files in the folder of shards: %s",
             strerror(cause));
    return MSW_FAILED;
  }
  msw_status status = complete ? MSW_OK : merge(job, stored_bytes);
  if (locked != MSW_LOCK_FAILED) msw_lock_release(&lock);
  *merged = !complete && status == MSW_OK;
  if (status == MSW_OK && !job->order->keep_shards) msw_shards_tidy(job->folder, &job->ctx->diag);
  return status;
}

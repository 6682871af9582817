/* One result from many shards: the first shard is copied as a file, the chunks of the others are added to it, the counts
 * are summed, partial reductions combined, and what came out is read again and compared before it gets its name.
 */
#include "msw/output/merge.h"

#include <stdlib.h>

#include "merge_parts.h"
#include "msw/base/str.h"
#include "writer_parts.h"

bool msw_merge_stopped(const msw_merge_job *job) { return job->options->stop && *job->options->stop; }

void msw_merge_advance(msw_merge_job *job, uint64_t n_bytes) {
  const uint64_t n_passes = 2;   /* copied, then compared */
  job->n_handled_bytes += n_bytes;
  uint64_t done = job->n_handled_bytes / n_passes;
  if (job->options->progress) msw_progress_at(job->options->progress, done < job->n_all_bytes ? done : job->n_all_bytes);
}

static msw_status close_result(msw_merge_job *job, msw_diag *diag) {
  msw_merge_close_variables(job, job->targets);
  msw_status status = msw_h5_close_file(job->file, diag);
  job->file = MSW_H5_NONE;
  return status;
}

/* What the shards share is read from the first one, whose copy then becomes the result. */
static msw_status begin_result(msw_merge_job *job) {
  const msw_merge_shard *first = &job->shards[0];
  msw_h5 file = MSW_H5_NONE;
  msw_status status = msw_h5_open_read(first->path, job->diag, &file);
  if (status == MSW_OK) status = msw_merge_find_grids(job, file);
  msw_status closed = msw_h5_close_file(file, job->diag);
  if (status == MSW_OK) status = closed;
  if (status != MSW_OK) return status;
  status = msw_copy_file(first->path, job->temp, job->out, job->options->stop, &job->behind, job->diag);
  job->n_written_bytes = first->n_bytes;
  if (status == MSW_OK) status = msw_h5_open_update(job->temp, job->diag, &job->file);
  return status == MSW_OK ? msw_merge_open_variables(job, job->file, job->targets) : status;
}

static msw_status fill_result(msw_merge_job *job) {
  msw_status status = begin_result(job);
  if (status == MSW_OK) status = msw_merge_combine(job);
  for (size_t i_shard = 0; i_shard < job->n_shards && status == MSW_OK; i_shard++)
    status = msw_merge_take(job, &job->shards[i_shard], i_shard == 0);
  if (status == MSW_OK) status = msw_merge_counts(job);
  if (status == MSW_OK) status = msw_merge_put_reductions(job);
  if (status == MSW_OK) status = close_result(job, job->diag);
  if (status == MSW_OK) status = msw_merge_compare(job);
  if (status == MSW_OK) status = msw_merge_check_reductions(job);
  return status == MSW_OK ? msw_write_behind_wait(&job->behind, job->options->stop, job->out, job->diag) : status;
}

/* The temporary file goes first: closing what remains open may fail once more, which nobody needs to hear of. */
static void give_up(msw_merge_job *job) {
  msw_diag unheard = {0};
  msw_temp_hide(job->temp, job->out, job->diag);
  msw_temp_remove(job->temp);
  (void)close_result(job, &unheard);
  msw_diag_free(&unheard);
}

static msw_status build(msw_merge_job *job, unsigned long long *stored_bytes) {
  msw_status status = msw_temp_claim(job->out, &job->arena, job->diag, &job->temp);
  if (status != MSW_OK) return status;
  job->behind = msw_write_behind_start(job->temp);
  status = fill_result(job);
  if (status != MSW_OK) give_up(job);
  msw_write_behind_end(&job->behind);
  return status == MSW_OK ? msw_temp_promote(job->temp, job->out, job->diag, stored_bytes) : status;
}

msw_status msw_merge(const char *const *shards, size_t n_shards, const char *out, const msw_merge_options *options,
                     msw_diag *diag, unsigned long long *stored_bytes) {
  msw_merge_job job = {.options = options, .diag = diag, .out = out, .file = MSW_H5_NONE,
                       .behind = MSW_WRITE_BEHIND_NONE};
  *stored_bytes = 0;
  msw_status status = msw_merge_choose(&job, shards, n_shards);
  if (status == MSW_OK) {
    if (options->progress) msw_progress_start(options->progress, job.n_all_bytes);
    status = build(&job, stored_bytes);
    if (options->progress && status == MSW_OK) msw_progress_at(options->progress, job.n_all_bytes);
    if (options->progress) msw_progress_end(options->progress);
  }
  msw_merge_free_reductions(&job);
  free(job.records);
  free(job.buffer);
  msw_arena_free(&job.arena);
  return status;
}

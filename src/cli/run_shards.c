/* A run in shards: what is there is kept, the rest is computed, shard after shard, by as many processes as like. */
#include <inttypes.h>

#include "msw/base/file.h"
#include "msw/base/log.h"
#include "msw/base/str.h"
#include "run_job.h"
#include "run_summary.h"

/* A run among shards. */
typedef struct {
  msw_run_job *job;
  msw_shards shards;
  msw_progress progress;
  msw_block_counts *counts;      /* [n_blocks] of the shard being built */
  uint64_t n_cells_computed;     /* by this process */
  bool said_waiting;
} shard_run;

static msw_status build(shard_run *run, uint64_t i_shard) {
  msw_run_job *job = run->job;
  unsigned long long stored_bytes = 0;
  msw_arena scratch = {0};
  const char *path = msw_shard_file(&scratch, job->folder, i_shard);
  msw_tile_range tiles = msw_cut_tiles(&run->shards.cut, i_shard);
  run->progress.skipped = run->shards.n_cells_done - run->n_cells_computed;
  uint64_t n_before = run->shards.n_cells_done;
  msw_status status = msw_run_tiles(job, path, tiles, &run->progress, n_before, run->counts, &stored_bytes);
  msw_arena_free(&scratch);
  if (status != MSW_OK) {
    msw_shards_drop(&run->shards);
    return status;
  }
  msw_shards_keep(&run->shards, run->counts);
  run->n_cells_computed += msw_tiles_cells(&job->plan, tiles);
  return MSW_OK;
}

static void wait_for_others(shard_run *run) {
  msw_progress_at(&run->progress, run->shards.n_cells_done);
  if (!run->said_waiting) msw_log("waiting for other processes to finish their shards in %s", run->job->folder);
  run->said_waiting = true;
  msw_run_pause();
}

/* One turn: a shard built, or a while waited. *done: there is nothing left to build. */
static msw_status take_turn(shard_run *run, bool *done) {
  msw_diag found = {0};
  uint64_t i_shard = 0;
  msw_claim_result claim = msw_shards_claim(&run->shards, &found, &i_shard);
  msw_status status = msw_run_tell(run->job, &found, claim == MSW_CLAIM_FAILED ? MSW_FAILED : MSW_OK);
  msw_diag_free(&found);
  *done = claim == MSW_CLAIM_DONE;
  if (claim == MSW_CLAIM_WAIT) wait_for_others(run);
  return claim == MSW_CLAIM_MINE ? build(run, i_shard) : status;
}

/* All shards of the share. *complete: meanwhile another process has made the result of them. */
static msw_status build_all(shard_run *run, bool *complete) {
  msw_status status = MSW_OK;
  bool done = false;
  while (status == MSW_OK && !done) {
    if (*run->job->stop) return MSW_INTERRUPTED;
    *complete = msw_run_is_complete(run->job);
    if (*complete) return MSW_OK;
    status = take_turn(run, &done);
  }
  return status;
}

static void say_beginning(const shard_run *run) {
  const msw_run_job *job = run->job;
  const msw_shards *shards = &run->shards;
  if (job->share.n > 1)
    msw_log("task %" PRIu64 " of %" PRIu64 " (by %s): %" PRIu64 " of %" PRIu64 " shards", job->share.i, job->share.n,
            job->share_source, shards->n_own, shards->cut.n_shards);
  if (shards->n_done > 0)
    msw_log("%" PRIu64 " of %" PRIu64 " shards are there already in %s", shards->n_done, shards->n_own, job->folder);
}

static void say_what_is_kept(const msw_run_job *job, const msw_shards *shards, const char *why) {
  msw_arena scratch = {0};
  uint64_t n = msw_shards_list(job->folder, &scratch, NULL);
  msw_log_loud("%s: %" PRIu64 " of %" PRIu64 " shards are kept in %s; the same command goes on", why, n,
               shards->cut.n_shards, job->folder);
  msw_arena_free(&scratch);
}

/* A share ends here: who merges does not know when the others are ready. */
static msw_status end_share(const shard_run *run) {
  const msw_run_job *job = run->job;
  msw_arena scratch = {0};
  uint64_t n = msw_shards_list(job->folder, &scratch, NULL), n_all = run->shards.cut.n_shards;
  msw_arena_free(&scratch);
  if (n == n_all)
    msw_log("all %" PRIu64 " shards are there; `mfusweep merge %s -o %s` makes one file of them", n_all, job->folder,
            job->path);
  else
    msw_log("this task is done; %" PRIu64 " of %" PRIu64 " shards are there; when the other tasks are done too, "
            "`mfusweep merge %s -o %s` makes one file of them", n, n_all, job->folder, job->path);
  return MSW_OK;
}

static msw_status finish(shard_run *run, double start_s) {
  msw_run_job *job = run->job;
  msw_run_summary summary = {.path = job->path, .plan = &job->plan, .tables = &job->tables,
                             .counts = run->shards.counts, .n_cells_computed = run->n_cells_computed,
                             .n_threads = job->n_threads};
  bool merged = false;
  msw_status status = msw_run_merge(job, &summary.stored_bytes, &merged);
  summary.seconds = msw_now_s() - start_s;
  if (status == MSW_OK && merged) msw_run_summary_print(&summary);
  if (status == MSW_OK && !merged) msw_log("%s: already complete, by another process", job->path);
  return status;
}

static msw_status work(shard_run *run) {
  msw_run_job *job = run->job;
  bool complete = false;
  double start_s = msw_now_s();
  say_beginning(run);
  msw_progress_start(&run->progress, run->shards.n_cells);
  msw_status status = build_all(run, &complete);
  msw_progress_end(&run->progress);
  if (status == MSW_OK && complete) {
    msw_log("%s: already complete, by another process", job->path);
    return MSW_OK;
  }
  if (status != MSW_OK) return status;
  return job->share.n > 1 ? end_share(run) : finish(run, start_s);
}

/* *complete: while the folder was opened another process finished the result and took the folder away. What looked like a
 * failure here is none. */
static msw_status open_folder(shard_run *run, const msw_shards_order *order, bool *complete) {
  msw_diag *diag = &run->job->ctx->diag;
  const msw_diag_mark before = msw_diag_here(diag);
  msw_status status = msw_shards_open(order, &run->job->ctx->arena, diag, &run->shards);
  *complete = (status == MSW_FAILED || status == MSW_BAD_INPUT) && msw_run_is_complete(run->job);
  if (!*complete) return status;
  msw_diag_rewind(diag, before);
  return MSW_OK;
}

msw_status msw_run_shards(msw_run_job *job) {
  msw_context *ctx = job->ctx;
  shard_run run = {.job = job, .counts = msw_arena_array(&ctx->arena, job->plan.n_blocks, sizeof *run.counts)};
  const msw_shards_order order = {.out = job->path, .plan = &job->plan, .provenance = &job->provenance,
                                  .storage = job->storage, .shard_bytes = job->shard_bytes, .share = job->share,
                                  .stop = job->stop};
  bool complete = false;
  msw_status status = open_folder(&run, &order, &complete);
  if (complete) {
    msw_log("%s: already complete, by another process", job->path);
    return MSW_OK;
  }
  if (status == MSW_OK) status = msw_run_check_place(job, run.shards.n_cells - run.shards.n_cells_done);
  if (status == MSW_OK) {
    msw_context_say(ctx);
    status = work(&run);
  }
  if (status == MSW_INTERRUPTED) say_what_is_kept(job, &run.shards, "interrupted");
  if (status == MSW_FAILED && msw_is_dir(job->folder)) {
    msw_context_say(ctx);
    say_what_is_kept(job, &run.shards, "failed");
  }
  return status;
}

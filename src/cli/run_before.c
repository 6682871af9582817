/* Before the work: is it wanted, allowed, possible? */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "msw/base/file.h"
#include "msw/base/log.h"
#include "msw/base/num.h"
#include "msw/base/str.h"
#include "msw/output/differences.h"
#include "msw/output/reader.h"
#include "place.h"
#include "run_job.h"

msw_status msw_run_check_place(const msw_run_job *job, uint64_t n_cells_left) {
  msw_diag *diag = &job->ctx->diag;
  size_t n_errors_before = diag->n_errors;
  uint64_t n_bytes = job->plan.n_bytes;   /* of a vast sweep more than a double can tell apart from 2^64 */
  if (n_cells_left < job->plan.n_cells)
    n_bytes = (uint64_t)((double)n_bytes / (double)job->plan.n_cells * (double)n_cells_left);
  msw_status status = msw_place_check(job->path, job->spec.input_files, job->spec.n_inputs, diag);
  if (status == MSW_OK) (void)msw_place_has_room(job->path, n_bytes, job->storage.deflate, false, diag);
  return diag->n_errors > n_errors_before && status == MSW_OK ? MSW_BAD_INPUT : status;
}

/* Accumulators are held in memory from the first tile to the last. */
static void check_memory(const msw_run_job *job) {
  enum { TEXT_BYTES = 32 };
  char need[TEXT_BYTES], have[TEXT_BYTES];
  long pages = sysconf(_SC_PHYS_PAGES), page_bytes = sysconf(_SC_PAGESIZE);
  uint64_t n_bytes = msw_reduce_memory(&job->plan);
  if (pages <= 0 || page_bytes <= 0 || n_bytes / (uint64_t)page_bytes < (uint64_t)pages) return;
  msw_human_bytes((double)n_bytes, need, sizeof need);
  msw_human_bytes((double)pages * (double)page_bytes, have, sizeof have);
  msw_error(&job->ctx->diag, (msw_loc){.file = job->spec.file}, "output.reduce", "reduce over more axes",
            "the reductions take %s of memory while they are worked out, this machine has %s", need, have);
}

/* Where a result or its shards lie already, the place does not matter before they are known to be another's. */
msw_status msw_run_check_feasible(const msw_run_job *job) {
  msw_diag *diag = &job->ctx->diag;
  size_t n_errors_before = diag->n_errors;
  msw_status status = MSW_OK;
  msw_plan_check_limits(&job->plan, false, diag);
  check_memory(job);
  bool is_new = !msw_is_file(job->path) && !msw_is_dir(job->folder);
  if (is_new) status = msw_run_check_place(job, job->plan.n_cells);
  if (diag->n_errors == n_errors_before) return MSW_OK;
  return status == MSW_FAILED ? diag->status : MSW_BAD_INPUT;
}

/* Shards of a complete result are of no use, and neither is what a killed process did not get to remove. */
static void remove_spent_shards(const msw_run_job *job) {
  if (job->order->keep_shards || !msw_shards_are_spent(job->folder, job->provenance.hash)) return;
  msw_shards_tidy(job->folder, &job->ctx->diag);
}

static bool is_this_result(const msw_run_job *job, const msw_result_identity *found) {
  return found->hash && found->is_whole && strcmp(found->hash, job->provenance.hash) == 0;
}

bool msw_run_is_complete(const msw_run_job *job) {
  if (!msw_is_file(job->path)) return false;
  msw_arena arena = {0};
  msw_diag unheard = {0};
  msw_result_identity found = {0};
  bool exists = false;
  msw_status status = msw_result_identify(job->path, &arena, &unheard, &exists, &found);
  bool complete = status == MSW_OK && is_this_result(job, &found);
  msw_diag_free(&unheard);
  msw_arena_free(&arena);
  if (complete) remove_spent_shards(job);
  return complete;
}

static msw_status refuse_old(const msw_run_job *job, const msw_result_identity *old) {
  msw_diag *diag = &job->ctx->diag;
  bool is_part = old->hash && strcmp(old->hash, job->provenance.hash) == 0;
  const char *what = is_part ? "holds only a part of this result" : "is no result of mfusweep";
  if (old->hash && !is_part)
    what = msw_format(&job->ctx->arena, "holds another result (sweep '%s', mfusweep %s): sweep or inputs differ",
                      old->spec_name ? old->spec_name : "?", old->version ? old->version : "?");
  msw_error(diag, (msw_loc){.file = job->path}, NULL, "--fresh replaces it; -o names another file", "%s", what);
  if (old->hash && !is_part) msw_result_explain(job->path, &job->plan, &job->provenance, diag);
  return MSW_BAD_INPUT;
}

/* The old result goes only where the new one takes long to come: until then a run that goes on must find its shards
 * beside nothing, or it would be refused. A result that is written at once replaces the old one when it is whole. */
static msw_status discard_old(const msw_run_job *job) {
  msw_diag *diag = &job->ctx->diag;
  msw_status status = MSW_OK;
  if (msw_is_dir(job->folder)) status = msw_shards_discard(job->folder, diag);
  if (status != MSW_OK || !msw_is_file(job->path)) return status;
  const msw_shards_order order = {.out = job->path, .plan = &job->plan, .shard_bytes = job->shard_bytes,
                                  .share = job->share};
  if (!msw_shards_wanted(&order) || unlink(job->path) == 0 || errno == ENOENT) return MSW_OK;
  msw_fail(diag, (msw_loc){.file = job->path}, "cannot be removed: %s", strerror(errno));
  return MSW_FAILED;
}

msw_status msw_run_look_at_old(msw_run_job *job, bool *complete) {
  msw_diag *diag = &job->ctx->diag;
  bool exists = false;
  msw_result_identity old = {0};
  *complete = false;
  if (job->order->fresh) {
    msw_status status = msw_is_file(job->path) ? msw_run_check_place(job, job->plan.n_cells) : MSW_OK;
    return status == MSW_OK ? discard_old(job) : status;
  }
  msw_status status = msw_result_identify(job->path, &job->ctx->arena, diag, &exists, &old);
  if (status != MSW_OK || !exists) return status;
  *complete = is_this_result(job, &old);
  if (!*complete) return refuse_old(job, &old);
  remove_spent_shards(job);
  return MSW_OK;
}

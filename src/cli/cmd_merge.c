/* mfusweep merge: shards of one or several folders into one result. */
#include <string.h>
#include <sys/stat.h>

#include "command.h"
#include "interrupt.h"
#include "msw/base/file.h"
#include "msw/base/log.h"
#include "msw/base/num.h"
#include "msw/base/str.h"
#include "msw/output/merge.h"
#include "msw/output/reader.h"
#include "msw/output/shards.h"
#include "msw/output/writer.h"
#include "place.h"

typedef struct {
  msw_opt_list folders;
  const char *output;
  bool fresh, keep_shards, quiet;
} merge_order;

#define AT(field) offsetof(merge_order, field)
static const msw_opt options_table[] = {
    {MSW_OPT_OPERANDS, 0, "DIR", NULL, AT(folders), MSW_OPT_NEEDED, "folders with shards of one result, as run makes them"},
    {MSW_OPT_TEXT, 'o', "output", "OUT.h5", AT(output), MSW_OPT_NEEDED, "result file"},
    {MSW_OPT_SWITCH, 0, "fresh", NULL, AT(fresh), MSW_OPT_OPTIONAL, "replace whatever OUT.h5 holds, without asking"},
    {MSW_OPT_SWITCH, 0, "keep-shards", NULL, AT(keep_shards), MSW_OPT_OPTIONAL, "leave the folders as they are"},
    {MSW_OPT_SWITCH, 'q', "quiet", NULL, AT(quiet), MSW_OPT_OPTIONAL, "no progress and no summary"},
};

static const char about[] =
    "Makes one result of the shards that `run --shard` left behind, on one machine or on many. Cells are copied as they\n"
    "are stored and compared afterwards; then OUT.h5 gets its name and the folders are removed.";
static const char more[] =
    "Examples:\n"
    "  mfusweep merge big.h5.shards -o big.h5\n"
    "  mfusweep merge node1/a.h5.shards node2/a.h5.shards -o a.h5 --keep-shards\n"
    "\n"
    "Exit codes: 0 done or already complete, 1 failed, 2 bad input or shards missing, 130 interrupted (shards are kept).";

/* A merge between its stages. */
typedef struct {
  const merge_order *order;
  msw_context *ctx;
  const char **shards;
  size_t n_shards;
  uint64_t n_bytes;                /* of the shards */
  msw_result_identity identity;    /* of the first shard; the merge itself compares the others */
} merge_job;

static void refuse_folder(merge_job *job, const char *folder, const char *hint, const char *why) {
  msw_error(&job->ctx->diag, (msw_loc){.file = folder}, NULL, hint, "cannot be merged: %s", why);
}

static uint64_t bytes_of(const char *path) {
  struct stat info;
  return stat(path, &info) == 0 ? (uint64_t)info.st_size : 0;
}

static void add_shards(merge_job *job, const char *const *paths, size_t n) {
  const char **all = msw_arena_array(&job->ctx->arena, job->n_shards + n, sizeof *all);
  if (job->n_shards > 0) memcpy(all, job->shards, job->n_shards * sizeof *all);
  for (size_t i_shard = 0; i_shard < n; i_shard++) {
    all[job->n_shards++] = paths[i_shard];
    job->n_bytes += bytes_of(paths[i_shard]);
  }
  job->shards = all;
}

/* All that is wrong with the folders is said together. */
static msw_status find_shards(merge_job *job) {
  const msw_opt_list *folders = &job->order->folders;
  size_t n_errors_before = job->ctx->diag.n_errors;
  for (size_t i_folder = 0; i_folder < folders->n; i_folder++) {
    const char *folder = folders->items[i_folder];
    const char *const *paths;
    if (!msw_is_dir(folder)) {
      refuse_folder(job, folder, NULL, msw_is_file(folder) ? "it is a file, expected a folder of shards"
                                                           : "there is no such folder");
      continue;
    }
    const char **names;
    size_t n_names;
    if (msw_list_dir(folder, &job->ctx->arena, &job->ctx->diag, &names, &n_names) != MSW_OK) continue;   /* told there */
    uint64_t n = msw_shards_list(folder, &job->ctx->arena, &paths);
    if (msw_shards_in_use(folder))
      refuse_folder(job, folder, "`mfusweep status` shows it", "another process is at work there");
    else if (n == 0) refuse_folder(job, folder, NULL, "it holds no finished shards");
    add_shards(job, paths, n);
  }
  return job->ctx->diag.n_errors > n_errors_before ? MSW_BAD_INPUT : MSW_OK;
}

static void remove_folders(merge_job *job, bool only_spent) {
  const msw_opt_list *folders = &job->order->folders;
  if (job->order->keep_shards) return;
  for (size_t i_folder = 0; i_folder < folders->n; i_folder++) {
    const char *folder = folders->items[i_folder];
    if (!only_spent || msw_shards_are_spent(folder, job->identity.hash)) msw_shards_tidy(folder, &job->ctx->diag);
  }
}

/* *complete: what lies at the result's place is made of these very shards. Anything else there is refused. */
static msw_status look_at_old(merge_job *job, bool *complete) {
  msw_context *ctx = job->ctx;
  bool exists = false;
  msw_result_identity old = {0};
  *complete = false;
  msw_status status = msw_result_identify(job->shards[0], &ctx->arena, &ctx->diag, &exists, &job->identity);
  if (status != MSW_OK || job->order->fresh) return status;
  status = msw_result_identify(job->order->output, &ctx->arena, &ctx->diag, &exists, &old);
  if (status != MSW_OK || !exists) return status;
  *complete = old.hash && old.is_whole && job->identity.hash && strcmp(old.hash, job->identity.hash) == 0;
  if (*complete) return MSW_OK;
  const char *what = "is no result of mfusweep";
  if (old.hash)
    what = msw_format(&ctx->arena, "holds another result (sweep '%s', mfusweep %s) than the shards",
                      old.spec_name ? old.spec_name : "?", old.version ? old.version : "?");
  msw_error(&ctx->diag, (msw_loc){.file = job->order->output}, NULL, "--fresh replaces it; -o names another file", "%s",
            what);
  return MSW_BAD_INPUT;
}

/* Room first: where it is missing, not even the file that tries out the place appears there. */
static msw_status check_place(merge_job *job) {
  enum { TEXT_BYTES = 32 };
  unsigned long long free_bytes = 0;
  char all[TEXT_BYTES], room[TEXT_BYTES];
  if (!msw_free_bytes(job->order->output, &free_bytes) || job->n_bytes <= free_bytes)
    return msw_place_check(job->order->output, job->shards, job->n_shards, &job->ctx->diag);
  msw_fail(&job->ctx->diag, (msw_loc){.file = job->order->output}, "the shards take %s; %s free there will not do",
           msw_human_bytes((double)job->n_bytes, all, sizeof all),
           msw_human_bytes((double)free_bytes, room, sizeof room));
  return MSW_FAILED;
}

static msw_status merge(merge_job *job, const volatile sig_atomic_t *stop) {
  enum { TEXT_BYTES = 32 };
  msw_context *ctx = job->ctx;
  const char *out = job->order->output;
  unsigned long long stored_bytes = 0;
  char bytes[TEXT_BYTES], duration[TEXT_BYTES];
  msw_progress progress = {0};
  const msw_merge_options how = {.stop = stop, .progress = &progress};
  double start_s = msw_now_s();
  msw_writer_clean_stale(out);
  msw_status status = msw_merge(job->shards, job->n_shards, out, &how, &ctx->diag, &stored_bytes);
  if (status == MSW_INTERRUPTED) msw_log_loud("interrupted: %s was not written; the shards are kept", out);
  if (status != MSW_OK) return status;
  msw_log("%s: %s from %zu shard%s in %s", out, msw_human_bytes((double)stored_bytes, bytes, sizeof bytes),
          job->n_shards, job->n_shards == 1 ? "" : "s", msw_human_seconds(msw_now_s() - start_s, duration, sizeof duration));
  remove_folders(job, false);
  return MSW_OK;
}

/* A merge that is repeated after it was done: its shards are gone, what they made is there. */
static bool is_done(const merge_job *job) {
  const msw_opt_list *folders = &job->order->folders;
  const char *own = msw_format(&job->ctx->arena, "%s.shards", job->order->output);
  msw_result_identity identity = {0};
  bool exists = false;
  if (job->order->fresh || folders->n != 1 || strcmp(folders->items[0], own) != 0 || msw_is_dir(own)) return false;
  msw_diag unused = {0};
  msw_status status = msw_result_identify(job->order->output, &job->ctx->arena, &unused, &exists, &identity);
  msw_diag_free(&unused);
  return status == MSW_OK && exists && identity.hash && identity.is_whole;
}

static msw_status cmd_merge(const void *options, msw_context *ctx) {
  merge_job job = {.order = options, .ctx = ctx};
  bool complete = false;
  if (job.order->quiet) msw_log_level(MSW_QUIET);
  const volatile sig_atomic_t *stop = msw_catch_interrupts();
  if (is_done(&job)) {
    msw_log("%s: already complete", job.order->output);
    return MSW_OK;
  }
  msw_status status = find_shards(&job);
  bool is_new = !msw_is_file(job.order->output);   /* an old file's place does not matter if it is this very result */
  if (status == MSW_OK && is_new) status = check_place(&job);
  if (status == MSW_OK) status = look_at_old(&job, &complete);
  if (status != MSW_OK) return status;
  if (complete) {
    msw_log("%s: already complete (--fresh merges again)", job.order->output);
    remove_folders(&job, true);
    return MSW_OK;
  }
  if (!is_new) status = check_place(&job);
  return status == MSW_OK ? merge(&job, stop) : status;
}

const msw_command msw_command_merge = {
    .name = "merge",
    .summary = "put the shards of a result together",
    .table = {"merge", options_table, sizeof options_table / sizeof options_table[0], about, more},
    .options_size = sizeof(merge_order),
    .run = cmd_merge,
};

/* What the command line says of a run, beside what the sweep says: the command line wins. */
#include <string.h>

#include "msw/base/num.h"
#include "msw/base/str.h"
#include "run_job.h"
#include "run_share.h"

static const msw_loc command_line = {0};

/* As an edit of the sweep document: it changes data, so it belongs to the sweep's identity. */
static bool add_keepbits(const msw_run_job *job, msw_spec_edits *edits) {
  enum { MOST_BITS = 22 /* of float32's 23: fewer than all */ };
  const char *text = job->order->keepbits;
  msw_context *ctx = job->ctx;
  int64_t bits = 0;
  if (!text) return true;
  if (!msw_parse_int(text, &bits) || bits < 1 || bits > MOST_BITS) {
    msw_error(&ctx->diag, command_line, "--keepbits", NULL, "expected a whole number from 1 to %d, found '%s'",
              MOST_BITS, text);
    return false;
  }
  const char **sets = msw_arena_array(&ctx->arena, edits->n_sets + 1, sizeof *sets);
  if (edits->n_sets > 0) memcpy(sets, edits->sets, edits->n_sets * sizeof *sets);
  sets[edits->n_sets++] = msw_format(&ctx->arena, "output.keepbits=%d", (int)bits);
  edits->sets = sets;
  return true;
}

static bool read_shard_bytes(msw_run_job *job) {
  const char *text = job->order->shard_bytes;
  if (!text || (msw_parse_bytes(text, &job->shard_bytes) && job->shard_bytes > 0)) return true;
  msw_error(&job->ctx->diag, command_line, "--shard-bytes", "e.g. 256M or 1GiB",
            "expected a size of at least 1 byte, found '%s'", text);
  return false;
}

/* A task that discards what is there would discard what the others have made. */
static bool choose_share(msw_run_job *job) {
  msw_diag *diag = &job->ctx->diag;
  if (!msw_share_choose(job->order->shard, diag, &job->share, &job->share_source)) return false;
  if (job->share.n == 1 || !job->order->fresh) return true;
  msw_error(diag, command_line, "--fresh", "remove the result and its shards before the tasks start",
            "would discard what the other tasks make: this is task %llu of %llu, by %s",
            (unsigned long long)job->share.i, (unsigned long long)job->share.n, job->share_source);
  return false;
}

msw_status msw_run_read_options(msw_run_job *job, msw_spec_edits *edits) {
  const msw_run_order *order = job->order;
  *edits = (msw_spec_edits){.sets = order->sets.items, .n_sets = order->sets.n,
                            .only = order->only.items, .n_only = order->only.n};
  bool is_good = add_keepbits(job, edits);
  is_good = read_shard_bytes(job) && is_good;
  is_good = choose_share(job) && is_good;
  return is_good ? MSW_OK : MSW_BAD_INPUT;
}

static bool choose_compression(msw_run_job *job) {
  static const char *const known[] = {"none", "deflate"};
  const char *word = job->order->compress ? job->order->compress : job->spec.compress;
  job->storage.deflate = !word || strcmp(word, "deflate") == 0;
  if (job->storage.deflate || strcmp(word, "none") == 0) return true;
  msw_diag *diag = &job->ctx->diag;
  msw_error(diag, command_line, "--compress", msw_did_you_mean(diag, msw_nearest(word, known, 2)),
            "expected none or deflate, found '%s'", word);
  return false;
}

msw_status msw_run_choose_storage(msw_run_job *job) {
  const int fast = 1;   /* deflate level: higher ones gain little on shuffled floats */
  bool is_good = choose_compression(job);
  job->storage.deflate_level = fast;
  job->storage.fletcher32 = job->order->fletcher32 || job->spec.fletcher32;
  job->storage.keepbits = job->spec.keepbits;
  return is_good ? MSW_OK : MSW_BAD_INPUT;
}

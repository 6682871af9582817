/* Reductions of shards: the partial results of all are combined, which is exact, and finished into the result. */
#include <string.h>

#include "merge_parts.h"
#include "msw/base/str.h"
#include "reduced.h"
#include "writer_parts.h"

static const char partial_path[] = "/" MSW_META_GROUP "/" MSW_META_PARTIAL;

static msw_status refuse(msw_merge_job *job, const char *shard, const char *name) {
  msw_error(job->diag, msw_file_loc(job->diag, shard), NULL, NULL,
            "cannot be merged: its partial result of '%s' does not fit that of %s", name, job->shards[0].path);
  return MSW_BAD_INPUT;
}

/* Blocks without a name have their variables in the root. */
static const char *block_path(msw_h5 file, const char *meta_name, msw_arena *arena) {
  const char *path = msw_format(arena, "/%s", meta_name);
  return msw_h5_exists(file, path) ? path : "";
}

/* ---- Combining ---- */

static bool fits(const msw_stored_partial *total, const msw_stored_partial *part) {
  return total->partial.op == part->partial.op && total->n_cells == part->n_cells &&
         total->n_variables == part->n_variables;
}

/* One reduction of a shard, the i_reduction-th of all. The first shard says what there is. */
static msw_status add_reduction(msw_merge_job *job, const char *shard, msw_h5 group, const char *name, const char *block,
                                size_t i_reduction) {
  bool is_first = shard == job->shards[0].path;
  msw_arena scratch = {0};
  msw_stored_partial part;
  msw_status status = msw_read_partial(group, name, shard, is_first ? &job->arena : &scratch, job->diag, &part);
  msw_merge_reduction *reduction = &job->reductions[i_reduction];
  if (status == MSW_OK && is_first) {
    *reduction = (msw_merge_reduction){.block = block, .total = part};
    msw_partial_init(&reduction->total.partial, part.partial.op, part.n_cells);
    job->n_reductions++;
  }
  if (status == MSW_OK && (i_reduction >= job->n_reductions || strcmp(reduction->total.name, name) != 0 ||
                           !fits(&reduction->total, &part)))
    status = refuse(job, shard, name);
  if (status == MSW_OK) msw_partial_combine(&reduction->total.partial, part.first, &part.partial);
  msw_partial_free(&part.partial);
  msw_arena_free(&scratch);
  return status;
}

static void make_room(msw_merge_job *job, size_t n_more) {
  msw_merge_reduction *grown = msw_arena_array(&job->arena, job->n_reductions + n_more, sizeof *grown);
  if (job->n_reductions > 0) memcpy(grown, job->reductions, job->n_reductions * sizeof *grown);
  job->reductions = grown;
}

static msw_status add_block(msw_merge_job *job, const char *shard, msw_h5 file, msw_h5 partials, const char *name,
                            size_t *i_reduction) {
  const msw_h5_member *members;
  size_t n;
  msw_h5 group = MSW_H5_NONE;
  const char *block = block_path(file, name, &job->arena);
  msw_status status = msw_h5_open_group(partials, name, job->diag, &group);
  if (status == MSW_OK) status = msw_h5_list(group, &job->arena, job->diag, &members, &n);
  if (status == MSW_OK && shard == job->shards[0].path) make_room(job, n);
  for (size_t i = 0; status == MSW_OK && i < n; i++)
    status = add_reduction(job, shard, group, members[i].name, block, (*i_reduction)++);
  msw_h5_close(group);
  return status;
}

static msw_status add_shard(msw_merge_job *job, const char *shard) {
  const msw_h5_member *members = NULL;
  size_t n = 0, i_reduction = 0;
  msw_h5 file = MSW_H5_NONE, partials = MSW_H5_NONE;
  msw_status status = msw_h5_open_read(shard, job->diag, &file);
  bool has_partials = status == MSW_OK && msw_h5_exists(file, partial_path);
  if (has_partials) status = msw_h5_open_group(file, partial_path, job->diag, &partials);
  if (has_partials && status == MSW_OK) status = msw_h5_list(partials, &job->arena, job->diag, &members, &n);
  for (size_t i_block = 0; i_block < n && status == MSW_OK; i_block++)
    status = add_block(job, shard, file, partials, members[i_block].name, &i_reduction);
  msw_h5_close(partials);
  msw_status closed = msw_h5_close_file(file, job->diag);
  if (status == MSW_OK && i_reduction != job->n_reductions) status = refuse(job, shard, job->reductions[0].total.name);
  return status == MSW_OK ? closed : status;
}

msw_status msw_merge_combine(msw_merge_job *job) {
  msw_status status = MSW_OK;
  for (size_t i_shard = 0; i_shard < job->n_shards && status == MSW_OK; i_shard++) {
    if (msw_merge_stopped(job)) return MSW_INTERRUPTED;
    status = add_shard(job, job->shards[i_shard].path);
    if (i_shard == 0 && job->n_reductions == 0) return status;   /* none, or one shard holds the results already */
  }
  if (status == MSW_OK && job->n_reductions > 0) status = msw_h5_remove(job->file, partial_path, job->diag);
  return status;
}

void msw_merge_free_reductions(msw_merge_job *job) {
  for (size_t i = 0; i < job->n_reductions; i++) msw_partial_free(&job->reductions[i].total.partial);
}

/* ---- Results ---- */

static msw_status read_keepbits(msw_merge_job *job, const char *path, int *keepbits) {
  msw_h5 dataset = MSW_H5_NONE;
  int64_t bits = 0;
  bool found;
  msw_status status = msw_h5_open_dataset(job->file, path, job->diag, &dataset);
  if (status == MSW_OK) status = msw_h5_read_attr_int(dataset, MSW_QUANTIZATION_BITS, job->diag, &bits, &found);
  msw_h5_close(dataset);
  *keepbits = (int)bits;
  return status;
}

static msw_status put_variable(msw_merge_job *job, const char *path, const msw_results *results) {
  msw_h5 dataset = MSW_H5_NONE;
  msw_status status = msw_h5_open_dataset(job->file, path, job->diag, &dataset);
  if (status == MSW_OK) status = msw_put_results(dataset, results, job->diag);
  msw_h5_close(dataset);
  return status;
}

/* Every variable of every reduction, in the open result: written or, when `check`, compared. */
static msw_status each_variable(msw_merge_job *job, bool check) {
  msw_status status = MSW_OK;
  for (size_t i = 0; i < job->n_reductions; i++) {
    msw_merge_reduction *reduction = &job->reductions[i];
    for (size_t i_variable = 0; i_variable < reduction->total.n_variables && status == MSW_OK; i_variable++) {
      msw_results results = {.partial = &reduction->total.partial, .variable = &reduction->total.variables[i_variable]};
      if (msw_merge_stopped(job)) return MSW_INTERRUPTED;
      const char *path = msw_format(&job->arena, "%s/%s", reduction->block, results.variable->name);
      status = read_keepbits(job, path, &results.keepbits);
      if (status == MSW_OK)
        status = check ? msw_check_results(job->file, path, &results, job->diag) : put_variable(job, path, &results);
    }
  }
  return status;
}

msw_status msw_merge_put_reductions(msw_merge_job *job) { return each_variable(job, false); }

msw_status msw_merge_check_reductions(msw_merge_job *job) {
  if (job->n_reductions == 0) return MSW_OK;
  msw_status status = msw_h5_open_read(job->temp, job->diag, &job->file);
  if (status == MSW_OK) status = each_variable(job, true);
  msw_status closed = msw_h5_close_file(job->file, job->diag);
  job->file = MSW_H5_NONE;
  return status == MSW_OK ? closed : status;
}

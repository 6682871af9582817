/* What /meta counts, summed over the shards. */
#include "merge_parts.h"
#include "msw/base/str.h"
#include "writer_parts.h"

/* Numbers of one block in /meta, as many as attributes and data sets have. */
typedef struct {
  uint64_t attrs[MSW_N_SUMMED_ATTRS];
  uint64_t flags[MSW_N_FLAG_BITS], n_flags;
} block_sums;

static msw_status add_attrs(msw_h5 group, block_sums *sums, msw_diag *diag) {
  msw_status status = MSW_OK;
  for (size_t i_attr = 0; i_attr < MSW_N_SUMMED_ATTRS && status == MSW_OK; i_attr++) {
    int64_t value = 0;
    bool found;
    status = msw_h5_read_attr_int(group, msw_summed_attrs[i_attr], diag, &value, &found);
    sums->attrs[i_attr] += (uint64_t)value;
  }
  return status;
}

static msw_status add_block(msw_h5 file, const char *path, block_sums *sums, msw_diag *diag) {
  const uint64_t start = 0;
  uint64_t flags[MSW_N_FLAG_BITS] = {0};
  size_t rank = 0;
  msw_h5 group = MSW_H5_NONE;
  msw_status status = msw_h5_open_group(file, path, diag, &group);
  if (status == MSW_OK) status = add_attrs(group, sums, diag);
  if (status == MSW_OK) status = msw_h5_shape(group, MSW_FLAG_COUNTS, 1, diag, &rank, &sums->n_flags);
  if (sums->n_flags > MSW_N_FLAG_BITS) sums->n_flags = MSW_N_FLAG_BITS;
  if (status == MSW_OK)
    status = msw_h5_read_slab(group, MSW_FLAG_COUNTS, MSW_H5_U64, 1, &start, &sums->n_flags, flags, diag);
  for (size_t i_flag = 0; i_flag < sums->n_flags; i_flag++) sums->flags[i_flag] += flags[i_flag];
  msw_h5_close(group);
  return status;
}

/* paths [n]: the groups of the blocks. */
static msw_status add_shard(const char *shard, const char *const *paths, size_t n, block_sums *sums, msw_diag *diag) {
  msw_h5 file = MSW_H5_NONE;
  msw_status status = msw_h5_open_read(shard, diag, &file);
  for (size_t i_block = 0; i_block < n && status == MSW_OK; i_block++)
    status = add_block(file, paths[i_block], &sums[i_block], diag);
  msw_status closed = msw_h5_close_file(file, diag);
  return status == MSW_OK ? closed : status;
}

static msw_status rewrite_block(msw_h5 file, const char *path, const block_sums *sums, msw_diag *diag) {
  msw_h5 group = MSW_H5_NONE;
  msw_status status = msw_h5_open_group(file, path, diag, &group);
  for (size_t i_attr = 0; i_attr < MSW_N_SUMMED_ATTRS && status == MSW_OK; i_attr++)
    status = msw_h5_rewrite_attr(group, msw_summed_attrs[i_attr], MSW_H5_U64, &sums->attrs[i_attr], 1, diag);
  if (status == MSW_OK)
    status = msw_h5_rewrite_numbers(group, MSW_FLAG_COUNTS, MSW_H5_U64, sums->flags, (size_t)sums->n_flags, diag);
  msw_h5_close(group);
  return status;
}

/* Paths of the groups of /meta that count cells. */
static msw_status find_blocks(msw_merge_job *job, const char ***paths, size_t *n) {
  msw_h5 meta = MSW_H5_NONE;
  const msw_h5_member *members = NULL;
  size_t n_members = 0;
  *n = 0;
  msw_status status = msw_h5_open_group(job->file, MSW_META_GROUP, job->diag, &meta);
  if (status == MSW_OK) status = msw_h5_list(meta, &job->arena, job->diag, &members, &n_members);
  *paths = msw_arena_array(&job->arena, n_members, sizeof **paths);
  for (size_t i_member = 0; i_member < n_members; i_member++) {
    const char *path = msw_format(&job->arena, "/" MSW_META_GROUP "/%s", members[i_member].name);
    if (members[i_member].kind != MSW_H5_GROUP) continue;
    if (msw_h5_exists(job->file, msw_format(&job->arena, "%s/" MSW_FLAG_COUNTS, path))) (*paths)[(*n)++] = path;
  }
  msw_h5_close(meta);
  return status;
}

msw_status msw_merge_counts(msw_merge_job *job) {
  const char **paths;
  size_t n;
  msw_status status = find_blocks(job, &paths, &n);
  if (status != MSW_OK) return status;
  block_sums *sums = msw_arena_array(&job->arena, n, sizeof *sums);
  for (size_t i_shard = 0; i_shard < job->n_shards && status == MSW_OK; i_shard++) {
    if (msw_merge_stopped(job)) return MSW_INTERRUPTED;
    status = add_shard(job->shards[i_shard].path, paths, n, sums, job->diag);
  }
  for (size_t i_block = 0; i_block < n && status == MSW_OK; i_block++)
    status = rewrite_block(job->file, paths[i_block], &sums[i_block], job->diag);
  const uint64_t tiles[MSW_N_META_TILES] = {0, job->n_tiles, job->n_tiles};
  if (status != MSW_OK) return status;
  return msw_h5_rewrite_numbers(job->file, "/" MSW_META_GROUP "/" MSW_META_TILES, MSW_H5_U64, tiles, MSW_N_META_TILES,
                                job->diag);
}

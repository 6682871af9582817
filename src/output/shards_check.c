/* Can a finished shard be trusted? It opens, it is this result's, it holds its tiles; and what it counted. */
#include "shards_parts.h"

#include <inttypes.h>
#include <string.h>

#include "msw/base/str.h"
#include "msw/formats/h5.h"
#include "writer_parts.h"

typedef struct { const msw_shards *shards; uint64_t i_shard; msw_h5 file; msw_diag *diag; msw_arena *arena; } look;

static msw_status refuse(const look *l, const char *why) {
  msw_error(l->diag, (msw_loc){0}, NULL, NULL, "%s", why);
  return MSW_BAD_INPUT;
}

static msw_status check_hash(const look *l) {
  msw_h5 meta = MSW_H5_NONE;
  const char *hash = NULL;
  msw_status status = msw_h5_open_group(l->file, MSW_META_GROUP, l->diag, &meta);
  if (status == MSW_OK) status = msw_h5_read_attr_text(meta, "hash", l->arena, l->diag, &hash);
  msw_h5_close(meta);
  if (status != MSW_OK) return status;
  if (hash && strcmp(hash, l->shards->order.provenance->hash) == 0) return MSW_OK;
  return refuse(l, hash ? "it is a part of another result" : "it is no result of mfusweep");
}

/* A 1-D dataset of /meta with exactly n numbers. */
static msw_status read_numbers(const look *l, const char *path, uint64_t *values, uint64_t n) {
  size_t rank = 0;
  uint64_t length = 0;
  const uint64_t first = 0;
  msw_status status = msw_h5_shape(l->file, path, 1, l->diag, &rank, &length);
  if (status != MSW_OK) return status;
  if (rank != 1 || length != n) return refuse(l, msw_format(l->arena, "%s is not of its shape", path));
  return msw_h5_read_slab(l->file, path, MSW_H5_U64, 1, &first, &n, values, l->diag);
}

static msw_status check_tiles(const look *l) {
  uint64_t held[MSW_N_META_TILES] = {0};
  const msw_tile_range wanted = msw_cut_tiles(&l->shards->cut, l->i_shard);
  msw_status status = read_numbers(l, "/" MSW_META_GROUP "/" MSW_META_TILES, held, MSW_N_META_TILES);
  if (status != MSW_OK) return status;
  if (held[0] == wanted.first && held[1] == wanted.n && held[2] == l->shards->cut.n_tiles) return MSW_OK;
  return refuse(l, msw_format(l->arena, "it holds tiles %" PRIu64 " to %" PRIu64 ", expected %" PRIu64 " to %" PRIu64,
                              held[0], held[0] + held[1], wanted.first, wanted.first + wanted.n));
}

static msw_status read_counts(const look *l, const msw_plan_block *block, msw_block_counts *counts) {
  const char *path = msw_format(l->arena, "/" MSW_META_GROUP "/%s", msw_meta_block_name(block->spec));
  msw_h5 group = MSW_H5_NONE;
  int64_t n_evaluated = 0;
  bool found = false;
  msw_status status = msw_h5_open_group(l->file, path, l->diag, &group);
  if (status == MSW_OK) status = msw_h5_read_attr_int(group, "n_evaluated", l->diag, &n_evaluated, &found);
  msw_h5_close(group);
  if (status == MSW_OK && !found) status = refuse(l, msw_format(l->arena, "%s has no n_evaluated", path));
  if (status != MSW_OK) return status;
  counts->n_evaluated = (uint64_t)n_evaluated;
  return read_numbers(l, msw_format(l->arena, "%s/flag_counts", path), counts->flags, msw_flags_in_use(block->spec));
}

static msw_status look_inside(const look *l, msw_block_counts *counts) {
  const msw_plan *plan = l->shards->order.plan;
  msw_status status = check_hash(l);
  if (status == MSW_OK) status = check_tiles(l);
  for (size_t i_block = 0; i_block < plan->n_blocks && status == MSW_OK; i_block++)
    status = read_counts(l, &plan->blocks[i_block], &counts[i_block]);
  return status;
}

void msw_counts_add(msw_block_counts *sum, const msw_block_counts *counts, size_t n_blocks) {
  for (size_t i_block = 0; i_block < n_blocks; i_block++) {
    sum[i_block].n_evaluated += counts[i_block].n_evaluated;
    for (size_t i_flag = 0; i_flag < MSW_N_FLAG_BITS; i_flag++) sum[i_block].flags[i_flag] += counts[i_block].flags[i_flag];
  }
}

msw_status msw_shard_check(const msw_shards *shards, uint64_t i_shard, msw_diag *diag, msw_block_counts *counts) {
  msw_arena arena = {0};
  msw_diag found = {0};
  const char *path = msw_shard_file(&arena, shards->folder, i_shard);
  look l = {.shards = shards, .i_shard = i_shard, .file = MSW_H5_NONE, .diag = &found, .arena = &arena};
  size_t n_blocks = shards->order.plan->n_blocks;
  msw_block_counts *own = msw_arena_array(&arena, n_blocks, sizeof *own);
  msw_status status = msw_h5_open_read(path, &found, &l.file);
  if (status == MSW_OK) status = look_inside(&l, own);
  msw_status closed = msw_h5_close_file(l.file, &found);
  if (status == MSW_OK) status = closed;
  if (status == MSW_OK) msw_counts_add(counts, own, n_blocks);
  else
    msw_error(diag, msw_file_loc(diag, path), NULL,
              "move it away, and the same command computes it again", "cannot be trusted as a finished shard: %s",
              found.n > 0 ? found.items[0].message : "it cannot be read");
  msw_diag_free(&found);
  msw_arena_free(&arena);
  return status == MSW_OK ? MSW_OK : MSW_BAD_INPUT;
}

/* What the shards_*.c files share. */
#ifndef MSW_OUTPUT_SHARDS_PARTS_H
#define MSW_OUTPUT_SHARDS_PARTS_H

#include "manifest.h"
#include "msw/output/shards.h"

#define MSW_TEMP_MARK ".tmp-"
#define MSW_MERGE_CLAIM ".merge.claim"
#define MSW_MANIFEST_CLAIM ".manifest.claim"

/* ---- shards_names.c ---- */
typedef enum {
  MSW_NAME_FOREIGN, MSW_NAME_MANIFEST, MSW_NAME_SHARD, MSW_NAME_CLAIM, MSW_NAME_LOCK, MSW_NAME_TEMP_SHARD,
  MSW_NAME_TEMP_MANIFEST
} msw_shards_name_kind;
typedef struct {
  msw_shards_name_kind kind;
  uint64_t i_shard;                /* SHARD, CLAIM, TEMP_SHARD */
  const char *base, *host;         /* TEMP_*: the name it is to get; who makes it */
  int64_t pid;
} msw_shards_name;
/* What a name in a shard folder stands for; texts in the arena. */
msw_shards_name msw_shards_name_of(const char *name, msw_arena *arena);

/* ---- shards_check.c ---- */
/* Opens a finished shard; its identity and tiles must be those of the order's shard `i_shard`. Adds its counts. */
msw_status msw_shard_check(const msw_shards *shards, uint64_t i_shard, msw_diag *diag, msw_block_counts *counts);
void msw_counts_add(msw_block_counts *sum, const msw_block_counts *counts, size_t n_blocks);

#endif

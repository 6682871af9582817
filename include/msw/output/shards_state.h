/* How far the shards of a folder are, for those who only look: nothing is written or waited for, no sweep is needed. */
#ifndef MSW_OUTPUT_SHARDS_STATE_H
#define MSW_OUTPUT_SHARDS_STATE_H

#include "msw/output/shards.h"

/* A shard that is being built: its claim is locked. */
typedef struct {
  uint64_t i_shard;
  const char *host;              /* NULL where its temporary file is not there yet, or several are */
  int64_t pid;
  uint64_t n_bytes;              /* of its temporary file */
} msw_shard_builder;

typedef struct {
  const char *hash, *version, *name;
  uint64_t n_shards, n_done;
  uint64_t n_cells, n_cells_done;
  uint64_t n_bytes;              /* of all cells, uncompressed */
  uint64_t n_bytes_stored;       /* of the finished shards' files */
  const msw_shard_builder *building;   /* [n_building] by number */
  size_t n_building;
  bool merging;
  double cells_per_s;            /* by the newest shards' times; NaN while unknown */
  double left_s;                 /* at that rate; NaN when nobody is at work or nothing is known */
} msw_shards_state;

/* MSW_BAD_INPUT where there is no manifest. Texts in the arena. */
msw_status msw_shards_look(const char *folder, msw_arena *arena, msw_diag *diag, msw_shards_state *state);

#endif

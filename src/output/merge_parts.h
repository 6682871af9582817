/* What the merge_*.c files share: shards on their way into one result. */
#ifndef MSW_OUTPUT_MERGE_PARTS_H
#define MSW_OUTPUT_MERGE_PARTS_H

#include "msw/formats/h5.h"
#include "msw/grid/plan.h"
#include "msw/output/merge.h"
#include "reduced.h"
#include "write_behind.h"

typedef struct {
  const char *path;
  msw_tile_range tiles;
  uint64_t n_bytes;               /* of the file */
} msw_merge_shard;

/* The variables of one block: all are cut into the block's tiles. */
typedef struct {
  msw_h5_layout layout;
  uint64_t first_tile, n_tiles;   /* numbered in the plan */
  size_t first_variable, n_variables;
  uint64_t first_record;
} msw_merge_grid;

/* A reduction, combined over the shards. */
typedef struct { const char *block; msw_stored_partial total; } msw_merge_reduction;   /* block: path of its group, "" the root */

/* What has to be in the result: one for every chunk, [tile of the block][variable of the block]. */
typedef struct { uint32_t n_bytes, crc; } msw_chunk_record;

typedef struct {
  const msw_merge_options *options;
  msw_diag *diag;
  msw_arena arena;
  const char *out, *temp;
  msw_merge_shard *shards;        /* that are taken, by first tile */
  size_t n_shards;
  uint64_t n_tiles;               /* of the plan */
  msw_merge_grid *grids;
  size_t n_grids;
  const char **variables;         /* [n_variables] paths, grid after grid */
  size_t n_variables;
  msw_merge_reduction *reductions;
  size_t n_reductions;
  msw_chunk_record *records;
  msw_h5 file;                    /* the result */
  msw_h5 *targets;                /* [n_variables] its datasets */
  unsigned char *buffer;          /* one chunk */
  size_t cap;
  msw_write_behind behind;
  uint64_t n_all_bytes, n_handled_bytes;   /* of the shards; of chunks, copied and compared */
  uint64_t n_written_bytes;                /* of the result, about */
} msw_merge_job;

bool msw_merge_stopped(const msw_merge_job *job);
/* So many more bytes of chunks are copied or compared. */
void msw_merge_advance(msw_merge_job *job, uint64_t n_bytes);

/* ---- merge_shards.c ---- */
/* Chooses among the shards; everything that forbids the merge is said. */
msw_status msw_merge_choose(msw_merge_job *job, const char *const *paths, size_t n_paths);

/* ---- merge_grids.c ---- */
/* Finds the blocks and their variables in a shard. */
msw_status msw_merge_find_grids(msw_merge_job *job, msw_h5 file);
msw_status msw_merge_open_variables(const msw_merge_job *job, msw_h5 file, msw_h5 *datasets);
void msw_merge_close_variables(const msw_merge_job *job, msw_h5 *datasets);
/* The part of `tiles` that lies in the grid, numbered within it. */
msw_tile_range msw_merge_tiles_in(const msw_merge_grid *grid, msw_tile_range tiles);
/* First cell of a tile, which is a chunk. */
void msw_merge_offset(const msw_merge_grid *grid, uint64_t i_tile, uint64_t offset[MSW_H5_MAX_RANK]);

/* ---- merge_chunks.c ---- */
/* Notes the shard's chunks, and writes them into the result unless `is_there`: copied with the whole file. */
msw_status msw_merge_take(msw_merge_job *job, const msw_merge_shard *shard, bool is_there);
/* Reads the closed result and compares every chunk with what was noted. */
msw_status msw_merge_compare(msw_merge_job *job);

/* ---- merge_reduced.c ---- */
/* Combines the partial results of all shards, and takes those of the first one out of the result. */
msw_status msw_merge_combine(msw_merge_job *job);
msw_status msw_merge_put_reductions(msw_merge_job *job);
/* Of the closed result. */
msw_status msw_merge_check_reductions(msw_merge_job *job);
void msw_merge_free_reductions(msw_merge_job *job);

/* ---- merge_counts.c ---- */
/* Puts the sums over all shards, and the tiles that they make together, into the result's /meta. */
msw_status msw_merge_counts(msw_merge_job *job);

/* ---- copy_file.c ---- */
/* Fills the existing file `to` with the bytes of `from`. Problems of `to` are said of `out`. */
msw_status msw_copy_file(const char *from, const char *to, const char *out, const volatile sig_atomic_t *stop,
                         msw_write_behind *behind, msw_diag *diag);

#endif

/* What the result_*.c files share: the files behind an open result, and where in them the cells of each field lie. */
#ifndef MSW_OUTPUT_RESULT_PARTS_H
#define MSW_OUTPUT_RESULT_PARTS_H

#include <pthread.h>

#include "msw/grid/plan.h"
#include "msw/output/reader.h"
#include "msw/output/result.h"

/* The whole result, or a shard. */
typedef struct {
  const char *path;
  msw_tile_range tiles;
} msw_result_file;

/* A file that is open now. Handles of datasets are opened when they are first asked for. */
typedef struct {
  size_t i_file;
  msw_h5 file, *datasets;         /* [n_variables] */
  uint64_t last_used;
} msw_open_file;

/* Where a field's cells are; `number` counts through all blocks. */
typedef struct {
  const char *path;               /* "/decode/step_us" */
  size_t number;
  msw_h5_storage storage;
  bool is_raw;                    /* chunks of the block's shape that can be decoded here; else libhdf5 reads the cells */
} msw_result_variable;

/* What msw_result_block does not show. */
typedef struct {
  const msw_result_variable *variables;   /* [n_fields] */
  bool is_reduced;
  uint64_t first_tile;            /* its chunks are the tiles from here on, row by row; not of reductions */
  uint64_t *flag_counts;          /* the block's, while they are summed up */
} msw_result_source;

/* How many chunks a block is cut into. */
static inline uint64_t msw_result_chunks(const msw_result_block *block) {
  uint64_t n = 1;
  for (size_t i_dim = 0; i_dim < block->rank; i_dim++)
    n *= (block->dims[i_dim] + block->chunk[i_dim] - 1) / block->chunk[i_dim];
  return n;
}

enum { MSW_RESULT_OPEN_FILES = 16 };

struct msw_result_files {
  const msw_result_file *items;   /* [n] by first tile */
  size_t n;
  bool is_whole;                  /* one file with everything in it */
  const msw_result_source *sources;   /* [n_blocks] */
  size_t n_variables;
  pthread_mutex_t mutex;          /* held around every call of libhdf5 while a scan runs, and around its diag */
  msw_open_file open[MSW_RESULT_OPEN_FILES];
  size_t n_open;
  uint64_t clock;
};

/* An attempt to open: all that result_open.c's stages hand on. */
typedef struct {
  msw_result *result;
  msw_arena *arena;
  msw_diag *diag;
  msw_h5 file;                    /* of the first of the files */
  uint64_t n_tiles_seen;          /* of the grids looked at so far */
  msw_result_block *blocks;       /* as many as room_blocks */
  msw_result_source *sources;
  size_t n_blocks, room_blocks;
} msw_result_opening;

/* ---- result_shards.c ---- */
/* Finds the files and what they hold: *identity of the first; fills result->files and the numbers of tiles. */
msw_status msw_result_find_files(msw_result_opening *opening, const char *path, msw_result_identity *identity);
/* The file that has a tile; false where none has. */
bool msw_result_file_of(const struct msw_result_files *files, const msw_result_source *source, uint64_t i_chunk,
                        size_t *i_file);

/* ---- result_handles.c ---- */
/* The dataset of a variable in a file, which is opened as needed and stays so for a while. With the mutex held. */
msw_status msw_result_dataset(struct msw_result_files *files, size_t i_file, const msw_result_variable *variable,
                              msw_diag *diag, msw_h5 *dataset);
void msw_result_close_files(struct msw_result_files *files);

/* ---- result_meta.c ---- */
/* What /meta says of the whole; and sums of flag_counts over all files. */
msw_status msw_result_read_meta(msw_result_opening *opening);
msw_status msw_result_read_flag_counts(msw_result_opening *opening);

/* ---- result_grids.c ---- */
/* The blocks and their fields. */
msw_status msw_result_find_blocks(msw_result_opening *opening);

/* ---- result_axes.c ---- */
/* The coordinate at `path`, along dimension i_dim. */
msw_status msw_result_read_axis(msw_result_opening *opening, const char *path, size_t i_dim, msw_result_axis *axis);

/* ---- result_fields.c ---- */
/* What its attributes say of a field. */
msw_status msw_result_read_field(msw_result_opening *opening, msw_h5 dataset, const char *name, msw_result_field *field);

#endif

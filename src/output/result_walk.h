/* A scan taken apart: the selection as boxes of one chunk each, chunks as they come into memory, boxes as doubles. */
#ifndef MSW_OUTPUT_RESULT_WALK_H
#define MSW_OUTPUT_RESULT_WALK_H

#include <stdatomic.h>

#include "msw/output/result_scan.h"
#include "result_parts.h"

/* Selected positions of a dimension that lie in the same chunk: [first, first + count) of its list. */
typedef struct { uint64_t i_chunk; size_t first, count; } msw_walk_segment;
typedef struct { const msw_walk_segment *segments; size_t n; } msw_walk_dim;

typedef struct {
  const msw_scan *order;
  msw_walk_dim dims[MSW_H5_MAX_RANK];   /* a pinned dimension has one segment of one position */
  uint64_t n_boxes;                     /* chunks of the block that hold a selected cell */
  struct msw_result_files *files;
  const msw_result_source *source;
  const msw_result_variable *const *variables;   /* [n_streams] */
  msw_scan_visit *visit;
  void *context;
  msw_diag *diag;                       /* under the files' mutex, as is status */
  msw_status status;
  atomic_uint_fast64_t next;            /* the box that is to be begun next */
  atomic_bool is_over;
} msw_walk;

/* A chunk in memory, as the file has it. */
typedef struct {
  const msw_result_variable *variable;  /* NULL: nothing yet */
  uint64_t i_chunk;
  bool is_there;
  msw_h5_type type;
  uint64_t start[MSW_H5_MAX_RANK], stride[MSW_H5_MAX_RANK];   /* of its first cell; cells from one position to the next */
  unsigned char *cells;
  size_t cap;
} msw_walk_chunk;

/* What one thread works with. */
typedef struct {
  msw_h5_decoder *decoder;
  msw_h5_stored stored;
  msw_walk_chunk *chunks;               /* [n_streams] */
  size_t *inner;                        /* offsets along a row */
  size_t inner_cap;
  double **values;                      /* [n_streams] */
  size_t values_cap;
} msw_walk_worker;

/* ---- result_pieces.c ---- */
/* The boxes of a selection; all memory in the arena. */
void msw_walk_cut(msw_walk *walk, msw_arena *arena);
/* A box of the selection; and its chunk of each dimension. */
void msw_walk_box(const msw_walk *walk, uint64_t i_box, msw_scan_piece *box, uint64_t *chunk_at);
/* Cuts a box into pieces that stay in the caches: the i_piece-th of them; false behind the last one. */
bool msw_walk_piece(const msw_scan_piece *box, size_t rank, size_t i_piece, msw_scan_piece *piece);

/* ---- result_load.c ---- */
/* Sees to it that the worker has the chunk of a stream for a box: *chunk. */
msw_status msw_walk_load(msw_walk *walk, msw_walk_worker *worker, size_t i_stream, const uint64_t *chunk_at,
                         const msw_walk_chunk **chunk);
/* Ends the walk; the first reason counts. */
void msw_walk_end(msw_walk *walk, msw_status status);

/* ---- result_gather.c ---- */
/* The cells of a piece, from the chunk that holds them. */
void msw_walk_gather(const msw_walk *walk, msw_walk_worker *worker, size_t i_stream, const msw_walk_chunk *chunk,
                     const msw_scan_piece *piece);

#endif

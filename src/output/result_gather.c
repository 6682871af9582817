/* Cells of a chunk that a selection wants, as doubles. */
#include <string.h>

#include "result_walk.h"

/* One value after the other, or those at the offsets of a row. */
#define DEFINE_TAKE(name, type)                                                                   \
  static void name(const void *cells, const size_t *at, size_t n, double *out) {                  \
    const type *from = cells;                                                                     \
    if (!at)                                                                                      \
      for (size_t i_cell = 0; i_cell < n; i_cell++) out[i_cell] = (double)from[i_cell];           \
    else                                                                                          \
      for (size_t i_cell = 0; i_cell < n; i_cell++) out[i_cell] = (double)from[at[i_cell]];       \
  }
DEFINE_TAKE(take_f32, float)
DEFINE_TAKE(take_f64, double)
DEFINE_TAKE(take_u8, uint8_t)
DEFINE_TAKE(take_u32, uint32_t)
DEFINE_TAKE(take_i32, int32_t)
DEFINE_TAKE(take_i64, int64_t)
DEFINE_TAKE(take_u64, uint64_t)

static void take(msw_h5_type type, const void *cells, const size_t *at, size_t n, double *out) {
  switch (type) {
    case MSW_H5_F32: take_f32(cells, at, n, out); return;
    case MSW_H5_F64: take_f64(cells, at, n, out); return;
    case MSW_H5_U8: take_u8(cells, at, n, out); return;
    case MSW_H5_U32: take_u32(cells, at, n, out); return;
    case MSW_H5_I32: take_i32(cells, at, n, out); return;
    case MSW_H5_I64: take_i64(cells, at, n, out); return;
    case MSW_H5_U64: take_u64(cells, at, n, out); return;
  }
}

typedef struct {
  const msw_selection *selection;
  const msw_scan_stream *stream;
  const msw_walk_chunk *chunk;
  const msw_scan_piece *piece;
} gathering;

/* Cells from the chunk's first one to the i-th position of the piece along a dimension. */
static size_t offset_along(const gathering *g, size_t i_dim, size_t i) {
  const bool is_pinned = g->stream->pinned_dim == (int)i_dim;
  const uint64_t at = is_pinned ? g->stream->pinned_at : g->selection->dims[i_dim].at[g->piece->first[i_dim] + i];
  return (size_t)((at - g->chunk->start[i_dim]) * g->chunk->stride[i_dim]);
}

/* The offsets along a row; NULL where its cells stand one behind the other from `first` on. */
static const size_t *row_offsets(const gathering *g, size_t i_dim, msw_walk_worker *worker, size_t *first) {
  const size_t n = g->piece->count[i_dim];
  *first = offset_along(g, i_dim, 0);
  if (offset_along(g, i_dim, n - 1) - *first == n - 1) return NULL;   /* ascending, none twice; a pinned one of 1 too */
  worker->inner = msw_grow(worker->inner, &worker->inner_cap, n, sizeof *worker->inner);
  for (size_t i = 0; i < n; i++) worker->inner[i] = offset_along(g, i_dim, i) - *first;
  return worker->inner;
}

static void gather_rows(const gathering *g, size_t rank, msw_walk_worker *worker, double *out) {
  size_t at[MSW_H5_MAX_RANK] = {0}, first = 0;
  const size_t inner = rank - 1, n_row = g->piece->count[inner], cell_bytes = msw_h5_type_size(g->chunk->type);
  const size_t *offsets = row_offsets(g, inner, worker, &first);
  for (size_t i_row = 0; i_row < g->piece->n_cells / n_row; i_row++) {
    size_t offset = first;
    for (size_t i_dim = 0; i_dim < inner; i_dim++) offset += offset_along(g, i_dim, at[i_dim]);
    take(g->chunk->type, g->chunk->cells + offset * cell_bytes, offsets, n_row, out + i_row * n_row);
    for (size_t i_dim = inner; i_dim-- > 0;) {
      if (++at[i_dim] < g->piece->count[i_dim]) break;
      at[i_dim] = 0;
    }
  }
}

void msw_walk_gather(const msw_walk *walk, msw_walk_worker *worker, size_t i_stream, const msw_walk_chunk *chunk,
                     const msw_scan_piece *piece) {
  const gathering g = {walk->order->selection, &walk->order->streams[i_stream], chunk, piece};
  const size_t rank = walk->order->block->rank;
  double *out = worker->values[i_stream];
  if (!chunk->is_there)
    for (size_t i_cell = 0; i_cell < piece->n_cells; i_cell++) out[i_cell] = chunk->variable->storage.fill;
  else if (rank == 0) take(chunk->type, chunk->cells, NULL, 1, out);
  else gather_rows(&g, rank, worker, out);
}

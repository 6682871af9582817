/* A selection as boxes of selected cells that lie in one chunk, and these as pieces. */
#include "result_walk.h"

/* Doubles of a few streams then fit a core's own cache. */
enum { MOST_PIECE_CELLS = 16384 };

static msw_walk_dim cut_dim(const msw_result_positions *positions, uint64_t chunk, msw_arena *arena) {
  msw_walk_segment *segments = msw_arena_array(arena, positions->n, sizeof *segments);
  size_t n = 0;
  for (size_t i = 0; i < positions->n; i++) {
    const uint64_t i_chunk = positions->at[i] / chunk;
    if (n > 0 && segments[n - 1].i_chunk == i_chunk) segments[n - 1].count++;
    else segments[n++] = (msw_walk_segment){i_chunk, i, 1};
  }
  return (msw_walk_dim){segments, n};
}

void msw_walk_cut(msw_walk *walk, msw_arena *arena) {
  static const msw_walk_segment pinned = {.count = 1};
  const msw_result_block *block = walk->order->block;
  walk->n_boxes = 1;
  for (size_t i_dim = 0; i_dim < block->rank; i_dim++) {
    const bool is_pinned = walk->order->pinned_dim == (int)i_dim;
    walk->dims[i_dim] = is_pinned ? (msw_walk_dim){&pinned, 1}
                                  : cut_dim(&walk->order->selection->dims[i_dim], block->chunk[i_dim], arena);
    walk->n_boxes *= walk->dims[i_dim].n;
  }
}

void msw_walk_box(const msw_walk *walk, uint64_t i_box, msw_scan_piece *box, uint64_t *chunk_at) {
  *box = (msw_scan_piece){.n_cells = 1};
  for (size_t i_dim = walk->order->block->rank; i_dim-- > 0;) {
    const msw_walk_dim *dim = &walk->dims[i_dim];
    const msw_walk_segment *segment = &dim->segments[i_box % dim->n];
    i_box /= dim->n;
    box->first[i_dim] = segment->first;
    box->count[i_dim] = segment->count;
    box->n_cells *= segment->count;
    chunk_at[i_dim] = segment->i_chunk;
  }
}

/* Inner dimensions as a whole as far as they fit; of the next one as many positions at a time as fit; of those further out
 * one each. */
bool msw_walk_piece(const msw_scan_piece *box, size_t rank, size_t i_piece, msw_scan_piece *piece) {
  *piece = (msw_scan_piece){.n_cells = 1, .i_thread = box->i_thread};
  for (size_t i_dim = rank; i_dim-- > 0;) {
    const size_t room = MOST_PIECE_CELLS / piece->n_cells, length = box->count[i_dim];
    const size_t step = room < 1 ? 1 : room < length ? room : length, n_steps = (length + step - 1) / step;
    const size_t skipped = i_piece % n_steps * step;
    i_piece /= n_steps;
    piece->first[i_dim] = box->first[i_dim] + skipped;
    piece->count[i_dim] = step < length - skipped ? step : length - skipped;
    piece->n_cells *= step;   /* the last step of a dimension may be shorter: further out nothing changes by that */
  }
  piece->n_cells = 1;
  for (size_t i_dim = 0; i_dim < rank; i_dim++) piece->n_cells *= piece->count[i_dim];
  return i_piece == 0;
}

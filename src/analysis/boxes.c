/* Boxes of a selection. */
#include "boxes.h"

static size_t least(size_t a, size_t b) { return a < b ? a : b; }

msw_boxes msw_boxes_cut(size_t rank, const size_t *count, const uint64_t *grain, size_t most_cells) {
  msw_boxes boxes = {.rank = rank, .n_boxes = 1};
  size_t n_cells = 1;
  for (size_t i_dim = rank; i_dim-- > 0;) {
    const size_t step = grain ? (size_t)grain[i_dim] : 1, room = most_cells / n_cells;
    const size_t n_steps = room / step > 0 ? room / step : 1;
    boxes.count[i_dim] = count[i_dim];
    boxes.length[i_dim] = least(n_steps * step, count[i_dim]);
    if (boxes.length[i_dim] < count[i_dim]) most_cells = 0;   /* further out, one step each */
    n_cells *= boxes.length[i_dim] ? boxes.length[i_dim] : 1;
    boxes.n_boxes *= boxes.length[i_dim] ? (count[i_dim] + boxes.length[i_dim] - 1) / boxes.length[i_dim] : 0;
  }
  return boxes;
}

msw_box msw_boxes_get(const msw_boxes *boxes, size_t i_box) {
  msw_box box = {.n_cells = 1};
  for (size_t i_dim = boxes->rank; i_dim-- > 0;) {
    const size_t length = boxes->length[i_dim], n_along = (boxes->count[i_dim] + length - 1) / length;
    box.first[i_dim] = i_box % n_along * length;
    box.count[i_dim] = least(length, boxes->count[i_dim] - box.first[i_dim]);
    box.n_cells *= box.count[i_dim];
    i_box /= n_along;
  }
  return box;
}

msw_selection msw_box_select(const msw_box *box, const msw_selection *selection, size_t rank) {
  msw_selection part = {0};
  for (size_t i_dim = 0; i_dim < rank; i_dim++)
    part.dims[i_dim] = (msw_result_positions){box->count[i_dim], selection->dims[i_dim].at + box->first[i_dim]};
  return part;
}

/* Stretches are boxes of their own, cut from the box without a grain. */
static msw_boxes stretches(const msw_box *box, size_t rank, size_t most_cells) {
  return msw_boxes_cut(rank, box->count, NULL, most_cells);
}

size_t msw_box_pieces(const msw_box *box, size_t rank, size_t most_cells) { return stretches(box, rank, most_cells).n_boxes; }

msw_scan_piece msw_box_piece(const msw_box *box, size_t rank, size_t most_cells, size_t i_piece, size_t *offset) {
  const msw_boxes cut = stretches(box, rank, most_cells);
  const msw_box part = msw_boxes_get(&cut, i_piece);
  msw_scan_piece piece = {.n_cells = part.n_cells};
  *offset = 0;
  for (size_t i_dim = 0; i_dim < rank; i_dim++) {
    piece.first[i_dim] = box->first[i_dim] + part.first[i_dim];
    piece.count[i_dim] = part.count[i_dim];
    *offset = *offset * box->count[i_dim] + part.first[i_dim];
  }
  return piece;
}

size_t msw_box_row(const msw_box *box, size_t rank, const msw_scan_piece *piece, size_t i_row) {
  size_t offset = 0, stride = 1;
  if (rank == 0) return 0;
  for (size_t i_dim = rank; i_dim-- > 0;) {
    size_t at = piece->first[i_dim] - box->first[i_dim];
    if (i_dim + 1 < rank) {
      at += i_row % piece->count[i_dim];
      i_row /= piece->count[i_dim];
    }
    offset += at * stride;
    stride *= box->count[i_dim];
  }
  return offset;
}

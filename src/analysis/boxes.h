/* A selection cut into boxes of a limited size, for what has to be in memory as a whole before it can be written. */
#ifndef MSW_ANALYSIS_BOXES_H
#define MSW_ANALYSIS_BOXES_H

#include "msw/output/result_scan.h"

typedef struct {
  size_t rank;
  size_t count[MSW_H5_MAX_RANK];     /* of the whole */
  size_t length[MSW_H5_MAX_RANK];    /* of a box; the last one of a dimension may be shorter */
  size_t n_boxes;
} msw_boxes;

/* Boxes of about `most_cells` at most, whole multiples of `grain` along each dimension (those of a chunk, say; NULL: 1). Inner
 * dimensions are taken as a whole as far as they fit, so that with grain 1 boxes are stretches of the row-major order. */
msw_boxes msw_boxes_cut(size_t rank, const size_t *count, const uint64_t *grain, size_t most_cells);

/* Positions [first, first + count) of each dimension; boxes are in row-major order. */
typedef struct { size_t first[MSW_H5_MAX_RANK], count[MSW_H5_MAX_RANK], n_cells; } msw_box;
msw_box msw_boxes_get(const msw_boxes *boxes, size_t i_box);
/* The part of a selection that a box covers. */
msw_selection msw_box_select(const msw_box *box, const msw_selection *selection, size_t rank);

/* Cells of a box in stretches that lie one behind the other in memory, `most_cells` at most: *n of them. The i-th as a piece
 * with positions of the whole, without values; *offset is its first cell's in the box. */
size_t msw_box_pieces(const msw_box *box, size_t rank, size_t most_cells);
msw_scan_piece msw_box_piece(const msw_box *box, size_t rank, size_t most_cells, size_t i_piece, size_t *offset);

/* Where cell i of a piece lies in a box that holds the piece, row-major; both count positions of the whole. Row by row: the
 * cells of the piece's last dimension follow one another. */
size_t msw_box_row(const msw_box *box, size_t rank, const msw_scan_piece *piece, size_t i_row);

#endif

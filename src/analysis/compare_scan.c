/* Bringing the cells of all sides together: streams of one scan where they are in one file, else arrays filled from each. */
#include <omp.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "compare_parts.h"

/* Of files: cells of all sides that are in memory at a time, and of a piece that is worked on at a time. */
enum { FILE_BOX_NUMBERS = 1 << 23, PIECE_CELLS = 1 << 14 };

msw_box msw_compare_whole(const msw_compare *compare) {
  msw_box whole = {.n_cells = 1};
  for (size_t i_dim = 0; i_dim < compare->order.sides[0].block->rank; i_dim++) {
    whole.count[i_dim] = compare->counts[i_dim];
    whole.n_cells *= compare->counts[i_dim];
  }
  return whole;
}

/* ---- One file */

typedef struct { msw_compare *compare; const msw_box *box; } along_scan;

static bool visit_along(void *context, const msw_scan_piece *piece) {
  const along_scan *scan = context;
  msw_scan_piece whole = *piece;
  for (size_t i_dim = 0; i_dim < scan->compare->order.sides[0].block->rank; i_dim++)
    whole.first[i_dim] += scan->box->first[i_dim];
  msw_compare_add(scan->compare, &whole);
  return true;
}

static msw_status scan_along(msw_compare *compare, const msw_box *box, msw_diag *diag) {
  const msw_compare_order *order = &compare->order;
  const msw_compared *reference = &order->sides[0];
  const msw_selection part = msw_box_select(box, &reference->selection, reference->block->rank);
  msw_scan_stream streams[MSW_SCAN_MAX_STREAMS];
  size_t n_streams = 0, n = 0;
  const msw_scan_stream *own = msw_formulas_streams(reference->formulas, &n_streams);
  for (size_t i_side = 0; i_side < order->n_sides; i_side++)
    for (size_t i_stream = 0; i_stream < n_streams; i_stream++)
      streams[n++] =
          (msw_scan_stream){own[i_stream].field, order->along, order->sides[i_side].selection.dims[order->along].at[0]};
  const msw_scan scan = {.result = reference->result, .block = reference->block, .selection = &part, .streams = streams,
                         .n_streams = n, .pinned_dim = order->along, .n_threads = order->n_threads, .stop = order->stop};
  along_scan context = {compare, box};
  return msw_result_scan(&scan, visit_along, &context, diag);
}

/* ---- Several files */

/* A side's positions within a box, in the order of its own file; `place` says where they belong. */
typedef struct { uint64_t at; size_t place; } sorted_position;

typedef struct {
  const msw_box *box;
  size_t rank;
  const size_t *places[MSW_H5_MAX_RANK];
  double *const *values;       /* [n_streams][box->n_cells] */
  size_t n_streams;
} file_fill;

static int by_position(const void *a, const void *b) {
  const sorted_position *x = a, *y = b;
  return x->at < y->at ? -1 : x->at > y->at;
}

static void sort_dim(const msw_result_positions *positions, msw_arena *arena, msw_result_positions *sorted,
                     const size_t **places) {
  sorted_position *order = msw_arena_array(arena, positions->n, sizeof *order);
  uint64_t *at = msw_arena_array(arena, positions->n, sizeof *at);
  size_t *place = msw_arena_array(arena, positions->n, sizeof *place);
  for (size_t i = 0; i < positions->n; i++) order[i] = (sorted_position){positions->at[i], i};
  qsort(order, positions->n, sizeof *order, by_position);
  for (size_t i = 0; i < positions->n; i++) {
    at[i] = order[i].at;
    place[i] = order[i].place;
  }
  *sorted = (msw_result_positions){positions->n, at};
  *places = place;
}

/* Where the first cell of a row belongs, but for its place along the last dimension. */
static size_t row_place(const file_fill *fill, const msw_scan_piece *piece, size_t i_row) {
  size_t to = 0, stride = fill->box->count[fill->rank - 1];
  for (size_t i_dim = fill->rank - 1; i_dim-- > 0;) {
    to += fill->places[i_dim][piece->first[i_dim] + i_row % piece->count[i_dim]] * stride;
    stride *= fill->box->count[i_dim];
    i_row /= piece->count[i_dim];
  }
  return to;
}

static bool visit_file(void *context, const msw_scan_piece *piece) {
  static const size_t only[] = {0};
  const file_fill *fill = context;
  const size_t last = fill->rank ? fill->rank - 1 : 0, n_row = fill->rank ? piece->count[last] : 1;
  const size_t *places = fill->rank ? fill->places[last] + piece->first[last] : only;
  for (size_t i_row = 0; i_row < piece->n_cells / n_row; i_row++) {
    const size_t to = fill->rank ? row_place(fill, piece, i_row) : 0;
    for (size_t i_stream = 0; i_stream < fill->n_streams; i_stream++) {
      const double *from = piece->values[i_stream] + i_row * n_row;
      for (size_t i = 0; i < n_row; i++) fill->values[i_stream][to + places[i]] = from[i];
    }
  }
  return true;
}

static msw_status read_side(const msw_compare *compare, size_t i_side, const msw_box *box, double *const *values,
                            msw_diag *diag) {
  const msw_compared *side = &compare->order.sides[i_side];
  const msw_selection part = msw_box_select(box, &side->selection, side->block->rank);
  msw_arena arena = {0};
  msw_selection sorted = {0};
  file_fill fill = {.box = box, .rank = side->block->rank, .values = values};
  for (size_t i_dim = 0; i_dim < fill.rank; i_dim++)
    sort_dim(&part.dims[i_dim], &arena, &sorted.dims[i_dim], &fill.places[i_dim]);
  msw_scan scan = {.result = side->result, .block = side->block, .selection = &sorted, .pinned_dim = -1,
                   .n_threads = compare->order.n_threads, .stop = compare->order.stop};
  scan.streams = msw_formulas_streams(side->formulas, &scan.n_streams);
  fill.n_streams = scan.n_streams;
  const msw_status status = msw_result_scan(&scan, visit_file, &fill, diag);
  msw_arena_free(&arena);
  return status;
}

static void add_pieces(msw_compare *compare, const msw_box *box, double *const *values) {
  const size_t rank = compare->order.sides[0].block->rank, n_values = compare->order.n_sides * compare->n_streams;
  const size_t n_pieces = msw_box_pieces(box, rank, PIECE_CELLS);
#pragma omp parallel num_threads(compare->order.n_threads)
  {
    const double **own = msw_alloc_zero(n_values + 1, sizeof *own);
#pragma omp for schedule(dynamic)
    for (size_t i_piece = 0; i_piece < n_pieces; i_piece++) {
      size_t offset = 0;
      msw_scan_piece piece = msw_box_piece(box, rank, PIECE_CELLS, i_piece, &offset);
      for (size_t i = 0; i < n_values; i++) own[i] = values[i] + offset;
      piece.values = own;
      piece.i_thread = (size_t)omp_get_thread_num();
      msw_compare_add(compare, &piece);
    }
    free(own);
  }
}

/* A box of the comparison, in memory as a whole. */
static msw_status scan_files(msw_compare *compare, const msw_box *box, double *const *values, msw_diag *diag) {
  msw_status status = MSW_OK;
  for (size_t i_side = 0; i_side < compare->order.n_sides && status == MSW_OK; i_side++)
    status = read_side(compare, i_side, box, values + i_side * compare->n_streams, diag);
  if (status == MSW_OK) add_pieces(compare, box, values);
  return status;
}

static msw_status scan_file_boxes(msw_compare *compare, const msw_box *box, msw_diag *diag) {
  const msw_result_block *block = compare->order.sides[0].block;
  const size_t n_values = compare->order.n_sides * compare->n_streams, most = (size_t)FILE_BOX_NUMBERS / (n_values + 1);
  const msw_boxes boxes = msw_boxes_cut(block->rank, box->count, block->chunk, most);
  double **values = msw_alloc_zero(n_values + 1, sizeof *values);
  msw_status status = MSW_OK;
  for (size_t i_box = 0; i_box < boxes.n_boxes && status == MSW_OK; i_box++) {
    msw_box part = msw_boxes_get(&boxes, i_box);
    for (size_t i_dim = 0; i_dim < block->rank; i_dim++) part.first[i_dim] += box->first[i_dim];
    for (size_t i = 0; i_box == 0 && i < n_values; i++) values[i] = msw_alloc(part.n_cells * sizeof **values); /* the largest */
    status = scan_files(compare, &part, values, diag);
  }
  for (size_t i = 0; i < n_values; i++) free(values[i]);
  free(values);
  return status;
}

msw_status msw_compare_scan_box(msw_compare *compare, const msw_box *box, msw_diag *diag) {
  return compare->order.along >= 0 ? scan_along(compare, box, diag) : scan_file_boxes(compare, box, diag);
}

msw_status msw_compare_scan(msw_compare *compare, msw_diag *diag) {
  const msw_box whole = msw_compare_whole(compare);
  const msw_status status = msw_compare_scan_box(compare, &whole, diag);
  if (status == MSW_OK) msw_compare_finish(compare);
  return status;
}

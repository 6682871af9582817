/* Boxes are cut into pieces of a size that suits the caches, which together are the box. */
#include "result_walk.h"

#include <stdlib.h>

#include "msw/base/mem.h"
#include "msw_test.h"

enum { MOST_CELLS = 16384 };

/* Fails unless the pieces of a box cover each of its cells once; returns their number. */
static size_t count_pieces(const size_t *count, size_t rank) {
  msw_scan_piece box = {.i_thread = 3}, piece;
  size_t n_cells = 1, n_pieces = 0;
  for (size_t i_dim = 0; i_dim < rank; i_dim++) {
    box.first[i_dim] = 10 * i_dim;
    box.count[i_dim] = count[i_dim];
    n_cells *= count[i_dim];
  }
  unsigned char *seen = msw_alloc_zero(n_cells, 1);
  for (; msw_walk_piece(&box, rank, n_pieces, &piece); n_pieces++) {
    assert_true(piece.n_cells <= MOST_CELLS);
    assert_int_equal(piece.i_thread, 3);
    for (size_t i_cell = 0; i_cell < piece.n_cells; i_cell++) {
      size_t rest = i_cell, cell = 0, stride = 1;
      for (size_t i_dim = rank; i_dim-- > 0; rest /= piece.count[i_dim]) {
        cell += (piece.first[i_dim] - box.first[i_dim] + rest % piece.count[i_dim]) * stride;
        stride *= box.count[i_dim];
      }
      seen[cell]++;
    }
  }
  for (size_t cell = 0; cell < n_cells; cell++) assert_int_equal(seen[cell], 1);
  free(seen);
  return n_pieces;
}

static void pieces_cover_a_box_once(void **state) {
  (void)state;
  static const struct { size_t rank, count[4], n_pieces; } cases[] = {
      {0, {0}, 1},
      {1, {1}, 1},
      {1, {MOST_CELLS}, 1},
      {1, {MOST_CELLS + 1}, 2},
      {1, {100000}, 7},
      {2, {3, MOST_CELLS}, 3},
      {2, {16, 8192}, 8},
      {2, {17, 8192}, 9},
      {3, {5, 7, 3000}, 10},
      {4, {2, 3, 1, 20000}, 12},
      {4, {4, 8, 8, 8}, 1},
  };
  for (size_t i_case = 0; i_case < sizeof cases / sizeof cases[0]; i_case++)
    assert_int_equal(count_pieces(cases[i_case].count, cases[i_case].rank), cases[i_case].n_pieces);
}

/* Positions that lie in one chunk come together, and chunks without a position do not come at all. */
static void boxes_are_chunks_with_selected_cells(void **state) {
  (void)state;
  static const uint64_t outer[3] = {0, 2, 3}, inner[5] = {1, 3, 8, 9, 31};
  const msw_result_block block = {.rank = 2, .dims = {4, 32}, .chunk = {2, 8}};
  const msw_selection selection = {.dims = {{3, outer}, {5, inner}}};
  msw_scan order = {.block = &block, .selection = &selection, .pinned_dim = -1};
  msw_walk walk = {.order = &order};
  msw_arena arena = {0};
  msw_scan_piece box;
  uint64_t chunk_at[MSW_H5_MAX_RANK];
  msw_walk_cut(&walk, &arena);
  assert_int_equal(walk.n_boxes, 2 * 3);
  msw_walk_box(&walk, 4, &box, chunk_at);
  assert_int_equal(chunk_at[0], 1);
  assert_int_equal(chunk_at[1], 1);
  assert_int_equal(box.first[0], 1);
  assert_int_equal(box.count[0], 2);
  assert_int_equal(box.first[1], 2);
  assert_int_equal(box.count[1], 2);
  assert_int_equal(box.n_cells, 4);
  order.pinned_dim = 1;
  msw_walk_cut(&walk, &arena);
  assert_int_equal(walk.n_boxes, 2);
  msw_walk_box(&walk, 1, &box, chunk_at);
  assert_int_equal(box.count[1], 1);
  assert_int_equal(box.n_cells, 2);
  msw_arena_free(&arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(pieces_cover_a_box_once),
                                     cmocka_unit_test(boxes_are_chunks_with_selected_cells)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

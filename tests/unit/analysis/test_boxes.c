/* Selections cut into boxes: every cell once, sizes kept, order kept. */
#include "boxes.h"

#include "msw_test.h"

typedef struct { size_t rank, count[4]; uint64_t grain[4]; bool has_grain; size_t most; } cut_case;

static size_t cell_of(const size_t *count, size_t rank, const size_t *at) {
  size_t cell = 0;
  for (size_t i_dim = 0; i_dim < rank; i_dim++) cell = cell * count[i_dim] + at[i_dim];
  return cell;
}

/* Marks the cells of a piece; of cells in order, each has to follow the last one. */
static void mark(const cut_case *c, const msw_scan_piece *piece, unsigned char *seen) {
  for (size_t i_cell = 0; i_cell < piece->n_cells; i_cell++) {
    size_t at[4], rest = i_cell;
    for (size_t i_dim = c->rank; i_dim-- > 0;) {
      at[i_dim] = piece->first[i_dim] + rest % piece->count[i_dim];
      rest /= piece->count[i_dim];
    }
    assert_int_equal(seen[cell_of(c->count, c->rank, at)]++, 0);
  }
}

static void test_every_cell_once(void **state) {
  (void)state;
  static const cut_case cases[] = {
      {4, {2, 3, 5, 7}, {0}, false, 1},        {4, {2, 3, 5, 7}, {0}, false, 14}, {4, {2, 3, 5, 7}, {0}, false, 40},
      {4, {2, 3, 5, 7}, {0}, false, 1000},     {3, {4, 9, 10}, {1, 4, 3}, true, 0}, {3, {4, 9, 10}, {1, 4, 3}, true, 30},
      {3, {4, 9, 10}, {1, 4, 10}, true, 85},   {1, {17}, {5}, true, 11},          {0, {0}, {0}, false, 8}};
  for (size_t i_case = 0; i_case < sizeof cases / sizeof *cases; i_case++) {
    const cut_case *c = &cases[i_case];
    unsigned char seen[512] = {0};
    const msw_boxes boxes = msw_boxes_cut(c->rank, c->count, c->has_grain ? c->grain : NULL, c->most);
    size_t n_cells = 1, n_before = 0;
    for (size_t i_dim = 0; i_dim < c->rank; i_dim++) n_cells *= c->count[i_dim];
    for (size_t i_box = 0; i_box < boxes.n_boxes; i_box++) {
      const msw_box box = msw_boxes_get(&boxes, i_box);
      if (!c->has_grain) {
        assert_true(box.n_cells <= c->most);
        assert_int_equal(cell_of(c->count, c->rank, box.first), n_before);   /* stretches in order */
      }
      for (size_t i_dim = 0; c->has_grain && i_dim < c->rank; i_dim++) assert_int_equal(box.first[i_dim] % c->grain[i_dim], 0);
      n_before += box.n_cells;
      size_t offset = 0;
      for (size_t i_piece = 0; i_piece < msw_box_pieces(&box, c->rank, 6); i_piece++) {
        size_t at = 0;
        const msw_scan_piece piece = msw_box_piece(&box, c->rank, 6, i_piece, &at);
        assert_int_equal(at, offset);   /* one behind the other in memory */
        assert_int_equal(msw_box_row(&box, c->rank, &piece, 0), offset);
        offset += piece.n_cells;
        assert_true(piece.n_cells <= 6);
        mark(c, &piece, seen);
      }
      assert_int_equal(offset, box.n_cells);
    }
    assert_int_equal(n_before, n_cells);
    for (size_t i_cell = 0; i_cell < n_cells; i_cell++) assert_int_equal(seen[i_cell], 1);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_every_cell_once)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

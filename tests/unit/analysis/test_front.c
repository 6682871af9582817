/* Pareto fronts of a small block, cut into pieces in all ways. Random ones: tests/property/test_front.c. */
#include "msw/analysis/front.h"

#include "made_block.h"

typedef struct {
  made_world made;
  size_t speed, rate, tp, where, nowhere, shown[1];
} world;

static int setup(void **state) {
  world *w = calloc(1, sizeof *w);
  made_world_begin(&w->made);
  w->speed = made_formula(&w->made, "tok_per_s_per_user");
  w->rate = made_formula(&w->made, "tok_per_s_per_gpu");
  w->tp = made_formula(&w->made, "tp");
  w->where = made_formula(&w->made, "kv_len >= 512");
  w->nowhere = made_formula(&w->made, "kv_len < 0");
  w->shown[0] = made_formula(&w->made, "step_us");
  *state = w;
  return 0;
}

static int teardown(void **state) {
  world *w = *state;
  made_world_end(&w->made);
  free(w);
  return 0;
}

typedef struct { double goodness[3]; bool is_there; } plain_cell;

static plain_cell plain_at(const uint64_t *at, size_t n_objectives, bool has_where) {
  const double step_us = made_value("step_us", at);
  plain_cell cell = {{1e6 / step_us, made_value("tok_per_s_per_gpu", at), n_objectives == 3 ? -MADE_TPS[at[1]] : 0}, false};
  cell.is_there = !isnan(step_us) && (!has_where || at[4] >= 2);
  return cell;
}

static bool beats(const plain_cell *a, uint64_t cell_a, const plain_cell *b, uint64_t cell_b) {
  bool is_equal = true;
  for (size_t i = 0; i < 3; i++) {
    if (!a->is_there || a->goodness[i] < b->goodness[i]) return false;
    is_equal = is_equal && !(a->goodness[i] > b->goodness[i]);
  }
  return !is_equal || cell_a < cell_b;
}

/* Is the cell on the front of those that share its place in the `by` dimensions? */
static bool is_on_front(const msw_front_order *order, uint64_t cell, bool has_where) {
  uint64_t mine[MSW_H5_MAX_RANK], theirs[MSW_H5_MAX_RANK];
  msw_cell_place(order->cells.block, cell, mine);
  const plain_cell me = plain_at(mine, order->n_objectives, has_where);
  for (uint64_t other = 0; other < MADE_CELLS && me.is_there; other++) {
    bool is_same = true;
    msw_cell_place(order->cells.block, other, theirs);
    for (size_t i_dim = 0; i_dim < MADE_RANK; i_dim++)
      is_same = is_same && (!order->is_by[i_dim] || mine[i_dim] == theirs[i_dim]);
    const plain_cell them = plain_at(theirs, order->n_objectives, has_where);
    if (is_same && beats(&them, other, &me, cell)) return false;
  }
  return me.is_there;
}

static bool visit(void *context, const msw_scan_piece *piece) { return msw_fronts_add(context, piece); }

static void check(msw_front_order *order, bool has_where, msw_diag *diag) {
  for (size_t i_shape = 0; i_shape < N_MADE_SHAPES; i_shape++) {
    size_t n_points = 0, n_expected = 0;
    order->cells.n_threads = (int)i_shape + 1;
    msw_fronts *fronts = msw_fronts_new(order, diag);
    assert_non_null(fronts);
    made_scan(order->cells.selection, order->cells.formulas, MADE_SHAPES[i_shape], i_shape + 1, visit, fronts);
    msw_fronts_finish(fronts);
    for (size_t i_front = 0; i_front < msw_fronts_count(fronts); i_front++) {
      uint64_t place[MSW_H5_MAX_RANK], at[MSW_H5_MAX_RANK];
      msw_front_place(fronts, i_front, place);
      for (size_t i_point = 0; i_point < msw_front_size(fronts, i_front); i_point++, n_points++) {
        const msw_front_point *point = msw_front_point_at(fronts, i_front, i_point);
        assert_true(is_on_front(order, point->cell, has_where));
        msw_cell_place(order->cells.block, point->cell, at);
        for (size_t i_dim = 0; i_dim < MADE_RANK; i_dim++)
          if (order->is_by[i_dim]) assert_int_equal(at[i_dim], place[i_dim]);
        assert_same(point->values[0], 1e6 / made_value("step_us", at));
        assert_same(point->values[1], made_value("tok_per_s_per_gpu", at));
        if (order->n_objectives == 3) assert_same(point->values[2], MADE_TPS[at[1]]);
        assert_same(point->shown[0], made_value("step_us", at));
        if (i_point > 0) assert_true(point->values[0] <= msw_front_point_at(fronts, i_front, i_point - 1)->values[0]);
      }
    }
    for (uint64_t cell = 0; cell < MADE_CELLS; cell++) n_expected += is_on_front(order, cell, has_where);
    assert_int_equal(n_points, n_expected);
    msw_fronts_free(fronts);
  }
}

static void as_comparing_all_pairs_finds(void **state) {
  world *w = *state;
  const msw_selection selection = made_selection(0, 1, &w->made.arena);
  for (unsigned by = 0; by < 1u << MADE_RANK; by++)
    for (size_t n_objectives = 2; n_objectives <= 3; n_objectives++) {
      msw_front_order order = {.cells = {.block = &w->made.block, .selection = &selection, .formulas = w->made.formulas,
                                         .i_where = MSW_NO_FORMULA, .shown = w->shown, .n_shown = 1},
                               .objectives = {{w->speed, true}, {w->rate, true}, {w->tp, false}}, .n_objectives = n_objectives};
      for (size_t i_dim = 0; i_dim < MADE_RANK; i_dim++) order.is_by[i_dim] = by >> i_dim & 1;
      check(&order, false, &w->made.diag);
      order.cells.i_where = w->where;
      check(&order, true, &w->made.diag);
    }
}

static void nothing_takes_part(void **state) {
  world *w = *state;
  const msw_selection selection = made_selection(0, 1, &w->made.arena);
  msw_front_order order = {.cells = {.block = &w->made.block, .selection = &selection, .formulas = w->made.formulas,
                                     .i_where = w->nowhere, .n_threads = 2},
                           .objectives = {{w->speed, true}, {w->rate, true}}, .n_objectives = 2};
  msw_fronts *fronts = msw_fronts_new(&order, &w->made.diag);
  made_scan(&selection, w->made.formulas, MADE_SHAPES[2], 2, visit, fronts);
  msw_fronts_finish(fronts);
  assert_int_equal(msw_fronts_count(fronts), 1);
  assert_int_equal(msw_front_size(fronts, 0), 0);
  assert_int_equal(msw_fronts_cells(fronts), 0);
  msw_fronts_free(fronts);
}

static void too_many_fronts(void **state) {
  static const uint64_t at[2000] = {0};
  world *w = *state;
  msw_selection selection = made_selection(0, 1, &w->made.arena);
  selection.dims[3] = selection.dims[4] = (msw_result_positions){2000, at};
  msw_front_order order = {.cells = {.block = &w->made.block, .selection = &selection, .formulas = w->made.formulas,
                                     .i_where = MSW_NO_FORMULA, .n_threads = 1},
                           .n_objectives = 2, .is_by = {false, false, false, true, true}};
  assert_null(msw_fronts_new(&order, &w->made.diag));
  assert_says(&w->made.diag, "4000000 fronts, and 1000000 are the most");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(as_comparing_all_pairs_finds, setup, teardown),
      cmocka_unit_test_setup_teardown(nothing_takes_part, setup, teardown),
      cmocka_unit_test_setup_teardown(too_many_fronts, setup, teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

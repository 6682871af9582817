/* Best cells: against a plain search, with ties, voids and conditions, however the cells are cut into pieces. */
#include "msw/analysis/best.h"

#include "made_block.h"

typedef struct {
  made_world made;
  size_t step_us, memory, where, nowhere, plain, shown[2];
} world;

static int setup(void **state) {
  world *w = calloc(1, sizeof *w);
  made_world_begin(&w->made);
  w->step_us = made_formula(&w->made, "step_us");
  w->memory = made_formula(&w->made, "bound");
  w->where = made_formula(&w->made, "step_us > 2000 && kv_len != 512");
  w->nowhere = made_formula(&w->made, "step_us < 0");
  w->plain = made_formula(&w->made, "round(step_us / 4000)");   /* with many ties */
  w->shown[0] = made_formula(&w->made, "batch * kv_len");
  w->shown[1] = made_formula(&w->made, "step_us + 1");
  *state = w;
  return 0;
}

static int teardown(void **state) {
  world *w = *state;
  made_world_end(&w->made);
  free(w);
  return 0;
}

typedef double plain_value(const uint64_t *at);
static double step_of(const uint64_t *at) { return made_value("step_us", at); }
static double rounded(const uint64_t *at) { return round(made_value("step_us", at) / 4000); }
static bool anywhere(const uint64_t *at) { (void)at; return true; }
static bool somewhere(const uint64_t *at) { return step_of(at) > 2000 && at[4] != 2; }
static bool nowhere(const uint64_t *at) { (void)at; return false; }

/* The same by going through all cells of the selection that stand where the row does. */
static msw_best_row search(const msw_best_order *order, const uint64_t *place, plain_value *value_of,
                           bool (*holds)(const uint64_t *)) {
  msw_best_row row = {.value = (double)NAN};
  for (uint64_t cell = 0; cell < MADE_CELLS; cell++) {
    uint64_t at[MSW_H5_MAX_RANK];
    bool is_here = true;
    msw_cell_place(order->cells.block, cell, at);
    for (size_t i_dim = 0; i_dim < MADE_RANK; i_dim++) {
      bool is_selected = false;
      for (size_t i = 0; i < order->cells.selection->dims[i_dim].n; i++)
        is_selected = is_selected || order->cells.selection->dims[i_dim].at[i] == at[i_dim];
      is_here = is_here && is_selected && (order->is_over[i_dim] || at[i_dim] == place[i_dim]);
    }
    if (!is_here || !holds(at) || isnan(value_of(at))) continue;
    if (row.n_cells++ > 0 && !(order->is_max ? value_of(at) > row.value : value_of(at) < row.value)) continue;
    row.value = value_of(at);
    row.cell = cell;
  }
  return row;
}

static bool visit(void *context, const msw_scan_piece *piece) {
  msw_best_add(context, piece);
  return true;
}

static void check(msw_best_order *order, plain_value *value_of, bool (*holds)(const uint64_t *), msw_diag *diag) {
  for (size_t i_shape = 0; i_shape < N_MADE_SHAPES; i_shape++) {
    order->cells.n_threads = (int)i_shape + 1;
    msw_best *best = msw_best_new(order, diag);
    assert_non_null(best);
    made_scan(order->cells.selection, order->cells.formulas, MADE_SHAPES[i_shape], i_shape + 1, visit, best);
    for (size_t i_row = 0; i_row < msw_best_count(best); i_row++) {
      uint64_t place[MSW_H5_MAX_RANK], at[MSW_H5_MAX_RANK];
      msw_best_place(best, i_row, place);
      const msw_best_row expected = search(order, place, value_of, holds), *row = &msw_best_rows(best)[i_row];
      const double *shown = msw_best_shown(best) + i_row * order->cells.n_shown;
      assert_int_equal(row->n_cells, expected.n_cells);
      if (expected.n_cells == 0) assert_true(isnan(row->value) && isnan(shown[0]) && isnan(shown[1]));
      if (expected.n_cells == 0) continue;
      assert_same(row->value, expected.value);
      assert_int_equal(row->cell, expected.cell);
      msw_cell_place(order->cells.block, row->cell, at);
      assert_same(shown[0], MADE_BATCH_VALUES[at[3]] * MADE_LENGTH_VALUES[at[4]]);
      assert_same(shown[1], step_of(at) + 1);
    }
    msw_best_free(best);
  }
}

static void as_a_plain_search_finds(void **state) {
  world *w = *state;
  for (unsigned over = 0; over < 1u << MADE_RANK; over++)
    for (size_t step = 1; step < 3; step++) {
      const msw_selection selection = made_selection(step - 1, step, &w->made.arena);
      msw_best_order order = {.cells = {.block = &w->made.block, .selection = &selection, .formulas = w->made.formulas,
                                        .shown = w->shown, .n_shown = 2}};
      for (size_t i_dim = 0; i_dim < MADE_RANK; i_dim++) order.is_over[i_dim] = over >> i_dim & 1;
      order.i_value = w->step_us;
      order.cells.i_where = MSW_NO_FORMULA;
      check(&order, step_of, anywhere, &w->made.diag);
      order.is_max = true;
      order.cells.i_where = w->where;
      check(&order, step_of, somewhere, &w->made.diag);
      order.i_value = w->plain;
      check(&order, rounded, somewhere, &w->made.diag);
      order.is_max = false;
      order.cells.i_where = MSW_NO_FORMULA;
      check(&order, rounded, anywhere, &w->made.diag);
    }
}

static void nothing_holds(void **state) {
  world *w = *state;
  const msw_selection selection = made_selection(0, 1, &w->made.arena);
  msw_best_order order = {.cells = {.block = &w->made.block, .selection = &selection, .formulas = w->made.formulas,
                                    .i_where = w->nowhere, .shown = w->shown, .n_shown = 2},
                          .i_value = w->step_us, .is_over = {false, true, true, true, true}};
  check(&order, step_of, nowhere, &w->made.diag);
}

static void too_many_rows(void **state) {
  static const uint64_t at[10000] = {0};
  world *w = *state;
  msw_selection selection = made_selection(0, 1, &w->made.arena);
  selection.dims[3] = selection.dims[4] = (msw_result_positions){10000, at};
  msw_best_order order = {.cells = {.block = &w->made.block, .selection = &selection, .formulas = w->made.formulas,
                                    .i_where = MSW_NO_FORMULA, .n_threads = 1}};
  assert_null(msw_best_new(&order, &w->made.diag));
  assert_says(&w->made.diag, "1200000000 rows, and 4000000 are the most");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(as_a_plain_search_finds, setup, teardown),
      cmocka_unit_test_setup_teardown(nothing_holds, setup, teardown),
      cmocka_unit_test_setup_teardown(too_many_rows, setup, teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Worst cells, choices and slices of a comparison, by hand. The comparison as a whole is tested against numpy from outside. */
#include "compare_parts.h"

#include <stdlib.h>

#include "made_block.h"
#include "msw_test.h"

/* ---- worst cells */

static void test_worst(void **state) {
  (void)state;
  static const double percents[] = {3, -8, 1, 8, -2, 8, 0.5, -7};
  msw_worst_cell room[3];
  for (size_t n_most = 0; n_most <= 3; n_most++) {
    static const uint64_t wanted[] = {1, 3, 5};   /* of equal ones the first */
    msw_worst_list list = {room, 0, n_most};
    for (size_t i = sizeof percents / sizeof *percents; i-- > 0;)
      if (msw_worst_wants(&list, percents[i])) msw_worst_add(&list, &(msw_worst_cell){1, 2, percents[i], i});
    msw_worst_sort(&list);
    assert_int_equal(list.n, n_most);
    for (size_t i = 0; i < n_most; i++) assert_int_equal(list.cells[i].i_selected, wanted[i]);
  }
}

/* ---- slices */

static void test_keys(void **state) {
  (void)state;
  msw_arena arena = {0};
  const msw_selection all = made_selection(0, 1, &arena);
  const msw_compare_key lengths = msw_compare_key_of(&MADE_AXES[4], &all.dims[4], 16, &arena);
  assert_int_equal(lengths.n, MADE_LENGTHS);
  assert_string_equal(lengths.labels[1], "1");   /* the text of the value */
  const msw_compare_key binned = msw_compare_key_of(&MADE_AXES[4], &all.dims[4], 2, &arena);
  assert_string_equal(binned.labels[0], "65..128");
  assert_string_equal(binned.labels[4], "1025..2048");
  const msw_compare_key models = msw_compare_key_of(&MADE_ZIPPED[0], &all.dims[1], 1, &arena);
  assert_int_equal(models.n, 2);                 /* texts have no bins, and equal ones are one */
  assert_int_equal(models.of[1], 1);
  assert_int_equal(models.of[2], 1);
  msw_arena_free(&arena);
}

/* ---- choices: 2 places (methods) of batch × kv_len */

enum { BATCHES = 2, LENGTHS = 3, N_CELLS = BATCHES * LENGTHS };

static void choose(msw_choices *choices, const double *reference, const double *other, const bool *chosen) {
  msw_scan_piece piece = {.n_cells = N_CELLS};
  const uint64_t row_cells[] = {0, LENGTHS};
  for (size_t i_dim = 0; i_dim < MADE_RANK; i_dim++) piece.count[i_dim] = 1;
  piece.count[3] = BATCHES;
  piece.count[4] = LENGTHS;
  msw_choices_add(choices, 0, &piece, reference, other, chosen, row_cells);
}

static msw_choices *made_choices(const msw_compared *sides, size_t decided, bool is_max, msw_diag *diag) {
  msw_compare_order order = {.sides = sides, .n_sides = 2, .decide_max = is_max};
  order.is_decided[decided] = true;
  return msw_choices_new(&order, diag);
}

static void test_choices(void **state) {
  (void)state;
  msw_arena arena = {0};
  msw_diag diag = {0};
  const msw_result_block block = made_block();
  msw_compared sides[2] = {{.block = &block, .selection = made_selection(0, 1, &arena)}};
  for (size_t i_dim = 0; i_dim < 3; i_dim++) sides[0].selection.dims[i_dim].n = 1;
  sides[0].selection.dims[3].n = BATCHES;
  sides[0].selection.dims[4].n = LENGTHS;
  const double none = (double)NAN;
  const double reference[] = {10, 20, none, 8, 20, 5}, other[] = {10, 30, 1, 20, 30, 4};
  /* by batch, least: place 0: 8 against 10 → costs 25 %; place 1: a tie, both the first; place 2: one cell only */
  msw_choices *choices = made_choices(sides, 3, false, &diag);
  choose(choices, reference, other, NULL);
  msw_decision_figures figures = msw_choices_figures(choices, 0);
  assert_int_equal(figures.n_places, 3);
  assert_int_equal(figures.n_changed, 1);
  assert_int_equal(figures.n_costly, 1);
  assert_close(figures.cost_mean, 25.0 / 3.0, 1e-15, 0.0);
  assert_same(figures.cost_mean_changed, 25.0);
  assert_same(figures.cost_max, 25.0);
  msw_choices_free(choices);
  /* by kv_len, largest, without the first batch: 20 against 20 */
  const bool chosen[] = {false, false, false, true, true, true};
  choices = made_choices(sides, 4, true, &diag);
  choose(choices, reference, other, chosen);
  figures = msw_choices_figures(choices, 0);
  assert_int_equal(figures.n_places, 1);
  assert_int_equal(figures.n_empty, 1);
  assert_int_equal(figures.n_changed, 0);
  assert_same(figures.cost_mean, 0.0);
  assert_true(isnan(figures.cost_mean_changed));
  msw_choices_free(choices);
  msw_diag_free(&diag);
  msw_arena_free(&arena);
}

static void test_too_many_choices(void **state) {
  (void)state;
  msw_arena arena = {0};
  msw_diag diag = {0};
  const msw_result_block block = made_block();
  msw_compared sides[2] = {{.block = &block, .selection = made_selection(0, 1, &arena)}};
  sides[0].selection.dims[0].n = MSW_COMPARE_MOST_PLACES;
  assert_null(made_choices(sides, 4, true, &diag));
  assert_says(&diag, "decide along more axes");
  msw_diag_free(&diag);
  msw_arena_free(&arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_worst), cmocka_unit_test(test_keys), cmocka_unit_test(test_choices),
                                     cmocka_unit_test(test_too_many_choices)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

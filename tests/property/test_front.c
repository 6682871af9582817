/* Fronts and best cells of random numbers are those that comparing all pairs finds, however the cells are cut into pieces and
 * whichever thread gets them. Many numbers are equal, some are missing or infinite.
 */
#include <stdlib.h>

#include "msw/analysis/best.h"
#include "msw/analysis/front.h"
#include "msw_test.h"
#include "rng.h"

enum { ROUNDS = 400, RANK = 3, MOST_AT = 9, MOST_CELLS = MOST_AT * MOST_AT * MOST_AT, N_FIELDS = 4, MOST_THREADS = 4 };

static const char *const POSITIONS[MOST_AT] = {"0", "1", "2", "3", "4", "5", "6", "7", "8"};
static const double NUMBERS[MOST_AT] = {0, 1, 2, 3, 4, 5, 6, 7, 8};
static const char *const NAMES[] = {"a", "b", "c"};
static const msw_result_field FIELDS[N_FIELDS] = {
    {.name = "f", .units = "", .long_name = ""}, {.name = "g", .units = "", .long_name = ""},
    {.name = "h", .units = "", .long_name = ""}, {.name = "w", .units = "", .long_name = ""}};

typedef struct {
  msw_arena arena;
  msw_diag diag;
  msw_result_block block;
  msw_selection selection;
  msw_formulas *formulas;
  double values[N_FIELDS][MOST_CELLS];   /* by cell of the block */
  bool is_key[RANK], is_max[3];
  size_t n_objectives;
  int n_threads;
} world;

/* Few different ones, so that ties are common. */
static double draw(rng *r, int64_t spread) {
  if (rng_chance(r, 0.05)) return (double)NAN;
  if (rng_chance(r, 0.02)) return rng_chance(r, 0.5) ? (double)INFINITY : -(double)INFINITY;
  return (double)rng_int(r, -spread, spread);
}

static void draw_world(world *w, rng *r) {
  const int64_t spread = rng_int(r, 1, 200);
  w->block = (msw_result_block){.name = "", .phase = "", .signal = "f", .rank = RANK, .fields = FIELDS,
                                .n_fields = N_FIELDS, .n_cells = 1};
  for (size_t i_dim = 0; i_dim < RANK; i_dim++) {
    const size_t n = 1 + rng_below(r, MOST_AT);
    uint64_t *at = msw_arena_array(&w->arena, n, sizeof *at);
    size_t n_at = 0;
    w->block.axes[i_dim] = (msw_result_axis){NAMES[i_dim], "", "", i_dim, n, false, POSITIONS, NUMBERS};
    w->block.dims[i_dim] = n;
    w->block.n_cells *= n;
    for (size_t i = 0; i < n; i++)
      if (rng_chance(r, 0.8) || (i + 1 == n && n_at == 0)) at[n_at++] = i;
    w->selection.dims[i_dim] = (msw_result_positions){n_at, at};
    w->is_key[i_dim] = rng_chance(r, 0.3);
  }
  for (size_t i_field = 0; i_field < N_FIELDS; i_field++)
    for (size_t i = 0; i < MOST_CELLS; i++) w->values[i_field][i] = i_field < 3 ? draw(r, spread) : rng_chance(r, 0.7);
  for (size_t i = 0; i < 3; i++) w->is_max[i] = rng_chance(r, 0.5);
  w->n_objectives = 2 + rng_below(r, 2);
  w->n_threads = (int)rng_int(r, 1, MOST_THREADS);
  w->formulas = msw_formulas_new(&w->block, NULL, &w->arena);
  for (size_t i_field = 0; i_field < N_FIELDS; i_field++) {
    size_t i_formula;
    assert_int_equal(msw_formulas_add(w->formulas, FIELDS[i_field].name, "--max", &w->diag, &i_formula), MSW_OK);
    assert_int_equal(i_formula, i_field);
  }
}

static void end_world(world *w) {
  msw_formulas_free(w->formulas);
  msw_diag_free(&w->diag);
  msw_arena_free(&w->arena);
}

/* ---- Pieces */

static uint64_t cell_at(const world *w, const size_t *i_positions) {
  uint64_t cell = 0;
  for (size_t i_dim = 0; i_dim < RANK; i_dim++)
    cell = cell * w->block.dims[i_dim] + w->selection.dims[i_dim].at[i_positions[i_dim]];
  return cell;
}

static void visit_box(const world *w, const size_t *first, const size_t *count, rng *r, msw_best *best, msw_fronts *fronts) {
  static double values[N_FIELDS][MOST_CELLS];
  const double *streams[N_FIELDS] = {values[0], values[1], values[2], values[3]};
  msw_scan_piece piece = {.values = streams, .i_thread = rng_below(r, (size_t)w->n_threads)};
  memcpy(piece.first, first, RANK * sizeof *first);
  memcpy(piece.count, count, RANK * sizeof *count);
  for (size_t i = 0; i < count[0]; i++)
    for (size_t j = 0; j < count[1]; j++)
      for (size_t k = 0; k < count[2]; k++, piece.n_cells++)
        for (size_t i_field = 0; i_field < N_FIELDS; i_field++)
          values[i_field][piece.n_cells] = w->values[i_field][cell_at(w, (size_t[]){first[0] + i, first[1] + j, first[2] + k})];
  msw_best_add(best, &piece);
  assert_true(msw_fronts_add(fronts, &piece));
}

/* Cuts the box in two somewhere and goes through both, in either order, until the pieces are small or chance says so. */
static void visit_cut(const world *w, const size_t *first, const size_t *count, rng *r, msw_best *best, msw_fronts *fronts) {
  const size_t i_dim = rng_below(r, RANK);
  if (count[i_dim] < 2 || rng_chance(r, 0.2)) {
    visit_box(w, first, count, r, best, fronts);
    return;
  }
  size_t first_of[2][RANK], count_of[2][RANK];
  const size_t cut = 1 + rng_below(r, count[i_dim] - 1), turn = rng_below(r, 2);
  for (size_t half = 0; half < 2; half++) {
    memcpy(first_of[half], first, sizeof first_of[half]);
    memcpy(count_of[half], count, sizeof count_of[half]);
  }
  count_of[0][i_dim] = cut;
  first_of[1][i_dim] += cut;
  count_of[1][i_dim] -= cut;
  for (size_t half = 0; half < 2; half++) visit_cut(w, first_of[half ^ turn], count_of[half ^ turn], r, best, fronts);
}

/* ---- All pairs */

typedef struct { uint64_t cells[MOST_CELLS]; size_t n; } cell_list;

static bool is_in(const world *w, uint64_t cell, const uint64_t *place) {
  uint64_t at[MSW_H5_MAX_RANK];
  bool is_same = w->values[3][cell] > 0;
  msw_cell_place(&w->block, cell, at);
  for (size_t i_dim = 0; i_dim < RANK; i_dim++) is_same = is_same && (!w->is_key[i_dim] || at[i_dim] == place[i_dim]);
  return is_same;
}

/* Cells of a front's or row's place in which the first n fields are numbers. */
static void list_cells(const world *w, const uint64_t *place, size_t n_fields, cell_list *list) {
  size_t at[RANK];
  list->n = 0;
  for (at[0] = 0; at[0] < w->selection.dims[0].n; at[0]++)
    for (at[1] = 0; at[1] < w->selection.dims[1].n; at[1]++)
      for (at[2] = 0; at[2] < w->selection.dims[2].n; at[2]++) {
        const uint64_t cell = cell_at(w, at);
        bool is_number = true;
        for (size_t i = 0; i < n_fields; i++) is_number = is_number && !isnan(w->values[i][cell]);
        if (is_number && is_in(w, cell, place)) list->cells[list->n++] = cell;
      }
}

static bool beats(const world *w, uint64_t a, uint64_t b) {
  bool is_equal = true;
  for (size_t i = 0; i < w->n_objectives; i++) {
    const double sign = w->is_max[i] ? 1 : -1;
    if (sign * w->values[i][a] < sign * w->values[i][b]) return false;
    is_equal = is_equal && !(sign * w->values[i][a] > sign * w->values[i][b]);
  }
  return !is_equal || a < b;
}

static void check_front(const world *w, const msw_fronts *fronts, size_t i_front) {
  static cell_list list;
  uint64_t place[MSW_H5_MAX_RANK];
  size_t n_expected = 0;
  msw_front_place(fronts, i_front, place);
  list_cells(w, place, w->n_objectives, &list);
  for (size_t i = 0; i < list.n; i++) {
    bool is_beaten = false;
    for (size_t other = 0; other < list.n && !is_beaten; other++)
      is_beaten = other != i && beats(w, list.cells[other], list.cells[i]);
    if (is_beaten) continue;
    n_expected++;
    bool is_found = false;
    for (size_t i_point = 0; i_point < msw_front_size(fronts, i_front); i_point++)
      is_found = is_found || msw_front_point_at(fronts, i_front, i_point)->cell == list.cells[i];
    assert_true(is_found);
  }
  assert_int_equal(msw_front_size(fronts, i_front), n_expected);
  for (size_t i_point = 0; i_point < n_expected; i_point++) {
    const msw_front_point *point = msw_front_point_at(fronts, i_front, i_point);
    for (size_t i = 0; i < w->n_objectives; i++)
      assert_true(point->values[i] <= w->values[i][point->cell] && point->values[i] >= w->values[i][point->cell]);
    if (i_point == 0) continue;
    const double before = msw_front_point_at(fronts, i_front, i_point - 1)->values[0];
    assert_true(w->is_max[0] ? point->values[0] <= before : point->values[0] >= before);
  }
}

static void check_row(const world *w, const msw_best *best, size_t i_row) {
  static cell_list list;
  uint64_t place[MSW_H5_MAX_RANK];
  const msw_best_row *row = &msw_best_rows(best)[i_row];
  msw_best_place(best, i_row, place);
  list_cells(w, place, 1, &list);
  assert_int_equal(row->n_cells, list.n);
  if (list.n == 0) return;
  uint64_t first = list.cells[0];
  for (size_t i = 1; i < list.n; i++) {
    const double value = w->values[0][list.cells[i]];
    if (w->is_max[0] ? value > w->values[0][first] : value < w->values[0][first]) first = list.cells[i];
  }
  assert_int_equal(row->cell, first);
}

static void check_round(rng *r) {
  static world w;
  const size_t first[RANK] = {0};
  size_t count[RANK];
  w = (world){0};
  draw_world(&w, r);
  const msw_cell_search cells = {.block = &w.block, .selection = &w.selection, .formulas = w.formulas, .i_where = 3,
                                 .n_threads = w.n_threads};
  msw_best_order order = {.cells = cells, .i_value = 0, .is_max = w.is_max[0]};
  msw_front_order wanted = {.cells = cells, .n_objectives = w.n_objectives};
  for (size_t i = 0; i < w.n_objectives; i++) wanted.objectives[i] = (msw_objective){i, w.is_max[i]};
  for (size_t i_dim = 0; i_dim < RANK; i_dim++) {
    order.is_over[i_dim] = !w.is_key[i_dim];
    wanted.is_by[i_dim] = w.is_key[i_dim];
    count[i_dim] = w.selection.dims[i_dim].n;
  }
  msw_best *best = msw_best_new(&order, &w.diag);
  msw_fronts *fronts = msw_fronts_new(&wanted, &w.diag);
  visit_cut(&w, first, count, r, best, fronts);
  msw_fronts_finish(fronts);
  assert_int_equal(msw_best_count(best), msw_fronts_count(fronts));
  for (size_t i_group = 0; i_group < msw_fronts_count(fronts); i_group++) {
    check_front(&w, fronts, i_group);
    check_row(&w, best, i_group);
  }
  msw_best_free(best);
  msw_fronts_free(fronts);
  end_world(&w);
}

static void as_all_pairs_say(void **state) {
  (void)state;
  const rng all = rng_start("front", 20261122);
  for (uint64_t i_round = 0; i_round < ROUNDS; i_round++) {
    rng r = rng_fork(&all, i_round);
    check_round(&r);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(as_all_pairs_say)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

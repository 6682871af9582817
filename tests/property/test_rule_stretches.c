/* Stretches and boxes of rules against every cell: random rules over axes in and out of order, with repeats and zips; rows
 * of every length, from everywhere.
 */
#include <stdlib.h>

#include "msw/grid/rule.h"
#include "msw_test.h"
#include "random_expr.h"
#include "random_sweep.h"

enum { ROUNDS = 400, RULES = 6, ROWS = 30, BOXES = 10, LONGEST = 300 };

/* ---- Sweeps ---- */

/* Values from `low` on in one of several orders; never below 0. */
static void make_axis(made_sweep *sweep, rng *r, msw_axis_id axis, size_t n, double low) {
  double values[LONGEST];
  const double step = rng_pick(r, (const char *const[]){"fine", "coarse", NULL})[0] == 'f' ? 1 : 1024;
  const bool is_ladder = rng_chance(r, 0.3), repeats = rng_chance(r, 0.3);
  for (size_t i = 0; i < n; i++) {
    const double rung = (double)(repeats ? i / 3 : i);
    values[i] = is_ladder ? floor(low + exp2(rung / 8)) : low + rung * step;
  }
  const bool turn = rng_chance(r, 0.2), shuffle = rng_chance(r, 0.2);
  for (size_t i = 0; i < n; i++) {
    const size_t other = shuffle ? rng_below(r, n) : turn && i < n / 2 ? n - 1 - i : i;
    const double kept = values[i];
    values[i] = values[other];
    values[other] = kept;
  }
  made_numbers(sweep, axis, values, n);
}

static void zip_two(made_sweep *sweep, rng *r) {
  const msw_axis_id members[] = {rng_chance(r, 0.5) ? MSW_AXIS_TP : MSW_AXIS_MODEL, MSW_AXIS_KV_LEN};
  const size_t a = sweep->block.axes[members[0]].n, b = sweep->block.axes[members[1]].n;
  sweep->block.axes[members[0]].n = sweep->block.axes[members[1]].n = a < b ? a : b;
  made_zip(sweep, "pair", members, 2);
}

static void add_match(made_sweep *sweep, rng *r) {
  msw_spec_rule *rule = made_match(sweep);
  for (msw_axis_id axis = 0; axis < MSW_N_AXES; axis++) {
    uint8_t holds[LONGEST];
    const double often = rng_between(r, 0.2, 1.0);
    if (sweep->block.axes[axis].n == 0 || !(rng_chance(r, 0.3) || axis == MSW_AXIS_KV_LEN)) continue;
    for (size_t i = 0; i < sweep->block.axes[axis].n; i++) holds[i] = rng_chance(r, often);
    made_holds(sweep, rule, axis, holds);
  }
}

static void make_sweep(made_sweep *sweep, rng *r, const random_world *world) {
  static const char *const dtypes[] = {"config", "fp8", "fp16"};
  const msw_gpu *gpus[RANDOM_GPUS];
  const msw_model *models[RANDOM_MODELS];
  for (size_t i = 0; i < RANDOM_GPUS; i++) gpus[i] = &world->gpus[i];
  for (size_t i = 0; i < RANDOM_MODELS; i++) models[i] = &world->models[i];
  made_sweep_init(sweep, MSW_MIXED);
  made_gpus(sweep, gpus, 1 + rng_below(r, RANDOM_GPUS));
  made_models(sweep, models, 1 + rng_below(r, RANDOM_MODELS));
  made_dtypes(sweep, dtypes, 1 + rng_below(r, 3));
  make_axis(sweep, r, MSW_AXIS_TP, 1 + rng_below(r, 6), 1);
  make_axis(sweep, r, MSW_AXIS_BATCH, 1 + rng_below(r, 20), 1);
  make_axis(sweep, r, MSW_AXIS_KV_LEN, 1 + rng_below(r, LONGEST), 1);
  make_axis(sweep, r, MSW_AXIS_SEQ_LEN, 1 + rng_below(r, LONGEST), 1);
  make_axis(sweep, r, MSW_AXIS_CACHED_LEN, 1 + rng_below(r, 4), 0);
  if (rng_chance(r, 0.3)) zip_two(sweep, r);
  for (size_t i_rule = 0; i_rule < RULES; i_rule++) {
    if (rng_chance(r, 0.2)) add_match(sweep, r);
    else if (rng_chance(r, 0.3)) made_exclude(sweep, random_condition(sweep, r, (int)rng_below(r, 4)));
    else made_exclude(sweep, random_edge(sweep, r, 1 + (int)rng_below(r, 3)));
  }
}

static void place(const msw_spec_block *block, rng *r, size_t position[MSW_N_AXES]) {
  for (int axis = 0; axis < MSW_N_AXES; axis++) position[axis] = block->axes[axis].n ? rng_below(r, block->axes[axis].n) : 0;
}

static bool holds_at(const msw_spec_block *block, const msw_spec_rule *rule, const size_t *position, double *scratch) {
  uint8_t mask = 0;
  msw_rule_row(block, rule, position, MSW_N_AXES, 0, 1, scratch, &mask);
  return mask;
}

/* ---- Stretches ---- */

/* The axes that run with this one: itself, or the members of its zip. */
static msw_axis_set row_axes_of(const msw_spec_block *block, msw_axis_id axis) {
  msw_axis_set set = msw_axes_of(axis);
  for (msw_axis_id other = 0; other < MSW_N_AXES; other++)
    if (block->axes[axis].zip >= 0 && block->axes[other].zip == block->axes[axis].zip) set |= msw_axes_of(other);
  return set;
}

typedef struct { size_t n_split, n_over; } seen;   /* rows with both kinds of cells; boxes that were decided */

static void check_row(const msw_rule_book *book, const msw_spec_rule *rule, msw_axis_id axis, rng *r, double *scratch,
                      double *cell_scratch, seen *so_far) {
  const msw_spec_block *block = book->block;
  const size_t length = block->axes[axis].n;
  const msw_axis_set row_axes = row_axes_of(block, axis);
  const size_t first = rng_chance(r, 0.5) ? 0 : rng_below(r, length);
  const size_t n = rng_chance(r, 0.5) ? length - first : 1 + rng_below(r, length - first);
  msw_stretch stretches[LONGEST / 2 + 1];
  size_t position[MSW_N_AXES], n_held = 0, i_stretch = 0;
  place(block, r, position);
  const size_t n_stretches = msw_rule_stretches(book, rule, position, row_axes, first, n, scratch, stretches);
  assert_true(n_stretches <= msw_stretches_most(n));
  for (size_t i = 0; i < n_stretches; i++) {
    assert_true(stretches[i].first < stretches[i].end);
    assert_true(i == 0 ? stretches[i].first >= first : stretches[i].first > stretches[i - 1].end);
  }
  assert_true(n_stretches == 0 || stretches[n_stretches - 1].end <= first + n);
  for (size_t at = first; at < first + n; at++) {
    for (msw_axis_id moved = 0; moved < MSW_N_AXES; moved++)
      if (row_axes & msw_axes_of(moved)) position[moved] = at;
    while (i_stretch < n_stretches && stretches[i_stretch].end <= at) i_stretch++;
    const bool got = i_stretch < n_stretches && stretches[i_stretch].first <= at;
    const bool want = holds_at(block, rule, position, cell_scratch);
    n_held += want;
    if (got != want)
      fail_msg("%s: %s %zu of %zu … %zu: %s", rule->text, msw_axis_name(axis), at, first, first + n, want ? "holds" : "does not");
  }
  so_far->n_split += n_held > 0 && n_held < n;
}

static msw_axis_id some_axis(const msw_spec_block *block, rng *r) {
  for (;;) {
    const msw_axis_id axis = rng_chance(r, 0.6) ? MSW_AXIS_KV_LEN : (msw_axis_id)rng_below(r, MSW_N_AXES);
    if (block->axes[axis].n > 0) return axis;
  }
}

/* ---- Boxes ---- */

static void check_box(const msw_rule_book *book, const msw_spec_rule *rule, rng *r, double *scratch, double *cell_scratch,
                      seen *so_far) {
  enum { TRIES = 40 };
  const msw_spec_block *block = book->block;
  msw_stretch box[MSW_N_AXES];
  size_t position[MSW_N_AXES] = {0};
  for (int axis = 0; axis < MSW_N_AXES; axis++) {
    const size_t n = block->axes[axis].n, first = n ? rng_below(r, n) : 0;
    box[axis] = rng_chance(r, 0.2) ? (msw_stretch){0, n} : (msw_stretch){first, first + (n ? 1 + rng_below(r, n - first) : 0)};
  }
  const msw_extent extent = msw_rule_over(book, rule, box, scratch);
  so_far->n_over += extent != MSW_UNSURE;
  for (size_t i_try = 0; i_try < TRIES && extent != MSW_UNSURE; i_try++) {
    for (int axis = 0; axis < MSW_N_AXES; axis++)
      if (block->axes[axis].n) position[axis] = box[axis].first + rng_below(r, box[axis].end - box[axis].first);
    if (holds_at(block, rule, position, cell_scratch) != (extent == MSW_EVERYWHERE))
      fail_msg("%s: is not so %s", rule->text, extent == MSW_EVERYWHERE ? "everywhere" : "nowhere");
  }
  for (int axis = 0; axis < MSW_N_AXES; axis++) box[axis] = (msw_stretch){position[axis], position[axis] + 1};
  assert_int_equal(msw_rule_over(book, rule, box, scratch) == MSW_EVERYWHERE, holds_at(block, rule, position, cell_scratch));
}

static void as_every_cell_says(void **state) {
  (void)state;
  const rng seeded = rng_start("rule stretches", 20261122);
  seen so_far = {0};
  for (uint64_t i_round = 0; i_round < ROUNDS; i_round++) {
    rng r = rng_fork(&seeded, i_round);
    random_world world;
    made_sweep sweep;
    random_world_make(&world, &r);
    make_sweep(&sweep, &r, &world);
    const msw_rule_book book = msw_rule_book_make(&sweep.block, &sweep.arena);
    double *scratch = msw_arena_array(&sweep.arena, book.n_scratch, sizeof *scratch);
    double *cell_scratch = msw_arena_array(&sweep.arena, msw_rule_scratch(&sweep.block, 1), sizeof *cell_scratch);
    for (size_t i_rule = 0; i_rule < RULES; i_rule++) {
      for (size_t i_row = 0; i_row < ROWS; i_row++)
        check_row(&book, &sweep.rules[i_rule], some_axis(&sweep.block, &r), &r, scratch, cell_scratch, &so_far);
      for (size_t i_box = 0; i_box < BOXES; i_box++)
        check_box(&book, &sweep.rules[i_rule], &r, scratch, cell_scratch, &so_far);
    }
    made_sweep_free(&sweep);
    random_world_free(&world);
  }
  print_message("%zu rows of both kinds of cells, %zu boxes decided\n", so_far.n_split, so_far.n_over);
  assert_true(so_far.n_split > ROUNDS * RULES);
  assert_true(so_far.n_over > ROUNDS * RULES);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(as_every_cell_says)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

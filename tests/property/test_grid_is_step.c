/* The grid is the scalar reference: random sweeps of every phase and preset, each value of each knob in turn, and every
 * field of random cells bit by bit.
 */
#include <stdlib.h>

#include "cell_check.h"
#include "msw_test.h"
#include "random_sweep.h"

enum { CELLS_PER_SWEEP = 150, FREE_ROUNDS = 150 };

typedef struct { size_t n_sweeps, n_cells, n_numbers; } tally;

static void one_sweep(const rng *seeded, uint64_t i_round, random_sweep_wish wish, tally *all) {
  rng r = rng_fork(seeded, i_round);
  random_world world;
  made_sweep sweep;
  char what[128];
  snprintf(what, sizeof what, "round %llu (%s %s=%s)", (unsigned long long)i_round, wish.preset ? wish.preset : "any",
           wish.forced ? wish.forced : "", wish.value ? wish.value : "");
  wish.phase = (msw_phase)(i_round % 3);
  wish.longest_axis = wish.phase == MSW_MIXED ? 3 : 8;
  random_world_make(&world, &r);
  random_world_measure(&world, &r);
  random_sweep_make(&sweep, &r, &world, wish);
  msw_plan plan = made_plan(&sweep);
  dense *cells = dense_eval(&plan.blocks[0], world.set_of);
  check_cells(cells, world.set_of, 1 + cells->n_cells / CELLS_PER_SWEEP, what);
  assert_int_equal(cells->flag_counts[0], plan.blocks[0].counts.n_excluded);
  for (size_t i_flag = 1; i_flag <= 5; i_flag++)
    if (i_flag != 3)   /* a plan does not look at tables */
      assert_int_equal(cells->flag_counts[i_flag], plan.blocks[0].void_counts[i_flag]);
  all->n_sweeps++;
  all->n_cells += cells->n_cells;
  all->n_numbers += cells->n_evaluated;
  dense_free(cells);
  made_sweep_free(&sweep);
  random_world_free(&world);
}

static void every_value_of_every_knob(void **state) {
  (void)state;
  const rng seeded = rng_start("grid is step, knob by knob", 20260208);
  static const char *const flag_values[] = {"true", "false", NULL};
  size_t n_knobs, n_presets;
  const msw_knob_info *knobs = msw_knobs_table(&n_knobs);
  const msw_preset *presets = msw_sweep_presets(&n_presets);
  tally all = {0};
  uint64_t i_round = 0;
  for (size_t i_preset = 0; i_preset < n_presets; i_preset++)
    for (size_t i_knob = 0; i_knob < n_knobs; i_knob++) {
      if (!msw_knob_is_of(&knobs[i_knob], presets[i_preset].family)) continue;
      const char *const *values = knobs[i_knob].type == MSW_KNOB_FLAG ? flag_values : knobs[i_knob].choices;
      for (size_t i_value = 0; values && values[i_value]; i_value++)
        for (int phase = 0; phase < 3; phase++)
          one_sweep(&seeded, i_round++, (random_sweep_wish){.preset = presets[i_preset].name, .forced = knobs[i_knob].name,
                                                            .value = values[i_value]}, &all);
    }
  print_message("%zu sweeps of %zu cells, %zu with numbers\n", all.n_sweeps, all.n_cells, all.n_numbers);
  assert_true(all.n_numbers > all.n_cells / 5);
}

static void anything_goes(void **state) {
  (void)state;
  const rng seeded = rng_start("grid is step, at random", 20260209);
  tally all = {0};
  for (uint64_t i_round = 0; i_round < FREE_ROUNDS; i_round++) one_sweep(&seeded, i_round, (random_sweep_wish){0}, &all);
  print_message("%zu sweeps of %zu cells, %zu with numbers\n", all.n_sweeps, all.n_cells, all.n_numbers);
}

/* The family whose curves are made batch by batch, in every phase: exact points, chains, padding, fused all-reduce. */
static void measured_goes(void **state) {
  (void)state;
  const rng seeded = rng_start("grid is step, measured", 20261122);
  tally all = {0};
  for (uint64_t i_round = 0; i_round < FREE_ROUNDS; i_round++)
    one_sweep(&seeded, i_round, (random_sweep_wish){.preset = "measured"}, &all);
  print_message("%zu sweeps of %zu cells, %zu with numbers\n", all.n_sweeps, all.n_cells, all.n_numbers);
  assert_true(all.n_numbers > all.n_cells / 10);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(every_value_of_every_knob), cmocka_unit_test(anything_goes),
                                     cmocka_unit_test(measured_goes)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

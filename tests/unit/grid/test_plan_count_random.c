/* Exact counts against counting every cell of small random sweeps. */
#include "grid_fixture.h"
#include "msw/grid/rule.h"
#include "random_sweep.h"

typedef struct { uint64_t n_excluded, n_void, n_valid, alone[MADE_MAX_RULES], by_flag[MSW_N_FLAGS]; } brute_counts;

static bool holds_at(const msw_spec_block *spec, size_t i_rule, const size_t *position) {
  double *scratch = calloc(msw_rule_scratch(spec, 1) + 1, sizeof *scratch);
  uint8_t mask = 0;
  msw_rule_row(spec, &spec->rules[i_rule], position, MSW_N_AXES, 0, 1, scratch, &mask);
  free(scratch);
  return mask;
}

/* Void flags of every case, without tables, as a plan knows them. */
static msw_flags *void_of_cases(const msw_plan_block *block) {
  msw_flags *flags = calloc((size_t)block->n_cases, sizeof *flags);
  for (uint64_t i_case = 0; i_case < block->n_cases; i_case++) {
    msw_bound_case bound;
    msw_bind_case(block, NULL, i_case, &bound);
    flags[i_case] = bound.bound.flags & MSW_FLAGS_VOID & ~MSW_FLAG_VOID_TABLE;
    msw_bound_case_free(&bound);
  }
  return flags;
}

static brute_counts count_cells(const msw_plan_block *block) {
  brute_counts counts = {0};
  msw_flags *void_flags = void_of_cases(block);
  size_t n_cells = (size_t)block->counts.n_total, inner = n_cells / (size_t)block->n_cases;
  for (size_t i_cell = 0; i_cell < n_cells; i_cell++) {
    size_t position[MSW_N_AXES];
    bool excluded = false;
    dense_positions(block, i_cell, position);
    for (size_t i_rule = 0; i_rule < block->spec->n_rules; i_rule++) {
      if (!holds_at(block->spec, i_rule, position)) continue;
      excluded = true;
      counts.alone[i_rule]++;
    }
    msw_flags flags = void_flags[i_cell / inner];
    counts.n_excluded += excluded;
    counts.n_void += !excluded && flags;
    counts.n_valid += !excluded && !flags;
    for (size_t i_flag = 0; i_flag < MSW_N_FLAGS; i_flag++)
      counts.by_flag[i_flag] += !excluded && (flags & msw_flag_table[i_flag].bit);
  }
  free(void_flags);
  return counts;
}

static void counts_are_exact(void **state) {
  (void)state;
  const rng seeded = rng_start("plan counts", 20260102);
  enum { ROUNDS = 150 };
  size_t n_with_rules = 0;
  for (uint64_t i_round = 0; i_round < ROUNDS; i_round++) {
    rng r = rng_fork(&seeded, i_round);
    random_world world;
    made_sweep sweep;
    random_world_make(&world, &r);
    random_sweep_make(&sweep, &r, &world, (random_sweep_wish){.phase = (msw_phase)(i_round % 3), .longest_axis = i_round % 3 == 2 ? 3 : 6});
    msw_plan plan = made_plan(&sweep);
    const msw_plan_block *block = &plan.blocks[0];
    brute_counts want = count_cells(block);
    if (block->counts.n_excluded != want.n_excluded || block->counts.n_void != want.n_void || block->counts.n_valid != want.n_valid)
      fail_msg("round %llu: excluded %llu (want %llu), void %llu (%llu), valid %llu (%llu)", (unsigned long long)i_round,
               (unsigned long long)block->counts.n_excluded, (unsigned long long)want.n_excluded,
               (unsigned long long)block->counts.n_void, (unsigned long long)want.n_void,
               (unsigned long long)block->counts.n_valid, (unsigned long long)want.n_valid);
    for (size_t i_rule = 0; i_rule < block->spec->n_rules; i_rule++)
      assert_int_equal(block->rule_counts[i_rule].n_cells, want.alone[i_rule]);
    assert_memory_equal(block->void_counts, want.by_flag, sizeof want.by_flag);
    n_with_rules += block->spec->n_rules > 0;
    made_sweep_free(&sweep);
    random_world_free(&world);
  }
  assert_true(n_with_rules > ROUNDS / 4);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(counts_are_exact)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Exact counts against counting every cell of small random sweeps. */
#include "grid_fixture.h"
#include "msw/grid/rule.h"
#include "random_expr.h"
#include "random_sweep.h"

typedef struct { uint64_t n_excluded, n_conditional, n_void, n_valid, alone[MADE_MAX_RULES], by_flag[MSW_N_FLAGS]; } brute_counts;

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
    bool excluded = false, conditional = false;
    dense_positions(block, i_cell, position);
    for (size_t i_rule = 0; i_rule < block->spec->n_rules; i_rule++) {
      if (!holds_at(block->spec, i_rule, position)) continue;
      if (block->spec->rules[i_rule].kind == MSW_RULE_WHEN) conditional = true;
      else excluded = true;
      counts.alone[i_rule]++;
    }
    const bool taken = excluded || conditional;
    msw_flags flags = void_flags[i_cell / inner];
    counts.n_excluded += excluded;
    counts.n_conditional += conditional && !excluded;
    counts.n_void += !taken && flags;
    counts.n_valid += !taken && !flags;
    for (size_t i_flag = 0; i_flag < MSW_N_FLAGS; i_flag++)
      counts.by_flag[i_flag] += !taken && (flags & msw_flag_table[i_flag].bit);
  }
  free(void_flags);
  return counts;
}

static void expect_same(const msw_cell_counts *got, const brute_counts *want, uint64_t i_round) {
  const uint64_t pairs[][2] = {{got->n_excluded, want->n_excluded}, {got->n_conditional, want->n_conditional},
                               {got->n_void, want->n_void}, {got->n_valid, want->n_valid}};
  static const char *const names[] = {"excluded", "conditional", "void", "valid"};
  for (size_t i = 0; i < COUNT(pairs); i++)
    if (pairs[i][0] != pairs[i][1])
      fail_msg("round %llu: %llu cells are %s, want %llu", (unsigned long long)i_round, (unsigned long long)pairs[i][0],
               names[i], (unsigned long long)pairs[i][1]);
}

/* Beside the rules that the sweep has: some of any shape, and some of either kind are "when". */
static void add_rules(made_sweep *sweep, rng *r) {
  for (size_t i_rule = rng_below(r, 5); i_rule-- > 0;) {
    if (rng_chance(r, 0.3)) made_exclude(sweep, random_condition(sweep, r, 2));
    else made_exclude(sweep, random_edge(sweep, r, 2));
  }
  for (size_t i_rule = 0; i_rule < sweep->block.n_rules; i_rule++)
    if (rng_chance(r, 0.3)) sweep->rules[i_rule].kind = MSW_RULE_WHEN;
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
    add_rules(&sweep, &r);
    msw_plan plan = made_plan(&sweep);
    const msw_plan_block *block = &plan.blocks[0];
    brute_counts want = count_cells(block);
    expect_same(&block->counts, &want, i_round);
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

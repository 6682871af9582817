/* A cell does not depend on its company: subsets and other orders of the axes, other chunks, other numbers of threads give
 * the same bits.
 */
#include <stdlib.h>

#include "dense.h"
#include "msw_test.h"
#include "random_sweep.h"

enum { ROUNDS = 60 };

/* For each dimension of a block: which of its positions a smaller block takes, in which order. */
typedef struct { size_t n[MSW_MAX_RANK]; size_t *from[MSW_MAX_RANK]; } selection;

static selection choose(const msw_plan_block *block, rng *r, msw_arena *arena) {
  selection chosen;
  for (size_t i_dim = 0; i_dim < block->rank; i_dim++) {
    size_t n = (size_t)block->dims[i_dim].n;
    size_t *from = msw_arena_array(arena, n, sizeof *from);
    for (size_t i = 0; i < n; i++) {   /* shuffled */
      size_t at = rng_below(r, i + 1);
      from[i] = from[at];
      from[at] = i;
    }
    chosen.from[i_dim] = from;
    chosen.n[i_dim] = 1 + rng_below(r, n);
  }
  return chosen;
}

static void *pick(const void *items, size_t size, const size_t *from, size_t n, msw_arena *arena) {
  if (!items) return NULL;
  char *picked = msw_arena_array(arena, n, size);
  for (size_t i = 0; i < n; i++) memcpy(picked + i * size, (const char *)items + from[i] * size, size);
  return picked;
}

/* The spec that has only those positions: axes, what hangs on them, rules and variables. */
static msw_spec_block select_block(const msw_plan_block *whole, const selection *chosen, msw_arena *arena) {
  msw_spec_block block = *whole->spec;
  msw_spec_zip *zips = pick(block.zips, sizeof *zips, (const size_t[]){0, 1, 2, 3}, block.n_zips, arena);
  msw_spec_rule *rules = msw_arena_array(arena, block.n_rules, sizeof *rules);
  msw_spec_variable *variables = msw_arena_array(arena, block.n_variables, sizeof *variables);
  if (block.n_rules) memcpy(rules, block.rules, block.n_rules * sizeof *rules);
  if (block.n_variables) memcpy(variables, block.variables, block.n_variables * sizeof *variables);
  for (msw_axis_id axis = 0; axis < MSW_N_AXES; axis++) {
    if (block.axes[axis].n == 0) continue;
    size_t i_dim = (size_t)whole->dim_of_axis[axis], n = chosen->n[i_dim], *from = chosen->from[i_dim];
    block.axes[axis].n = n;
    block.axes[axis].values = pick(block.axes[axis].values, sizeof(double), from, n, arena);
    block.axes[axis].labels = pick(block.axes[axis].labels, sizeof(char *), from, n, arena);
    if (axis == MSW_AXIS_GPU) block.gpus = pick(block.gpus, sizeof(void *), from, n, arena);
    if (axis == MSW_AXIS_MODEL) block.models = pick(block.models, sizeof(void *), from, n, arena);
    if (axis == MSW_AXIS_METHOD) block.methods = pick(block.methods, sizeof *block.methods, from, n, arena);
    if (block.axes[axis].zip >= 0) zips[block.axes[axis].zip].n = n;
    for (size_t i_rule = 0; i_rule < block.n_rules; i_rule++)
      rules[i_rule].holds[axis] = pick(rules[i_rule].holds[axis], 1, from, n, arena);
    for (size_t i_variable = 0; i_variable < block.n_variables; i_variable++)
      if (variables[i_variable].axis == axis)
        variables[i_variable].values = pick(block.variables[i_variable].values, sizeof(double), from, n, arena);
  }
  block.zips = zips;
  block.rules = rules;
  block.variables = variables;
  return block;
}

static void expect_same_cell(const dense *a, size_t i_a, const dense *b, size_t i_b, const char *what, uint64_t i_round) {
  for (size_t i_field = 0; i_field < a->block->n_fields; i_field++) {
    const msw_field *field = a->block->fields[i_field];
    if (memcmp(dense_at(a, i_field, i_a), dense_at(b, i_field, i_b), msw_field_size(field->type)) != 0)
      fail_msg("round %llu, %s: %s of cell %zu differs", (unsigned long long)i_round, what, field->name, i_a);
  }
}

static void check_selection(const dense *whole, const msw_plan *plan, const random_world *world, rng *r, uint64_t i_round) {
  msw_arena arena = {0};
  selection chosen = choose(whole->block, r, &arena);
  msw_spec_block spec_block = select_block(whole->block, &chosen, &arena);
  msw_spec spec = *plan->spec;
  msw_diag diag = {0};
  msw_plan part;
  spec.blocks = &spec_block;
  assert_int_equal(msw_plan_build(&spec, &arena, &diag, &part), MSW_OK);
  const msw_kernel_set *tables[RANDOM_GPUS];
  for (size_t i_gpu = 0; i_gpu < spec_block.axes[MSW_AXIS_GPU].n; i_gpu++)
    tables[i_gpu] = world->set_of[spec_block.gpus[i_gpu] - world->gpus];
  dense *cells = dense_eval(&part.blocks[0], tables);
  for (size_t i_cell = 0; i_cell < cells->n_cells; i_cell++) {
    size_t position[MSW_N_AXES];
    dense_positions(&part.blocks[0], i_cell, position);
    for (int axis = 0; axis < MSW_N_AXES; axis++)
      if (whole->block->dim_of_axis[axis] >= 0) position[axis] = chosen.from[whole->block->dim_of_axis[axis]][position[axis]];
    expect_same_cell(cells, i_cell, whole, dense_cell(whole->block, position), "subset", i_round);
  }
  dense_free(cells);
  msw_diag_free(&diag);
  msw_arena_free(&arena);
}

static void expect_same(const dense *a, const dense *b, const char *what, uint64_t i_round) {
  assert_int_equal(a->n_cells, b->n_cells);
  for (size_t i_cell = 0; i_cell < a->n_cells; i_cell++) {
    assert_int_equal(a->written[i_cell], 1);
    expect_same_cell(a, i_cell, b, i_cell, what, i_round);
  }
  assert_int_equal(a->n_evaluated, b->n_evaluated);
  assert_memory_equal(a->flag_counts, b->flag_counts, sizeof a->flag_counts);
}

static void check_chunks(const dense *whole, const random_world *world, rng *r, uint64_t i_round) {
  msw_plan_block block = *whole->block;
  uint64_t chunks[MSW_MAX_RANK];
  for (size_t i_dim = 0; i_dim < MSW_MAX_RANK; i_dim++) chunks[i_dim] = 1 + rng_below(r, 4);
  dense_rechunk(&block, chunks);
  dense *cells = dense_eval(&block, world->set_of);
  expect_same(cells, whole, "other chunks", i_round);
  dense_free(cells);
}

static void check_threads(const dense *whole, const msw_plan *plan, const random_world *world, rng *r, uint64_t i_round) {
  msw_plan_block block = plan->blocks[0];
  msw_plan chunked = *plan;
  uint64_t chunks[MSW_MAX_RANK];
  for (size_t i_dim = 0; i_dim < MSW_MAX_RANK; i_dim++) chunks[i_dim] = 1 + rng_below(r, 6);
  dense_rechunk(&block, chunks);
  chunked.blocks = &block;
  for (int n_threads = 1; n_threads <= 3; n_threads++) {
    dense *cells = dense_run(&chunked, world->set_of, n_threads);
    expect_same(cells, whole, "threads", i_round);
    dense_free(cells);
  }
}

static void company_does_not_matter(void **state) {
  (void)state;
  const rng seeded = rng_start("grid invariance", 20260210);
  for (uint64_t i_round = 0; i_round < ROUNDS; i_round++) {
    rng r = rng_fork(&seeded, i_round);
    random_world world;
    made_sweep sweep;
    msw_phase phase = (msw_phase)(i_round % 3);
    random_world_make(&world, &r);
    random_world_measure(&world, &r);
    random_sweep_make(&sweep, &r, &world, (random_sweep_wish){.phase = phase, .longest_axis = phase == MSW_MIXED ? 4 : 12});
    msw_plan plan = made_plan(&sweep);
    dense *whole = dense_eval(&plan.blocks[0], world.set_of);
    check_selection(whole, &plan, &world, &r, i_round);
    check_chunks(whole, &world, &r, i_round);
    check_threads(whole, &plan, &world, &r, i_round);
    dense_free(whole);
    made_sweep_free(&sweep);
    random_world_free(&world);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(company_does_not_matter)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

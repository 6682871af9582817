/* Reductions are those of the cells that a file would hold, worked out here one cell after the other: for any chunks,
 * numbers of threads, and shards cut anywhere, bit for bit.
 */
#include <stdlib.h>

#include "dense.h"
#include "msw/grid/reduce.h"
#include "msw_test.h"
#include "random_sweep.h"

enum { ROUNDS = 60, MOST_REDUCTIONS = 5 };

__extension__ typedef __float128 quad;   /* sums of a few thousand times of one sweep are exact in it */

/* ---- Random reductions ---- */

typedef struct { msw_spec_block *block; msw_spec_variable *variables; } naming;

static bool resolve(void *context, const char *name, size_t *slot, bool *is_text) {
  naming *known = context;
  msw_axis_id axis;
  if (!msw_axis_find(name, &axis)) axis = MSW_N_AXES;
  *slot = known->block->n_variables++;
  *is_text = false;
  known->variables[*slot] = (msw_spec_variable){
      .name = name, .axis = axis, .values = axis < MSW_N_AXES ? known->block->axes[axis].values : NULL};
  return true;
}

static const char *const *no_names(void *context, size_t *n) {
  (void)context;
  *n = 0;
  return NULL;
}

static const msw_expr *random_condition(msw_spec_block *block, rng *r, msw_arena *arena, const char **text) {
  static const char *const texts[] = {"step_us > 3000", "memory_us >= gemm_us", "batch % 2 == 0", "tp > 1 || step_us < 5e4",
                                      "comm_us / comm_us == 1", "0", NULL};
  msw_texts words = {0};
  msw_diag diag = {0};
  naming known = {block, msw_arena_array(arena, block->n_variables + 8, sizeof *known.variables)};
  if (block->n_variables > 0) memcpy(known.variables, block->variables, block->n_variables * sizeof *known.variables);
  const msw_expr_scope scope = {.context = &known, .resolve = resolve, .names = no_names, .texts = &words};
  *text = rng_pick(r, texts);
  const msw_expr *condition = msw_expr_compile(*text, (msw_loc){0}, "where", &scope, arena, &diag);
  block->variables = known.variables;
  assert_no_errors(&diag);
  msw_diag_free(&diag);
  msw_texts_free(&words);
  return condition;
}

static void random_over(const msw_spec_block *block, rng *r, msw_spec_reduction *reduction) {
  double often = rng_between(r, 0.2, 1.0);
  bool any = false;
  while (!any) {
    for (size_t i_zip = 0; i_zip < block->n_zips; i_zip++) {
      reduction->over_zip[i_zip] = rng_chance(r, often);
      any = any || reduction->over_zip[i_zip];
    }
    for (msw_axis_id axis = 0; axis < MSW_N_AXES; axis++) {
      if (block->axes[axis].n == 0) continue;
      int zip = block->axes[axis].zip;
      reduction->over_axis[axis] = zip >= 0 ? reduction->over_zip[zip] : rng_chance(r, often);
      any = any || reduction->over_axis[axis];
    }
    often = 1.0;
  }
}

static void random_reductions(msw_spec_block *block, rng *r, msw_arena *arena) {
  static const char *const names[MOST_REDUCTIONS] = {"a", "b", "c", "d", "e"};
  static const char *const fields[] = {"step_us", "tok_per_s_per_gpu", "memory_us", "comm_us", "weight_gib", NULL};
  msw_spec_reduction *reductions = msw_arena_array(arena, MOST_REDUCTIONS, sizeof *reductions);
  block->n_fields = 0;
  block->n_reductions = 1 + rng_below(r, MOST_REDUCTIONS);
  for (size_t i = 0; i < block->n_reductions; i++) {
    msw_spec_reduction *reduction = &reductions[i];
    *reduction = (msw_spec_reduction){.name = names[i], .op = (msw_reduce_op)rng_below(r, MSW_N_REDUCE_OPS),
                                      .over_zip = msw_arena_array(arena, block->n_zips, sizeof(bool))};
    if (reduction->op != MSW_REDUCE_COUNT) reduction->field = rng_pick(r, fields);
    if (rng_chance(r, 0.5)) reduction->condition = random_condition(block, r, arena, &reduction->condition_text);
    random_over(block, r, reduction);
  }
  block->reductions = reductions;
}

/* ---- The truth, cell by cell ---- */

typedef struct { uint64_t n, first; float best; quad sum; } slow_cell;   /* first: in the order of the file */

static const float *field_of(const dense *cells, const char *name) {
  size_t i_field = 0;
  while (strcmp(cells->block->fields[i_field]->name, name ? name : "step_us") != 0) i_field++;
  return cells->fields[i_field];
}

static bool takes_part(const dense *cells, const msw_spec_block *spec, const msw_expr *condition, size_t i_cell) {
  double values[64], scratch[256], result;
  msw_expr_input inputs[64];
  size_t position[MSW_N_AXES];
  dense_positions(cells->block, i_cell, position);
  assert_true(spec->n_variables <= 64 && msw_expr_scratch(condition, 1) <= 256);
  for (size_t i = 0; i < spec->n_variables; i++) {
    const msw_spec_variable *variable = &spec->variables[i];
    values[i] = variable->axis == MSW_N_AXES ? (double)field_of(cells, variable->name)[i_cell]
                                             : variable->values[position[variable->axis]];
    inputs[i] = (msw_expr_input){&values[i], 0};
  }
  msw_expr_eval(condition, inputs, 1, scratch, &result);
  return result < 0.0 || result > 0.0;
}

static slow_cell *reduce_slowly(const dense *cells, const msw_spec_block *spec, const msw_reduction *reduction) {
  slow_cell *slow = msw_alloc_zero(reduction->n_cells, sizeof *slow);
  const msw_plan_block *block = cells->block;
  const float *values = field_of(cells, reduction->spec->field);
  bool least = reduction->spec->op == MSW_REDUCE_MIN || reduction->spec->op == MSW_REDUCE_ARGMIN;
  for (size_t i_cell = 0; i_cell < cells->n_cells; i_cell++) {
    float value = values[i_cell];
    if (isnan(value)) continue;
    if (reduction->spec->condition && !takes_part(cells, spec, reduction->spec->condition, i_cell)) continue;
    uint64_t rest = i_cell, into = 0, stride = 1;
    for (size_t i_dim = block->rank; i_dim-- > 0;) {
      uint64_t at = rest % block->dims[i_dim].n;
      rest /= block->dims[i_dim].n;
      if (!msw_reduction_keeps(reduction, i_dim)) continue;
      into += at * stride;
      stride *= block->dims[i_dim].n;
    }
    slow_cell *to = &slow[into];
    if (to->n == 0 || (least ? value < to->best : value > to->best)) {
      to->best = value;
      to->first = i_cell;
    }
    to->n++;
    to->sum += (quad)value;
  }
  return slow;
}

static void check_result(const slow_cell *slow, const dense *cells, const msw_reduction *reduction,
                         const msw_reduced_variable *variable, const void *found) {
  size_t position[MSW_N_AXES];
  dense_positions(cells->block, slow->first, position);
  double at = variable->axis == MSW_N_AXES ? 0.0 : (double)position[variable->axis];
  const msw_spec_axis *axis = variable->axis == MSW_N_AXES ? NULL : &cells->block->spec->axes[variable->axis];
  float wanted = slow->n == 0 ? NAN : reduction->spec->op == MSW_REDUCE_MEAN ? (float)(slow->sum / (quad)slow->n) : slow->best;
  double wanted_axis = axis && slow->n > 0 ? axis->values[position[axis->id]] : (double)NAN;
  switch (variable->type) {
    case MSW_REDUCED_F32: assert_memory_equal(found, &wanted, sizeof wanted); break;
    case MSW_REDUCED_I64: assert_int_equal(*(const int64_t *)found, slow->n); break;
    case MSW_REDUCED_F64: assert_memory_equal(found, &wanted_axis, sizeof wanted_axis); break;
    case MSW_REDUCED_U32: assert_int_equal(*(const uint32_t *)found, slow->n > 0 ? at + 1.0 : 0.0); break;
  }
}

/* ---- The reductions of a run ---- */

static void encode(void *context, int thread, size_t i_block, size_t i_field, const void *cells, size_t n_bytes) {
  (void)context, (void)thread, (void)i_block, (void)i_field, (void)cells, (void)n_bytes;
}

static msw_status commit(void *context, int thread, size_t i_block, const msw_tile *tile) {
  (void)context, (void)thread, (void)i_block, (void)tile;
  return MSW_OK;
}

/* By one to three threads, with a set of accumulators each or all sharing one. */
static msw_reduce *run_tiles(const msw_plan *plan, const msw_kernel_set *const *tables, rng *r, msw_tile_range tiles) {
  int n_threads = 1 + (int)rng_below(r, 3);
  const msw_kernel_set *const *of_block[] = {tables};
  msw_run_tables run_tables = {.of_block = of_block};
  msw_reduce *reduce = msw_reduce_new(plan, n_threads, rng_chance(r, 0.5) ? MSW_REDUCE_BUDGET : 0);
  msw_sink sink = {.encode = encode, .commit = commit, .reduce = reduce};
  msw_run_options options = {.n_threads = n_threads, .tiles = tiles};
  msw_block_counts counts;
  assert_int_equal(msw_run(plan, &run_tables, &sink, &options, &counts), MSW_OK);
  return reduce;
}

/* What a shard keeps: the cells between the first and the last that hold anything. */
static void add_shard(msw_partial *total, const msw_partial *part) {
  uint64_t first, n;
  msw_partial_extent(part, &first, &n);
  const msw_partial kept = {.op = part->op, .n = n, .extreme = part->extreme ? part->extreme + first : NULL,
                            .at = part->at ? part->at + first : NULL, .count = part->count ? part->count + first : NULL,
                            .sums = part->sums ? part->sums + first : NULL};
  msw_partial_combine(total, first, &kept);
}

static void expect_results(const msw_partial *partial, const slow_cell *slow, const dense *cells,
                           const msw_reduction *reduction) {
  for (size_t i_variable = 0; i_variable < reduction->n_variables; i_variable++) {
    const msw_reduced_variable *variable = &reduction->variables[i_variable];
    size_t size = msw_reduced_size(variable->type);
    char *results = msw_alloc_zero(reduction->n_cells, size);
    msw_partial_results(partial, variable, 0, (size_t)reduction->n_cells, results);
    for (uint64_t i_cell = 0; i_cell < reduction->n_cells; i_cell++)
      check_result(&slow[i_cell], cells, reduction, variable, results + i_cell * size);
    free(results);
  }
}

/* One run of all tiles, and shards of random lengths, each with its own number of threads. */
static void check_block(const msw_plan *plan, const msw_kernel_set *const *tables, const dense *cells, rng *r) {
  const msw_plan_block *block = &plan->blocks[0];
  uint64_t n_tiles = block->n_cases * block->tiles_per_case;
  size_t n = block->spec->n_reductions;
  msw_reduce *whole = run_tiles(plan, tables, r, (msw_tile_range){0, 0});
  msw_partial totals[MOST_REDUCTIONS];
  for (size_t i = 0; i < n; i++) msw_partial_init(&totals[i], block->reductions[i].spec->op, block->reductions[i].n_cells);
  for (uint64_t first = 0, count; first < n_tiles; first += count) {
    count = 1 + rng_below(r, n_tiles - first);
    msw_reduce *shard = run_tiles(plan, tables, r, (msw_tile_range){first, count});
    for (size_t i = 0; i < n; i++) add_shard(&totals[i], msw_reduce_total(shard, 0, i));
    msw_reduce_free(shard);
  }
  for (size_t i = 0; i < n; i++) {
    slow_cell *slow = reduce_slowly(cells, block->spec, &block->reductions[i]);
    expect_results(msw_reduce_total(whole, 0, i), slow, cells, &block->reductions[i]);
    expect_results(&totals[i], slow, cells, &block->reductions[i]);
    msw_partial_free(&totals[i]);
    free(slow);
  }
  msw_reduce_free(whole);
}

static void check_sweep(const msw_plan *plan, const random_world *world, rng *r) {
  msw_arena arena = {0};
  msw_diag diag = {0};
  dense *cells = dense_eval(&plan->blocks[0], world->set_of);
  msw_spec_block spec_block = *plan->blocks[0].spec;
  msw_spec spec = *plan->spec;
  msw_plan reduced;
  random_reductions(&spec_block, r, &arena);
  spec.blocks = &spec_block;
  assert_int_equal(msw_plan_build(&spec, &arena, &diag, &reduced), MSW_OK);
  assert_int_equal(reduced.blocks[0].n_fields, 0);
  msw_plan_block block = reduced.blocks[0];
  uint64_t chunks[MSW_MAX_RANK];
  for (size_t i_dim = 0; i_dim < MSW_MAX_RANK; i_dim++) chunks[i_dim] = 1 + rng_below(r, 6);
  if (rng_chance(r, 0.7)) dense_rechunk(&block, chunks);
  reduced.blocks = &block;
  check_block(&reduced, world->set_of, cells, r);
  dense_free(cells);
  msw_diag_free(&diag);
  msw_arena_free(&arena);
}

static void reductions_are_those_of_the_cells(void **state) {
  (void)state;
  const rng seeded = rng_start("reduce", 20261122);
  for (uint64_t i_round = 0; i_round < ROUNDS; i_round++) {
    rng r = rng_fork(&seeded, i_round);
    random_world world;
    made_sweep sweep;
    msw_phase phase = (msw_phase)(i_round % 3);
    random_world_make(&world, &r);
    random_sweep_make(&sweep, &r, &world, (random_sweep_wish){.phase = phase, .longest_axis = phase == MSW_MIXED ? 4 : 12});
    sweep.block.n_fields = 0;   /* all of them, for the truth */
    msw_plan plan = made_plan(&sweep);
    check_sweep(&plan, &world, &r);
    made_sweep_free(&sweep);
    random_world_free(&world);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(reductions_are_those_of_the_cells)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

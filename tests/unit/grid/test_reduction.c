/* The shape of reductions: dimensions that stay, numbering, chunks, variables, bytes. */
#include "msw/grid/reduction.h"

#include "grid_fixture.h"
#include "msw/grid/reduce.h"

/* A decode sweep: 2 models zipped with 2 tps, 3 batches, 300000 lengths; reduced over what is marked. */
static msw_plan plan_over(grid_fixture *f, msw_spec_reduction *reduction) {
  static double lengths[300000];
  const msw_model *models[] = {&f->world->model, &f->moe};
  begin_sweep(f, MSW_DECODE, "v1-calibrated");
  made_models(&f->sweep, models, 2);
  NUMBERS(&f->sweep, MSW_AXIS_TP, 1, 4);
  NUMBERS(&f->sweep, MSW_AXIS_BATCH, 1, 2, 8);
  for (size_t i_kv = 0; i_kv < COUNT(lengths); i_kv++) lengths[i_kv] = (double)(i_kv + 1);
  made_numbers(&f->sweep, MSW_AXIS_KV_LEN, lengths, COUNT(lengths));
  made_zip(&f->sweep, "pair", (const msw_axis_id[]){MSW_AXIS_MODEL, MSW_AXIS_TP}, 2);
  f->sweep.block.reductions = reduction;
  f->sweep.block.n_reductions = 1;
  return made_plan(&f->sweep);
}

static void what_stays(void **state) {
  grid_fixture *f = *state;
  bool no_zip[] = {false};
  msw_spec_reduction spec = {.name = "best", .field = "step_us", .op = MSW_REDUCE_MEAN, .over_zip = no_zip};
  spec.over_axis[MSW_AXIS_BATCH] = true;
  msw_plan plan = plan_over(f, &spec);
  const msw_plan_block *block = &plan.blocks[0];
  const msw_reduction *reduction = &block->reductions[0];
  assert_int_equal(block->n_fields, 0);
  assert_string_equal(block->fields[reduction->i_field]->name, "step_us");
  assert_int_equal(reduction->rank, block->rank - 1);
  assert_int_equal(reduction->n_cells, 2 * 300000);
  assert_int_equal(reduction->n_over, 3);
  assert_string_equal(msw_reduction_over(block, reduction, ", ", &f->sweep.arena), "batch");
  size_t batch = (size_t)block->dim_of_axis[MSW_AXIS_BATCH], kv = (size_t)block->dim_of_axis[MSW_AXIS_KV_LEN];
  size_t pair = (size_t)block->dim_of_axis[MSW_AXIS_TP];
  assert_false(msw_reduction_keeps(reduction, batch));
  assert_false(msw_block_keeps_dim(block, batch));
  assert_true(msw_block_keeps_dim(block, kv));
  assert_int_equal(reduction->stride[kv], 1);
  assert_int_equal(reduction->stride[pair], 300000);
  assert_int_equal(reduction->stride[batch], 0);
  assert_int_equal(reduction->over_stride[batch], 1);
  assert_int_equal(reduction->over_stride[kv], 0);
  uint64_t chunk_cells = 1;
  for (size_t i = 0; i < reduction->rank; i++) chunk_cells *= reduction->chunk[i];
  assert_int_equal(chunk_cells, 131072);
  assert_int_equal(reduction->n_variables, 1);
  assert_string_equal(reduction->variables[0].name, "best");
  assert_int_equal(plan.n_bytes, 600000 * 4);
  assert_int_equal(msw_reduce_memory(&plan), 600000 * 64);
  made_sweep_free(&f->sweep);
}

static void where_the_extreme_lies(void **state) {
  grid_fixture *f = *state;
  bool zip[] = {true};
  msw_spec_reduction spec = {.name = "best", .field = "step_us", .op = MSW_REDUCE_ARGMIN, .over_zip = zip};
  spec.over_axis[MSW_AXIS_MODEL] = spec.over_axis[MSW_AXIS_TP] = spec.over_axis[MSW_AXIS_BATCH] = true;
  msw_plan plan = plan_over(f, &spec);
  const msw_reduction *reduction = &plan.blocks[0].reductions[0];
  static const struct { const char *name; msw_reduced_type type; uint64_t stride, n; double last; } wanted[] = {
      {"best_model", MSW_REDUCED_U32, 3, 2, 2}, {"best_tp", MSW_REDUCED_F64, 3, 2, 4}, {"best_batch", MSW_REDUCED_F64, 1, 3, 8}};
  assert_int_equal(reduction->n_variables, COUNT(wanted));
  for (size_t i = 0; i < COUNT(wanted); i++) {
    const msw_reduced_variable *variable = &reduction->variables[i];
    assert_string_equal(variable->name, wanted[i].name);
    assert_int_equal(variable->type, wanted[i].type);
    assert_int_equal(variable->stride, wanted[i].stride);
    assert_int_equal(variable->n, wanted[i].n);
    assert_same(variable->values[variable->n - 1], wanted[i].last);
  }
  assert_string_equal(msw_reduction_over(&plan.blocks[0], reduction, " ", &f->sweep.arena), "pair batch");
  assert_int_equal(plan.n_bytes, 300000 * (4 + 8 + 8));
  made_sweep_free(&f->sweep);
}

static void all_cells_in_one(void **state) {
  grid_fixture *f = *state;
  bool zip[] = {true};
  msw_spec_reduction spec = {.name = "n", .op = MSW_REDUCE_COUNT, .over_zip = zip};
  for (msw_axis_id axis = 0; axis < MSW_N_AXES; axis++) spec.over_axis[axis] = msw_phase_has_axis(MSW_DECODE, axis);
  msw_plan plan = plan_over(f, &spec);
  const msw_reduction *reduction = &plan.blocks[0].reductions[0];
  assert_int_equal(reduction->rank, 0);
  assert_int_equal(reduction->n_cells, 1);
  assert_int_equal(reduction->n_over, plan.n_cells);
  assert_int_equal(plan.n_bytes, 8);
  made_sweep_free(&f->sweep);
}

static void without_reductions(void **state) {
  grid_fixture *f = *state;
  begin_sweep(f, MSW_DECODE, "v1-calibrated");
  msw_plan plan = made_plan(&f->sweep);
  assert_true(msw_block_keeps_dim(&plan.blocks[0], 0));
  assert_int_equal(msw_reduce_memory(&plan), 0);
  assert_null(msw_reduce_new(&plan, 2, MSW_REDUCE_BUDGET));
  msw_reduce_free(NULL);
  made_sweep_free(&f->sweep);
}

int main(void) {
  const struct CMUnitTest tests[] = {GRID_TEST(what_stays), GRID_TEST(where_the_extreme_lies), GRID_TEST(all_cells_in_one),
                                     GRID_TEST(without_reductions)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Rows as long as the engine's own stretches: whole groups of lanes, blocks of MSW_ROW_CELLS and one cell more or less, in
 * chunks that end with them. Checked under the sanitizers for writes beyond the chunk, and against the scalar reference.
 */
#include <stdlib.h>
#include <string.h>

#include "cell_check.h"
#include "kernels.h"
#include "msw_test.h"
#include "random_sweep.h"

enum { ROUNDS = 24 };

/* Evaluation around the caches: the same cells. */
static void check_streamed(const dense *want, const msw_kernel_set *const *tables) {
  const msw_plan_block *block = want->block;
  dense *cells = dense_new(block);
  msw_eval_scratch *scratch = msw_eval_scratch_new(block);
  void *chunks[MSW_MAX_FIELDS];
  msw_eval_scratch_stream(scratch, true);
  for (size_t i_field = 0; i_field < block->n_fields; i_field++) {
    size_t n_lines = (size_t)block->chunk_cells * msw_field_size(block->fields[i_field]->type) / MSW_LINE_BYTES + 1;
    chunks[i_field] = aligned_alloc(MSW_LINE_BYTES, n_lines * MSW_LINE_BYTES);
  }
  dense_fill(cells, tables, scratch, chunks);
  for (size_t i_field = 0; i_field < block->n_fields; i_field++) {
    assert_memory_equal(cells->fields[i_field], want->fields[i_field],
                        want->n_cells * msw_field_size(block->fields[i_field]->type));
    free(chunks[i_field]);
  }
  assert_memory_equal(cells->flag_counts, want->flag_counts, sizeof want->flag_counts);
  assert_true(cells->n_evaluated == want->n_evaluated);
  msw_eval_scratch_free(scratch);
  dense_free(cells);
}

static void long_rows(void **state) {
  (void)state;
  const rng seeded = rng_start("grid rows", 20260304);
  static const char *const only_step[] = {"step_us", NULL};
  const size_t lengths[] = {MSW_LANES, 2 * MSW_LANES, MSW_ROW_CELLS - 1, MSW_ROW_CELLS, MSW_ROW_CELLS + 1, 2 * MSW_ROW_CELLS};
  for (uint64_t i_round = 0; i_round < ROUNDS; i_round++) {
    rng r = rng_fork(&seeded, i_round);
    random_world world;
    made_sweep sweep;
    double values[2 * MSW_ROW_CELLS];
    msw_phase phase = (msw_phase)(i_round % 3);
    random_world_make(&world, &r);
    random_world_measure(&world, &r);
    random_sweep_make(&sweep, &r, &world, (random_sweep_wish){.phase = phase, .longest_axis = 2, .plain = true});
    msw_axis_id row_axis = phase == MSW_DECODE ? MSW_AXIS_KV_LEN : MSW_AXIS_SEQ_LEN;
    size_t n = lengths[rng_below(&r, sizeof lengths / sizeof lengths[0])];
    for (size_t i_value = 0; i_value < n; i_value++) values[i_value] = 1.0 + 37.0 * (double)i_value;
    made_numbers(&sweep, row_axis, values, n);
    if (i_round % 2 == 0) made_fields(&sweep, only_step);
    msw_plan plan = made_plan(&sweep);
    dense *cells = dense_eval(&plan.blocks[0], world.set_of);
    check_cells(cells, world.set_of, 1 + cells->n_cells / 2000, "long rows");
    check_streamed(cells, world.set_of);
    dense_free(cells);
    made_sweep_free(&sweep);
    random_world_free(&world);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(long_rows)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

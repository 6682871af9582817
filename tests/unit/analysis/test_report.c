/* Which positions of axes, and how many cells, a page shows. */
#include "msw/analysis/report.h"
#include "msw_test.h"

enum { MOST = 2000 };

static msw_result_axis axis_of(const double *values, size_t n) {
  return (msw_result_axis){.name = "kv_len", .units = "tokens", .n = n, .values = values};
}

static msw_result_positions all_of(size_t n, msw_arena *arena) {
  uint64_t *at = msw_arena_array(arena, n, sizeof *at);
  for (size_t i = 0; i < n; i++) at[i] = i;
  return (msw_result_positions){n, at};
}

/* Ascending, first and last among them, no more than asked for. */
static void assert_spans(msw_result_positions thinned, msw_result_positions all, size_t most) {
  assert_true(thinned.n >= 2 && thinned.n <= most);
  assert_int_equal(thinned.at[0], all.at[0]);
  assert_int_equal(thinned.at[thinned.n - 1], all.at[all.n - 1]);
  for (size_t i = 1; i < thinned.n; i++) assert_true(thinned.at[i] > thinned.at[i - 1]);
}

static void wide_axes_are_thinned_in_their_logarithm(void **state) {
  (void)state;
  msw_arena arena = {0};
  double values[MOST];
  for (int i = 0; i < MOST; i++) values[i] = 16.0 * (i + 1);
  const msw_result_axis axis = axis_of(values, MOST);
  const msw_result_positions all = all_of(MOST, &arena);
  bool is_log = false;
  const msw_result_positions thinned = msw_report_thin_axis(&axis, all, 20, &arena, &is_log);
  assert_true(is_log);
  assert_spans(thinned, all, 20);
  size_t i = 0;
  for (double octave = 16.0; octave <= 16384.0; octave *= 2.0, i++) {   /* whole octaves from the first value on */
    while (i < thinned.n && values[thinned.at[i]] < octave) i++;
    assert_same(values[thinned.at[i]], octave);
  }
  const msw_result_positions few = msw_report_thin_axis(&axis, all, 7, &arena, NULL);   /* 11 octaves: every second one */
  assert_spans(few, all, 7);
  for (size_t i_few = 0; i_few + 1 < few.n; i_few++) assert_same(values[few.at[i_few]], 16.0 * exp2(2.0 * (double)i_few));
  msw_arena_free(&arena);
}

static void other_axes_are_thinned_by_position(void **state) {
  (void)state;
  msw_arena arena = {0};
  double narrow[MOST], falling[MOST];
  for (int i = 0; i < MOST; i++) {
    narrow[i] = 1000.0 + i;
    falling[i] = 1e6 / (i + 1);
  }
  const msw_result_axis axes[] = {axis_of(narrow, MOST), axis_of(falling, MOST), {.name = "model", .is_text = true, .n = MOST}};
  for (size_t i_axis = 0; i_axis < sizeof axes / sizeof axes[0]; i_axis++) {
    bool is_log = true;
    const msw_result_positions all = all_of(MOST, &arena);
    const msw_result_positions thinned = msw_report_thin_axis(&axes[i_axis], all, 5, &arena, &is_log);
    assert_false(is_log);
    assert_int_equal(thinned.n, 5);
    assert_spans(thinned, all, 5);
    assert_int_equal(thinned.at[2], 999);
  }
  msw_arena_free(&arena);
}

static void few_positions_stay(void **state) {
  (void)state;
  msw_arena arena = {0};
  const double values[] = {1, 2, 4096};
  const msw_result_axis axis = axis_of(values, 3);
  const msw_result_positions all = all_of(3, &arena);
  assert_int_equal(msw_report_thin_axis(&axis, all, 3, &arena, NULL).n, 3);
  assert_spans(msw_report_thin_axis(&axis, all, 2, &arena, NULL), all, 2);
  assert_spans(msw_report_thin_axis(&axis, all, 0, &arena, NULL), all, 2);
  const msw_result_positions one = {1, all.at + 1};
  assert_int_equal(msw_report_thin_axis(&axis, one, 2, &arena, NULL).n, 1);
  msw_arena_free(&arena);
}

/* A block of a names' axis and two of numbers. */
static msw_result_block block_of(uint64_t n_models, uint64_t n_batches, uint64_t n_lengths, const double *values) {
  msw_result_block block = {.name = "", .phase = "decode", .rank = 3, .dims = {n_models, n_batches, n_lengths}};
  block.axes[0] = (msw_result_axis){.name = "model", .is_text = true, .i_dim = 0, .n = n_models};
  block.axes[1] = (msw_result_axis){.name = "batch", .i_dim = 1, .n = n_batches, .values = values};
  block.axes[2] = (msw_result_axis){.name = "kv_len", .i_dim = 2, .n = n_lengths, .values = values};
  return block;
}

static void blocks_are_thinned_along_numbers_first(void **state) {
  (void)state;
  msw_arena arena = {0};
  double values[MOST];
  for (int i = 0; i < MOST; i++) values[i] = i + 1;
  const struct { uint64_t models, batches, lengths, most_cells, kept_models; } cases[] = {
      {4, 512, 2000, 100000, 4}, {40, 100, 100, 1200, 40}, {1000, 6, 6, 100, 4}, {3, 4, 5, 60, 3}, {2, 2, 2, 1, 2}};
  for (size_t i_case = 0; i_case < sizeof cases / sizeof cases[0]; i_case++) {
    const msw_result_block block = block_of(cases[i_case].models, cases[i_case].batches, cases[i_case].lengths, values);
    msw_selection all = {0};
    for (size_t i_dim = 0; i_dim < block.rank; i_dim++) all.dims[i_dim] = all_of(block.dims[i_dim], &arena);
    const msw_selection thinned = msw_report_thin(&block, &all, cases[i_case].most_cells, &arena);
    const uint64_t n = thinned.dims[0].n * thinned.dims[1].n * thinned.dims[2].n;
    assert_true(n <= cases[i_case].most_cells || n == 8);
    assert_int_equal(thinned.dims[0].n, cases[i_case].kept_models);
  }
  msw_arena_free(&arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(wide_axes_are_thinned_in_their_logarithm),
      cmocka_unit_test(other_axes_are_thinned_by_position),
      cmocka_unit_test(few_positions_stay),
      cmocka_unit_test(blocks_are_thinned_along_numbers_first),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Accumulators: ties, NaN, nothing at all, and the two ways in. */
#include "msw/grid/partial.h"

#include <stdlib.h>

#include "msw_test.h"
#include "rng.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* The only variable of such a reduction; of an arg operation one over the axis that runs fastest. */
static msw_reduced_variable variable_of(msw_reduce_op op, const double *axis, size_t n) {
  if (op == MSW_REDUCE_COUNT) return (msw_reduced_variable){.type = MSW_REDUCED_I64};
  if (!msw_reduce_op_is_arg(op)) return (msw_reduced_variable){.type = MSW_REDUCED_F32};
  return (msw_reduced_variable){.type = MSW_REDUCED_F64, .stride = 1, .n = n, .values = axis};
}

static double result_of(const msw_partial *partial, uint64_t i_cell) {
  static const double axis[] = {10, 11, 12, 13, 14, 15, 16, 17, 18, 19};
  const msw_reduced_variable variable = variable_of(partial->op, axis, COUNT(axis));
  union { float f32; int64_t i64; double f64; } found;
  msw_partial_results(partial, &variable, i_cell, 1, &found);
  if (variable.type == MSW_REDUCED_F32) return (double)found.f32;
  return variable.type == MSW_REDUCED_I64 ? (double)found.i64 : found.f64;
}

static void one_cell_of_all(void **state) {
  (void)state;
  static const struct { size_t n; float values[4]; double wanted[MSW_N_REDUCE_OPS]; } cases[] = {
      /* min, max, mean, count, argmin, argmax */
      {1, {5}, {5, 5, 5, 1, 10, 10}},
      {3, {2, 1, 3}, {1, 3, 2, 3, 11, 12}},
      {4, {2, 7, 7, 2}, {2, 7, 4.5, 4, 10, 11}},                             /* ties go to the first */
      {4, {NAN, 4, NAN, 2}, {2, 4, 3, 2, 13, 11}},
      {2, {-3, -8}, {-8, -3, -5.5, 2, 11, 10}},
      {2, {-0.0f, 0.0f}, {0, 0, 0, 2, 10, 10}},
      {3, {INFINITY, NAN, 1}, {1, HUGE_VAL, HUGE_VAL, 2, 12, 10}},
  };
  for (size_t i_case = 0; i_case < COUNT(cases); i_case++)
    for (int i_op = 0; i_op < MSW_N_REDUCE_OPS; i_op++) {
      msw_partial gathered, one_by_one;
      msw_partial_init(&gathered, (msw_reduce_op)i_op, 1);
      msw_partial_init(&one_by_one, (msw_reduce_op)i_op, 1);
      msw_partial_add(&gathered, 0, false, cases[i_case].values, cases[i_case].n, 0);
      for (size_t i = cases[i_case].n; i-- > 0;)   /* backwards: order does not matter */
        msw_partial_add(&one_by_one, 0, true, &cases[i_case].values[i], 1, i);
      double wanted = cases[i_case].wanted[i_op], found = result_of(&gathered, 0), other = result_of(&one_by_one, 0);
      if (memcmp(&found, &wanted, sizeof wanted) != 0 || memcmp(&other, &wanted, sizeof wanted) != 0)
        fail_msg("case %zu, %s: %g and %g, expected %g", i_case, msw_reduce_op_name((msw_reduce_op)i_op), found, other, wanted);
      msw_partial_free(&gathered);
      msw_partial_free(&one_by_one);
    }
}

static void nothing(void **state) {
  (void)state;
  const float nans[] = {NAN, NAN};
  const msw_reduced_variable code = {.type = MSW_REDUCED_U32, .stride = 1, .n = 1, .values = (const double[]){1}};
  for (int i_op = 0; i_op < MSW_N_REDUCE_OPS; i_op++) {
    msw_partial partial, other;
    uint64_t first, n;
    msw_partial_init(&partial, (msw_reduce_op)i_op, 2);
    msw_partial_init(&other, (msw_reduce_op)i_op, 2);
    msw_partial_add(&partial, 0, true, nans, 2, 3);
    msw_partial_add(&partial, 0, false, nans, 2, 5);
    msw_partial_combine(&partial, 0, &other);
    msw_partial_extent(&partial, &first, &n);
    assert_int_equal(first, 0);
    assert_int_equal(n, 0);
    if (i_op == MSW_REDUCE_COUNT) assert_same(result_of(&partial, 0), 0.0);
    else assert_true(isnan(result_of(&partial, 0)));
    uint32_t none = 7;
    if (msw_reduce_op_is_arg((msw_reduce_op)i_op)) msw_partial_results(&partial, &code, 0, 1, &none);
    assert_int_equal(none, msw_reduce_op_is_arg((msw_reduce_op)i_op) ? 0 : 7);
    msw_partial_free(&partial);
    msw_partial_free(&other);
  }
}

static void extent_of_what_is_there(void **state) {
  (void)state;
  const float one = 1.0f;
  for (int i_op = 0; i_op < MSW_N_REDUCE_OPS; i_op++) {
    msw_partial partial, total;
    uint64_t first, n;
    msw_partial_init(&partial, (msw_reduce_op)i_op, 10);
    msw_partial_init(&total, (msw_reduce_op)i_op, 30);
    msw_partial_add(&partial, 3, false, &one, 1, 4);
    msw_partial_add(&partial, 6, true, &one, 1, 2);
    msw_partial_extent(&partial, &first, &n);
    assert_int_equal(first, 3);
    assert_int_equal(n, 4);
    msw_partial_combine(&total, 20, &partial);
    msw_partial_extent(&total, &first, &n);
    assert_int_equal(first, 23);
    assert_int_equal(n, 4);
    assert_same(result_of(&total, 26), result_of(&partial, 6));
    msw_partial_free(&partial);
    msw_partial_free(&total);
  }
}

/* Values with many ties and gaps, in rows of any length: gathered, and one after the other in any order. */
static void rows_are_their_values(void **state) {
  (void)state;
  enum { MOST = 600, ROUNDS = 200 };
  float values[MOST];
  const rng seeded = rng_start("partial", 20261124);
  for (uint64_t i_round = 0; i_round < ROUNDS; i_round++) {
    rng r = rng_fork(&seeded, i_round);
    size_t n = 1 + rng_below(&r, MOST), n_levels = 1 + rng_below(&r, 30), at = rng_below(&r, 1000);
    for (size_t i = 0; i < n; i++) values[i] = rng_chance(&r, 0.2) ? NAN : (float)rng_below(&r, n_levels) - 10.0f;
    for (int i_op = 0; i_op < MSW_N_REDUCE_OPS; i_op++) {
      msw_partial row, cells;
      msw_partial_init(&row, (msw_reduce_op)i_op, 1);
      msw_partial_init(&cells, (msw_reduce_op)i_op, 1);
      msw_partial_add(&row, 0, false, values, n, at);
      size_t step = n % 7 ? 7 : 1;   /* visits every cell, not in order */
      for (size_t i = 0, i_cell = 0; i < n; i++, i_cell = (i_cell + step) % n)
        msw_partial_add(&cells, 0, i % 2 == 0, &values[i_cell], 1, at + i_cell);
      double a = result_of(&row, 0), b = result_of(&cells, 0);
      assert_memory_equal(&a, &b, sizeof a);
      if (row.at && row.extreme[0] >= -100.0f) assert_int_equal(row.at[0], cells.at[0]);
      msw_partial_free(&row);
      msw_partial_free(&cells);
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(one_cell_of_all),
      cmocka_unit_test(nothing),
      cmocka_unit_test(extent_of_what_is_there),
      cmocka_unit_test(rows_are_their_values),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* InferSim's lookups and which rows they see; quirks of the file's order included. */
#include "infersim_world.h"
#include "msw_test.h"

static void rounds_as_python_does(void **state) {
  (void)state;
  static const struct { double mfu, rounded; } table[] = {
      {0.0005, 0.001}, {0.0015, 0.002},   {0.1245, 0.124}, {0.8247, 0.825}, {0.01049999, 0.01}, {0.0625, 0.062},
      {0.1875, 0.188}, {1.2659, 1.266},   {0.0004999, 0},  {0.9995, 1.0},   {0.6, 0.6}};
  for (size_t i_row = 0; i_row < COUNT(table); i_row++)
    assert_same(msw_infersim_round(table[i_row].mfu), table[i_row].rounded);
}

/* ---- Floors ---- */

static double gemm_at(const msw_infersim_curve *rows, double m, msw_flags *flags) {
  *flags = 0;
  return msw_infersim_curve_at(rows, m, flags, NULL);
}

static void a_floor_has_a_default_below_it(void **state) {
  made_world *world = *state;
  static const made_gemm_row rows[] = {{16, 1000, 1400, 0.11}, {32, 1000, 1400, 0.2222}, {64, 1000, 1400, 0.0004},
                                       {128, 1000, 1400, 0.4}};
  add_table(world, made_gemm(&world->arena, peak_16bit, rows, COUNT(rows)));
  msw_case bound = made_bind(world);
  const msw_infersim_curve *qkv = &bound.infersim->qkv;
  static const struct { double m, mfu; msw_flags flags; } table[] = {
      {1, 0.5, MSW_FLAG_ANALYTIC}, {15, 0.5, MSW_FLAG_ANALYTIC}, {16, 0.11, 0}, {31, 0.11, 0}, {32, 0.222, 0},
      {63, 0.222, 0},
      {64, 0.5, MSW_FLAG_TABLE_HOLE | MSW_FLAG_ANALYTIC},   /* InferSim divides by zero */
      {128, 0.4, 0}, {129, 0.4, MSW_FLAG_TABLE_CLAMPED}};
  for (size_t i_row = 0; i_row < COUNT(table); i_row++) {
    msw_flags flags;
    assert_same(gemm_at(qkv, table[i_row].m, &flags), table[i_row].mfu);
    assert_int_equal(flags, table[i_row].flags);
  }
}

static void a_lookup_says_its_row(void **state) {
  made_world *world = *state;
  static const made_gemm_row rows[] = {{7, 1, 1, 0.3}, {16, 1000, 1400, 0.1}, {32, 1000, 1400, 0.2}};
  add_table(world, made_gemm(&world->arena, peak_16bit, rows, COUNT(rows)));
  msw_case bound = made_bind(world);
  msw_flags flags = 0;
  msw_rows_used used;
  msw_infersim_curve_at(&bound.infersim->qkv, 40, &flags, &used);
  assert_int_equal(used.n, 1);
  assert_int_equal(used.row[0], 2);
  msw_infersim_curve_at(&bound.infersim->qkv, 4, &flags, &used);
  assert_int_equal(used.n, 0);
}

/* The published code takes the last row in the file that is not above the point, whatever the order. */
static void gemm_rows_count_in_file_order(void **state) {
  made_world *world = *state;
  static const made_gemm_row rows[] = {{100, 1000, 1400, 0.5}, {10, 1000, 1400, 0.1}, {100, 1000, 1400, 0.6},
                                       {1000, 1000, 1400, 0.8}, {50, 1000, 1400, 0.3}};
  add_table(world, made_gemm(&world->arena, peak_16bit, rows, COUNT(rows)));
  msw_case bound = made_bind(world);
  msw_flags flags;
  assert_same(gemm_at(&bound.infersim->qkv, 10, &flags), 0.1);
  assert_same(gemm_at(&bound.infersim->qkv, 50, &flags), 0.3);
  assert_same(gemm_at(&bound.infersim->qkv, 100, &flags), 0.3);
  assert_same(gemm_at(&bound.infersim->qkv, 5000, &flags), 0.3);
}

/* Prefill rows end at the first one that is longer. */
static void prefill_rows_stop_at_a_longer_one(void **state) {
  made_world *world = *state;
  static const made_prefill_row rows[] = {{1024, 0.25}, {4096, 0.5}, {2048, 0.4}};
  add_table(world, made_prefill(&world->arena, peak_16bit, toy_shape, rows, COUNT(rows)));
  msw_case bound = made_bind(world);
  msw_flags flags = 0;
  assert_same(msw_infersim_curve_at(&bound.infersim->prefill, 1023, &flags, NULL), 0.5);   /* the GPU's default */
  assert_int_equal(flags, MSW_FLAG_ANALYTIC);
  assert_same(msw_infersim_curve_at(&bound.infersim->prefill, 2048, &flags, NULL), 0.25);
  assert_same(msw_infersim_curve_at(&bound.infersim->prefill, 4096, &flags, NULL), 0.4);
}

/* ---- Which rows ---- */

static void the_nearest_covering_shape(void **state) {
  made_world *world = *state;
  static const made_gemm_row rows[] = {{1, 999, 1400, 0.11}, {1, 1000, 1399, 0.12}, {1, 1003, 1404, 0.13},
                                       {1, 1004, 1403, 0.14}, {1, 1000, 30000, 0.15}, {1, 40000, 1000, 0.16}};
  add_table(world, made_gemm(&world->arena, peak_16bit, rows, COUNT(rows)));
  msw_case bound = made_bind(world);
  msw_flags flags;
  assert_same(gemm_at(&bound.infersim->qkv, 1, &flags), 0.13);   /* first of two that are equally near */
  assert_true(flags & MSW_FLAG_SHAPE_BORROWED);
  assert_same(gemm_at(&bound.infersim->o, 1, &flags), 0.12);
  assert_same(gemm_at(&bound.infersim->ffn, 1, &flags), 0.15);
  world->tables[0].n_rows = 2;
  bound = made_bind(world);
  assert_same(gemm_at(&bound.infersim->ffn, 1, &flags), 0.5);    /* nothing covers it */
  assert_int_equal(flags, MSW_FLAG_ANALYTIC);
}

static void rows_too_far_away_do_not_count(void **state) {
  made_world *world = *state;
  static const made_gemm_row rows[] = {{1, 1000, 33400, 0.15}};   /* 32000 away; the published limit is sqrt(1e9) */
  add_table(world, made_gemm(&world->arena, peak_16bit, rows, COUNT(rows)));
  msw_case bound = made_bind(world);
  assert_null(bound.infersim->qkv.table);
  assert_non_null(bound.infersim->ffn.table);
}

static void rows_of_another_format_are_flagged(void **state) {
  made_world *world = *state;
  static const made_gemm_row rows[] = {{1, 1000, 1400, 0.25}};
  add_table(world, made_gemm(&world->arena, peak_8bit, rows, COUNT(rows)));
  world->tables[0].dtype = MSW_FP8;
  msw_flags flags;
  msw_case bound = made_bind(world);   /* bf16 */
  gemm_at(&bound.infersim->qkv, 1, &flags);
  assert_int_equal(flags, MSW_FLAG_DTYPE_BORROWED);
  world->dtype = MSW_FP8;
  bound = made_bind(world);
  gemm_at(&bound.infersim->qkv, 1, &flags);
  assert_int_equal(flags, 0);
}

static void attention_wants_the_heads_of_one_gpu(void **state) {
  made_world *world = *state;
  static const made_prefill_row prefill[] = {{1, 0.25}};
  static const made_decode_row decode[] = {{1, 1, 0.1}}, named[] = {{1, 1, 0.2}};
  add_table(world, made_prefill(&world->arena, peak_16bit, toy_shape, prefill, 1));
  add_table(world, made_decode(&world->arena, peak_16bit, (msw_attention_shape){10, 2, 100, 2}, decode, 1));
  msw_case bound = made_bind(world);
  assert_ptr_equal(bound.infersim->prefill.table, &world->tables[0]);
  assert_null(bound.infersim->decode.table);             /* that one has 5-1-100 on a GPU */
  assert_same(bound.infersim->decode.otherwise, 0.5);
  world->tp = 2;
  bound = made_bind(world);
  assert_null(bound.infersim->prefill.table);
  assert_same(bound.infersim->prefill.otherwise, 0.9);   /* its own default */
  assert_ptr_equal(bound.infersim->decode.table, &world->tables[1]);
  add_table(world, made_decode(&world->arena, peak_16bit, (msw_attention_shape){5, 1, 100, 1}, named, 1));
  bound = made_bind(world);
  assert_ptr_equal(bound.infersim->decode.table, &world->tables[2]);   /* the file name that InferSim looks for */
}

static void decode_rows_are_of_the_kv_format(void **state) {
  made_world *world = *state;
  static const made_decode_row bf16[] = {{1, 1, 0.1}}, fp8[] = {{1, 1, 0.2}};
  add_table(world, made_decode(&world->arena, peak_16bit, toy_shape, bf16, 1));
  world->knobs.fp8_kv = 1;
  msw_case bound = made_bind(world);
  assert_int_equal(bound.kv_dtype, MSW_FP8);
  assert_null(bound.infersim->decode.table);   /* InferSim stops with a ValueError */
  add_table(world, made_decode(&world->arena, peak_16bit, toy_shape, fp8, 1));
  world->tables[1].kv_dtype = MSW_FP8;
  bound = made_bind(world);
  assert_ptr_equal(bound.infersim->decode.table, &world->tables[1]);
}

/* ---- The nearest row ---- */

static void the_nearest_row_by_sum_of_distances(void **state) {
  made_world *world = *state;
  static const made_decode_row rows[] = {{1, 1024, 0.01}, {16, 1024, 0.0}, {16, 1026, 0.03}, {1, 4096, 0.04}};
  add_table(world, made_decode(&world->arena, peak_16bit, toy_shape, rows, COUNT(rows)));
  msw_case bound = made_bind(world);
  static const struct { double batch, kv_len, mfu; size_t row; msw_flags flags; } table[] = {
      {1, 1024, 0.01, 0, 0},
      {1, 2560, 0.01, 0, 0},                         /* in the middle: the first in the file */
      {1, 2561, 0.04, 3, 0},
      {16, 1025, 0.03, 2, MSW_FLAG_TABLE_HOLE},      /* nearest is a zero: InferSim stops there */
      {14, 1030, 0.03, 2, 0},
      {17, 1026, 0.03, 2, MSW_FLAG_TABLE_CLAMPED},
      {1, 5000, 0.04, 3, MSW_FLAG_TABLE_CLAMPED},
      {1, 100, 0.01, 0, MSW_FLAG_TABLE_CLAMPED}};
  for (size_t i_row = 0; i_row < COUNT(table); i_row++) {
    msw_flags flags = 0;
    msw_rows_used used;
    assert_same(msw_infersim_nearest_at(&bound.infersim->decode, table[i_row].batch, table[i_row].kv_len, &flags, &used),
                table[i_row].mfu);
    assert_int_equal(flags, table[i_row].flags);
    assert_int_equal(used.row[0], table[i_row].row);
  }
}

static void without_rows_the_default(void **state) {
  made_world *world = *state;
  static const made_decode_row zeros[] = {{1, 1024, 0.0}};
  add_table(world, made_decode(&world->arena, peak_16bit, toy_shape, zeros, 1));   /* nothing measured in it */
  msw_case bound = made_bind(world);
  msw_flags flags = 0;
  assert_same(msw_infersim_nearest_at(&bound.infersim->decode, 1, 1024, &flags, NULL), 0.5);
  assert_int_equal(flags, MSW_FLAG_ANALYTIC);
}

#define WITH_WORLD(test) cmocka_unit_test_setup_teardown(test, infersim_setup, made_teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(rounds_as_python_does),
      WITH_WORLD(a_floor_has_a_default_below_it),
      WITH_WORLD(a_lookup_says_its_row),
      WITH_WORLD(gemm_rows_count_in_file_order),
      WITH_WORLD(prefill_rows_stop_at_a_longer_one),
      WITH_WORLD(the_nearest_covering_shape),
      WITH_WORLD(rows_too_far_away_do_not_count),
      WITH_WORLD(rows_of_another_format_are_flagged),
      WITH_WORLD(attention_wants_the_heads_of_one_gpu),
      WITH_WORLD(decode_rows_are_of_the_kv_format),
      WITH_WORLD(the_nearest_row_by_sum_of_distances),
      WITH_WORLD(without_rows_the_default),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

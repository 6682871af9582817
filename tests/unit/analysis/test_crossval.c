/* Lookup rules on small tables, against errors worked out by hand. */
#include "msw/analysis/crossval.h"

#include <math.h>
#include <stdlib.h>

#include "msw_test.h"

enum { MOST_SLICES = 16 };
typedef struct {
  msw_arena arena;
  msw_gpu gpu;
  msw_latency_slice slices[MOST_SLICES];
  msw_latency_set set;
  msw_cross_wanted wanted;
} made_set;
typedef struct { double y, x, us; } made_point;   /* ascending by y, then x */

static int setup(void **state) {
  made_set *made = msw_alloc_zero(1, sizeof *made);
  made->gpu.name = "made";
  made->set = (msw_latency_set){.gpu = &made->gpu, .slices = made->slices};
  made->wanted.most_tests = MSW_CROSS_MOST_TESTS;
  for (int i_kind = 0; i_kind < MSW_N_LATENCY_KINDS; i_kind++) made->wanted.kinds[i_kind] = true;
  *state = made;
  return 0;
}

static int teardown(void **state) {
  made_set *made = *state;
  msw_arena_free(&made->arena);
  free(made);
  return 0;
}

/* Keys come in ascending order. */
static void add(made_set *made, msw_latency_key key, const made_point *points, size_t n) {
  double *x = msw_arena_array(&made->arena, n, sizeof *x), *y = msw_arena_array(&made->arena, n, sizeof *y);
  double *us = msw_arena_array(&made->arena, n, sizeof *us);
  for (size_t i_point = 0; i_point < n; i_point++) {
    x[i_point] = points[i_point].x;
    y[i_point] = points[i_point].y;
    us[i_point] = points[i_point].us;
  }
  key.name = "";
  assert_true(made->set.n_slices < MOST_SLICES);
  made->slices[made->set.n_slices++] = (msw_latency_slice){.key = key, .n_points = n, .x = x, .y = y, .latency_us = us};
}

static msw_cross_results results_of(made_set *made) { return msw_crossval(&made->set, &made->wanted, &made->arena); }

/* One without tests where there is none. */
static const msw_cross_result *find(const msw_cross_results *results, msw_cross_protocol protocol) {
  static const msw_cross_result none = {.protocol = MSW_N_CROSS_PROTOCOLS};
  for (size_t i_result = 0; i_result < results->n; i_result++)
    if (results->items[i_result].protocol == protocol) return &results->items[i_result];
  return &none;
}

static bool has(const msw_cross_results *results, msw_cross_protocol protocol) {
  return find(results, protocol)->n_tests > 0;
}

/* A single error in percent of each rule, or the median of several; NAN: the rule says nothing. */
#define assert_biases(result, ...) check_biases((result), (const double[MSW_N_CROSS_RULES]){__VA_ARGS__}, __FILE__, __LINE__)
static void check_biases(const msw_cross_result *result, const double *percent, const char *file, int line) {
  _assert_int_equal(result->n_held > 0, true, file, line);
  for (int i_rule = 0; i_rule < MSW_N_CROSS_RULES; i_rule++) {
    const msw_cross_figures *figures = &result->rules[i_rule];
    if (isnan(percent[i_rule])) {
      _assert_int_equal(figures->n, 0, file, line);
      continue;
    }
    _assert_int_equal(figures->n, result->n_held, file, line);
    msw_assert_close_at(figures->bias, percent[i_rule], 1e-10, 1e-10, file, line);
  }
}

/* ---- Messages */

static void a_size_between_two(void **state) {
  made_set *made = *state;
  static const made_point POINTS[] = {{1, 1000, 10}, {1, 2000, 12}, {1, 4000, 20}};
  add(made, (msw_latency_key){.kind = MSW_LATENCY_ALL_REDUCE, .dtype = MSW_BF16, .n_gpus = 2}, POINTS, 3);
  const msw_cross_results results = results_of(made);
  assert_int_equal(results.n, 1);
  const double line = 10.0 + 10.0 / 3.0, power = 10.0 * sqrt(2.0);
  assert_biases(find(&results, MSW_CROSS_SIZE), 100 * (line / 12 - 1), 100 * (line / 12 - 1), 100 * (power / 12 - 1),
                -50.0 / 3, 200.0 / 3, 200.0 / 3, 100 * (line / 12 - 1));
  assert_true(isnan(results.items[0].target));
}

/* 40 us is a spike: the surfaces leave it out, so it is neither a truth nor a neighbour. */
static void a_spike_among_sizes(void **state) {
  made_set *made = *state;
  static const made_point POINTS[] = {{1, 1000, 10}, {1, 2000, 12}, {1, 3000, 40}, {1, 4000, 20}};
  add(made, (msw_latency_key){.kind = MSW_LATENCY_ALL_REDUCE, .dtype = MSW_BF16, .n_gpus = 2}, POINTS, 4);
  const msw_cross_results results = results_of(made);
  assert_int_equal(results.n, 1);
  assert_int_equal(results.items[0].n_tests, 1);
  assert_close(results.items[0].rules[MSW_CROSS_LINEAR].bias, 100 * ((10 + 10.0 / 3) / 12 - 1), 1e-12, 0);
}

/* ---- GEMM */

static const made_point OVER_M[] = {{1, 1, 10}, {1, 2, 10}, {1, 4, 12}, {1, 8, 20}, {1, 16, 36}};
static const msw_latency_key SHAPE = {.kind = MSW_LATENCY_GEMM, .dtype = MSW_BF16, .n = 1024, .k = 1024};

static void an_m_between_two(void **state) {
  made_set *made = *state;
  add(made, SHAPE, OVER_M, 5);
  const msw_cross_results results = results_of(made);
  const msw_cross_result *m = find(&results, MSW_CROSS_M);
  assert_int_equal(m->n_held, 3);
  assert_int_equal(m->n_tests, 3);
  assert_close(m->target, 4.9, 1e-15, 0);
  assert_close(m->rules[MSW_CROSS_MEASURED].median, 20.0 / 3, 1e-12, 0);            /* 20/3, 100/9, 0 */
  assert_close(m->rules[MSW_CROSS_MEASURED].p90, 20.0 / 3 + .8 * (100.0 / 9 - 20.0 / 3), 1e-12, 0);
  assert_close(m->rules[MSW_CROSS_FLOOR].bias, -50.0 / 3, 1e-12, 0);                /* 0, -50/3, -40 */
  assert_false(has(&results, MSW_CROSS_M_PAIR));
  assert_false(has(&results, MSW_CROSS_SHAPE));
}

/* Beyond m = 8 the surfaces go on from m = 2: 20 + 8 * 10 / 6; the line from 4 gives 36, what was measured. */
static void beyond_the_largest_m(void **state) {
  made_set *made = *state;
  made->gpu.peak_flop_per_s[MSW_BF16] = 1.0;   /* so that utilisation goes with m / us: 3 us per m is the middle one */
  made->gpu.mem_bw_bytes_per_s = 1e30;
  add(made, SHAPE, OVER_M, 5);
  const msw_cross_results results = results_of(made);
  assert_biases(find(&results, MSW_CROSS_LAST_M), 100 * (100.0 / 3 / 36 - 1), 0, 100 * (20.0 * 20 / 12 / 36 - 1),
                -400.0 / 9, 100.0 / 9, -400.0 / 9, 100.0 / 3);
}

static void every_second_test(void **state) {
  made_set *made = *state;
  made->wanted.most_tests = 2;
  add(made, SHAPE, OVER_M, 5);
  const msw_cross_results results = results_of(made);
  const msw_cross_result *m = find(&results, MSW_CROSS_M);
  assert_int_equal(m->n_held, 2);
  assert_int_equal(m->n_tests, 3);
  assert_close(m->rules[MSW_CROSS_MEASURED].median, 10.0 / 3, 1e-12, 0);   /* the first and the third: 20/3, 0 */
}

/* 256 and 257 go together: from 128 and 512. */
static void an_m_and_its_mate(void **state) {
  made_set *made = *state;
  static const made_point POINTS[] = {{1, 128, 10}, {1, 256, 16}, {1, 257, 24}, {1, 512, 34}};
  add(made, SHAPE, POINTS, 4);
  const msw_cross_results results = results_of(made);
  const msw_cross_result *pair = find(&results, MSW_CROSS_M_PAIR);
  assert_int_equal(pair->n_held, 2);
  const double at_256 = 100 * (18.0 / 16 - 1), at_257 = 100 * ((10 + 24 * 129.0 / 384) / 24 - 1);
  assert_close(pair->rules[MSW_CROSS_MEASURED].bias, (at_256 + at_257) / 2, 1e-12, 0);
}

/* 3 x 3 shapes, one m; 1 + n k / 2^20 us but for the middle one. */
static void add_shapes(made_set *made, double middle_us) {
  for (int64_t n = 1024; n <= 4096; n *= 2)
    for (int64_t k = 1024; k <= 4096; k *= 2) {
      const double us = n == 2048 && k == 2048 ? middle_us : 1.0 + (double)(n * k) / 1048576.0;
      const made_point point = {1, 64, us};
      add(made, (msw_latency_key){.kind = MSW_LATENCY_GEMM, .dtype = MSW_BF16, .n = n, .k = k}, &point, 1);
    }
}

static void shapes_between_others(void **state) {
  made_set *made = *state;
  made->gpu.peak_flop_per_s[MSW_BF16] = 1.0;
  made->gpu.mem_bw_bytes_per_s = 1e30;
  add_shapes(made, 5.0);
  const msw_cross_results results = results_of(made);
  const double power = 100 * (3 * sqrt(3.0) / 5 - 1);
  assert_biases(find(&results, MSW_CROSS_SHAPE), 0, 0, power, -40, 20, -40, 100 * (4 / (7.0 / 9) / 5 - 1));
  assert_close(find(&results, MSW_CROSS_SHAPE)->target, 3.6, 1e-15, 0);
  const msw_cross_result *both = find(&results, MSW_CROSS_N_AND_K);
  assert_close(both->rules[MSW_CROSS_MEASURED].bias, 0, 0, 1e-12);
  assert_close(both->rules[MSW_CROSS_LINEAR].bias, 0, 0, 1e-12);
  assert_close(both->rules[MSW_CROSS_FLOOR].bias, -60, 1e-12, 0);
  assert_close(both->rules[MSW_CROSS_FLOOR_MFU].bias, 60, 1e-12, 0);
  assert_close(both->rules[MSW_CROSS_NEAREST].bias, -60, 1e-12, 0);
  const msw_cross_result *last = find(&results, MSW_CROSS_LAST_N);
  assert_int_equal(last->n_held, 3);
  assert_close(last->rules[MSW_CROSS_MEASURED].median, 0, 0, 1e-12);
  assert_close(last->rules[MSW_CROSS_FLOOR].bias, -400.0 / 9, 1e-12, 0);   /* 3 of 5, 5 of 9, 9 of 17 */
}

/* A spike that the surfaces repair is no truth, and its neighbours never see it. */
static void spikes_are_no_truth(void **state) {
  made_set *made = *state;
  add_shapes(made, 50.0);
  const msw_cross_results results = results_of(made);
  assert_false(has(&results, MSW_CROSS_SHAPE));
  assert_close(find(&results, MSW_CROSS_LAST_N)->rules[MSW_CROSS_MEASURED].median, 0, 0, 1e-12);
}

/* ---- Attention */

static msw_latency_key heads(int64_t num_heads, int64_t num_kv_heads, int64_t window) {
  return (msw_latency_key){.kind = MSW_LATENCY_DECODE, .dtype = MSW_BF16, .kv_dtype = MSW_BF16, .num_heads = num_heads,
                           .num_kv_heads = num_kv_heads, .head_dim = 128, .window = window};
}

/* 10 + batch kv_len / 64 us but for the middle point: 16 where its neighbours say 14. */
static const made_point CELLS[] = {{1, 64, 11}, {1, 128, 12}, {1, 256, 14}, {2, 64, 12}, {2, 128, 16},
                                   {2, 256, 18}, {4, 64, 14}, {4, 128, 18}, {4, 256, 26}};

static void points_of_a_configuration(void **state) {
  made_set *made = *state;
  add(made, heads(8, 1, 0), CELLS, 9);
  const msw_cross_results results = results_of(made);
  assert_int_equal(results.n, 3);
  const double in_kv = 100 * (12 * sqrt(18.0 / 12) / 16 - 1), in_batch = in_kv;
  assert_biases(find(&results, MSW_CROSS_POINT), -12.5, -12.5, in_kv, -25, 50, 12.5, -12.5);
  assert_biases(find(&results, MSW_CROSS_BATCH), -12.5, -12.5, in_batch, -25, 50, 12.5, -12.5);
  assert_biases(find(&results, MSW_CROSS_LENGTH), -12.5, -12.5, in_kv, -25, 50, 12.5, -12.5);
  assert_close(find(&results, MSW_CROSS_POINT)->target, 1.1, 1e-15, 0);
  assert_true(isnan(find(&results, MSW_CROSS_LENGTH)->target));
  assert_false(results.items[0].is_windowed);
}

/* In a window of 64 the work does not grow with the length. */
static void windows_are_apart(void **state) {
  made_set *made = *state;
  add(made, heads(8, 1, 64), CELLS, 9);
  const msw_cross_results results = results_of(made);
  const msw_cross_result *length = find(&results, MSW_CROSS_LENGTH);
  assert_true(length->is_windowed);
  assert_close(length->rules[MSW_CROSS_FLOOR_MFU].bias, -25, 1e-12, 0);
}

/* Prefill: sqrt(us) for aiconfigurator; work goes with the square. */
static void prefill_over_the_sequence(void **state) {
  made_set *made = *state;
  static const made_point POINTS[] = {{1, 100, 16}, {1, 200, 30}, {1, 400, 100}};
  msw_latency_key key = heads(8, 1, 0);
  key.kind = MSW_LATENCY_PREFILL;
  add(made, key, POINTS, 3);
  const msw_cross_results results = results_of(made);
  assert_int_equal(results.n, 1);
  const msw_cross_result *length = find(&results, MSW_CROSS_LENGTH);
  assert_biases(length, 20, 100 * (44.0 / 30 - 1), 100 * (40.0 / 30 - 1), 100 * (16.0 / 30 - 1), 100 * (64.0 / 30 - 1),
                100 * (100.0 / 30 - 1), 20);   /* two knots are left: the surfaces' parabola is the square of a line */
  assert_close(length->target, 3.2, 1e-15, 0);
}

/* 8 heads between 4 and 16: 14 + 4/12 of 12 us is 18. Twice the KV heads and heads take as long as twice the batch. */
static void other_heads(void **state) {
  made_set *made = *state;
  static const made_point FOUR[] = {{1, 64, 14}, {2, 64, 20}}, EIGHT[] = {{1, 64, 20}, {2, 64, 30}},
                          SIXTEEN[] = {{1, 64, 26}, {2, 64, 38}}, TWICE[] = {{1, 64, 25}};
  add(made, heads(4, 1, 0), FOUR, 2);
  add(made, heads(8, 1, 0), EIGHT, 2);
  add(made, heads(16, 1, 0), SIXTEEN, 2);
  add(made, heads(16, 2, 0), TWICE, 1);
  const msw_cross_results results = results_of(made);
  const msw_cross_result *number = find(&results, MSW_CROSS_HEADS);
  assert_int_equal(number->n_held, 2);
  assert_close(number->rules[MSW_CROSS_MEASURED].bias, (-10 + 100 * (26.0 / 30 - 1)) / 2, 1e-12, 0);
  const msw_cross_result *kv = find(&results, MSW_CROSS_KV_HEADS);
  assert_int_equal(kv->n_held, 2);                       /* 2 from 1; 1 from 2 at batch 2, as batch 1 is not reached */
  assert_close(kv->rules[MSW_CROSS_MEASURED].bias, (20 - 50.0 / 3) / 2, 1e-12, 0);
  assert_int_equal(kv->rules[MSW_CROSS_LINEAR].n, 0);
}

/* ---- What is wanted */

static void one_number_format(void **state) {
  made_set *made = *state;
  msw_latency_key block = SHAPE;
  block.dtype = MSW_FP8;
  add(made, SHAPE, OVER_M, 5);
  add(made, block, OVER_M, 5);
  block.block_scaled = true;
  add(made, block, OVER_M, 5);
  assert_string_equal(msw_cross_format(&block), "fp8_block");
  msw_cross_results results = results_of(made);
  assert_int_equal(results.n, 6);
  made->wanted.format = "FP8_Block";
  results = results_of(made);
  assert_int_equal(results.n, 2);
  assert_true(results.items[0].key->block_scaled);
  made->wanted.kinds[MSW_LATENCY_GEMM] = false;
  assert_int_equal(results_of(made).n, 0);
}

static void names(void **state) {
  (void)state;
  assert_string_equal(msw_cross_rule_name(MSW_CROSS_FLOOR_MFU), "floor-mfu");
  for (int i_rule = 0; i_rule < MSW_N_CROSS_RULES; i_rule++) assert_non_null(msw_cross_rule_name((msw_cross_rule)i_rule));
  for (int i = 0; i < MSW_N_CROSS_PROTOCOLS; i++) {
    assert_non_null(msw_cross_protocol_name((msw_cross_protocol)i));
    assert_non_null(msw_cross_protocol_text((msw_cross_protocol)i));
  }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(a_size_between_two), TEST(a_spike_among_sizes), TEST(an_m_between_two), TEST(beyond_the_largest_m),
      TEST(every_second_test),
      TEST(an_m_and_its_mate), TEST(shapes_between_others), TEST(spikes_are_no_truth), TEST(points_of_a_configuration),
      TEST(windows_are_apart), TEST(prefill_over_the_sequence), TEST(other_heads), TEST(one_number_format), TEST(names)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Attention times of configurations of heads, batches and windows that are measured, and of others. */
#include "made_latency.h"

static const double BATCHES[] = {1, 4, 16}, KV[] = {16, 64, 256};
enum { SIDE = 3 };

/* Straight along every axis. */
static double plane(double batch, double kv_len, double heads) { return 2 + .05 * kv_len + .5 * batch + heads; }

static msw_latency_key key_of(msw_latency_kind kind, int64_t heads, int64_t kv_heads, int64_t window) {
  return (msw_latency_key){.kind = kind, .dtype = MSW_BF16, .kv_dtype = MSW_BF16, .num_heads = heads,
                           .num_kv_heads = kv_heads, .head_dim = 128, .window = window};
}

/* Without the point at (batch, kv_len), with `factor` at (4, 64). */
static void add_decode(made_latency *made, int64_t heads, int64_t window, double batch, double kv_len, double factor) {
  made_point points[SIDE * SIDE];
  size_t n = 0;
  for (size_t i_batch = 0; i_batch < SIDE; i_batch++)
    for (size_t i_kv = 0; i_kv < SIDE; i_kv++) {
      const double us = plane(BATCHES[i_batch], KV[i_kv], (double)heads);
      if (msw_same_number(BATCHES[i_batch], batch) && msw_same_number(KV[i_kv], kv_len)) continue;
      points[n++] = (made_point){BATCHES[i_batch], KV[i_kv], i_batch == 1 && i_kv == 1 ? factor * us : us};
    }
  made_add(made, key_of(MSW_LATENCY_DECODE, heads, 8, window), points, n);
}

static msw_attention_kernel kernel_of(double heads, double kv_heads, double window) {
  return (msw_attention_kernel){MSW_BF16, heads, kv_heads, 128, window};
}

static bool decode(made_latency *made, double heads, double kv_heads, double window, double batch, msw_time_curve *curve) {
  const msw_attention_kernel kernel = kernel_of(heads, kv_heads, window);
  msw_surface_source source;
  return msw_surface_decode(made->surfaces, &kernel, batch, 0, &made->arena, curve, &source);
}

static void add_two(made_latency *made) {
  add_decode(made, 32, 0, 0, 0, 1);
  add_decode(made, 64, 0, 0, 0, 1);
  made_done(made);
}

static void measured(void **state) {
  made_latency *made = *state;
  add_two(made);
  msw_time_curve curve;
  for (size_t i_batch = 0; i_batch < SIDE; i_batch++) {
    const double batch = BATCHES[i_batch];
    assert_true(decode(made, 32, 8, 0, batch, &curve));
    for (size_t i_kv = 0; i_kv < SIDE; i_kv++) {
      assert_at(&curve, KV[i_kv], plane(batch, KV[i_kv], 32), EXACT);
      assert_same(msw_time_at(&curve, KV[i_kv], NULL), plane(batch, KV[i_kv], 32));
    }
    assert_at(&curve, 100, plane(batch, 100, 32), BETWEEN);
    assert_at(&curve, 400, plane(batch, 400, 32), BEYOND);
    assert_at(&curve, 8, plane(batch, 8, 32), BEYOND);
  }
}

static void batches(void **state) {
  made_latency *made = *state;
  add_two(made);
  msw_time_curve curve;
  assert_true(decode(made, 32, 8, 0, 10, &curve));
  assert_at(&curve, 64, plane(10, 64, 32), BETWEEN);
  assert_at(&curve, 100, plane(10, 100, 32), BETWEEN);
  assert_true(decode(made, 32, 8, 0, 100, &curve));
  assert_at(&curve, 64, plane(100, 64, 32), BEYOND);
  assert_at(&curve, 100, plane(100, 100, 32), BEYOND | BETWEEN);
  assert_true(decode(made, 32, 8, 0, .5, &curve));
  assert_at(&curve, 64, plane(.5, 64, 32), BEYOND);
}

static void heads(void **state) {
  made_latency *made = *state;
  add_two(made);
  msw_time_curve curve;
  assert_true(decode(made, 40, 8, 0, 4, &curve));
  assert_at(&curve, 64, plane(4, 64, 40), BORROWED);
  assert_at(&curve, 100, plane(4, 100, 40), BORROWED | BETWEEN);
  assert_true(decode(made, 40, 8, 0, 10, &curve));
  assert_at(&curve, 64, plane(10, 64, 40), BORROWED | BETWEEN);
  assert_false(decode(made, 16, 8, 0, 4, &curve));
  assert_false(decode(made, 128, 8, 0, 4, &curve));
  const msw_attention_kernel other = {MSW_BF16, 32, 8, 64, 0};
  msw_surface_source source = {.n = 3};
  assert_false(msw_surface_decode(made->surfaces, &other, 4, 0, &made->arena, &curve, &source));
  assert_int_equal(source.n, 0);
}

/* 4 KV heads with 8 queries each on 8 requests are the work of 8 KV heads on 4. */
static void other_kv_heads(void **state) {
  made_latency *made = *state;
  add_two(made);
  msw_time_curve curve;
  assert_true(decode(made, 16, 4, 0, 8, &curve));
  assert_at(&curve, 64, plane(4, 64, 32), BORROWED);
  assert_true(decode(made, 128, 32, 0, 1, &curve));
  assert_at(&curve, 64, plane(4, 64, 32), BORROWED);
  assert_true(decode(made, 20, 4, 0, 20, &curve));
  assert_at(&curve, 64, plane(10, 64, 40), BORROWED | BETWEEN);
  assert_true(decode(made, 4, 1, 0, 8, &curve));
  assert_false(decode(made, 4 * 72, 72, 0, 1, &curve));    /* more than 8 times as many */
}

static void prefers_fewer_kv_heads(void **state) {
  made_latency *made = *state;
  static const int64_t kv_heads[] = {1, 2, 8};
  for (size_t i_heads = 0; i_heads < 3; i_heads++) {
    const made_point points[] = {{1, 64, 10 * (double)kv_heads[i_heads]}, {4, 64, 40 * (double)kv_heads[i_heads]}};
    made_add(made, key_of(MSW_LATENCY_DECODE, 4 * kv_heads[i_heads], kv_heads[i_heads], 0), points, 2);
  }
  made_done(made);
  msw_time_curve curve;
  msw_surface_source source;
  const msw_attention_kernel kernel = kernel_of(16, 4, 0);
  assert_true(msw_surface_decode(made->surfaces, &kernel, 2, 0, &made->arena, &curve, &source));
  assert_at(&curve, 64, 80, BORROWED);                      /* of 2 KV heads at batch 4 */
  assert_int_equal(source.n, 1);
  assert_int_equal(source.slice[0]->key.num_kv_heads, 2);
}

static void windows(void **state) {
  made_latency *made = *state;
  add_two(made);
  msw_time_curve curve;
  assert_true(decode(made, 32, 8, 100, 4, &curve));
  assert_at(&curve, 64, plane(4, 64, 32), BORROWED);
  assert_at(&curve, 80, plane(4, 80, 32), BORROWED | BETWEEN);
  assert_at(&curve, 5000, plane(4, 100, 32), BORROWED | BETWEEN | BEYOND);
}

/* A measured window: time holds once it is full, and the corner is not filled there. */
static void measured_window(void **state) {
  made_latency *made = *state;
  add_decode(made, 32, 100, 16, 256, 1);
  add_decode(made, 64, 0, 0, 0, 1);
  made_done(made);
  msw_time_curve curve;
  assert_true(decode(made, 32, 8, 100, 4, &curve));
  assert_at(&curve, 5000, plane(4, 256, 32), BEYOND);
  assert_true(decode(made, 32, 8, 100, 16, &curve));        /* its last point is before the window: filled at 256 */
  assert_at(&curve, 256, plane(16, 256, 32), BEYOND);
}

static void cache_edge(void **state) {
  made_latency *made = *state;
  const made_point points[] = {{1, 10, 10}, {1, 20, 11}, {1, 100, 40}, {1, 200, 60}};
  made_add(made, key_of(MSW_LATENCY_DECODE, 8, 8, 0), points, 4);
  made_done(made);
  const msw_attention_kernel kernel = kernel_of(8, 8, 0);
  const double kv_bytes_per_tok = 2.0 * 8 * 128 * 2;
  msw_time_curve curve;
  msw_surface_source source;
  assert_true(msw_surface_decode(made->surfaces, &kernel, 1, 60 * kv_bytes_per_tok, &made->arena, &curve, &source));
  assert_at(&curve, 40, 13, BETWEEN);
  assert_at(&curve, 60, 32, BETWEEN);
  assert_at(&curve, 100, 40, EXACT);
  assert_true(msw_surface_decode(made->surfaces, &kernel, 1, 0, &made->arena, &curve, &source));
  assert_at(&curve, 60, 25.5, BETWEEN);
}

/* Alone: the middle one of the line along the row and the four sides. */
static void holes_between_sides(void **state) {
  made_latency *made = *state;
  add_decode(made, 32, 0, 4, 64, 1);
  made_done(made);
  msw_time_curve curve;
  assert_true(decode(made, 32, 8, 0, 4, &curve));
  assert_at(&curve, 64, plane(4, 64, 32), BETWEEN);
  assert_at(&curve, 16, plane(4, 16, 32), EXACT);
  assert_at(&curve, 20, plane(4, 20, 32), BETWEEN);
}

static void holes(void **state) {
  made_latency *made = *state;
  add_decode(made, 32, 0, 16, 256, 1);                      /* the corner of large batches */
  add_decode(made, 64, 0, 4, 64, 1);
  made_done(made);
  msw_time_curve curve;
  assert_true(decode(made, 64, 8, 0, 4, &curve));
  /* 68.8, 80.8 beside it and 71.2 between; 69.7, 77.2 above and below; 39.2 of 32 heads, 1.748 times that around it: 68.5 */
  assert_at(&curve, 64, 69.7, BETWEEN);
  assert_at(&curve, 16, plane(4, 16, 64), EXACT);
  assert_true(decode(made, 32, 8, 0, 16, &curve));
  assert_at(&curve, 256, plane(16, 256, 32), BEYOND);
  assert_at(&curve, 100, plane(16, 100, 32), BETWEEN | BEYOND);
}

/* Nothing on both sides of it: no cell. */
static void no_sides(void **state) {
  made_latency *made = *state;
  const made_point points[] = {{1, 16, 10}, {1, 64, 20}, {4, 64, 40}, {4, 256, 80}};
  made_add(made, key_of(MSW_LATENCY_PREFILL, 32, 8, 0), points, 4);
  made_add(made, key_of(MSW_LATENCY_DECODE, 32, 8, 0), points, 4);
  made_done(made);
  msw_time_curve curve;
  assert_true(decode(made, 32, 8, 0, 4, &curve));
  assert_at(&curve, 64, 40, EXACT);
  assert_at(&curve, 16, 40 - 48 * 40.0 / 192, BEYOND);
}

enum { MANY = 5 };
static double steady(double heads, double kv_heads, double batch, double x) {
  return heads * (1 + batch * kv_heads * x / 1000 + x * x / 10000);
}

static void add_steady(made_latency *made, msw_latency_kind kind, int64_t heads, int64_t kv_heads, bool has_hole) {
  static const double many_batches[MANY] = {1, 2, 4, 8, 16}, many_x[MANY] = {16, 32, 64, 128, 256};
  made_point points[MANY * MANY];
  size_t n = 0;
  for (size_t i_batch = 0; i_batch < MANY; i_batch++)
    for (size_t i_x = 0; i_x < MANY; i_x++)
      if (!has_hole || i_batch != 2 || i_x != 2)
        points[n++] = (made_point){many_batches[i_batch], many_x[i_x],
                                   steady((double)heads, (double)kv_heads, many_batches[i_batch], many_x[i_x])};
  made_add(made, key_of(kind, heads, kv_heads, 0), points, n);
}

/* Four configurations take the same share of time everywhere: what they say agrees, and the rest lies on both sides of it. */
static void holes_by_neighbours(void **state) {
  made_latency *made = *state;
  static const msw_latency_kind kinds[] = {MSW_LATENCY_PREFILL, MSW_LATENCY_DECODE};
  for (size_t i_kind = 0; i_kind < 2; i_kind++) {
    add_steady(made, kinds[i_kind], 24, 8, false);
    add_steady(made, kinds[i_kind], 32, 8, true);
    add_steady(made, kinds[i_kind], 40, 8, false);
    add_steady(made, kinds[i_kind], 16, 4, false);
    add_steady(made, kinds[i_kind], 64, 16, false);
  }
  made_done(made);
  const msw_attention_kernel kernel = kernel_of(32, 8, 0);
  msw_time_curve curve;
  msw_surface_source source;
  assert_true(decode(made, 32, 8, 0, 4, &curve));
  assert_at(&curve, 64, steady(32, 8, 4, 64), BETWEEN);
  assert_true(msw_surface_prefill(made->surfaces, &kernel, 4, &made->arena, &curve, &source));
  assert_at(&curve, 64, steady(32, 8, 4, 64), BETWEEN);
}

static void spikes(void **state) {
  made_latency *made = *state;
  add_decode(made, 32, 0, 0, 0, 3);
  add_decode(made, 64, 0, 0, 0, 1.2);
  made_done(made);
  assert_int_equal(msw_surfaces_spikes(made->surfaces, MSW_LATENCY_DECODE), 1);
  assert_int_equal(msw_surfaces_spikes(made->surfaces, MSW_LATENCY_PREFILL), 0);
  assert_int_equal(msw_surfaces_spikes(made->surfaces, MSW_LATENCY_MOE), 0);
  msw_time_curve curve;
  assert_true(decode(made, 32, 8, 0, 4, &curve));
  assert_at(&curve, 64, plane(16, 64, 32), BETWEEN);        /* filled as any hole: the larger batch is the middle one */
  assert_true(decode(made, 64, 8, 0, 4, &curve));
  assert_at(&curve, 64, 1.2 * plane(4, 64, 64), EXACT);
}

static void number_formats(void **state) {
  made_latency *made = *state;
  add_two(made);
  static const struct { msw_dtype dtype; bool found; } cases[] = {
      {MSW_BF16, true}, {MSW_FP16, true}, {MSW_FP8, false}, {MSW_FP32, false}};
  for (size_t i_case = 0; i_case < sizeof cases / sizeof *cases; i_case++) {
    msw_attention_kernel kernel = kernel_of(32, 8, 0);
    msw_time_curve curve;
    msw_surface_source source;
    kernel.kv_dtype = cases[i_case].dtype;
    assert_int_equal(msw_surface_decode(made->surfaces, &kernel, 4, 0, &made->arena, &curve, &source), cases[i_case].found);
    if (cases[i_case].found) assert_at(&curve, 64, plane(4, 64, 32), EXACT);
  }
}

static double square(double batch, double seq_len) { return batch * 1e-4 * seq_len * seq_len; }

static void prefill(void **state) {
  made_latency *made = *state;
  made_point points[SIDE * SIDE];
  for (size_t i_point = 0; i_point < SIDE * SIDE; i_point++) {
    const double batch = BATCHES[i_point / SIDE], seq_len = KV[i_point % SIDE];
    points[i_point] = (made_point){batch, seq_len, square(batch, seq_len)};
  }
  made_add(made, key_of(MSW_LATENCY_PREFILL, 32, 8, 0), points, SIDE * SIDE);
  made_done(made);
  const msw_attention_kernel kernel = kernel_of(32, 8, 0), window = kernel_of(32, 8, 200);
  msw_time_curve curve;
  msw_surface_source source;
  assert_true(msw_surface_prefill(made->surfaces, &kernel, 4, &made->arena, &curve, &source));
  assert_at(&curve, 64, square(4, 64), EXACT);
  assert_at(&curve, 100, square(4, 100), BETWEEN);
  assert_at(&curve, 1000, square(4, 1000), BEYOND);
  assert_at(&curve, 8, square(4, 8), BEYOND);
  assert_true(msw_surface_prefill(made->surfaces, &kernel, 10, &made->arena, &curve, &source));
  assert_at(&curve, 100, square(10, 100), BETWEEN);
  assert_true(msw_surface_prefill(made->surfaces, &window, 4, &made->arena, &curve, &source));
  assert_at(&curve, 100, square(4, 100), BORROWED | BETWEEN);
  assert_at(&curve, 300, square(4, 200) + 100 * 4 * 1e-4 * 2 * 200, BORROWED | BETWEEN | BEYOND);
  assert_false(decode(made, 32, 8, 0, 4, &curve));
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, made_setup, made_teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(measured),       TEST(batches),    TEST(heads), TEST(other_kv_heads), TEST(prefers_fewer_kv_heads), TEST(windows),
      TEST(measured_window), TEST(cache_edge), TEST(holes_between_sides), TEST(holes), TEST(no_sides),
      TEST(holes_by_neighbours), TEST(spikes), TEST(number_formats), TEST(prefill)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

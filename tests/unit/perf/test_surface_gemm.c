/* GEMM times of shapes that are measured, between, beside, beyond and far from measured ones. */
#include "made_latency.h"

static const double M[] = {1, 16, 64, 256};
enum { N_M = sizeof M / sizeof *M };

/* Straight along every axis: lines between and beyond shapes find it again. */
static double plane(double m, double n, double k) { return 10 + m + n / 100 + k / 50; }

static void add_site(made_latency *made, msw_dtype dtype, bool block_scaled, int64_t n, int64_t k, double factor) {
  made_point points[N_M];
  for (size_t i_m = 0; i_m < N_M; i_m++)
    points[i_m] = (made_point){1, M[i_m], factor * plane(M[i_m], (double)n, (double)k)};
  const msw_latency_key key = {.kind = MSW_LATENCY_GEMM, .dtype = dtype, .block_scaled = block_scaled, .n = n, .k = k};
  made_add(made, key, points, N_M);
}

/* All of n 1000, 2000, 4000, 40000 by k 1000, 3000, 8000, but for (2000, 3000). */
static const msw_surfaces *table(made_latency *made) {
  static const int64_t n[] = {1000, 2000, 4000, 40000}, k[] = {1000, 3000, 8000};
  for (size_t i_n = 0; i_n < 4; i_n++)
    for (size_t i_k = 0; i_k < 3; i_k++)
      if (i_n != 1 || i_k != 1) add_site(made, MSW_BF16, false, n[i_n], k[i_k], 1);
  return made_done(made);
}

static void shapes(void **state) {
  made_latency *made = *state;
  const msw_surfaces *surfaces = table(made);
  const struct { double n, k; msw_flags flags; size_t n_sources; } cases[] = {
      {1000, 1000, 0, 1},
      {40000, 8000, 0, 1},
      {1000, 2000, BORROWED, 2},            /* between sites of the same n */
      {1500, 2000, BORROWED, 4},            /* between columns, each between its sites */
      {1500, 1000, BORROWED, 2},
      {2000, 3000, BORROWED, 2},            /* its own column has a gap of 1000 to 8000: the columns beside it */
      {80000, 1000, BORROWED | BEYOND, 2},  /* like an lm_head */
      {1000, 16000, BORROWED | BEYOND, 2},
      {600, 1000, BORROWED | BEYOND, 2},
      {1000, 500, BORROWED | BEYOND, 2},
      {80000, 16000, BORROWED | BEYOND, 4},
  };
  for (size_t i_case = 0; i_case < sizeof cases / sizeof *cases; i_case++) {
    const double n = cases[i_case].n, k = cases[i_case].k;
    const msw_flags flags = cases[i_case].flags;
    msw_time_curve curve;
    msw_surface_source source;
    assert_true(msw_surface_gemm(surfaces, MSW_BF16, false, n, k, &made->arena, &curve, &source));
    for (size_t i_m = 0; i_m < N_M; i_m++) assert_at(&curve, M[i_m], plane(M[i_m], n, k), flags);
    assert_at(&curve, 100, plane(100, n, k), flags | BETWEEN);
    assert_at(&curve, .5, plane(1, n, k), flags | BEYOND);
    assert_at(&curve, 512, plane(512, n, k), flags | BEYOND);
    assert_int_equal(source.n, cases[i_case].n_sources);
    double sum = 0;
    for (size_t i_source = 0; i_source < source.n; i_source++) sum += source.weight[i_source];
    assert_close(sum, 1, 1e-14, 0);
  }
}

static void exact_bits(void **state) {
  made_latency *made = *state;
  const msw_surfaces *surfaces = table(made);
  msw_time_curve curve;
  msw_surface_source source;
  assert_true(msw_surface_gemm(surfaces, MSW_BF16, false, 4000, 3000, &made->arena, &curve, &source));
  for (size_t i_m = 0; i_m < N_M; i_m++) assert_same(msw_time_at(&curve, M[i_m], NULL), plane(M[i_m], 4000, 3000));
  assert_int_equal(source.slice[0]->key.n, 4000);
  assert_int_equal(source.slice[0]->key.k, 3000);
  assert_same(source.weight[0], 1);
}

static void nearest(void **state) {
  made_latency *made = *state;
  const msw_surfaces *surfaces = table(made);
  msw_time_curve curve;
  msw_surface_source source;
  /* 4000 and 40000 are too far apart; within two octaves lie (40000, 1000) and (40000, 3000) */
  assert_true(msw_surface_gemm(surfaces, MSW_BF16, false, 20000, 1000, &made->arena, &curve, &source));
  assert_int_equal(source.n, 2);
  const double far2 = 1 + log2(3) * log2(3), total = 1 + 1 / far2;
  const double near_us = plane(16, 40000, 1000) / 2, far_us = plane(16, 40000, 3000) / 6;
  assert_at(&curve, 16, (near_us + far_us / far2) / total, BORROWED | BEYOND);
  source.n = 9;
  assert_false(msw_surface_gemm(surfaces, MSW_BF16, false, 200000, 1000, &made->arena, &curve, &source));
  assert_int_equal(source.n, 0);
  assert_false(msw_surface_gemm(surfaces, MSW_BF16, false, 1000, 100, &made->arena, &curve, &source));
}

/* Beyond the table a time neither falls below that of the last shape nor grows by more than in proportion. */
static void limits(void **state) {
  made_latency *made = *state;
  add_site(made, MSW_BF16, false, 1000, 1000, 1);
  add_site(made, MSW_BF16, false, 8000, 1000, .1);
  add_site(made, MSW_BF16, false, 1000, 8000, 100);
  const msw_surfaces *surfaces = made_done(made);
  msw_time_curve curve;
  msw_surface_source source;
  assert_true(msw_surface_gemm(surfaces, MSW_BF16, false, 16000, 1000, &made->arena, &curve, &source));
  assert_at(&curve, 16, .1 * plane(16, 8000, 1000), BORROWED | BEYOND);
  assert_true(msw_surface_gemm(surfaces, MSW_BF16, false, 1000, 16000, &made->arena, &curve, &source));
  assert_at(&curve, 16, 2 * 100 * plane(16, 1000, 8000), BORROWED | BEYOND);
}

/* Sites with different m answer where both are measured. */
static void uneven_m(void **state) {
  made_latency *made = *state;
  const made_point all[] = {{1, 1, 10}, {1, 8, 20}, {1, 64, 100}}, few[] = {{1, 4, 20}, {1, 8, 40}, {1, 16, 80}};
  made_add(made, (msw_latency_key){.kind = MSW_LATENCY_GEMM, .dtype = MSW_BF16, .n = 100, .k = 100}, all, 3);
  made_add(made, (msw_latency_key){.kind = MSW_LATENCY_GEMM, .dtype = MSW_BF16, .n = 100, .k = 300}, few, 3);
  const msw_surfaces *surfaces = made_done(made);
  msw_time_curve curve;
  msw_surface_source source;
  assert_true(msw_surface_gemm(surfaces, MSW_BF16, false, 100, 200, &made->arena, &curve, &source));
  assert_at(&curve, 8, 30, BORROWED);
  assert_at(&curve, 4, .5 * (10 + 30.0 / 7 + 20), BORROWED);
  assert_at(&curve, 16, .5 * (20 + 80.0 / 7 + 80), BORROWED);
  assert_at(&curve, 2, .5 * (10 + 30.0 / 7 + 20), BORROWED | BEYOND);
}

static void number_formats(void **state) {
  made_latency *made = *state;
  add_site(made, MSW_BF16, false, 1000, 1000, 1);
  add_site(made, MSW_FP8, true, 1000, 1000, 2);
  add_site(made, MSW_FP4, false, 1000, 1000, 3);
  const msw_surfaces *surfaces = made_done(made);
  static const struct { msw_dtype dtype; bool block_scaled; double factor; msw_flags flags; } cases[] = {
      {MSW_BF16, false, 1, 0}, {MSW_FP16, false, 1, 0}, {MSW_FP8, true, 2, 0}, {MSW_FP8, false, 2, MSW_FLAG_DTYPE_BORROWED},
      {MSW_FP4, false, 3, 0},  {MSW_INT8, false, 0, 0}, {MSW_FP32, false, 0, 0},
  };
  for (size_t i_case = 0; i_case < sizeof cases / sizeof *cases; i_case++) {
    msw_time_curve curve;
    msw_surface_source source;
    const bool found = msw_surface_gemm(surfaces, cases[i_case].dtype, cases[i_case].block_scaled, 1000, 1000, &made->arena,
                                        &curve, &source);
    assert_int_equal(found, cases[i_case].factor > 0);
    if (found) assert_at(&curve, 16, cases[i_case].factor * plane(16, 1000, 1000), cases[i_case].flags);
  }
}

static void no_table(void **state) {
  made_latency *made = *state;
  const msw_surfaces *surfaces = made_done(made);
  msw_time_curve curve;
  msw_surface_source source;
  assert_false(msw_surface_gemm(surfaces, MSW_BF16, false, 1000, 1000, &made->arena, &curve, &source));
  assert_int_equal(msw_surfaces_spikes(surfaces, MSW_LATENCY_GEMM), 0);
  msw_surfaces_free(NULL);
}

/* side x side sites; the one in the middle is three times too slow at m = 16. */
static void add_square(made_latency *made, int64_t side) {
  for (int64_t i_n = 1; i_n <= side; i_n++)
    for (int64_t i_k = 1; i_k <= side; i_k++) {
      add_site(made, MSW_BF16, false, 1000 * i_n, 1000 * i_k, 1);
      if (i_n != side / 2 || i_k != side / 2) continue;
      const msw_latency_slice *slice = &made->slices[made->set.n_slices - 1];
      ((double *)(uintptr_t)slice->latency_us)[1] *= 3;
    }
}

static void spikes(void **state) {
  enum { SMALL = 4, LARGE = 6 };   /* 1 of 64 points is more than 1 %, 1 of 144 is not */
  static const int64_t sides[] = {SMALL, LARGE};
  for (size_t i_side = 0; i_side < 2; i_side++) {
    made_latency *made = *state;
    add_square(made, sides[i_side]);
    const msw_surfaces *surfaces = made_done(made);
    const double at = 1000 * (double)(sides[i_side] / 2), factor = sides[i_side] == SMALL ? 1 : 3;
    msw_time_curve curve;
    msw_surface_source source;
    assert_int_equal(msw_surfaces_spikes(surfaces, MSW_LATENCY_GEMM), 1);
    assert_true(msw_surface_gemm(surfaces, MSW_BF16, false, at, at, &made->arena, &curve, &source));
    assert_at(&curve, 16, factor * plane(16, at, at), sides[i_side] == SMALL ? BETWEEN : EXACT);
    assert_at(&curve, 64, plane(64, at, at), EXACT);
    msw_surfaces_free(made->surfaces);
    msw_arena_free(&made->arena);
    *made = (made_latency){.surfaces = NULL};
  }
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, made_setup, made_teardown)

int main(void) {
  const struct CMUnitTest tests[] = {TEST(shapes),   TEST(exact_bits),     TEST(nearest),  TEST(limits),
                                     TEST(uneven_m), TEST(number_formats), TEST(no_table), TEST(spikes)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

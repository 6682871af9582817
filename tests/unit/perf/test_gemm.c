/* GEMM of a phase, reckoned by hand: projections hold 14.4e6 parameters a layer, 10 layers, 1e14 FLOP/s. */
#include "made_case.h"
#include "msw/perf/phase.h"
#include "msw_test.h"

static const double eps = 1e-13;

/* us of 2 t params / (peak mfu), all layers. */
static double by_hand(double tok, double mfu) { return 2 * tok * 14.4e6 * 10 / (1e14 * mfu) * 1e6; }

static void exact_rows_and_between(void **state) {
  made_world *world = *state;
  msw_flags flags = 0;
  world->knobs.gemm_weight_floor = 0;
  msw_case bound = made_bind(world);
  assert_close(msw_gemm_us(&bound, MSW_DECODE, 100, &flags, NULL), by_hand(100, .5), eps, 0);
  assert_close(msw_gemm_us(&bound, MSW_PREFILL, 100, &flags, NULL), by_hand(100, .5), eps, 0);   /* same in both phases */
  assert_close(msw_gemm_us(&bound, MSW_DECODE, 55, &flags, NULL), by_hand(55, .3), eps, 0);
  assert_int_equal(flags, MSW_FLAG_SHAPE_BORROWED);   /* k_proj and v_proj */
  assert_close(msw_gemm_us(&bound, MSW_DECODE, 2000, &flags, NULL), by_hand(2000, .8), eps, 0);
  assert_int_equal(flags, MSW_FLAG_SHAPE_BORROWED | MSW_FLAG_TABLE_CLAMPED);
}

/* One token: 2e6 / (1e14 .1) s for q_proj, but reading its 2e6 bytes at 5e11 byte/s takes 4 us. */
static void the_weight_floor(void **state) {
  made_world *world = *state;
  msw_flags flags = 0;
  msw_case bound = made_bind(world);
  double floor_us = 2 * 14.4e6 * 10 / 5e11 * 1e6;   /* 576 */
  assert_close(msw_gemm_us(&bound, MSW_DECODE, 1, &flags, NULL), floor_us, eps, 0);
  assert_close(msw_gemm_us(&bound, MSW_DECODE, 1000, &flags, NULL), by_hand(1000, .8), eps, 0);
  world->knobs.gemm_weight_floor = 0;
  bound = made_bind(world);
  assert_close(msw_gemm_us(&bound, MSW_DECODE, 1, &flags, NULL), by_hand(1, .1), eps, 0);
}

/* The floor is one of each GEMM, not of their sum. */
static void the_floor_is_per_projection(void **state) {
  made_world *world = *state;
  msw_flags flags = 0;
  static const made_gemm_row rows[] = {{10, 1000, 1000, .1}, {10, 1000, 4000, 1e-3}, {10, 4000, 1000, .1}};
  world->tables[0] = made_gemm(&world->arena, 1e14, rows, 3);
  msw_case bound = made_bind(world);
  double wide_us = 2 * 10 * 4e6 / (1e14 * 1e-3) * 1e6, other_us = 2 * (14.4e6 - 8e6) / 5e11 * 1e6;
  assert_close(msw_gemm_us(&bound, MSW_DECODE, 10, &flags, NULL), 10 * (2 * wide_us + other_us), eps, 0);
}

static void tp_divides_the_whole(void **state) {
  made_world *world = *state;
  msw_flags flags = 0;
  world->tp = 5;
  msw_case bound = made_bind(world);
  assert_close(msw_gemm_us(&bound, MSW_DECODE, 100, &flags, NULL), by_hand(100, .5) / 5, eps, 0);
}

static void no_tokens_no_time(void **state) {
  made_world *world = *state;
  msw_flags flags = 0;
  msw_case bound = made_bind(world);
  assert_same(msw_gemm_us(&bound, MSW_DECODE, 0, &flags, NULL), 0);
  assert_int_equal(flags, 0);
}

static void one_mfu_per_phase(void **state) {
  made_world *world = *state;
  msw_flags flags = 0;
  made_use(world, "v1-calibrated");
  world->tp = 2;
  msw_case bound = made_bind(world);
  assert_close(msw_gemm_us(&bound, MSW_PREFILL, 300, &flags, NULL), by_hand(300, .5) / sqrt(2), eps, 0);
  assert_close(msw_gemm_us(&bound, MSW_MIXED, 300, &flags, NULL), by_hand(300, .5) / sqrt(2), eps, 0);
  assert_close(msw_gemm_us(&bound, MSW_DECODE, 3, &flags, NULL), by_hand(3, .1 * 2) / 4, eps, 0);
  assert_int_equal(flags, 0);
}

static void narrow_weights(void **state) {
  made_world *world = *state;
  msw_flags flags = 0;
  world->dtype = MSW_FP8;
  msw_case bound = made_bind(world);
  assert_close(msw_gemm_us(&bound, MSW_DECODE, 1000, &flags, NULL), by_hand(1000, .8) / 2, eps, 0);   /* 2e14 FLOP/s */
  assert_close(msw_gemm_us(&bound, MSW_DECODE, 1, &flags, NULL), 288, eps, 0);                          /* half the bytes */
  made_use(world, "v1-calibrated");
  bound = made_bind(world);
  assert_close(msw_gemm_us(&bound, MSW_PREFILL, 300, &flags, NULL), by_hand(300, .5) / 2, eps, 0);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, made_setup, made_teardown)
  const struct CMUnitTest tests[] = {
      TEST(exact_rows_and_between), TEST(the_weight_floor), TEST(the_floor_is_per_projection), TEST(tp_divides_the_whole),
      TEST(no_tokens_no_time), TEST(one_mfu_per_phase), TEST(narrow_weights),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* From two phases to a step: mixed rules, communication, overheads, and what bounds it. */
#include "made_case.h"
#include "msw/perf/phase.h"
#include "msw_test.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
static const double eps = 1e-14;

static const struct { int rule; double prefill_tok, decode_requests, hardware_us; } mixed[] = {   /* Tp 40, Td 10 */
    {MSW_MIXED_MAX, 100, 8, 40},
    {MSW_MIXED_SUM, 100, 8, 50},
    {MSW_MIXED_MAX, 1, 1, 40},                                     /* one token of each is a mixed step too */
    {MSW_MIXED_WEIGHTED, 1, 1, 25},
    {MSW_MIXED_WEIGHTED, 101, 25, .75 * 40 + .25 * 10},            /* N > 4D and N > 100 */
    {MSW_MIXED_WEIGHTED, 100, 24, (100 * 40. + 24 * 10) / 124},    /* N not above 100 */
    {MSW_MIXED_WEIGHTED, 101, 26, (101 * 40. + 26 * 10) / 127},    /* N not above 4D */
    {MSW_MIXED_WEIGHTED, 25, 51, .35 * 40 + .65 * 10},             /* D > 2N and D > 50 */
    {MSW_MIXED_WEIGHTED, 24, 50, (24 * 40. + 50 * 10) / 74},       /* D not above 50 */
    {MSW_MIXED_WEIGHTED, 26, 52, (26 * 40. + 52 * 10) / 78},       /* D not above 2N */
};

static void mixed_rules(void **state) {
  made_world *world = *state;
  for (size_t i_row = 0; i_row < COUNT(mixed); i_row++) {
    world->knobs.mixed_rule = mixed[i_row].rule;
    msw_case bound = made_bind(world);
    msw_mixed_weights weights = msw_mixed_weights_of(&bound, mixed[i_row].prefill_tok, mixed[i_row].decode_requests);
    assert_close(msw_combine_us(weights, 40, 10), mixed[i_row].hardware_us, eps, 0);
  }
}

static void a_phase_alone_is_the_step(void **state) {
  made_world *world = *state;
  for (int rule = MSW_MIXED_FUSED; rule <= MSW_MIXED_WEIGHTED; rule++) {
    world->knobs.mixed_rule = rule;
    msw_case bound = made_bind(world);
    assert_same(msw_combine_us(msw_mixed_weights_of(&bound, 0, 200), 0, 10), 10);
    assert_same(msw_combine_us(msw_mixed_weights_of(&bound, 200, 0), 40, 0), 40);
  }
}

static void max_takes_the_longer(void **state) {
  (void)state;
  const msw_mixed_weights max = {true, 1, 1};
  assert_same(msw_combine_us(max, 3, 5), 5);
  assert_same(msw_combine_us(max, 5, 3), 5);
  assert_same(msw_combine_us(max, 4, 4), 4);
}

static void communication(void **state) {
  made_world *world = *state;
  world->tp = 2;
  msw_case bound = made_bind(world);
  assert_same(msw_comm_us(&bound), 0);   /* V2 has none */
  made_use(world, "v1-calibrated");
  bound = made_bind(world);
  assert_same(msw_comm_us(&bound), 2 * 10 * 5);
  world->tp = 1;
  bound = made_bind(world);
  assert_same(msw_comm_us(&bound), 0);
}

static void overheads_of_table_methods(void **state) {
  made_world *world = *state;
  world->tp = 5;
  msw_case bound = made_bind(world);
  assert_same(msw_overhead_us(&bound, 64, 2), 10 * 10 / 5.);   /* whatever the batch */
  world->knobs.per_request_overhead_us = 3;
  bound = made_bind(world);
  assert_same(msw_overhead_us(&bound, 64, 2), 20 + 3 * 66);
}

static void overheads_of_constant_mfu(void **state) {
  made_world *world = *state;
  made_use(world, "v1-calibrated");
  world->knobs.per_layer_overhead_us = 0;
  msw_case bound = made_bind(world);
  assert_same(msw_overhead_us(&bound, 1, 0), 1000);
  assert_same(msw_overhead_us(&bound, 2, 0), 1000);                                      /* R not above 2 */
  assert_close(msw_overhead_us(&bound, 8, 0), 1000 * (1 + .15 * 2 * 2.3), eps, 0);       /* log2(4) = 2 */
  assert_same(msw_overhead_us(&bound, 0, 1), 1000 + 300);
  assert_close(msw_overhead_us(&bound, 0, 4), 1000 * (1 + .15 * 1 * .3) + 4 * 300, eps, 0);
  assert_close(msw_overhead_us(&bound, 3, 1), 1000 * (1 + .15 * 1 * 1.8) + 100, eps, 0);   /* beside decodes: 100 each */
  world->knobs.per_layer_overhead_us = 7;   /* a user may set it after all */
  world->tp = 2;
  bound = made_bind(world);
  assert_same(msw_overhead_us(&bound, 1, 0), 1000 + 35);
}

static const struct { double gemm, attn, memory, hardware, comm, overhead; msw_bound bound; } bounds[] = {
    {3, 2, 4, 5, 1, 1, MSW_BOUND_GEMM},       {2, 3, 4, 5, 1, 1, MSW_BOUND_ATTENTION}, {2, 2, 4, 4, 1, 1, MSW_BOUND_GEMM},
    {2, 2, 5, 5, 1, 1, MSW_BOUND_MEMORY},     {3, 2, 4, 5, 6, 1, MSW_BOUND_COMM},      {3, 2, 4, 5, 1, 6, MSW_BOUND_OVERHEAD},
    {3, 2, 4, 5, 6, 6, MSW_BOUND_OVERHEAD},   {3, 2, 4, 5, 7, 6, MSW_BOUND_COMM},      {3, 2, 4, 5, 5, 5, MSW_BOUND_GEMM},
};

static void what_bounds_a_step(void **state) {
  (void)state;
  for (size_t i_row = 0; i_row < COUNT(bounds); i_row++) {
    msw_phase_time phase = {bounds[i_row].gemm, bounds[i_row].attn, bounds[i_row].memory, bounds[i_row].hardware};
    msw_bound got = msw_bound_of(&phase, bounds[i_row].hardware, bounds[i_row].comm, bounds[i_row].overhead);
    if (got != bounds[i_row].bound) fail_msg("row %zu: %s", i_row, msw_bound_name(got));
  }
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, made_setup, made_teardown)
  const struct CMUnitTest tests[] = {
      TEST(mixed_rules), TEST(a_phase_alone_is_the_step), TEST(max_takes_the_longer), TEST(communication),
      TEST(overheads_of_table_methods), TEST(overheads_of_constant_mfu), TEST(what_bounds_a_step),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Memory traffic, reckoned by hand: KV 10 layers * 2 * 200 * 2 byte = 8000 a token, activations 10 * 1000 * 2 = 20000. */
#include "made_case.h"
#include "msw/perf/phase.h"
#include "msw_test.h"

static const double eps = 1e-13;
static const double weight_bytes = 2 * 14.4e6 * 10;

static void one_new_token(void **state) {
  made_world *world = *state;
  msw_case bound = made_bind(world);
  assert_close(msw_decode_dyn_bytes(&bound, 1, 100), 8000 + 8000 * 100 * .8 + 20000 * .75, eps, 0);
  assert_close(msw_decode_dyn_bytes(&bound, 7, 100), 7 * (8000 + 8000 * 100 * .8 + 20000 * .75), eps, 0);
  assert_close(msw_decode_dyn_bytes(&bound, 1, 0), 8000 + 20000 * .75, eps, 0);
}

static void many_new_tokens(void **state) {
  made_world *world = *state;
  msw_case bound = made_bind(world);
  assert_close(msw_prefill_dyn_bytes(&bound, 1, 0, 300), 8000 * 300 + 20000 * 300 * .85, eps, 0);   /* fresh: reads no KV */
  assert_close(msw_prefill_dyn_bytes(&bound, 3, 100, 300), 3 * (8000 * 300 + 8000 * 100 * .92 + 20000 * 300 * .85), eps, 0);
  assert_close(msw_prefill_dyn_bytes(&bound, 1, 100, 2), 16000 + 8000 * 100 * .92 + 40000 * .85, eps, 0);
  /* a prefill of one token takes the shares of one token */
  assert_same(msw_prefill_dyn_bytes(&bound, 1, 100, 1), msw_decode_dyn_bytes(&bound, 1, 100));
}

static void weights_once_over_the_bandwidth(void **state) {
  made_world *world = *state;
  msw_case bound = made_bind(world);
  for (int phase = MSW_DECODE; phase <= MSW_MIXED; phase++)
    assert_close(msw_memory_us(&bound, (msw_phase)phase, 1e6), (weight_bytes + 1e6) / 5e11 * 1e6, eps, 0);
  world->tp = 5;
  bound = made_bind(world);
  assert_close(msw_memory_us(&bound, MSW_DECODE, 1e6), (weight_bytes + 1e6) / 5 / 5e11 * 1e6, eps, 0);
}

/* V1: prefill keeps the linear tp, decode takes its exponent; each phase its share of the bandwidth. */
static void constant_mfu_factors(void **state) {
  made_world *world = *state;
  made_use(world, "v1-calibrated");
  world->tp = 2;
  msw_case bound = made_bind(world);
  assert_close(msw_memory_us(&bound, MSW_PREFILL, 1e6), (weight_bytes + 1e6) / 2 / (5e11 * .8) * 1e6, eps, 0);
  assert_close(msw_memory_us(&bound, MSW_DECODE, 1e6), (weight_bytes + 1e6) / 4 / (5e11 * .5) * 1e6, eps, 0);
}

static void narrow_weights_keep_a_wide_cache(void **state) {
  made_world *world = *state;
  world->dtype = MSW_FP8;
  msw_case bound = made_bind(world);
  assert_close(msw_decode_dyn_bytes(&bound, 1, 100), 8000 + 8000 * 100 * .8 + 20000 * .75, eps, 0);
  assert_close(msw_memory_us(&bound, MSW_DECODE, 0), weight_bytes / 2 / 5e11 * 1e6, eps, 0);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, made_setup, made_teardown)
  const struct CMUnitTest tests[] = {
      TEST(one_new_token), TEST(many_new_tokens), TEST(weights_once_over_the_bandwidth), TEST(constant_mfu_factors),
      TEST(narrow_weights_keep_a_wide_cache),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

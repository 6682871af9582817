/* Attention of both phases, reckoned by hand: F(n, s) = 10 layers * 4 * 10 heads * 100 * n s = 40000 n s. */
#include "made_case.h"
#include "msw/perf/phase.h"
#include "msw_test.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
static const double eps = 1e-13;

static double us_of(double flop, double mfu) { return flop / (1e14 * mfu) * 1e6; }
static double f(double n, double s) { return 40000 * n * s; }

static double decode_us(made_world *world, const char *text, msw_flags *flags) {
  msw_case bound = made_bind(world);
  msw_step step = made_step(world, text, "");
  *flags = 0;
  return msw_decode_attention_us(&bound, step.decode, step.n_decode, flags, NULL);
}

static double prefill_us(made_world *world, double bucket, const char *text, msw_flags *flags) {
  msw_case bound = made_bind(world);
  msw_step step = made_step(world, "", text);
  *flags = 0;
  return msw_prefill_attention_us(&bound, bucket, step.prefill, step.n_prefill, flags, NULL);
}

static void decode_of_equal_requests(void **state) {
  made_world *world = *state;
  msw_flags flags;
  for (int rule = MSW_AGGREGATE_MAX; rule <= MSW_AGGREGATE_BUCKETS; rule++) {
    world->knobs.decode_aggregation = rule;
    assert_close(decode_us(world, "8*1024", &flags), us_of(f(8, 1024), .08), eps, 0);
    assert_int_equal(flags, 0);
    assert_close(decode_us(world, "16*512", &flags), us_of(f(16, 512), .04), eps, 0);
    assert_int_equal(flags, MSW_FLAG_TABLE_CLAMPED);
  }
}

/* 4*512 + 4*1024: batch 8. */
static void decode_of_different_requests(void **state) {
  made_world *world = *state;
  msw_flags flags;
  const char *step = "4*512+4*1024";
  world->knobs.decode_aggregation = MSW_AGGREGATE_MAX;
  assert_close(decode_us(world, step, &flags), us_of(f(8, 1024), .08), eps, 0);
  world->knobs.decode_aggregation = MSW_AGGREGATE_MEAN;
  assert_close(decode_us(world, step, &flags), us_of(f(8, 768), .06), eps, 0);
  world->knobs.decode_aggregation = MSW_AGGREGATE_REQUEST;   /* MFU (1 * .04 + 2 * .08) / 3 */
  assert_close(decode_us(world, step, &flags), us_of(f(4, 512) + f(4, 1024), .2 / 3), eps, 0);
  assert_int_equal(flags, 0);
}

static void decode_buckets_are_powers_of_two_from_512(void **state) {
  made_world *world = *state;
  msw_flags flags;
  world->knobs.decode_aggregation = MSW_AGGREGATE_BUCKETS;
  assert_close(decode_us(world, "8*1", &flags), us_of(f(8, 512), .04), eps, 0);
  assert_close(decode_us(world, "8*512", &flags), us_of(f(8, 512), .04), eps, 0);
  assert_close(decode_us(world, "8*513", &flags), us_of(f(8, 1024), .08), eps, 0);
  assert_int_equal(flags, 0);
  assert_close(decode_us(world, "8*1025", &flags), us_of(f(8, 2048), .08), eps, 0);
  assert_int_equal(flags, MSW_FLAG_TABLE_CLAMPED);
  assert_close(decode_us(world, "8*70000", &flags), us_of(f(8, 131072), .08), eps, 0);   /* without an upper end */
}

static void decode_without_context(void **state) {
  made_world *world = *state;
  msw_flags flags;
  for (int rule = MSW_AGGREGATE_MAX; rule <= MSW_AGGREGATE_REQUEST; rule++) {
    world->knobs.decode_aggregation = rule;
    assert_same(decode_us(world, "8*0", &flags), 0);
    assert_int_equal(flags, 0);
    assert_same(decode_us(world, "", &flags), 0);
  }
  world->knobs.decode_aggregation = MSW_AGGREGATE_REQUEST;   /* they still fill the batch */
  assert_close(decode_us(world, "7*0+1*1024", &flags), us_of(f(1, 1024), .08), eps, 0);
}

/* Heads are shared: FLOP and time over tp, MFU from the table of that tp (half of tp 1's). */
static void decode_on_two_gpus(void **state) {
  made_world *world = *state;
  msw_flags flags;
  world->tp = 2;
  assert_close(decode_us(world, "8*1024", &flags), us_of(f(8, 1024) / 2, .04), eps, 0);
  world->knobs.decode_aggregation = MSW_AGGREGATE_MAX;
  assert_close(decode_us(world, "8*1024", &flags), us_of(f(8, 1024) / 2, .04), eps, 0);
  world->tp = 5;
  assert_close(decode_us(world, "8*1024", &flags), us_of(f(8, 1024) / 5, .08), eps, 0);
  assert_int_equal(flags, MSW_FLAG_TP_BORROWED);
}

static const struct { int rule; double cached, fresh, bucket; } buckets[] = {
    {MSW_BUCKET_POW2, 0, 1, 512},           {MSW_BUCKET_POW2, 0, 512, 512},       {MSW_BUCKET_POW2, 0, 513, 1024},
    {MSW_BUCKET_POW2, 500, 500, 1024},      {MSW_BUCKET_POW2, 0, 65536, 65536},   {MSW_BUCKET_POW2, 65536, 1, 65536},
    {MSW_BUCKET_EXACT, 0, 1, 1},            {MSW_BUCKET_EXACT, 100, 23, 123},     {MSW_BUCKET_EDGES, 0, 1, 100},
    {MSW_BUCKET_EDGES, 0, 100, 100},        {MSW_BUCKET_EDGES, 1, 100, 700},      {MSW_BUCKET_EDGES, 0, 701, 3000},
    {MSW_BUCKET_EDGES, 0, 3001, 3000},
};

static void prefill_buckets(void **state) {
  (void)state;
  msw_knobs knobs = {.bucket_edges = {100, 700, 3000}, .n_bucket_edges = 3};
  for (size_t i_row = 0; i_row < COUNT(buckets); i_row++) {
    knobs.prefill_bucket = buckets[i_row].rule;
    assert_same(msw_prefill_bucket(&knobs, buckets[i_row].cached, buckets[i_row].fresh), buckets[i_row].bucket);
  }
}

/* Own length: 2*0:300 and 1*200:300 in the 512 bucket (MFU .25), half of the square counted. */
static void prefill_flop_of_requests_or_bucket(void **state) {
  made_world *world = *state;
  msw_flags flags;
  const char *step = "2*0:300+1*200:300";
  world->knobs.causal_factor = 2;
  assert_close(prefill_us(world, 512, step, &flags), us_of((2 * f(300, 300) + f(300, 500)) / 2, .25), eps, 0);
  world->knobs.causal_factor = 1.8;
  assert_close(prefill_us(world, 512, step, &flags), us_of((2 * f(300, 300) + f(300, 500)) / 1.8, .25), eps, 0);
  world->knobs.prefill_flop = MSW_PREFILL_FLOP_BUCKET;
  assert_close(prefill_us(world, 512, step, &flags), us_of(f(900, 512) / 1.8, .25), eps, 0);
  assert_int_equal(flags, 0);
  assert_close(prefill_us(world, 768, step, &flags), us_of(f(900, 768) / 1.8, .375), eps, 0);
  world->tp = 2;
  assert_close(prefill_us(world, 512, step, &flags), us_of(f(900, 512) / 1.8, .25) / 2, eps, 0);
  assert_same(prefill_us(world, 512, "", &flags), 0);
}

static void prefill_outside_the_table(void **state) {
  made_world *world = *state;
  msw_flags flags;
  assert_close(prefill_us(world, 4096, "1*0:4096", &flags), us_of(f(4096, 4096) / 1.8, .5), eps, 0);
  assert_int_equal(flags, MSW_FLAG_TABLE_CLAMPED);
  world->model.num_kv_heads = 5;
  prefill_us(world, 512, "1*0:512", &flags);
  assert_int_equal(flags, MSW_FLAG_SHAPE_BORROWED);
}

/* V1 counts QK, softmax and AV, 4 H x (dh + 1) a token and layer, at a tenth of the peak; a new token sees the cached ones
 * and on average half of the other new ones. */
static double v1_us(double n, double x) { return 10 * 4 * 10 * n * x * 101 / (1e14 * .1) * 1e6; }

static void constant_mfu(void **state) {
  made_world *world = *state;
  msw_flags flags;
  made_use(world, "v1-calibrated");
  world->tp = 2;
  assert_close(decode_us(world, "3*100+1*700", &flags), (3 * v1_us(1, 100) + v1_us(1, 700)) / 4, eps, 0);
  assert_close(prefill_us(world, 0, "2*50:301", &flags), 2 * v1_us(301, 50 + 150) / sqrt(2), eps, 0);
  assert_close(prefill_us(world, 0, "1*50:1", &flags), v1_us(1, 50) / sqrt(2), eps, 0);
  assert_int_equal(flags, 0);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, made_setup, made_teardown)
  const struct CMUnitTest tests[] = {
      TEST(decode_of_equal_requests), TEST(decode_of_different_requests), TEST(decode_buckets_are_powers_of_two_from_512),
      TEST(decode_without_context), TEST(decode_on_two_gpus), TEST(prefill_buckets), TEST(prefill_flop_of_requests_or_bucket),
      TEST(prefill_outside_the_table), TEST(constant_mfu),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

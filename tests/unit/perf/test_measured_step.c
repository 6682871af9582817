/* A step of the method `measured`, kernel by kernel: attention of equal and unequal requests, sums, flags and phases. */
#include <stdlib.h>

#include "measured_world.h"

static msw_breakdown eval(measured_world *world, const msw_step *step, msw_op_list *ops) {
  const msw_case bound = world_bind(world);
  msw_breakdown out;
  if (bound.why_void) fail_msg("%s", bound.why_void);
  msw_step_eval(&bound, step, ops, &out);
  return out;
}

static msw_breakdown decodes(measured_world *world, const msw_decode_group *groups, size_t n) {
  return eval(world, &(msw_step){.decode = groups, .n_decode = n}, NULL);
}

/* 10 layers of 5 + requests * (KV + 1) / 500; reading takes 800 bytes / 5e5 bytes/us = .0016 us a token, less than 1 / 500. */
static void equal_requests(void **state) {
  measured_world *world = *state;
  world_tables(world);
  assert_close(decodes(world, &(msw_decode_group){4, 255}, 1).decode.attn_us, 10 * (5 + 4 * 256 / 500.0), 1e-13, 0);
  assert_close(decodes(world, &(msw_decode_group){4, 1023}, 1).decode.attn_us, 10 * (5 + 4 * 1024 / 500.0), 1e-13, 0);
}

/* Groups of one length are one group, whatever the chains of unequal ones would take. */
static void equal_groups(void **state) {
  const msw_decode_group apart[] = {{3, 255}, {1, 255}}, together[] = {{4, 255}};
  measured_world *world = *state;
  world_tables(world);
  for (int spread = MSW_KV_EQUAL; spread <= MSW_KV_EXPONENTIAL; spread++)
    for (double rate = 0.0; rate <= 2.0; rate++) {
      world->knobs.kv_spread = spread;
      world->knobs.chain_gb_per_s = rate;
      const msw_breakdown want = decodes(world, together, 1), got = decodes(world, apart, 2);
      assert_same(got.step_us, want.step_us);
      assert_same(got.decode.attn_us, want.decode.attn_us);
      assert_int_equal(got.flags, want.flags);
    }
}

/* 400 bytes a token at 2 GB/s: .2 us; 100 SMs for 4 requests of 2 heads: 12 parts; 96 chains share .0008 us a token each. */
static const double chain_us = 0.2, shared_us = 0.0008, launch_us = 5 + 4 / 500.0;

static void chains_of_known_lengths(void **state) {
  const msw_decode_group groups[] = {{1, 4095}, {3, 1023}};
  measured_world *world = *state;
  world_tables(world);
  world->knobs.chain_gb_per_s = 2.0;
  const double first = 1024 / 12.0 * fmax(chain_us, 96 * shared_us), rest = 3072 / 12.0 * fmax(chain_us, 24 * shared_us);
  assert_close(decodes(world, groups, 2).decode.attn_us, 10 * (launch_us + first + rest), 1e-13, 0);
  const msw_decode_group swapped[] = {{3, 1023}, {1, 4095}};   /* the order of groups does not count */
  assert_same(decodes(world, swapped, 2).step_us, decodes(world, groups, 2).step_us);
  world->knobs.chain_gb_per_s = 0.0;   /* a kernel with balance: the mean */
  assert_close(decodes(world, groups, 2).decode.attn_us, 10 * (5 + (4096 + 3 * 1024) / 500.0), 1e-13, 0);
}

/* One part each: the 32 chains of 16 requests with 2 heads are more than 20 SMs. */
static void chains_that_wait(void **state) {
  const msw_decode_group groups[] = {{8, 99}, {8, 299}};
  measured_world *world = *state;
  world_tables(world);
  world->made.gpu.n_sm = 20;
  world->knobs.chain_gb_per_s = 2.0;
  world->knobs.chain_queue_share = 0.5;
  const double least = 5 + 16 / 500.0, queue = 0.5 * (32 / 20.0 - 1) * (300 / 200.0 - 1) * 200 * chain_us;
  assert_close(decodes(world, groups, 2).decode.attn_us, 10 * (least + 300 * chain_us + queue), 1e-13, 0);
}

/* Spread exponentially: the longest is ln(4 / ln 2) = 1.7527 times the mean. */
static void chains_of_a_mean(void **state) {
  measured_world *world = *state;
  world_tables(world);
  world->knobs.chain_gb_per_s = 2.0;
  world->knobs.kv_spread = MSW_KV_EXPONENTIAL;
  const double longest = log(4 / M_LN2);   /* 96 chains saturate nothing: 250 would */
  assert_close(decodes(world, &(msw_decode_group){4, 1023}, 1).decode.attn_us,
               10 * (launch_us + 1024 / 12.0 * longest * chain_us), 1e-12, 0);
  world->knobs.chain_gb_per_s = 10.0;      /* .04 us: 50 chains saturate the memory */
  const double alone = longest - log(96 / 50.0);
  assert_close(decodes(world, &(msw_decode_group){4, 4095}, 1).decode.attn_us,
               10 * fmax(5 + 4 * 4096 / 500.0, launch_us + 4096 / 12.0 * (46 * shared_us + alone * 0.04)), 1e-12, 0);
  const msw_breakdown one = decodes(world, &(msw_decode_group){1, 1023}, 1);
  assert_close(one.decode.attn_us, 10 * (5 + 1024 / 500.0), 1e-13, 0);   /* a single one is as long as it is */
}

/* Outside of a CUDA graph parts are cut for the lengths at hand. */
static void no_chains_beside_prefills(void **state) {
  const msw_decode_group unequal[] = {{1, 4095}, {3, 1023}}, equal[] = {{4, 1023}};
  const msw_prefill_group prefill = {1, 0, 64};
  measured_world *world = *state;
  world_tables(world);
  world->knobs.chain_gb_per_s = 2.0;
  world->knobs.kv_spread = MSW_KV_EXPONENTIAL;
  const msw_step known = {.decode = unequal, .n_decode = 2, .prefill = &prefill, .n_prefill = 1};
  const msw_step spread = {.decode = equal, .n_decode = 1, .prefill = &prefill, .n_prefill = 1};
  const double prefill_us = 4 + 64 / 100.0;
  assert_close(eval(world, &known, NULL).fused.attn_us, 10 * (5 + (4096 + 3 * 1024) / 500.0 + prefill_us), 1e-13, 0);
  assert_close(eval(world, &spread, NULL).fused.attn_us, 10 * (5 + 4 * 1024 / 500.0 + prefill_us), 1e-13, 0);
}

/* 10 layers of (4 + 2 requests * context / 100) / 2 for each request, less the cached queries'; the walk is the longest's. Reading
 * would take 800 bytes / 5e5 bytes/us = .0016 us a token and request. */
static void prefill_on_a_cache(void **state) {
  const msw_prefill_group prefill[] = {{1, 1024, 1024}, {1, 192, 64}}, last_token = {1, 4095, 1};
  measured_world *world = *state;
  world_tables(world);
  const double first = (4 + 2 * 2048 / 100.0) / 2 * (1 - 1 / 4.0), second = (4 + 2 * 256 / 100.0) / 2 * (1 - 9 / 16.0);
  for (double scan_ns = 0.0; scan_ns <= 20.0; scan_ns += 10.0) {
    world->knobs.cached_scan_ns_per_tok = scan_ns;
    const msw_step two = {.prefill = prefill, .n_prefill = 2}, one = {.prefill = &last_token, .n_prefill = 1};
    assert_close(eval(world, &two, NULL).prefill.attn_us, 10 * (first + second + 1024 * scan_ns / 1e3), 1e-12, 0);
    assert_close(eval(world, &one, NULL).prefill.attn_us, 10 * (4096 * 0.0016 + 4095 * scan_ns / 1e3), 1e-12, 0);
  }
}

static void longer_takes_longer(void **state) {
  measured_world *world = *state;
  world_tables(world);
  world->knobs.chain_queue_share = 0.3;
  for (int i_knobs = 0; i_knobs < 4; i_knobs++) {
    world->knobs.chain_gb_per_s = i_knobs & 1 ? 5.0 : 0.0;
    world->knobs.kv_spread = i_knobs & 2 ? MSW_KV_EXPONENTIAL : MSW_KV_EQUAL;
    double last_us = 0.0;
    for (double kv_len = 0.0; kv_len < 20000.0; kv_len = 1.3 * kv_len + 1.0) {
      const msw_decode_group groups[] = {{6, floor(kv_len)}, {2, 2.0 * floor(kv_len)}};
      const double us = decodes(world, groups, 1).step_us, both_us = decodes(world, groups, 2).step_us;
      assert_true(us >= last_us);
      if (world->knobs.kv_spread == MSW_KV_EQUAL) assert_true(both_us >= us);   /* known lengths may lie closer than spread ones */
      last_us = us;
    }
  }
}

static double sum_of(const msw_op_list *ops, const char *name) {
  double us = 0.0;
  for (size_t i_op = 0; i_op < ops->n; i_op++)
    if (!name || strcmp(ops->ops[i_op].name, name) == 0) us += ops->ops[i_op].us;
  return us;
}

static void ops_add_up(void **state) {
  const msw_decode_group decode[] = {{2, 100}, {3, 900}};
  const msw_prefill_group prefill[] = {{1, 0, 64}, {2, 100, 28}};
  static const char *const phases[] = {"decode", "prefill", "fused"};
  measured_world *world = *state;
  world_tables(world);
  world->knobs.chain_gb_per_s = 5.0;
  for (int i_phase = 0; i_phase < 3; i_phase++) {
    const msw_step step = {.decode = decode, .n_decode = i_phase == 1 ? 0 : 2, .prefill = prefill, .n_prefill = i_phase == 0 ? 0 : 2};
    msw_op_list ops = {0};
    const msw_breakdown out = eval(world, &step, &ops);
    const msw_phase_time *whole = i_phase == 0 ? &out.decode : i_phase == 1 ? &out.prefill : &out.fused;
    msw_flags said = 0;
    for (size_t i_op = 0; i_op < ops.n; i_op++) said |= ops.ops[i_op].flags;
    assert_int_equal(out.flags & ~(msw_flags)MSW_FLAG_MEMORY_FULL, said);
    assert_close(sum_of(&ops, NULL), out.step_us, 1e-12, 0);
    assert_close(sum_of(&ops, "attention"), whole->attn_us, 1e-12, 0);
    assert_close(sum_of(&ops, "small_kernels"), whole->memory_us, 1e-12, 0);
    assert_close(whole->gemm_us + whole->attn_us + whole->memory_us, whole->time_us, 1e-12, 0);
    assert_string_equal(ops.ops[ops.n - 1].phase, "step");
    bool has_phase = false;
    for (size_t i_op = 0; i_op < ops.n; i_op++) has_phase = has_phase || strcmp(ops.ops[i_op].phase, phases[i_phase]) == 0;
    assert_true(has_phase);
    free(ops.ops);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {WORLD_TEST(equal_requests), WORLD_TEST(equal_groups), WORLD_TEST(chains_of_known_lengths),
                                     WORLD_TEST(chains_that_wait), WORLD_TEST(chains_of_a_mean), WORLD_TEST(longer_takes_longer),
                                     WORLD_TEST(no_chains_beside_prefills), WORLD_TEST(prefill_on_a_cache),
                                     WORLD_TEST(ops_add_up)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

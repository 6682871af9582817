/* Binding the method `measured`: which kernels, and what is done to their curves. */
#include "measured_world.h"

static const msw_token_op *op_named(const msw_case *bound, const char *name) {
  for (size_t i_op = 0; i_op < bound->measured->n_ops; i_op++)
    if (strcmp(bound->measured->ops[i_op].name, name) == 0) return &bound->measured->ops[i_op];
  return NULL;
}

static void padded_sizes(void **state) {
  static const struct { double most, tok, want; } cases[] = {
      {512, 1, 1},     {512, 2, 2},     {512, 3, 4},     {512, 5, 8},     {512, 8, 8},     {512, 9, 16},   {512, 250, 256},
      {512, 256, 256}, {512, 257, 272}, {512, 512, 512}, {512, 513, 513}, {250, 248, 248}, {250, 249, 249}, {250, 3, 4},
      {0, 1, 1},       {0, 7, 7},       {2, 2, 2},       {2, 3, 3},       {3, 3, 3},       {1000, 990, 992}};
  (void)state;
  msw_case bound = {0};
  for (size_t i_case = 0; i_case < sizeof cases / sizeof *cases; i_case++) {
    bound.knobs.graph_max_tok = cases[i_case].most;
    assert_same(msw_padded_tok(&bound, cases[i_case].tok), cases[i_case].want);
  }
  for (double most = 0; most < 600; most += 7)   /* never fewer for more */
    for (double tok = 1; tok < 600; tok++) {
      bound.knobs.graph_max_tok = most;
      assert_true(msw_padded_tok(&bound, tok) <= msw_padded_tok(&bound, tok + 1) && msw_padded_tok(&bound, tok) >= tok);
    }
}

static void kernels_of_a_dense_model(void **state) {
  static const struct { const char *name; double n, k; } want[] = {
      {"qkv_proj", 1400, 1000}, {"o_proj", 1000, 1000}, {"gate_up_proj", 8000, 1000}, {"down_proj", 1000, 4000}};
  measured_world *world = *state;
  world_tables(world);
  const msw_case bound = world_bind(world);
  assert_int_equal(bound.flags, 0);
  assert_int_equal(bound.measured->n_ops, 4);
  for (size_t i_op = 0; i_op < 4; i_op++) {
    const msw_token_op *op = &bound.measured->ops[i_op];
    assert_string_equal(op->name, want[i_op].name);
    assert_same(op->n, want[i_op].n);
    assert_same(op->k, want[i_op].k);
    assert_same(op->count, 10);
    assert_at(&op->curve, 8, 10 + 8 * want[i_op].n * want[i_op].k / 1e8, EXACT);
    assert_at(&op->curve, 12, 10 + 12 * want[i_op].n * want[i_op].k / 1e8, BETWEEN);
  }
  assert_same(bound.measured->lm_head.n, 5000);
  assert_same(bound.measured->lm_head.count, 1);
  assert_false(bound.measured->has_all_reduce);
}

/* A row slower than one with more tokens takes that one's time, and says so; measured points stay points. */
static void as_fast_as_larger(void **state) {
  static const made_point points[] = {{1, 1, 10}, {1, 8, 25}, {1, 16, 20}, {1, 64, 24}, {1, 128, 30}};
  measured_world *world = *state;
  world_tables(world);
  for (size_t i_slice = 0; i_slice < world->made.set.n_slices; i_slice++) {
    msw_latency_slice *slice = &world->made.slices[i_slice];
    if (slice->key.n == 1000 && slice->key.k == 1000) world->made.slices[i_slice--] = world->made.slices[--world->made.set.n_slices];
  }
  made_add(&world->made, (msw_latency_key){.kind = MSW_LATENCY_GEMM, .dtype = MSW_BF16, .n = 1000, .k = 1000}, points, 5);
  world->knobs.sustained_gemm_fraction = 2.0;
  const msw_case bound = world_bind(world);
  const msw_time_curve *curve = &op_named(&bound, "o_proj")->curve;
  assert_at(curve, 1, 10, EXACT);
  assert_at(curve, 4.5, 15, BETWEEN);
  assert_at(curve, 8, 20, BETWEEN);
  assert_at(curve, 12, 20, BETWEEN);
  assert_at(curve, 16, 20, EXACT);
  assert_at(curve, 40, 22, BETWEEN);
  assert_at(curve, 64, 24, EXACT);
  assert_at(curve, 128, 30, EXACT);
  for (size_t i_piece = 0; i_piece < curve->n; i_piece++)   /* no point has a slope: it would drown the time in rounding */
    assert_true(fabs(curve->piece[i_piece].c1) < 10);
}

/* 2 n k / (peak / 2) = .04 us a token, against 10 + m / 100: from 333.3 tokens on. */
static void held_back_by_power(void **state) {
  measured_world *world = *state;
  world_tables(world);
  const msw_case bound = world_bind(world);
  const msw_time_curve *curve = &op_named(&bound, "o_proj")->curve;
  assert_at(curve, 333, 13.33, BETWEEN);
  assert_at(curve, 334, 13.36, EXACT);
  assert_at(curve, 4096, 163.84, EXACT);
}

static void small_kernels(void **state) {
  measured_world *world = *state;
  world_tables(world);
  msw_case bound = world_bind(world);
  /* per token 10 layers of 8 * 1000 + 3 * 4000 + 2 * 1000 + 4 * 200, and 4 * 1000, 2 bytes each, at 5e5 bytes/us */
  assert_close(bound.measured->small_us_per_tok, (10 * 22800.0 + 4000.0) * 2.0 / 5e5, 1e-14, 0);
  assert_same(bound.measured->small_us, 62 * 2.0);
  world->knobs.fuse_all_reduce_norm = true;
  bound = world_bind(world);
  assert_same(bound.measured->small_us, 62 * 2.0);   /* nothing to fuse with on one GPU */
}

static void on_two_gpus(measured_world *world) {
  static const int64_t shapes[][2] = {{700, 1000}, {1000, 500}, {4000, 1000}, {1000, 2000}, {2500, 1000}};
  for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) world_gemm(world, shapes[i][0], shapes[i][1]);
  world_attention(world, MSW_LATENCY_DECODE, 5, 1);
  world_attention(world, MSW_LATENCY_PREFILL, 5, 1);
  world->tp = 2.0;
}

static void add_all_reduce(measured_world *world, const made_point *points, size_t n) {
  made_add(&world->made, (msw_latency_key){.kind = MSW_LATENCY_ALL_REDUCE, .dtype = MSW_BF16, .n_gpus = 2}, points, n);
}

static double comm_us(measured_world *world, bool is_fused, double tok) {
  world->knobs.fuse_all_reduce_norm = is_fused;
  const msw_case bound = world_bind(world);
  assert_true(bound.measured->has_all_reduce);
  assert_same(bound.measured->all_reduce.count, 20);
  return msw_time_at(&bound.measured->all_reduce.curve, tok, NULL);
}

/* 2000 bytes a token. The time jumps after 16000 bytes; the line runs through 4000 and 16000. */
static void all_reduce_with_a_switch(void **state) {
  static const made_point points[] = {{1, 2000, 5}, {1, 4000, 6}, {1, 8000, 7}, {1, 16000, 9}, {1, 32000, 20}, {1, 64000, 21}};
  measured_world *world = *state;
  on_two_gpus(world);
  add_all_reduce(world, points, 6);
  assert_same(comm_us(world, false, 8), 9);
  assert_same(comm_us(world, false, 16), 20);
  assert_same(comm_us(world, true, 2), 6);
  assert_same(comm_us(world, true, 8), 9);
  assert_close(comm_us(world, true, 16), 13, 1e-14, 0);
  assert_same(comm_us(world, true, 32), 21);   /* where the measured one is the faster */
  const msw_case bound = world_bind(world);
  assert_same(bound.measured->small_us, 42 * 2.0);
}

/* A spike is no switch. */
static void all_reduce_without_a_switch(void **state) {
  static const made_point points[] = {{1, 2000, 5}, {1, 4000, 6}, {1, 8000, 20}, {1, 16000, 8}, {1, 32000, 11}};
  measured_world *world = *state;
  on_two_gpus(world);
  add_all_reduce(world, points, 5);
  for (double tok = 1; tok <= 64; tok *= 2) assert_same(comm_us(world, true, tok), comm_us(world, false, tok));
}

static void all_reduce_at_one_point(void **state) {
  static const made_point points[] = {{1, 8000, 7}};
  measured_world *world = *state;
  on_two_gpus(world);
  add_all_reduce(world, points, 1);
  assert_same(comm_us(world, false, 4), 7);
  assert_same(comm_us(world, true, 4), 7);
  assert_same(comm_us(world, true, 40), comm_us(world, false, 40));
}

/* 1 dense layer, 9 of 8 experts with one shared; more GPUs than KV heads. */
static void experts(void **state) {
  static const made_point points[] = {{1, 1, 30}, {1, 64, 90}, {1, 8192, 900}};
  static const int64_t shapes[][2] = {{450, 1000}, {1000, 250}, {2000, 1000}, {1000, 1000}, {400, 1000}, {1000, 200}, {1250, 1000}};
  measured_world *world = *state;
  world->model.num_heads = 20, world->model.head_dim = 50;
  world->model.is_moe = true, world->model.first_k_dense_replace = 1, world->model.num_experts = 8;
  world->model.num_experts_per_tok = 2, world->model.moe_intermediate_size = 800, world->model.num_shared_experts = 1;
  world->tp = 4.0;
  static const made_point ring[] = {{1, 2000, 5}, {1, 64000, 21}};
  made_add(&world->made, (msw_latency_key){.kind = MSW_LATENCY_ALL_REDUCE, .dtype = MSW_BF16, .n_gpus = 4}, ring, 2);
  for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) world_gemm(world, shapes[i][0], shapes[i][1]);
  world_gemm(world, 350, 1000);   /* 5 heads and a whole KV head of 50 */
  static const made_point all[] = {{1, 1, 5}, {1, 4096, 9}};
  for (int i_kind = 0; i_kind < 2; i_kind++)
    made_add(&world->made, (msw_latency_key){.kind = i_kind ? MSW_LATENCY_PREFILL : MSW_LATENCY_DECODE, .dtype = MSW_BF16,
                                             .kv_dtype = MSW_BF16, .num_heads = 5, .num_kv_heads = 1, .head_dim = 50}, all, 2);
  made_add(&world->made, (msw_latency_key){.kind = MSW_LATENCY_MOE, .dtype = MSW_BF16, .hidden_size = 1000,
                                           .intermediate_size = 800, .n_experts_per_tok = 2, .n_experts = 8, .moe_tp = 4,
                                           .moe_ep = 1, .name = "power_law_1.2"}, points, 3);
  const msw_case bound = world_bind(world);
  if (bound.why_void) fail_msg("%s", bound.why_void);
  assert_int_equal(bound.measured->n_ops, 7);
  assert_same(op_named(&bound, "qkv_proj")->n, 350);
  assert_same(op_named(&bound, "gate_up_proj")->count, 1);
  assert_same(op_named(&bound, "experts")->count, 9);
  assert_at(&op_named(&bound, "experts")->curve, 64, 90, EXACT);
  assert_same(op_named(&bound, "shared_gate_up_proj")->count, 9);
  assert_same(op_named(&bound, "shared_gate_up_proj")->n, 400);
  assert_same(op_named(&bound, "shared_down_proj")->k, 200);
  assert_same(bound.measured->attention.num_kv_heads, 1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(padded_sizes), WORLD_TEST(kernels_of_a_dense_model), WORLD_TEST(as_fast_as_larger),
      WORLD_TEST(held_back_by_power), WORLD_TEST(small_kernels), WORLD_TEST(all_reduce_with_a_switch),
      WORLD_TEST(all_reduce_without_a_switch), WORLD_TEST(all_reduce_at_one_point), WORLD_TEST(experts)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

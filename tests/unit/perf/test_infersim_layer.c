/* The terms of a layer: units, shapes of one GPU, number formats, attention of unequal requests, communication. */
#include "infersim_world.h"
#include "msw_test.h"

static const double us_per_s = 1e6;

static void units_are_the_published_ones(void **state) {
  made_world *world = *state;
  world->knobs.peak_16bit_tflops = 148;   /* an H20's */
  world->knobs.peak_8bit_tflops = 296;
  world->knobs.mem_bw_gib_per_s = 3276.8;
  msw_case bound = made_bind(world);
  assert_close(bound.attention_flop_per_s, 151.552e12, eps, 0);
  assert_close(bound.gemm_flop_per_s, 151.552e12, eps, 0);
  assert_close(bound.bw_bytes_per_s, 3518437208883.2, eps, 0);
  world->dtype = MSW_FP8;
  bound = made_bind(world);
  assert_close(bound.gemm_flop_per_s, 303.104e12, eps, 0);
  assert_close(bound.attention_flop_per_s, 151.552e12, eps, 0);
}

static void shapes_are_those_of_one_gpu(void **state) {
  made_world *world = *state;
  static const struct { double tp, world_size, heads, kv_heads, qkv_n, o_k, ffn_n, intermediate; } table[] = {
      {1, 0, 10, 2, 1400, 1000, 8000, 4000}, {1, 2, 10, 2, 1400, 1000, 4000, 4000}, {2, 0, 5, 1, 700, 500, 4000, 2000},
      {2, 6, 5, 1, 700, 500, 1333, 2000},    {5, 0, 2, 1, 400, 200, 1600, 800},     {3, 0, 3, 1, 500, 300, 2666, 1333}};
  world->allow_split_heads = true;
  for (size_t i_row = 0; i_row < COUNT(table); i_row++) {
    world->tp = table[i_row].tp;
    world->knobs.world_size = table[i_row].world_size;
    msw_case bound = made_bind(world);
    assert_same(bound.infersim->num_heads, table[i_row].heads);
    assert_same(bound.infersim->num_kv_heads, table[i_row].kv_heads);
    assert_same(bound.infersim->qkv.n, table[i_row].qkv_n);
    assert_same(bound.infersim->qkv.k, 1000);
    assert_same(bound.infersim->o.k, table[i_row].o_k);
    assert_same(bound.infersim->o.n, 1000);
    assert_same(bound.infersim->ffn.n, table[i_row].ffn_n);
    assert_same(bound.infersim->intermediate_size, table[i_row].intermediate);
  }
}

static void a_world_that_tp_does_not_divide_is_void(void **state) {
  made_world *world = *state;
  static const double sizes[] = {1, 3};
  world->tp = 2;
  for (size_t i_size = 0; i_size < COUNT(sizes); i_size++) {
    world->knobs.world_size = sizes[i_size];
    msw_case bound = made_bind(world);
    assert_int_equal(bound.flags & MSW_FLAGS_VOID, MSW_FLAG_VOID_TP);
    const char *const why[] = {"world_size 1 is not a multiple of tp 2", "world_size 3 is not a multiple of tp 2"};
    assert_string_equal(bound.why_void, why[i_size]);
  }
}

static void formats_that_it_does_not_know_are_void(void **state) {
  made_world *world = *state;
  world->gpu.peak_flop_per_s[MSW_INT8] = peak_8bit;
  world->dtype = MSW_INT8;
  msw_case bound = made_bind(world);
  assert_int_equal(bound.flags & MSW_FLAGS_VOID, MSW_FLAG_VOID_PEAK);
  assert_string_equal(bound.why_void, "InferSim knows 16-bit and fp8 weights, not int8");
}

/* ---- Feed-forward ---- */

static void the_ffn_takes_as_long_as_its_weights(void **state) {
  made_world *world = *state;
  msw_flags flags = 0;
  msw_case bound = made_bind(world);
  msw_infersim_pair few = msw_infersim_ffn(&bound, MSW_DECODE, 8, &flags, NULL);
  assert_close(few.compute_us, 2. * 8 * 12e6 / (0.5 * peak_16bit) * us_per_s, eps, 0);
  assert_close(few.load_us, 24, eps, 0);   /* 12e6 weights of 2 bytes */
  assert_same(few.us, few.load_us);
  msw_infersim_pair many = msw_infersim_ffn(&bound, MSW_PREFILL, 800, &flags, NULL);
  assert_close(many.compute_us, 100 * few.compute_us, eps, 0);
  assert_same(many.us, many.compute_us);
  world->dtype = MSW_FP8;
  world->knobs.world_size = 3;
  bound = made_bind(world);
  msw_infersim_pair spread = msw_infersim_ffn(&bound, MSW_DECODE, 8, &flags, NULL);
  assert_close(spread.load_us, 12.0 / 3.0, eps, 0);                    /* experts over the world */
  assert_close(spread.compute_us, few.compute_us / 2.0, eps, 0);       /* FLOP over tp alone */
}

/* ---- Attention ---- */

static void decode_attention_takes_as_long_as_its_cache(void **state) {
  made_world *world = *state;
  static const made_decode_row rows[] = {{8, 1024, 0.01}, {8, 2048, 0.2}};
  static const msw_decode_group groups[] = {{6, 1000}, {2, 2200}};   /* mean 1300 */
  add_table(world, made_decode(&world->arena, peak_16bit, toy_shape, rows, COUNT(rows)));
  static const struct { msw_aggregation rule; double tok_over_mfu, tok; } table[] = {
      {MSW_AGGREGATE_MEAN, 8 * 1300 / 0.01, 8 * 1300},
      {MSW_AGGREGATE_MAX, 8 * 2200 / 0.2, 8 * 2200},
      {MSW_AGGREGATE_REQUEST, 6 * 1000 / 0.01 + 2 * 2200 / 0.2, 6 * 1000 + 2 * 2200},
      {MSW_AGGREGATE_BUCKETS, 6 * 1024 / 0.01 + 2 * 4096 / 0.2, 6 * 1024 + 2 * 4096}};
  for (size_t i_row = 0; i_row < COUNT(table); i_row++) {
    world->knobs.decode_aggregation = (int)table[i_row].rule;
    msw_case bound = made_bind(world);
    msw_flags flags = 0;
    msw_infersim_pair got = msw_infersim_decode_attention(&bound, groups, COUNT(groups), &flags, NULL);
    assert_close(got.compute_us, 4. * 1000 * table[i_row].tok_over_mfu / peak_16bit * us_per_s, eps, 0);
    assert_close(got.load_us, 2. * 200 * 2 * table[i_row].tok / bandwidth * us_per_s, eps, 0);
    assert_same(got.us, fmax(got.compute_us, got.load_us));
  }
}

static void an_fp8_cache_is_half_the_bytes(void **state) {
  made_world *world = *state;
  static const msw_decode_group group = {8, 512};
  msw_flags flags = 0;
  msw_case bound = made_bind(world);
  msw_infersim_pair wide = msw_infersim_decode_attention(&bound, &group, 1, &flags, NULL);
  world->knobs.fp8_kv = 1;
  bound = made_bind(world);
  msw_infersim_pair narrow = msw_infersim_decode_attention(&bound, &group, 1, &flags, NULL);
  assert_close(narrow.load_us, wide.load_us / 2.0, eps, 0);
  assert_same(narrow.compute_us, wide.compute_us);
}

static void an_empty_cache_costs_nothing(void **state) {
  made_world *world = *state;
  static const msw_decode_group group = {8, 0};
  msw_flags flags = 0;
  msw_case bound = made_bind(world);
  assert_same(msw_infersim_decode_attention(&bound, &group, 1, &flags, NULL).us, 0);
  assert_int_equal(flags, 0);
}

static void prefill_attention_is_the_square_over_1_8(void **state) {
  made_world *world = *state;
  static const made_prefill_row rows[] = {{512, 0.25}, {1024, 0.5}};
  add_table(world, made_prefill(&world->arena, peak_16bit, toy_shape, rows, COUNT(rows)));
  msw_case bound = made_bind(world);
  msw_flags flags = 0;
  const msw_prefill_group fresh = {2, 0, 512}, cached = {1, 512, 512}, tiny = {1, 4000, 1};
  msw_infersim_pair got = msw_infersim_prefill_attention(&bound, &fresh, 1, &flags, NULL);
  assert_close(got.us, 2 * 4. * 1000 * 512 * 512 / 1.8 / (0.25 * peak_16bit) * us_per_s, eps, 0);
  assert_int_equal(flags, 0);
  got = msw_infersim_prefill_attention(&bound, &cached, 3, &flags, NULL);   /* cached tokens lengthen the context */
  assert_close(got.us, 3 * 4. * 1000 * 512 * 1024 / 1.8 / (0.5 * peak_16bit) * us_per_s, eps, 0);
  got = msw_infersim_prefill_attention(&bound, &tiny, 1, &flags, NULL);
  assert_close(got.us, 800. * 4001 / bandwidth * us_per_s, eps, 0);         /* reading the cache takes longer */
}

/* ---- Communication ---- */

static msw_infersim_layer comm_of(made_world *world, msw_phase phase, double tok) {
  msw_infersim_layer layer = {0};
  msw_case bound = made_bind(world);
  assert_int_equal(bound.flags & MSW_FLAGS_VOID, 0);
  msw_infersim_comm(&bound, phase, tok, NULL, &layer);
  return layer;
}

static const double near_us_per_byte = 1e6 / (1000.0 * 1024 * 1024 * 1024);
static const double far_us_per_byte = 1e6 / (100.0 * 1024 * 1024 * 1024);

static void alone_there_is_nothing_to_send(void **state) {
  msw_infersim_layer layer = comm_of(*state, MSW_DECODE, 64);
  assert_same(layer.before_ffn_us + layer.after_ffn_us + layer.tp_all_reduce_us, 0);
}

/* With tp both the world's all-reduces and the ring are paid, as published. */
static void all_reduces_of_the_world_and_of_tp(void **state) {
  made_world *world = *state;
  world->tp = 2;
  world->knobs.world_size = 4;
  msw_infersim_layer layer = comm_of(world, MSW_DECODE, 64);
  assert_close(layer.before_ffn_us, 64. * 4 * 1000 * 2 * near_us_per_byte, eps, 0);
  assert_same(layer.after_ffn_us, layer.before_ffn_us);
  assert_close(layer.tp_all_reduce_us, 64. * 1000 * 2 * 2 * 0.5 * near_us_per_byte, eps, 0);
  world->knobs.num_nodes = 2;
  msw_infersim_layer apart = comm_of(world, MSW_PREFILL, 64);
  assert_close(apart.before_ffn_us, 10 * layer.before_ffn_us, eps, 0);
  assert_same(apart.tp_all_reduce_us, layer.tp_all_reduce_us);   /* tp stays in a node */
}

static void deepep_dispatches_8_bits_and_combines_16(void **state) {
  made_world *world = *state;
  world->knobs.world_size = 2;
  world->knobs.deepep = 1;
  msw_infersim_layer layer = comm_of(world, MSW_DECODE, 64);
  assert_close(layer.before_ffn_us, 64. * 1000 * near_us_per_byte, eps, 0);
  assert_close(layer.after_ffn_us, 64. * 1000 * 2 * near_us_per_byte, eps, 0);
  world->knobs.num_nodes = 3;
  layer = comm_of(world, MSW_DECODE, 64);
  assert_close(layer.before_ffn_us, 64. * 1000 * far_us_per_byte, eps, 0);
  layer = comm_of(world, MSW_PREFILL, 64);   /* to the two other nodes, and within this one */
  assert_close(layer.before_ffn_us, 64. * 1000 * (2 * far_us_per_byte + near_us_per_byte), eps, 0);
  assert_close(layer.after_ffn_us, 2 * layer.before_ffn_us, eps, 0);
}

#define WITH_WORLD(test) cmocka_unit_test_setup_teardown(test, infersim_setup, made_teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      WITH_WORLD(units_are_the_published_ones),
      WITH_WORLD(shapes_are_those_of_one_gpu),
      WITH_WORLD(a_world_that_tp_does_not_divide_is_void),
      WITH_WORLD(formats_that_it_does_not_know_are_void),
      WITH_WORLD(the_ffn_takes_as_long_as_its_weights),
      WITH_WORLD(decode_attention_takes_as_long_as_its_cache),
      WITH_WORLD(an_fp8_cache_is_half_the_bytes),
      WITH_WORLD(an_empty_cache_costs_nothing),
      WITH_WORLD(prefill_attention_is_the_square_over_1_8),
      WITH_WORLD(alone_there_is_nothing_to_send),
      WITH_WORLD(all_reduces_of_the_world_and_of_tp),
      WITH_WORLD(deepep_dispatches_8_bits_and_combines_16),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

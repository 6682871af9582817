/* Multi-head latent attention by closed forms: their times, the kernels of a model, a step of it, and what keeps one void. */
#include <stdlib.h>

#include "latent_world.h"

static const double least_load_us = 1e-9;   /* what one SM loads: next to nothing */

static msw_latent_kernel made_kernel(double num_heads) {
  return (msw_latent_kernel){.kv_dtype = MSW_BF16, .num_heads = num_heads, .hidden_size = 1000, .q_lora_rank = 200,
                             .kv_lora_rank = 80, .nope_dim = 30, .rope_dim = 20, .v_dim = 40};
}

/* 10 heads are 2 groups that read 1024 tokens of 100 values each, in 4 parts of 2 blocks: 5 + (1 + 2 * 2) + .4116 us of memory
 * (2 groups of latents, queries and results), 3 us to combine; 10 passes over 10 (160 + 20) values. */
static void decode_by_hand(void **state) {
  measured_world *world = *state;
  const msw_analytic_gpu gpu = msw_analytic_gpu_of(&world->made.gpu, MSW_BF16);
  const msw_latent_kernel ten = made_kernel(10), five = made_kernel(5);
  assert_close(msw_analytic_latent_decode_us(&made_latent.decode, &gpu, 1, 1024, &ten), 5 + 5 + 0.4116 + 3 + 0.036, 0, least_load_us);
  assert_close(msw_analytic_latent_decode_us(&made_latent.decode, &gpu, 1, 1024, &five), 5 + 5 + 0.2058 + 3 + 0.018, 0, least_load_us);
  msw_analytic_gpu slow = gpu;   /* 2 FLOP for each of 10 * 180 values a token, at half of 1 MFLOP/us */
  slow.flop_per_us = 1e6;
  assert_close(msw_analytic_latent_decode_us(&made_latent.decode, &slow, 7, 1e5, &ten), 7 * 10 * 180 * 1e5 * 2 / 5e5 + 7 * 0.036, 1e-13, 0);
  /* 60 requests of 2 groups are 120 CTAs: no parts, two waves of one block each */
  const double bytes = 60 * (2 * 100 * 200.0 + 10 * 200.0);
  assert_close(msw_analytic_latent_decode_us(&made_latent.decode, &gpu, 60, 100, &ten), 5 + 2 * 3 + bytes / 1e6 + 60 * 0.036, 0,
               least_load_us);
}

/* 2 requests of 256 tokens in 2 tiles of queries on up to 4 of keys, heads of (30 + 20 + 40) / 2 = 45: a tile takes
 * 4 * 128 * 64 * 45 / 5e5 FLOP/us = 2.94912 us. */
static void prefill_by_hand(void **state) {
  measured_world *world = *state;
  const msw_analytic_gpu gpu = msw_analytic_gpu_of(&world->made.gpu, MSW_BF16);
  const msw_latent_kernel kernel = made_kernel(10);
  const double mean = 2 * 10 * 2 / 100.0 * (1 + 2.5 * 2.94912), last = 0.5 * (1 + 4 * 2.94912);
  const double memory = (4.0 * 2 * 10 * 256 * 45 + 4.0 * 2 * 10 * 45 * 3 * 256) / 1e6;
  assert_close(msw_analytic_latent_prefill_us(&made_latent.prefill, &gpu, 2, 256, &kernel),
               4 + mean + last + memory + 0.1 * 2 * 256 / 100, 1e-13, 0);
}

static void as_curves(void **state) {
  measured_world *world = *state;
  const msw_analytic_gpu gpu = msw_analytic_gpu_of(&world->made.gpu, MSW_BF16);
  msw_latent_kernel kernel = made_kernel(10);
  msw_time_curve decode, prefill;
  msw_latent_analytic borrowed = made_latent;
  assert_true(msw_analytic_latent_decode_curve(&world->made.gpu, &kernel, 4, &world->made.arena, &decode));
  assert_true(msw_analytic_latent_prefill_curve(&world->made.gpu, &kernel, 4, &world->made.arena, &prefill));
  assert_at(&decode, 512, msw_analytic_latent_decode_us(&made_latent.decode, &gpu, 4, 512, &kernel), MSW_FLAG_ANALYTIC);
  assert_at(&prefill, 512, msw_analytic_latent_prefill_us(&made_latent.prefill, &gpu, 4, 512, &kernel), MSW_FLAG_ANALYTIC);
  assert_at(&prefill, 1, msw_analytic_latent_decode_us(&made_latent.decode, &gpu, 4, 1, &kernel), MSW_FLAG_ANALYTIC);
  borrowed.is_borrowed = true;
  world->made.gpu.analytic_mla = &borrowed;
  assert_true(msw_analytic_latent_decode_curve(&world->made.gpu, &kernel, 4, &world->made.arena, &decode));
  assert_at(&decode, 512, msw_analytic_latent_decode_us(&made_latent.decode, &gpu, 4, 512, &kernel),
            MSW_FLAG_ANALYTIC | MSW_FLAG_PARAMS_BORROWED);
  kernel.kv_dtype = MSW_FP8;   /* coefficients are of 16 bit */
  assert_false(msw_analytic_latent_decode_curve(&world->made.gpu, &kernel, 4, &world->made.arena, &decode));
  kernel.kv_dtype = MSW_BF16;
  world->made.gpu.analytic_mla = NULL;
  assert_false(msw_analytic_latent_decode_curve(&world->made.gpu, &kernel, 4, &world->made.arena, &decode));
  assert_false(msw_analytic_latent_prefill_curve(&world->made.gpu, &kernel, 4, &world->made.arena, &prefill));
}

/* ---- Binding */

typedef struct { const char *name; double n, k; } shape;

static void assert_projections(const msw_case *bound, const shape *want, size_t n) {
  assert_int_equal(bound->measured->n_ops, n + 2);
  for (size_t i_op = 0; i_op < n; i_op++) {
    const msw_token_op *op = &bound->measured->ops[i_op];
    assert_string_equal(op->name, want[i_op].name);
    assert_same(op->n, want[i_op].n);
    assert_same(op->k, want[i_op].k);
    assert_same(op->count, 10);
  }
}

static void kernels_of_a_model(void **state) {
  static const shape with_queries[] = {{"qkv_a_proj", 300, 1000}, {"q_b_proj", 500, 200}, {"kv_b_proj", 700, 80}, {"o_proj", 1000, 400}};
  static const shape without[] = {{"q_proj", 500, 1000}, {"kv_a_proj", 100, 1000}, {"kv_b_proj", 700, 80}, {"o_proj", 1000, 400}};
  static const shape of_half[] = {{"qkv_a_proj", 300, 1000}, {"q_b_proj", 250, 200}, {"kv_b_proj", 350, 80}, {"o_proj", 1000, 200}};
  static const made_point messages[] = {{1, 1e2, 10}, {1, 1e6, 20}};
  measured_world *world = *state;
  made_add(&world->made, (msw_latency_key){.kind = MSW_LATENCY_ALL_REDUCE, .dtype = MSW_BF16, .n_gpus = 2}, messages, 2);
  world_gemm(world, 500, 1000);
  world_gemm(world, 100, 1000);
  msw_case bound = world_bind(world);
  assert_int_equal(bound.flags, 0);
  assert_projections(&bound, with_queries, 4);
  assert_same(bound.kv_bytes_per_tok_per_gpu, 10 * 100 * 2);
  assert_same(bound.measured->small_us, (3 * 10 + 2) * 2.0);
  assert_close(bound.measured->small_us_per_tok, 2 * (10 * (8 * 1000 + 3 * 4000) + 4 * 1000) / 5e5, 1e-13, 0);
  world->model.q_lora_rank = 0;
  bound = world_bind(world);
  assert_projections(&bound, without, 4);
  world->model.q_lora_rank = 200;
  world->tp = 2;
  world->knobs.fuse_all_reduce_norm = true;
  bound = world_bind(world);
  assert_projections(&bound, of_half, 4);
  assert_same(bound.kv_bytes_per_tok_per_gpu, 10 * 100 * 2);   /* the latents are on both */
  assert_same(bound.measured->small_us, (1 * 10 + 2) * 2.0);
}

static void assert_void(measured_world *world, msw_flags flag, const char *why) {
  const msw_case bound = world_bind(world);
  assert_int_equal(bound.flags & MSW_FLAGS_VOID, flag);
  assert_string_equal(bound.why_void, why);
}

static void void_ones(void **state) {
  measured_world *world = *state;
  world->model.architecture = "GlmMoeDsaForCausalLM";
  assert_void(world, MSW_FLAG_VOID_ARCHITECTURE,
              "toy has sparse attention (an indexer chooses the keys), which no kernel table or model prices");
  world->model.architecture = "DeepseekV3ForCausalLM";
  world->made.gpu.analytic_mla = NULL;
  assert_void(world, MSW_FLAG_VOID_TABLE,
              "no latent decode attention of made was measured near 10 heads on latents of 80 + 20 (bf16), and the GPU's entry has "
              "no kernel model of it (key \"analytic_mla\")");
  world->tp = 4;
  assert_void(world, MSW_FLAG_VOID_TP, "tp 4 does not divide the 10 attention heads of toy");
}

/* ---- Steps */

static msw_breakdown eval(measured_world *world, const msw_step *step, msw_op_list *ops) {
  const msw_case bound = world_bind(world);
  msw_breakdown out;
  if (bound.why_void) fail_msg("%s", bound.why_void);
  msw_step_eval(&bound, step, ops, &out);
  return out;
}

static double decode_us(const measured_world *world, double batch, double kv) {
  const msw_analytic_gpu gpu = msw_analytic_gpu_of(&world->made.gpu, MSW_BF16);
  const msw_latent_kernel kernel = made_kernel(10);
  return msw_analytic_latent_decode_us(&made_latent.decode, &gpu, batch, kv, &kernel);
}

/* Unequal requests count with their mean whatever a kernel without load balance would do. */
static void decodes(void **state) {
  measured_world *world = *state;
  const msw_decode_group equal = {4, 255}, unequal[] = {{2, 127}, {2, 383}};
  world->knobs.chain_gb_per_s = 0.001;
  for (int spread = MSW_KV_EQUAL; spread <= MSW_KV_EXPONENTIAL; spread++) {
    world->knobs.kv_spread = spread;
    const msw_breakdown one = eval(world, &(msw_step){.decode = &equal, .n_decode = 1}, NULL);
    const msw_breakdown two = eval(world, &(msw_step){.decode = unequal, .n_decode = 2}, NULL);
    assert_close(one.decode.attn_us, 10 * decode_us(world, 4, 256), 1e-13, 0);
    assert_close(two.decode.attn_us, one.decode.attn_us, 1e-13, 0);
    assert_int_equal(one.flags, MSW_FLAG_ANALYTIC | MSW_FLAG_INTERPOLATED);   /* down_proj lies between measured m */
  }
}

/* 200 bytes a token and layer: at 5e5 / 50 bytes/us 4 * 4096 tokens take more than the kernel. */
static void decodes_read_latents(void **state) {
  measured_world *world = *state;
  const msw_decode_group group = {4, 4095};
  world->knobs.bw_efficiency = 0.01;
  const msw_breakdown out = eval(world, &(msw_step){.decode = &group, .n_decode = 1}, NULL);
  assert_close(out.decode.attn_us, 10 * (decode_us(world, 4, 1) + 4 * 4096 * 200 / 1e4), 1e-13, 0);
}

/* The latents of both caches, 1024 + 192 tokens, go through kv_b_proj in one call: 10 us + m n k / 1e8. */
static void prefills_project_the_cache_again(void **state) {
  measured_world *world = *state;
  const msw_prefill_group groups[] = {{1, 1024, 1024}, {1, 192, 64}};
  const msw_analytic_gpu gpu = msw_analytic_gpu_of(&world->made.gpu, MSW_BF16);
  const msw_latent_kernel kernel = made_kernel(10);
  const double first = msw_analytic_latent_prefill_us(&made_latent.prefill, &gpu, 2, 2048, &kernel) / 2 * (1 - 1 / 4.0);
  const double second = msw_analytic_latent_prefill_us(&made_latent.prefill, &gpu, 2, 256, &kernel) / 2 * (1 - 9 / 16.0);
  const double again = 10 + 1216 * 700 * 80 / 1e8;
  msw_op_list ops = {0};
  const msw_breakdown out = eval(world, &(msw_step){.prefill = groups, .n_prefill = 2}, &ops);
  assert_close(out.prefill.attn_us, 10 * (first + second + again), 1e-12, 0);
  double us = 0.0;
  size_t n_found = 0;
  for (size_t i_op = 0; i_op < ops.n; i_op++) {
    us += ops.ops[i_op].us;
    if (strcmp(ops.ops[i_op].name, "cached_kv_b_proj") != 0) continue;
    n_found++;
    assert_close(ops.ops[i_op].us, 10 * again, 1e-13, 0);
    assert_same(ops.ops[i_op].m, 1216);
  }
  assert_int_equal(n_found, 1);
  assert_close(us, out.step_us, 1e-12, 0);
  free(ops.ops);
}

/* 2 heads (2 * 80 + 20) and (30 + 20 + 40) per head, token and squared token; 10 layers. */
static void flop_of_attention(void **state) {
  measured_world *world = *state;
  const msw_decode_group decode = {3, 99};
  const msw_prefill_group prefill = {2, 50, 50};
  msw_op_list ops = {0};
  eval(world, &(msw_step){.decode = &decode, .n_decode = 1, .prefill = &prefill, .n_prefill = 1}, &ops);
  size_t n_found = 0;
  for (size_t i_op = 0; i_op < ops.n; i_op++) {
    if (strcmp(ops.ops[i_op].name, "attention") != 0) continue;
    n_found++;
    const bool is_decode = strcmp(ops.ops[i_op].phase, "decode") == 0;
    assert_close(ops.ops[i_op].flop, 10 * (is_decode ? 2.0 * 10 * 180 * 300 : 10.0 * 90 * 2 * (1e4 - 2500)), 1e-13, 0);
  }
  assert_int_equal(n_found, 2);
  free(ops.ops);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      LATENT_TEST(decode_by_hand), LATENT_TEST(prefill_by_hand), LATENT_TEST(as_curves), LATENT_TEST(kernels_of_a_model),
      LATENT_TEST(void_ones), LATENT_TEST(decodes), LATENT_TEST(decodes_read_latents),
      LATENT_TEST(prefills_project_the_cache_again), LATENT_TEST(flop_of_attention)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

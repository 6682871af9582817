/* Passes and steps of InferSim's family: what adds up, what hides, what is paid once. */
#include <stdlib.h>

#include "infersim_world.h"
#include "msw_test.h"

enum { LAYERS = 10 };

static void use_links(made_world *world) {
  world->knobs.world_size = 4;
  world->tp = 2;
}

/* A layer with round times. */
static const msw_infersim_layer layer = {.qkv_us = 1, .o_us = 2, .attention = {4, 5, 5}, .ffn = {8, 7, 8}, .before_ffn_us = 10,
                                         .after_ffn_us = 20, .tp_all_reduce_us = 40};

static void a_pass_is_its_longer_halves(void **state) {
  msw_case bound = made_bind(*state);
  double comm_us;
  msw_phase_time pass = msw_infersim_pass(&bound, MSW_DECODE, &layer, &comm_us);
  assert_same(pass.gemm_us, LAYERS * 11.0);
  assert_same(pass.attn_us, LAYERS * 4.0);
  assert_same(pass.memory_us, LAYERS * 12.0);
  assert_same(pass.time_us, LAYERS * 16.0);
  assert_same(comm_us, LAYERS * 70.0);
}

/* Attention 8 and feed-forward 8 a layer: 2 max(8, 8 + 30) = 76, of which 60 are communication. */
static void overlapped_decodes(void **state) {
  made_world *world = *state;
  world->knobs.two_batch_overlap = 1;
  msw_case bound = made_bind(world);
  double comm_us;
  msw_phase_time pass = msw_infersim_pass(&bound, MSW_DECODE, &layer, &comm_us);
  assert_same(pass.time_us, LAYERS * 16.0);
  assert_same(comm_us, LAYERS * 60.0);
  assert_same(pass.memory_us, LAYERS * 24.0);   /* of both batches */
}

/* On half of the SMs both are 16 long: max(16,10) + max(16,20) twice = 72, of which 8 are communication. */
static void overlapped_prefills(void **state) {
  made_world *world = *state;
  world->knobs.two_batch_overlap = 1;
  world->knobs.sm_ratio = 0.5;
  msw_case bound = made_bind(world);
  double comm_us;
  msw_phase_time pass = msw_infersim_pass(&bound, MSW_PREFILL, &layer, &comm_us);
  assert_same(pass.time_us, LAYERS * 64.0);
  assert_same(comm_us, LAYERS * 8.0);
}

static void overlap_forgets_the_ring_and_doubles_the_tokens(void **state) {
  made_world *world = *state;
  use_links(world);
  msw_infersim_layer comm = {0};
  msw_breakdown plain = made_eval(world, "8*512", "", NULL);
  world->knobs.two_batch_overlap = 1;
  msw_case bound = made_bind(world);
  msw_infersim_comm(&bound, MSW_DECODE, 8, NULL, &comm);
  assert_same(comm.tp_all_reduce_us, 0);
  msw_breakdown overlapped = made_eval(world, "8*512", "", NULL);
  assert_same(plain.tok_per_step, 8);
  assert_same(overlapped.tok_per_step, 16);
}

static void a_mixed_step_is_two_passes(void **state) {
  made_world *world = *state;
  use_links(world);
  world->knobs.prefill_scheduler_us = 30000;
  world->knobs.decode_scheduler_us = 5000;
  msw_breakdown decode = made_eval(world, "8*512", "", NULL), prefill = made_eval(world, "", "2*0:700", NULL),
                both = made_eval(world, "8*512", "2*0:700", NULL);
  assert_same(decode.overhead_us, 5000);
  assert_same(prefill.overhead_us, 30000);
  assert_same(both.overhead_us, 35000);
  assert_close(both.hardware_us, decode.hardware_us + prefill.hardware_us, eps, 0);
  assert_close(both.comm_us, decode.comm_us + prefill.comm_us, eps, 0);
  assert_close(both.step_us, decode.step_us + prefill.step_us, eps, 0);
  assert_same(both.tok_per_step, 8 + 1400);
  assert_close(both.tok_per_s_per_gpu, 1408e6 / both.step_us / 2, eps, 0);
  assert_same(decode.prefill.time_us, 0);
  assert_same(both.fused.time_us, 0);
  assert_int_equal(decode.bound, MSW_BOUND_OVERHEAD);
}

/* A prompt of 1000 in passes of 2500 tokens: attention three times, GEMM for 2500. */
static void prompts_repeat_until_the_pass_is_full(void **state) {
  made_world *world = *state;
  msw_op_list ops = {0};
  msw_breakdown one = made_eval(world, "", "1*0:1000", NULL), full = made_eval(world, "", "2*0:1250", NULL);
  world->knobs.max_prefill_tokens = 2500;
  msw_breakdown got = made_eval(world, "", "1*0:1000", &ops);
  assert_close(got.prefill.attn_us, 3 * one.prefill.attn_us, eps, 0);
  assert_close(got.prefill.gemm_us, full.prefill.gemm_us, eps, 0);
  assert_same(got.tok_per_step, 2500);
  msw_breakdown longer = made_eval(world, "", "1*0:3000", NULL);   /* not cut into chunks, as published */
  assert_close(longer.prefill.gemm_us, full.prefill.gemm_us, eps, 0);
  world->knobs.max_prefill_tokens = 0;
  assert_close(longer.prefill.attn_us, made_eval(world, "", "1*0:3000", NULL).prefill.attn_us, eps, 0);
  free(ops.ops);
}

/* ---- Operations ---- */

typedef struct { double gemm_us, attn_us, memory_us, comm_us, shown_us; } sums;

static sums sum_of(const msw_op_list *ops, const char *phase) {
  sums sum = {0};
  for (size_t i_op = 0; i_op < ops->n; i_op++) {
    const msw_op *op = &ops->ops[i_op];
    if (strcmp(op->phase, phase) != 0) continue;
    bool is_comm = strncmp(op->name, "comm_", 5) == 0 || strcmp(op->name, "tp_all_reduce") == 0;
    if (is_comm) sum.comm_us += op->us;
    else if (strcmp(op->name, "attention") == 0) sum.attn_us += op->us;
    else if (isnan(op->mfu)) sum.memory_us += op->us;
    else sum.gemm_us += op->us;
    if (!op->is_hidden && !is_comm) sum.shown_us += op->us;
  }
  return sum;
}

static void expect_phase(const msw_op_list *ops, const char *phase, const msw_phase_time *time) {
  sums sum = sum_of(ops, phase);
  assert_close(sum.gemm_us, time->gemm_us, eps, 0);
  assert_close(sum.attn_us, time->attn_us, eps, 0);
  assert_close(sum.memory_us, time->memory_us, eps, 0);
  assert_close(sum.shown_us, time->time_us, eps, 0);   /* what is not hidden is the time */
}

static void operations_add_up(void **state) {
  made_world *world = *state;
  static const char *const decodes[] = {"8*512", "512*100+3*2000+1*0"}, *const prefill = "1*0:700+1*64:1500+2*4000:1";
  use_links(world);
  for (int rule = MSW_AGGREGATE_MAX; rule <= MSW_AGGREGATE_BUCKETS; rule++)
    for (size_t i_decode = 0; i_decode < COUNT(decodes); i_decode++) {
      world->knobs.decode_aggregation = rule;
      msw_op_list ops = {0};
      msw_breakdown got = made_eval(world, decodes[i_decode], prefill, &ops),
                    alone = made_eval(world, decodes[i_decode], prefill, NULL);
      expect_phase(&ops, "decode", &got.decode);
      expect_phase(&ops, "prefill", &got.prefill);
      assert_close(sum_of(&ops, "decode").comm_us + sum_of(&ops, "prefill").comm_us, got.comm_us, eps, 0);
      assert_memory_equal(&got, &alone, sizeof got);   /* recording changes nothing */
      free(ops.ops);
    }
}

static void an_operation_explains_itself(void **state) {
  made_world *world = *state;
  static const made_gemm_row rows[] = {{16, 1000, 1400, 0.25}};
  add_table(world, made_gemm(&world->arena, peak_16bit, rows, 1));
  msw_op_list ops = {0};
  made_eval(world, "20*512", "", &ops);
  const msw_op *qkv = &ops.ops[0], *attention = &ops.ops[1];
  assert_string_equal(qkv->name, "qkv_proj");
  assert_same(qkv->m, 20);
  assert_same(qkv->n, 1400);
  assert_close(qkv->flop, 2. * 20 * 1.4e6 * LAYERS, eps, 0);
  assert_close(qkv->us, qkv->flop / (0.25 * peak_16bit) * 1e6, eps, 0);
  assert_ptr_equal(qkv->table, &world->tables[0]);
  assert_int_equal(qkv->flags, MSW_FLAG_TABLE_CLAMPED);
  assert_string_equal(attention->name, "attention");
  assert_same(attention->context, 512);
  assert_null(attention->table);
  assert_same(attention->mfu, 0.5);
  assert_int_equal(attention->flags, MSW_FLAG_ANALYTIC);
  free(ops.ops);
}

#define WITH_WORLD(test) cmocka_unit_test_setup_teardown(test, infersim_setup, made_teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      WITH_WORLD(a_pass_is_its_longer_halves),
      WITH_WORLD(overlapped_decodes),
      WITH_WORLD(overlapped_prefills),
      WITH_WORLD(overlap_forgets_the_ring_and_doubles_the_tokens),
      WITH_WORLD(a_mixed_step_is_two_passes),
      WITH_WORLD(prompts_repeat_until_the_pass_is_full),
      WITH_WORLD(operations_add_up),
      WITH_WORLD(an_operation_explains_itself),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Operations of a step: they add up to the terms that they explain, and say where their numbers come from. */
#include <stdlib.h>

#include "made_case.h"
#include "msw_test.h"

static const double eps = 1e-12;

static double sum_us(const msw_op_list *ops, const char *phase, bool attention) {
  double us = 0;
  for (size_t i_op = 0; i_op < ops->n; i_op++) {
    const msw_op *op = &ops->ops[i_op];
    if (strcmp(op->phase, phase) != 0 || strcmp(op->name, "memory") == 0) continue;
    if ((strcmp(op->name, "attention") == 0) == attention) us += op->us;
  }
  return us;
}

static const msw_op *find(const msw_op_list *ops, const char *phase, const char *name) {
  for (size_t i_op = 0; i_op < ops->n; i_op++)
    if (strcmp(ops->ops[i_op].phase, phase) == 0 && strcmp(ops->ops[i_op].name, name) == 0) return &ops->ops[i_op];
  fail_msg("no %s %s", phase, name);
  return ops->ops;   /* not reached */
}

static void expect_phase(const msw_op_list *ops, const char *phase, const msw_phase_time *time) {
  assert_close(sum_us(ops, phase, false), time->gemm_us, eps, 0);
  assert_close(sum_us(ops, phase, true), time->attn_us, eps, 0);
  assert_same(find(ops, phase, "memory")->us, time->memory_us);
}

static const char *const decode = "20*512+3*900+1*0", *const prefill = "2*0:700+1*0:100+1*64:1500";

/* For every preset, aggregation, bucket rule and a tp. */
static void operations_add_up(void **state) {
  made_world *world = *state;
  static const char *const presets[] = {"v1-calibrated", "v2-floor", "v2-interp"};
  for (int i_preset = 0; i_preset < 3; i_preset++)
    for (int aggregation = MSW_AGGREGATE_MAX; aggregation <= MSW_AGGREGATE_BUCKETS; aggregation++)
      for (int bucket = MSW_BUCKET_POW2; bucket <= MSW_BUCKET_EXACT; bucket++)
        for (world->tp = 1; world->tp <= 2; world->tp++) {
          made_use(world, presets[i_preset]);
          world->knobs.decode_aggregation = aggregation;
          world->knobs.prefill_bucket = bucket;
          msw_op_list ops = {0};
          msw_breakdown got = made_eval(world, decode, prefill, &ops), alone = made_eval(world, decode, prefill, NULL);
          expect_phase(&ops, "decode", &got.decode);
          expect_phase(&ops, "prefill", &got.prefill);
          assert_same(find(&ops, "step", "comm")->us, got.comm_us);
          assert_same(find(&ops, "step", "overhead")->us, got.overhead_us);
          assert_memory_equal(&got, &alone, sizeof got);   /* recording changes nothing */
          free(ops.ops);
        }
}

static void a_fused_pass_adds_up(void **state) {
  made_world *world = *state;
  world->knobs.mixed_rule = MSW_MIXED_FUSED;
  msw_op_list ops = {0};
  msw_breakdown got = made_eval(world, decode, prefill, &ops);
  assert_close(sum_us(&ops, "fused", false), got.fused.gemm_us, eps, 0);
  assert_close(sum_us(&ops, "decode", true) + sum_us(&ops, "prefill", true), got.fused.attn_us, eps, 0);
  assert_same(find(&ops, "fused", "memory")->us, got.fused.memory_us);
  free(ops.ops);
}

static void a_projection_explains_itself(void **state) {
  made_world *world = *state;
  world->tp = 2;
  msw_op_list ops = {0};
  made_eval(world, "550*512", "", &ops);
  const msw_op *gate = find(&ops, "decode", "gate_proj"), *key = find(&ops, "decode", "k_proj");
  assert_same(gate->m, 550);
  assert_same(gate->k, 1000);
  assert_same(gate->n, 4000);
  assert_close(gate->flop, 2. * 550 * 4e6 * 10 / 2, eps, 0);
  assert_close(gate->bytes, 8e6 * 10 / 2, eps, 0);
  assert_close(gate->mfu, .65, eps, 0);
  assert_close(gate->us, gate->flop / (1e14 * .65) * 1e6, eps, 0);
  assert_close(gate->floor_us, gate->bytes / 5e11 * 1e6, eps, 0);
  assert_ptr_equal(gate->table, &world->tables[0]);
  assert_int_equal(gate->rows.n, 2);
  assert_int_equal(gate->rows.row[0], 4);
  assert_int_equal(gate->flags, 0);
  assert_int_equal(key->flags, MSW_FLAG_SHAPE_BORROWED);
  free(ops.ops);
}

static void attention_explains_itself(void **state) {
  made_world *world = *state;
  msw_op_list ops = {0};
  msw_breakdown got = made_eval(world, "4*512+4*1024", "1*0:300+1*0:800", &ops);
  const msw_op *first = find(&ops, "decode", "attention"), *second = first + 1;
  assert_same(first->batch, 8);
  assert_same(first->context, 512);
  assert_same(second->context, 1024);
  assert_close(second->mfu, .08, eps, 0);
  assert_close(first->flop, 40000. * 4 * 512, eps, 0);
  assert_close(second->us, 2 * first->us, eps, 0);   /* the groups' time is shared by FLOP */
  assert_close(first->us + second->us, got.decode.attn_us, eps, 0);
  const msw_op *bucket = find(&ops, "prefill", "attention");
  assert_same(bucket->context, 512);
  assert_close(bucket->flop, 40000. * 300 * 300 / 1.8, eps, 0);
  assert_ptr_equal(bucket->table, &world->tables[1]);
  free(ops.ops);
}

static void memory_explains_itself(void **state) {
  made_world *world = *state;
  world->tp = 5;
  msw_op_list ops = {0};
  made_eval(world, "8*1024", "", &ops);
  const msw_op *memory = find(&ops, "decode", "memory");
  assert_close(memory->bytes, (2 * 14.4e6 * 10 + 8 * (8000 + 8000 * 1024 * .8 + 15000)) / 5, eps, 0);
  assert_true(isnan(memory->mfu));
  assert_null(memory->table);
  free(ops.ops);
}

static void constant_mfu_has_one_gemm(void **state) {
  made_world *world = *state;
  made_use(world, "v1-calibrated");
  msw_op_list ops = {0};
  made_eval(world, "8*1024", "1*0:512", &ops);
  assert_close(find(&ops, "decode", "gemm")->mfu, .2, eps, 0);
  assert_close(find(&ops, "prefill", "gemm")->mfu, .5, eps, 0);
  assert_close(find(&ops, "decode", "attention")->mfu, .1, eps, 0);
  assert_int_equal(ops.n, 8);
  free(ops.ops);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, made_setup, made_teardown)
  const struct CMUnitTest tests[] = {
      TEST(operations_add_up), TEST(a_fused_pass_adds_up), TEST(a_projection_explains_itself), TEST(attention_explains_itself),
      TEST(memory_explains_itself), TEST(constant_mfu_has_one_gemm),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

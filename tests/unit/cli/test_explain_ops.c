/* How far a point lies from its rows, what limits an operation, what hides it. */
#include "explain.h"
#include "msw_test.h"

static const double m[] = {8, 64, 128}, k[] = {2048, 2048, 2048}, n[] = {6144, 6144, 6144};
static const double batch[] = {1, 1, 16, 16}, kv_len[] = {1024, 4096, 1024, 4096};

typedef struct { double at; msw_rows_used rows; const char *text; } along_m;

static void test_gemm(void **state) {
  (void)state;
  msw_arena arena = {0};
  static const along_m cases[] = {
      {64, {1, {1}, {1}}, "m 64"},
      {100, {2, {1, 2}, {0.4375, 0.5625}}, "m 100 between 64 and 128"},
      {100, {1, {1}, {1}}, "m 100 -> 64"},
      {4, {1, {0}, {1}}, "m 4 -> 8"},
      {64, {2, {1, 2}, {1, 0}}, "m 64"},          /* a row without weight does not count */
      {500, {2, {1, 2}, {0.5, 0.5}}, "m 500 from 64 and 128"},
  };
  msw_kernel_table table = {.kind = MSW_KERNEL_GEMM, .m = m, .k = k, .n = n};
  msw_case bound = {0};
  for (size_t i_case = 0; i_case < sizeof cases / sizeof cases[0]; i_case++) {
    msw_op op = {.m = cases[i_case].at, .k = 4096, .n = 6144, .table = &table, .rows = cases[i_case].rows};
    msw_distance distances[MSW_MAX_DISTANCES];
    assert_int_equal(msw_op_distances(&bound, &op, distances), 3);
    assert_string_equal(msw_distance_text(&distances[0], &arena), cases[i_case].text);
    assert_string_equal(msw_distance_text(&distances[1], &arena), "k 4096 -> 2048");
    assert_string_equal(msw_distance_text(&distances[2], &arena), "n 6144");
  }
  msw_arena_free(&arena);
}

static void test_attention(void **state) {
  (void)state;
  msw_kernel_table table = {.kind = MSW_KERNEL_DECODE_ATTENTION, .batch = batch, .kv_len = kv_len,
                            .shape = {.num_heads = 32, .num_kv_heads = 8, .head_dim = 128, .tp = 1}};
  msw_case bound = {.tp = 2, .num_heads = 40, .num_kv_heads = 8, .head_dim = 80};
  msw_op op = {.batch = 8, .context = 1024, .table = &table, .rows = {4, {0, 2, 1, 3}, {0.5, 0.5, 0, 0}}};
  msw_distance d[MSW_MAX_DISTANCES];
  assert_int_equal(msw_op_distances(&bound, &op, d), 5);
  static const char *const axes[] = {"batch", "kv_len", "tp", "num_heads", "head_dim"};
  for (size_t i_axis = 0; i_axis < 5; i_axis++) assert_string_equal(d[i_axis].axis, axes[i_axis]);
  assert_same(d[0].low, 1);
  assert_same(d[0].high, 16);
  assert_same(d[1].high, 1024);
  assert_same(d[2].at, 2);
  assert_same(d[2].low, 1);
  msw_op none = {.name = "comm"};
  assert_int_equal(msw_op_distances(&bound, &none, d), 0);
}

static void test_limits(void **state) {
  (void)state;
  static const struct { msw_op op; const char *limit; } cases[] = {
      {{.phase = "decode", .name = "memory", .us = 1}, "memory"},
      {{.phase = "decode", .name = "q_proj", .us = 5, .floor_us = 5}, "memory"},
      {{.phase = "decode", .name = "q_proj", .us = 6, .floor_us = 5}, "compute"},
      {{.phase = "decode", .name = "q_proj", .us = 6}, "compute"},
      {{.phase = "prefill", .name = "attention", .us = 6}, "compute"},
      {{.phase = "step", .name = "comm", .us = 6}, ""},
      {{.phase = "decode", .name = "kv_load", .us = 6, .bytes = 1, .mfu = NAN}, "memory"},   /* InferSim */
      {{.phase = "decode", .name = "tp_all_reduce", .us = 6, .mfu = NAN}, ""},
  };
  for (size_t i_case = 0; i_case < sizeof cases / sizeof cases[0]; i_case++)
    assert_string_equal(msw_op_limit(&cases[i_case].op), cases[i_case].limit);
}

static bool hidden(int mixed_rule, msw_phase_time prefill, msw_phase_time decode, msw_phase_time fused,
                   const char *phase, const char *name) {
  msw_case bound = {.knobs = {.mixed_rule = mixed_rule}};
  msw_breakdown breakdown = {.prefill = prefill, .decode = decode, .fused = fused};
  msw_op op = {.phase = phase, .name = name};
  return msw_op_is_hidden(&bound, &breakdown, &op);
}

/* In InferSim's family an operation knows by itself; its attention tables have a GPU's heads by construction. */
static void test_infersim(void **state) {
  (void)state;
  msw_kernel_table table = {.kind = MSW_KERNEL_DECODE_ATTENTION, .batch = batch, .kv_len = kv_len,
                            .shape = {.num_heads = 16, .num_kv_heads = 4, .head_dim = 128, .tp = 1}};
  const msw_case bound = {.family = MSW_FAMILY_INFERSIM, .tp = 2, .num_heads = 32, .num_kv_heads = 8, .head_dim = 128};
  const msw_breakdown breakdown = {.decode = {6, 4, 5, 10}};
  msw_op op = {.phase = "decode", .name = "attention", .batch = 1, .context = 1024, .table = &table, .rows = {1, {0}, {1}}};
  msw_distance distances[MSW_MAX_DISTANCES];
  assert_int_equal(msw_op_distances(&bound, &op, distances), 2);
  assert_false(msw_op_is_hidden(&bound, &breakdown, &op));
  op.is_hidden = true;
  assert_true(msw_op_is_hidden(&bound, &breakdown, &op));
}

static void test_hidden(void **state) {
  (void)state;
  const msw_phase_time compute = {6, 4, 5, 10}, memory = {2, 3, 8, 8}, none = {0};
  assert_false(hidden(MSW_MIXED_MAX, none, compute, none, "decode", "q_proj"));
  assert_true(hidden(MSW_MIXED_MAX, none, compute, none, "decode", "memory"));
  assert_true(hidden(MSW_MIXED_MAX, none, memory, none, "decode", "attention"));
  assert_false(hidden(MSW_MIXED_MAX, none, memory, none, "decode", "memory"));
  assert_true(hidden(MSW_MIXED_MAX, compute, memory, none, "decode", "memory"));   /* the shorter phase */
  assert_false(hidden(MSW_MIXED_MAX, compute, memory, none, "prefill", "q_proj"));
  assert_false(hidden(MSW_MIXED_SUM, compute, memory, none, "decode", "memory"));
  assert_true(hidden(MSW_MIXED_FUSED, compute, memory, compute, "prefill", "q_proj"));   /* the fused one replaces it */
  assert_false(hidden(MSW_MIXED_FUSED, compute, memory, compute, "prefill", "attention"));
  assert_false(hidden(MSW_MIXED_FUSED, compute, memory, compute, "fused", "q_proj"));
  assert_true(hidden(MSW_MIXED_FUSED, compute, memory, compute, "fused", "memory"));
  assert_false(hidden(MSW_MIXED_MAX, none, memory, none, "step", "overhead"));
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_gemm), cmocka_unit_test(test_attention),
                                     cmocka_unit_test(test_limits), cmocka_unit_test(test_infersim), cmocka_unit_test(test_hidden)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

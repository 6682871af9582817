/* Tables of another number format: what is told is what cases are bound to. */
#include "msw/perf/stand_in.h"

#include "made_case.h"
#include "msw_test.h"

enum { MOST_TABLES = 4 };

typedef struct { msw_kernel_kind kind; msw_dtype dtype, kv_dtype; } table_format;

static size_t find(const table_format *formats, size_t n, msw_dtype weights, msw_stand_in *found) {
  static const msw_gpu gpu = {.name = "made"};
  msw_kernel_table tables[MOST_TABLES] = {0};
  for (size_t i = 0; i < n; i++) {
    tables[i].kind = formats[i].kind;
    tables[i].dtype = formats[i].dtype;
    tables[i].kv_dtype = formats[i].kv_dtype;
  }
  const msw_kernel_set set = {.gpu = &gpu, .tables = tables, .n_tables = n};
  return msw_stand_ins(&set, weights, found);
}

static void gemm(void **state) {
  (void)state;
  msw_stand_in found[MSW_MAX_STAND_INS];
  const table_format fp8 = {MSW_KERNEL_GEMM, MSW_FP8, MSW_DTYPE_NONE}, bf16 = {MSW_KERNEL_GEMM, MSW_BF16, MSW_DTYPE_NONE};
  const table_format nameless = {MSW_KERNEL_GEMM, MSW_DTYPE_NONE, MSW_DTYPE_NONE};
  const table_format both[] = {fp8, bf16}, first_fp8[] = {fp8, nameless};
  assert_int_equal(find(&fp8, 1, MSW_BF16, found), 1);
  assert_int_equal(found[0].measured, MSW_FP8);
  assert_int_equal(found[0].wanted, MSW_BF16);
  assert_int_equal(find(&fp8, 1, MSW_FP8, found), 0);
  assert_int_equal(find(&fp8, 1, MSW_INT8, found), 1);   /* as wide, but no float */
  assert_int_equal(find(&bf16, 1, MSW_FP16, found), 0);
  assert_int_equal(find(both, 2, MSW_BF16, found), 0);
  assert_int_equal(find(both, 2, MSW_FP4, found), 1);
  assert_int_equal(found[0].measured, MSW_FP8);          /* the first one's */
  assert_int_equal(find(first_fp8, 2, MSW_BF16, found), 1);
  assert_int_equal(found[0].measured, MSW_FP8);
  assert_int_equal(find(&nameless, 1, MSW_BF16, found), 1);
  assert_int_equal(find(NULL, 0, MSW_BF16, found), 0);
}

static void attention(void **state) {
  (void)state;
  msw_stand_in found[MSW_MAX_STAND_INS];
  const table_format tables[] = {{MSW_KERNEL_PREFILL_ATTENTION, MSW_BF16, MSW_BF16}, {MSW_KERNEL_DECODE_ATTENTION, MSW_BF16, MSW_FP8}};
  assert_int_equal(find(tables, 2, MSW_BF16, found), 1);
  assert_int_equal(found[0].kind, MSW_KERNEL_DECODE_ATTENTION);
  assert_int_equal(found[0].measured, MSW_FP8);
  assert_int_equal(find(tables, 2, MSW_FP8, found), 1);   /* 8-bit weights come with a bf16 KV cache */
  assert_int_equal(found[0].wanted, MSW_BF16);
  assert_int_equal(find(tables, 2, MSW_FP32, found), 2);
}

static bool differ(msw_dtype a, msw_dtype b) {
  const bool are_16_bit = (a == MSW_BF16 || a == MSW_FP16) && (b == MSW_BF16 || b == MSW_FP16);
  return a != b && !are_16_bit;
}

/* The table that a case is bound to is of another format exactly where that is told. */
static void as_cases_are_bound(void **state) {
  made_world *world = *state;
  static const msw_dtype formats[] = {MSW_BF16, MSW_FP16, MSW_FP32, MSW_FP8, MSW_INT8, MSW_FP4};
  enum { N_FORMATS = sizeof formats / sizeof formats[0] };
  for (size_t i_peak = 0; i_peak < N_FORMATS; i_peak++) world->gpu.peak_flop_per_s[formats[i_peak]] = 1e14;
  for (size_t i = 0; i < N_FORMATS * N_FORMATS; i++) {
    msw_stand_in found[MSW_MAX_STAND_INS];
    msw_dtype told[MSW_MAX_STAND_INS] = {MSW_DTYPE_NONE, MSW_DTYPE_NONE, MSW_DTYPE_NONE};
    world->dtype = formats[i / N_FORMATS];
    for (size_t i_table = 0; i_table < world->set.n_tables; i_table++) {
      msw_dtype *kv = &world->tables[i_table].kv_dtype;
      world->tables[i_table].dtype = formats[i % N_FORMATS];
      *kv = world->tables[i_table].kind == MSW_KERNEL_GEMM ? MSW_DTYPE_NONE : formats[i % N_FORMATS];
    }
    const msw_case bound = made_bind(world);
    assert_false(bound.flags & MSW_FLAGS_VOID);
    const size_t n = msw_stand_ins(&world->set, world->dtype, found);
    for (size_t i_found = 0; i_found < n; i_found++) told[found[i_found].kind] = found[i_found].measured;
    const msw_dtype used[MSW_MAX_STAND_INS] = {bound.gemm[0].table->dtype, bound.prefill_table->kv_dtype,
                                               bound.decode_table->kv_dtype};
    const msw_dtype wanted[MSW_MAX_STAND_INS] = {bound.weight_dtype, bound.kv_dtype, bound.kv_dtype};
    for (int kind = 0; kind < MSW_MAX_STAND_INS; kind++)
      assert_int_equal(told[kind], differ(used[kind], wanted[kind]) ? used[kind] : MSW_DTYPE_NONE);
  }
}

static void sentences(void **state) {
  (void)state;
  static const msw_gpu gpu = {.name = "made"};
  msw_arena arena = {0};
  const msw_stand_in gemm_fp8 = {MSW_KERNEL_GEMM, MSW_FP8, MSW_BF16}, nameless = {MSW_KERNEL_GEMM, MSW_DTYPE_NONE, MSW_BF16};
  const msw_stand_in decode = {MSW_KERNEL_DECODE_ATTENTION, MSW_FP8, MSW_BF16};
  assert_string_equal(msw_stand_in_text(&gemm_fp8, &gpu, &arena), "made: GEMM rows measured in fp8 stand in for bf16");
  assert_string_equal(msw_stand_in_text(&nameless, &gpu, &arena),
                      "made: GEMM rows measured in an unstated number format stand in for bf16");
  assert_string_equal(msw_stand_in_text(&decode, &gpu, &arena),
                      "made: decode attention rows measured on a KV cache in fp8 stand in for bf16");
  msw_arena_free(&arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(gemm), cmocka_unit_test(attention), cmocka_unit_test(sentences),
                                     cmocka_unit_test_setup_teardown(as_cases_are_bound, made_setup, made_teardown)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

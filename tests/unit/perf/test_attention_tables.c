/* Which attention table stands for a model's heads and tp. */
#include "attention_tables.h"

#include "msw_test.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define PREFILL(heads, kv_heads, dim) {.kind = MSW_KERNEL_PREFILL_ATTENTION, .shape = {heads, kv_heads, dim, 1}}
#define DECODE(heads, kv_heads, dim, tp) {.kind = MSW_KERNEL_DECODE_ATTENTION, .shape = {heads, kv_heads, dim, tp}}

static const msw_kernel_table tables[] = {
    {.kind = MSW_KERNEL_GEMM},
    PREFILL(32, 8, 128), PREFILL(32, 32, 128), PREFILL(64, 8, 128),
    DECODE(32, 8, 128, 1), DECODE(32, 8, 128, 2), DECODE(32, 8, 128, 4), DECODE(64, 8, 128, 2), DECODE(64, 8, 128, 8),
};
enum { P_32_8 = 1, P_32_32, P_64_8, D_32_8_TP1, D_32_8_TP2, D_32_8_TP4, D_64_8_TP2, D_64_8_TP8 };
static const msw_kernel_set set = {.tables = tables, .n_tables = COUNT(tables)};

static msw_case model(double heads, double kv_heads, double head_dim, double tp) {
  return (msw_case){.num_heads = heads, .num_kv_heads = kv_heads, .head_dim = head_dim, .tp = tp};
}

static const struct { double heads, kv_heads, head_dim; int table; bool borrowed; } shapes[] = {
    {32, 8, 128, P_32_8, false},
    {32, 32, 128, P_32_32, false},
    {64, 8, 128, P_64_8, false},
    {40, 8, 128, P_32_8, true},      /* 8 against 24 */
    {48, 8, 128, P_32_8, true},      /* 16 each: the first */
    {32, 20, 128, P_32_8, true},     /* 12 each: the first */
    {32, 21, 128, P_32_32, true},
    {64, 8, 64, P_64_8, true},
};

static void prefill_by_shape(void **state) {
  (void)state;
  for (size_t i_row = 0; i_row < COUNT(shapes); i_row++) {
    msw_case bound = model(shapes[i_row].heads, shapes[i_row].kv_heads, shapes[i_row].head_dim, 1);
    msw_flags flags = 0;
    assert_ptr_equal(msw_choose_prefill_table(&bound, &set, &flags), &tables[shapes[i_row].table]);
    assert_int_equal(flags, shapes[i_row].borrowed ? MSW_FLAG_SHAPE_BORROWED : 0);
  }
}

static void no_other_shape_when_forbidden(void **state) {
  (void)state;
  msw_case bound = model(40, 8, 128, 1);
  msw_flags flags = 0;
  bound.knobs.shape_fallback = MSW_SHAPE_NONE;
  assert_null(msw_choose_prefill_table(&bound, &set, &flags));
  assert_null(msw_choose_decode_table(&bound, &set, &flags));
  assert_int_equal(flags, 0);
  bound.num_heads = 32;
  assert_ptr_equal(msw_choose_prefill_table(&bound, &set, &flags), &tables[P_32_8]);
}

static void none_at_all(void **state) {
  (void)state;
  msw_case bound = model(32, 8, 128, 1);
  msw_kernel_set only_gemm = {.tables = tables, .n_tables = 1};
  msw_flags flags = 0;
  assert_null(msw_choose_prefill_table(&bound, &only_gemm, &flags));
  assert_null(msw_choose_decode_table(&bound, &only_gemm, &flags));
  assert_int_equal(flags, 0);
}

static const struct { double heads, tp; int fallback, table; msw_flags flags; } tps[] = {
    {32, 1, MSW_TP_FALLBACK_TP1, D_32_8_TP1, 0},
    {32, 2, MSW_TP_FALLBACK_TP1, D_32_8_TP2, 0},
    {32, 4, MSW_TP_FALLBACK_NEAREST, D_32_8_TP4, 0},
    {32, 8, MSW_TP_FALLBACK_TP1, D_32_8_TP1, MSW_FLAG_TP_BORROWED},
    {32, 8, MSW_TP_FALLBACK_NEAREST, D_32_8_TP4, MSW_FLAG_TP_BORROWED},
    {32, 3, MSW_TP_FALLBACK_TP1, D_32_8_TP1, MSW_FLAG_TP_BORROWED},
    {32, 3, MSW_TP_FALLBACK_NEAREST, D_32_8_TP2, MSW_FLAG_TP_BORROWED},   /* 2 and 4 as near: the smaller */
    {64, 2, MSW_TP_FALLBACK_TP1, D_64_8_TP2, 0},
    {64, 1, MSW_TP_FALLBACK_TP1, D_64_8_TP2, MSW_FLAG_TP_BORROWED},       /* this shape has no tp 1: its nearest */
    {64, 4, MSW_TP_FALLBACK_TP1, D_64_8_TP2, MSW_FLAG_TP_BORROWED},
    {64, 5, MSW_TP_FALLBACK_NEAREST, D_64_8_TP2, MSW_FLAG_TP_BORROWED},
    {64, 6, MSW_TP_FALLBACK_NEAREST, D_64_8_TP8, MSW_FLAG_TP_BORROWED},
    {40, 4, MSW_TP_FALLBACK_TP1, D_32_8_TP4, MSW_FLAG_SHAPE_BORROWED},    /* first the shape, then its tp */
    {60, 4, MSW_TP_FALLBACK_NEAREST, D_64_8_TP2, MSW_FLAG_SHAPE_BORROWED | MSW_FLAG_TP_BORROWED},
};

static void decode_by_shape_then_tp(void **state) {
  (void)state;
  for (size_t i_row = 0; i_row < COUNT(tps); i_row++) {
    msw_case bound = model(tps[i_row].heads, 8, 128, tps[i_row].tp);
    bound.knobs.tp_fallback = tps[i_row].fallback;
    msw_flags flags = 0;
    const msw_kernel_table *table = msw_choose_decode_table(&bound, &set, &flags);
    if (table != &tables[tps[i_row].table])
      fail_msg("%g heads, tp %g: took %lld-tp%lld", tps[i_row].heads, tps[i_row].tp, (long long)table->shape.num_heads,
               (long long)table->shape.tp);
    assert_int_equal(flags, tps[i_row].flags);
  }
}

/* Rows measured on another KV format stand in only where there are none of the case's own; bf16 and fp16 are as good. */
static void kv_formats(void **state) {
  (void)state;
  msw_kernel_table formats[] = {DECODE(32, 8, 128, 1), DECODE(64, 8, 128, 1), DECODE(32, 8, 128, 2)};
  const msw_kernel_set mixed = {.tables = formats, .n_tables = COUNT(formats)};
  formats[0].kv_dtype = MSW_FP8;
  formats[1].kv_dtype = MSW_FP16;
  formats[2].kv_dtype = MSW_BF16;
  msw_case bound = model(32, 8, 128, 1);
  msw_flags flags = 0;
  bound.kv_dtype = MSW_BF16;
  assert_ptr_equal(msw_choose_decode_table(&bound, &mixed, &flags), &formats[2]);
  assert_int_equal(flags, MSW_FLAG_TP_BORROWED);
  bound.num_heads = 64;
  assert_ptr_equal(msw_choose_decode_table(&bound, &mixed, &flags), &formats[1]);
  bound.num_heads = 32;
  bound.kv_dtype = MSW_FP8;
  flags = 0;
  assert_ptr_equal(msw_choose_decode_table(&bound, &mixed, &flags), &formats[0]);
  bound.kv_dtype = MSW_FP32;   /* none: the nearest shape of any */
  assert_ptr_equal(msw_choose_decode_table(&bound, &mixed, &flags), &formats[0]);
  assert_int_equal(flags, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(prefill_by_shape), cmocka_unit_test(no_other_shape_when_forbidden),
      cmocka_unit_test(none_at_all), cmocka_unit_test(decode_by_shape_then_tp), cmocka_unit_test(kv_formats),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

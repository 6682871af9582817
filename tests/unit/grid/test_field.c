/* The registry of fields: part of the result file's format. */
#include "msw/grid/field.h"

#include "msw_test.h"

static const struct { const char *name, *unit; msw_field_type type; } documented[] = {
    {"step_us", "us", MSW_FIELD_F32},     {"prefill_us", "us", MSW_FIELD_F32},  {"decode_us", "us", MSW_FIELD_F32},
    {"gemm_us", "us", MSW_FIELD_F32},     {"attn_us", "us", MSW_FIELD_F32},     {"memory_us", "us", MSW_FIELD_F32},
    {"comm_us", "us", MSW_FIELD_F32},     {"overhead_us", "us", MSW_FIELD_F32}, {"bound", "1", MSW_FIELD_U8},
    {"flags", "1", MSW_FIELD_U32},        {"tok_per_s_per_gpu", "tokens s-1", MSW_FIELD_F32},
    {"weight_gib", "GiB", MSW_FIELD_F32}, {"kv_gib", "GiB", MSW_FIELD_F32},
};

static void names_units_and_order(void **state) {
  (void)state;
  size_t n;
  const msw_field *fields = msw_fields(&n);
  assert_int_equal(n, sizeof documented / sizeof documented[0]);
  for (size_t i_field = 0; i_field < n; i_field++) {
    assert_string_equal(fields[i_field].name, documented[i_field].name);
    assert_string_equal(fields[i_field].unit, documented[i_field].unit);
    assert_int_equal(fields[i_field].type, documented[i_field].type);
    assert_true(fields[i_field].long_name[0] && fields[i_field].description[0]);
    assert_true((fields[i_field].fill == NULL) == (fields[i_field].type == MSW_FIELD_U32));   /* flags are written last */
    assert_ptr_equal(msw_field_find(fields[i_field].name), &fields[i_field]);
  }
}

static void unknown_names(void **state) {
  (void)state;
  assert_null(msw_field_find("Step_us"));
  assert_null(msw_field_find(""));
}

static void sizes(void **state) {
  (void)state;
  assert_int_equal(msw_field_size(MSW_FIELD_F32), 4);
  assert_int_equal(msw_field_size(MSW_FIELD_U8), 1);
  assert_int_equal(msw_field_size(MSW_FIELD_U32), 4);
  assert_int_equal(msw_field_size((msw_field_type)99), 0);
}

static void no_number(void **state) {
  (void)state;
  float numbers[3] = {1, 2, 3};
  uint8_t bounds[3] = {7, 7, 7};
  uint32_t flags[3] = {7, 7, 7};
  msw_field_fill_void(msw_field_find("step_us"), MSW_FLAG_VOID_TP, 2, numbers);
  msw_field_fill_void(msw_field_find("bound"), MSW_FLAG_VOID_TP, 2, bounds);
  msw_field_fill_void(msw_field_find("flags"), MSW_FLAG_VOID_TP | MSW_FLAG_PARAMS_BORROWED, 2, flags);
  assert_true(isnan((double)numbers[0]) && isnan((double)numbers[1]));
  assert_same((double)numbers[2], 3);
  assert_int_equal(bounds[0] | bounds[1], MSW_BOUND_NONE);
  assert_int_equal(bounds[2], 7);
  assert_int_equal(flags[1], MSW_FLAG_VOID_TP | MSW_FLAG_PARAMS_BORROWED);
  assert_int_equal(flags[2], 7);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(names_units_and_order), cmocka_unit_test(unknown_names),
                                     cmocka_unit_test(sizes), cmocka_unit_test(no_number)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

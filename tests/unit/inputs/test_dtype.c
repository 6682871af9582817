/* Names and sizes of number formats. */
#include "msw/inputs/dtype.h"

#include "msw_test.h"

static const struct { msw_dtype dtype; const char *name; double bytes; msw_dtype kv; } ROWS[] = {
    {MSW_DTYPE_NONE, "none", 0.0, MSW_DTYPE_NONE}, {MSW_BF16, "bf16", 2.0, MSW_BF16}, {MSW_FP16, "fp16", 2.0, MSW_FP16},
    {MSW_FP32, "fp32", 4.0, MSW_FP32},             {MSW_FP8, "fp8", 1.0, MSW_BF16},   {MSW_INT8, "int8", 1.0, MSW_BF16},
    {MSW_FP4, "fp4", .5, MSW_BF16},
};

static void names_sizes_and_kv_formats(void **state) {
  (void)state;
  assert_int_equal(sizeof ROWS / sizeof *ROWS, MSW_N_DTYPES);
  for (size_t i_row = 0; i_row < sizeof ROWS / sizeof *ROWS; i_row++) {
    assert_string_equal(msw_dtype_name(ROWS[i_row].dtype), ROWS[i_row].name);
    assert_same(msw_dtype_bytes(ROWS[i_row].dtype), ROWS[i_row].bytes);
    assert_int_equal(msw_dtype_default_kv(ROWS[i_row].dtype), ROWS[i_row].kv);
  }
}

static void short_names_read_back(void **state) {
  (void)state;
  for (int i_dtype = MSW_DTYPE_NONE + 1; i_dtype < MSW_N_DTYPES; i_dtype++) {
    msw_dtype read = MSW_DTYPE_NONE;
    assert_true(msw_dtype_parse(msw_dtype_name((msw_dtype)i_dtype), &read));
    assert_int_equal(read, i_dtype);
  }
}

static void long_names_are_known_in_any_case(void **state) {
  static const struct { const char *text; msw_dtype dtype;
  } CASES[] = {
      {"bfloat16", MSW_BF16}, {"BFloat16", MSW_BF16}, {"float16", MSW_FP16},      {"float32", MSW_FP32},
      {"FP8", MSW_FP8},       {"fp8_e4m3", MSW_FP8},  {"float8_e4m3fn", MSW_FP8}, {"int8", MSW_INT8},
      {"mxfp4", MSW_FP4},     {"NVFP4", MSW_FP4},
  };
  (void)state;
  for (size_t i_case = 0; i_case < sizeof CASES / sizeof *CASES; i_case++) {
    msw_dtype read = MSW_DTYPE_NONE;
    assert_true(msw_dtype_parse(CASES[i_case].text, &read));
    assert_int_equal(read, CASES[i_case].dtype);
  }
}

static void anything_else_is_refused_and_changes_nothing(void **state) {
  static const char *const CASES[] = {"", "none", "bf", "bf16 ", "auto", "16", "int4"};
  (void)state;
  for (size_t i_case = 0; i_case < sizeof CASES / sizeof *CASES; i_case++) {
    msw_dtype read = MSW_INT8;
    assert_false(msw_dtype_parse(CASES[i_case], &read));
    assert_int_equal(read, MSW_INT8);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(names_sizes_and_kv_formats),
      cmocka_unit_test(short_names_read_back),
      cmocka_unit_test(long_names_are_known_in_any_case),
      cmocka_unit_test(anything_else_is_refused_and_changes_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

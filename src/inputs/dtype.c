/* Names and sizes of number formats. */
#include "msw/inputs/dtype.h"

#include <stddef.h>

#include "msw/base/str.h"

static const struct { const char *name; double bytes; } DTYPES[MSW_N_DTYPES] = {
    [MSW_DTYPE_NONE] = {"none", 0.0},
    [MSW_BF16] = {"bf16", 2.0},
    [MSW_FP16] = {"fp16", 2.0},
    [MSW_FP32] = {"fp32", 4.0},
    [MSW_FP8] = {"fp8", 1.0},
    [MSW_INT8] = {"int8", 1.0},
    [MSW_FP4] = {"fp4", .5},
};

/* Spellings of config.json files, kernel tables and engine options. */
static const struct { const char *text; msw_dtype dtype; } LONG_NAMES[] = {
    {"bfloat16", MSW_BF16},   {"float16", MSW_FP16},     {"half", MSW_FP16},     {"float32", MSW_FP32},
    {"float", MSW_FP32},      {"float8", MSW_FP8},       {"fp8_e4m3", MSW_FP8},  {"fp8_e5m2", MSW_FP8},
    {"float8_e4m3", MSW_FP8}, {"float8_e4m3fn", MSW_FP8}, {"float8_e5m2", MSW_FP8}, {"w8a8_int8", MSW_INT8},
    {"float4", MSW_FP4},      {"nvfp4", MSW_FP4},        {"mxfp4", MSW_FP4},     {"float4_e2m1fn_x2", MSW_FP4},
};

const char *msw_dtype_name(msw_dtype dtype) {
  return (unsigned)dtype < MSW_N_DTYPES ? DTYPES[dtype].name : DTYPES[MSW_DTYPE_NONE].name;
}

bool msw_dtype_parse(const char *text, msw_dtype *out) {
  for (int i_dtype = MSW_DTYPE_NONE + 1; i_dtype < MSW_N_DTYPES; i_dtype++) {
    if (!msw_equal_nocase(text, DTYPES[i_dtype].name)) continue;
    *out = (msw_dtype)i_dtype;
    return true;
  }
  for (size_t i_name = 0; i_name < sizeof LONG_NAMES / sizeof *LONG_NAMES; i_name++) {
    if (!msw_equal_nocase(text, LONG_NAMES[i_name].text)) continue;
    *out = LONG_NAMES[i_name].dtype;
    return true;
  }
  return false;
}

double msw_dtype_bytes(msw_dtype dtype) { return (unsigned)dtype < MSW_N_DTYPES ? DTYPES[dtype].bytes : 0.0; }

msw_dtype msw_dtype_default_kv(msw_dtype weights) {
  if (weights == MSW_DTYPE_NONE) return MSW_DTYPE_NONE;
  return DTYPES[weights].bytes < DTYPES[MSW_BF16].bytes ? MSW_BF16 : weights;
}

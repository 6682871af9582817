/* Number formats of weights, activations and KV cache. */
#ifndef MSW_INPUTS_DTYPE_H
#define MSW_INPUTS_DTYPE_H

#include <stdbool.h>

typedef enum { MSW_DTYPE_NONE, MSW_BF16, MSW_FP16, MSW_FP32, MSW_FP8, MSW_INT8, MSW_FP4, MSW_N_DTYPES } msw_dtype;

const char *msw_dtype_name(msw_dtype dtype);   /* "bf16", "fp16", "fp32", "fp8", "int8", "fp4"; "none" */
/* Accepts the names above but "none", and the long ones of config.json ("bfloat16", "float8_e4m3fn" …), without regard to
 * case. */
bool msw_dtype_parse(const char *text, msw_dtype *out);
double msw_dtype_bytes(msw_dtype dtype);       /* bytes per element; .5 for fp4, 0 for none */
/* KV-cache format that an engine uses beside these weights unless told otherwise: 16-bit weights keep theirs,
 * narrower ones come with bf16. */
msw_dtype msw_dtype_default_kv(msw_dtype weights);

#endif

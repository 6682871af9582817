/* Kernel tables that stand in for those of another number format: a case whose format nobody measured takes the MFU of one
 * that somebody did. No flag says so (an 8-bit GEMM table is the rule for published data); these do.
 */
#ifndef MSW_PERF_STAND_IN_H
#define MSW_PERF_STAND_IN_H

#include "msw/base/mem.h"
#include "msw/inputs/kernel_table.h"

/* GEMM tables are wanted in the weights' format, attention tables in the KV cache's. 16-bit formats are as one. */
typedef struct { msw_kernel_kind kind; msw_dtype measured, wanted; } msw_stand_in;
enum { MSW_MAX_STAND_INS = 3 };

/* What stands in for weights of this format (and the KV cache that goes with them); returns how many. Kinds without any
 * table have none: their cases are void. */
size_t msw_stand_ins(const msw_kernel_set *set, msw_dtype weights, msw_stand_in out[MSW_MAX_STAND_INS]);

/* "h100_sxm: GEMM rows measured in fp8 stand in for bf16". In the arena. */
const char *msw_stand_in_text(const msw_stand_in *stand_in, const msw_gpu *gpu, msw_arena *arena);

#endif

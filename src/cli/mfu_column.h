/* The loud warning about mfu columns that were divided by another peak than their table's. */
#ifndef MSW_CLI_MFU_COLUMN_H
#define MSW_CLI_MFU_COLUMN_H

#include "msw/inputs/kernel_table.h"

/* "148 TFLOP/s (h20 bf16)": a peak with its name, when it has one. In the arena. */
const char *msw_peak_text(double flop_per_s, const char *name, msw_arena *arena);
/* "h100_sxm fp8" when that is the peak of one of the GPU's number formats; else NULL. In the arena. */
const char *msw_peak_name(const msw_gpu *gpu, double flop_per_s, msw_arena *arena);

/* Says on stderr, even when quiet, which tables' mfu columns mean another peak than mfu_source=file takes them for. */
void msw_warn_mfu_columns(const msw_kernel_set *const *sets, size_t n_sets);

#endif

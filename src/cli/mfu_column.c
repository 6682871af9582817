/* Naming peaks, and warning of mfu columns that were divided by the wrong one. */
#include "mfu_column.h"

#include <math.h>

#include "msw/base/log.h"
#include "msw/base/str.h"

static const double flop_per_tflop = 1e12;
static const double same_peak = 1e-9;   /* relative; figures come from decimal text */

const char *msw_peak_text(double flop_per_s, const char *name, msw_arena *arena) {
  const char *figure = msw_format(arena, "%.5g TFLOP/s", flop_per_s / flop_per_tflop);
  return name ? msw_format(arena, "%s (%s)", figure, name) : figure;
}

const char *msw_peak_name(const msw_gpu *gpu, double flop_per_s, msw_arena *arena) {
  for (int dtype = MSW_BF16; dtype < MSW_N_DTYPES; dtype++) {
    double peak = gpu->peak_flop_per_s[dtype];
    if (peak > 0.0 && fabs(peak - flop_per_s) <= same_peak * peak)
      return msw_format(arena, "%s %s", gpu->name, msw_dtype_name((msw_dtype)dtype));
  }
  return NULL;
}

static void warn_of_table(const msw_kernel_table *table, const msw_gpu *gpu, msw_arena *arena) {
  msw_log_loud("WARNING: the mfu column of %s was divided by %s, not by %s", table->file,
               msw_peak_text(table->implied_flop_per_s, table->implied_name, arena),
               msw_peak_text(table->peak_flop_per_s, msw_peak_name(gpu, table->peak_flop_per_s, arena), arena));
}

void msw_warn_mfu_columns(const msw_kernel_set *const *sets, size_t n_sets) {
  const size_t max_shown = 6;
  size_t n_off = 0;
  msw_arena arena = {0};
  for (size_t i_set = 0; i_set < n_sets; i_set++)
    for (size_t i_table = 0; i_table < sets[i_set]->n_tables; i_table++) {
      const msw_kernel_table *table = &sets[i_set]->tables[i_table];
      if (!msw_kernel_table_mfu_is_off(table)) continue;
      if (n_off++ < max_shown) warn_of_table(table, sets[i_set]->gpu, &arena);
    }
  if (n_off > max_shown)
    msw_log_loud("WARNING: so were %zu other tables' (mfusweep tables lists them)", n_off - max_shown);
  msw_log_loud("WARNING: times that rest on these columns are wrong by that ratio; use mfu_source=latency");
  msw_arena_free(&arena);
}

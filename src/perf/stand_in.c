/* Which number formats stand in: the choices of case.c and attention_tables.c, asked without binding a case. */
#include "msw/perf/stand_in.h"

#include <math.h>

#include "msw/base/str.h"

static msw_dtype format_of(const msw_kernel_table *table) {
  return table->kind == MSW_KERNEL_GEMM ? table->dtype : table->kv_dtype;
}

/* As alike as case.c (GEMM: the very format) or attention_tables.c (bytes per value) ask for. */
static bool is_chosen_first(const msw_kernel_table *table, msw_dtype wanted) {
  if (format_of(table) == wanted) return true;
  if (table->kind == MSW_KERNEL_GEMM) return false;
  return !(fabs(msw_dtype_bytes(format_of(table)) - msw_dtype_bytes(wanted)) > 0.0);
}

static bool is_16_bit(msw_dtype dtype) { return dtype == MSW_BF16 || dtype == MSW_FP16; }

/* The format of the tables of this kind that are used; false where there are none. */
static bool find_used(const msw_kernel_set *set, msw_kernel_kind kind, msw_dtype wanted, msw_dtype *used) {
  const msw_kernel_table *first = NULL;
  for (size_t i_table = 0; i_table < set->n_tables; i_table++) {
    const msw_kernel_table *table = &set->tables[i_table];
    if (table->kind != kind) continue;
    if (is_chosen_first(table, wanted)) return *used = wanted, true;
    if (!first) first = table;
  }
  if (first) *used = format_of(first);
  return first != NULL;
}

size_t msw_stand_ins(const msw_kernel_set *set, msw_dtype weights, msw_stand_in out[MSW_MAX_STAND_INS]) {
  static const msw_kernel_kind kinds[MSW_MAX_STAND_INS] = {MSW_KERNEL_GEMM, MSW_KERNEL_PREFILL_ATTENTION,
                                                           MSW_KERNEL_DECODE_ATTENTION};
  size_t n = 0;
  for (size_t i_kind = 0; i_kind < MSW_MAX_STAND_INS; i_kind++) {
    const msw_dtype wanted = kinds[i_kind] == MSW_KERNEL_GEMM ? weights : msw_dtype_default_kv(weights);
    msw_dtype used;
    if (!find_used(set, kinds[i_kind], wanted, &used) || used == wanted) continue;
    if (!is_16_bit(used) || !is_16_bit(wanted)) out[n++] = (msw_stand_in){kinds[i_kind], used, wanted};
  }
  return n;
}

const char *msw_stand_in_text(const msw_stand_in *stand_in, const msw_gpu *gpu, msw_arena *arena) {
  static const char *const kernels[] = {[MSW_KERNEL_GEMM] = "GEMM rows measured in",
                                        [MSW_KERNEL_PREFILL_ATTENTION] = "prefill attention rows measured on a KV cache in",
                                        [MSW_KERNEL_DECODE_ATTENTION] = "decode attention rows measured on a KV cache in"};
  const char *measured = stand_in->measured == MSW_DTYPE_NONE ? "an unstated number format" : msw_dtype_name(stand_in->measured);
  return msw_format(arena, "%s: %s %s stand in for %s", gpu->name, kernels[stand_in->kind], measured,
                    msw_dtype_name(stand_in->wanted));
}

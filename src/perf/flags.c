/* The table of flag bits and bounds: names as they stand in result files and CSV output. */
#include "msw/perf/flags.h"

#include <stdio.h>

const msw_flag_info msw_flag_table[MSW_N_FLAGS] = {
    {MSW_FLAG_EXCLUDED, "excluded", "an exclude rule of the sweep holds"},
    {MSW_FLAG_VOID_ARCHITECTURE, "void_architecture", "the method does not model this architecture (MoE or MLA)"},
    {MSW_FLAG_VOID_TP, "void_tp", "tp does not divide the model's attention heads"},
    {MSW_FLAG_VOID_TABLE, "void_table", "no kernel table for this GPU covers the method's needs"},
    {MSW_FLAG_VOID_PEAK, "void_peak", "the GPU entry has no peak for this number format"},
    {MSW_FLAG_VOID_PARAMS, "void_params", "the GPU entry lacks constants that the method needs"},
    {MSW_FLAG_MEMORY_FULL, "memory_full", "weights and KV cache exceed the GPU's usable memory"},
    {MSW_FLAG_CONTEXT_TOO_LONG, "context_too_long", "the context exceeds the model's max_position_embeddings"},
    {MSW_FLAG_TABLE_CLAMPED, "table_clamped", "a lookup lay outside its kernel table and took the border"},
    {MSW_FLAG_SHAPE_BORROWED, "shape_borrowed", "kernel rows of another shape stood in"},
    {MSW_FLAG_TP_BORROWED, "tp_borrowed", "kernel rows measured for another tp stood in"},
    {MSW_FLAG_TABLE_HOLE, "table_hole", "a row that a lookup needs is missing from the kernel table, or its MFU is zero"},
    {MSW_FLAG_PARAMS_BORROWED, "params_borrowed", "the method's constants were fitted on another GPU"},
    {MSW_FLAG_MFU_COLUMN_OFF, "mfu_column_off", "the mfu column in use was divided by another peak than the table's"},
    {MSW_FLAG_TP_SPLITS_HEADS, "tp_splits_heads", "evaluated although tp does not divide the attention heads"},
    {MSW_FLAG_CONDITIONAL, "conditional", "\"when\" does not ask for this value here"},
    {MSW_FLAG_INTERPOLATED, "interpolated", "a kernel's time lies between measured ones"},
    {MSW_FLAG_EXTRAPOLATED, "extrapolated", "a kernel's time was carried beyond what was measured, along the roofline"},
    {MSW_FLAG_ANALYTIC, "analytic", "a kernel's time comes from a model or a default MFU, not from a measurement"},
    {MSW_FLAG_DTYPE_BORROWED, "dtype_borrowed", "kernel rows of another number format stood in"},
};

char *msw_flags_text(msw_flags flags, char *buf, size_t size) {
  size_t used = 0;
  if (size) buf[0] = '\0';
  for (size_t i_flag = 0; i_flag < MSW_N_FLAGS && used < size; i_flag++) {
    if (!(flags & msw_flag_table[i_flag].bit)) continue;
    int n = snprintf(buf + used, size - used, "%s%s", used ? "|" : "", msw_flag_table[i_flag].name);
    used += n > 0 ? (size_t)n : 0;
  }
  return buf;
}

const char *msw_bound_name(msw_bound bound) {
  static const char *const names[MSW_N_BOUNDS] = {"none", "gemm", "attention", "memory", "comm", "overhead"};
  return (unsigned)bound < MSW_N_BOUNDS ? names[bound] : "none";
}

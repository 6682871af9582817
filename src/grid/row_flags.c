/* The flags of a row. */
#include "row_flags.h"

#include <string.h>

static void spread(msw_row_flags *flags, size_t n) {
  if (flags->varies) return;
  for (size_t i_cell = 0; i_cell < n; i_cell++) flags->cells[i_cell] = flags->all;
  flags->varies = true;
}

void msw_row_flags_add(msw_row_flags *flags, msw_flags more, size_t first, size_t count, size_t n) {
  if (!(more & ~flags->all)) return;
  spread(flags, n);
  for (size_t i_cell = first; i_cell < first + count; i_cell++) flags->cells[i_cell] |= more;
}

void msw_row_flags_add_cells(msw_row_flags *flags, const msw_kernels *kernels, const msw_flags *more, size_t n) {
  if (flags->varies) kernels->flags_merge(more, n, flags->cells);
  else kernels->flags_or(more, flags->all, n, flags->cells);
  flags->varies = true;
}

void msw_row_flags_add_stretches(msw_row_flags *flags, msw_lines lines, const msw_line_stretch *stretches,
                                 size_t n_stretches, size_t n) {
  msw_flags common = ~(msw_flags)0, any = 0;
  for (size_t i = 0; i < n_stretches; i++) {
    common &= lines.line[stretches[i].line].flags;
    any |= lines.line[stretches[i].line].flags;
  }
  if (!any) return;
  if (!flags->varies) flags->all |= common;
  else any |= common, common = 0;
  for (size_t i = 0; i < n_stretches && any & ~common; i++)
    msw_row_flags_add(flags, lines.line[stretches[i].line].flags, stretches[i].first, stretches[i].n, n);
}

void msw_row_flags_add_some_above(msw_row_flags *flags, const msw_kernels *kernels, const double *value, double limit,
                                  msw_flags flag, size_t n) {
  spread(flags, n);
  kernels->flags_above(value, limit, flag, n, flags->cells);
}

void msw_row_flags_set(msw_row_flags *flags, msw_flags only, size_t first, size_t count, size_t n) {
  spread(flags, n);
  flags->all &= only;   /* what every cell has */
  for (size_t i_cell = first; i_cell < first + count; i_cell++) flags->cells[i_cell] = only;
}

void msw_row_flags_add_false(msw_row_flags *flags, const double *holds, msw_flags flag, size_t n) {
  if (!flags->varies && flags->all & MSW_FLAGS_NO_NUMBER) return;
  size_t i_cell = 0;
  while (i_cell < n && (holds[i_cell] < 0.0 || holds[i_cell] > 0.0)) i_cell++;
  if (i_cell == n) return;
  spread(flags, n);
  for (; i_cell < n; i_cell++) {
    bool is_true = holds[i_cell] < 0.0 || holds[i_cell] > 0.0;
    if (!is_true && !(flags->cells[i_cell] & MSW_FLAGS_NO_NUMBER)) flags->cells[i_cell] |= flag;
  }
}

void msw_row_flags_count(const msw_row_flags *flags, const msw_kernels *kernels, size_t n, uint64_t *counts,
                         uint64_t *n_evaluated) {
  msw_flags any = flags->varies ? kernels->flags_any(flags->cells, n) : flags->all;
  for (msw_flags left = any; left; left &= left - 1) {
    msw_flags bit = left & (~left + 1);
    counts[__builtin_ctz(bit)] += flags->all & bit ? n : kernels->flags_count(flags->cells, bit, n);
  }
  if (!(any & MSW_FLAGS_NO_NUMBER)) *n_evaluated += n;
  else if (!(flags->all & MSW_FLAGS_NO_NUMBER)) *n_evaluated += n - kernels->flags_count(flags->cells, MSW_FLAGS_NO_NUMBER, n);
}

void msw_row_flags_write(const msw_row_flags *flags, size_t n, msw_flags *out) {
  if (flags->varies) memcpy(out, flags->cells, n * sizeof *out);
  else for (size_t i_cell = 0; i_cell < n; i_cell++) out[i_cell] = flags->all;
}

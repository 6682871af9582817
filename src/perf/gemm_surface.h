/* Choice of GEMM rows for a weight shape (roofline_methods b.1, stage 1). Private to perf. */
#ifndef MSW_PERF_GEMM_SURFACE_H
#define MSW_PERF_GEMM_SURFACE_H

#include "msw/perf/case.h"

/* MFU of every row of a table by mfu_source. A table without an mfu column is always read from latency. */
const double *msw_table_mfu(const msw_kernel_table *table, const msw_knobs *knobs, msw_arena *arena);

/* GEMM tables measured in the wanted format when there are any, else those of the format of the set's first GEMM table; how many. */
size_t msw_gemm_tables(const msw_kernel_set *set, msw_dtype wanted, msw_arena *arena, const msw_kernel_table ***tables);

/* The rows nearest to [k, n] among those not smaller; when none covers it, those of the table's last row, as published.
 * `tables` [n_tables], with their MFU; n_tables >= 1. */
msw_gemm_surface msw_gemm_surface_bind(const msw_kernel_table *const *tables, const double *const *mfu, size_t n_tables,
                                       double k, double n, msw_arena *arena);

/* MFU at m rows. */
double msw_gemm_surface_at(const msw_gemm_surface *surface, const msw_knobs *knobs, double m, msw_flags *flags,
                           msw_rows_used *used);

#endif

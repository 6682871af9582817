/* What the kernel tables of a GPU cover, and what is odd about them. */
#ifndef MSW_CLI_TABLES_H
#define MSW_CLI_TABLES_H

#include <stddef.h>

#include "msw/inputs/kernel_table.h"
#include "msw/inputs/latency_table.h"

/* A numeric column and its range. */
typedef struct { const char *name; const double *values; double min, max; size_t n_distinct; } msw_table_column;
/* Neighbouring rows along one size, all other sizes equal, whose latency falls although the size grows. */
typedef struct { size_t n_pairs, n_falls; double worst; } msw_table_falls;   /* worst: 0.12 for 12 % less time */

enum { MSW_MAX_TABLE_SIZES = 3 };
typedef struct {
  msw_table_column sizes[MSW_MAX_TABLE_SIZES];   /* m,k,n / batch,cached_len,seq_len / batch,kv_len */
  size_t n_sizes;
  msw_table_column latency_us, file_mfu;         /* file_mfu.values NULL without such a column */
  msw_table_falls falls[MSW_MAX_TABLE_SIZES];    /* along each size */
  size_t n_duplicates;                           /* rows whose sizes an earlier row has */
  size_t n_grid, n_holes;                        /* cells of the grid of distinct sizes, and those without a row */
  size_t n_file_mfu_above_1, n_mfu_above_1;      /* rows, by the mfu column and recomputed from latency_us */
  double max_file_mfu, max_mfu;
} msw_table_report;

msw_table_report msw_table_examine(const msw_kernel_table *table, msw_arena *arena);
/* What deserves a user's attention, one sentence each; *n texts in the arena. */
const char *const *msw_table_defects(const msw_kernel_table *table, const msw_table_report *report, msw_arena *arena,
                                     size_t *n);

/* A GPU's tables of the project's layout, and its measured latencies of any. */
typedef struct { msw_kernel_set own; msw_latency_set latencies; } msw_gpu_tables;

/* To stdout; GPUs without tables come last in the text. */
void msw_tables_text(const msw_gpu_tables *gpus, size_t n_gpus, msw_arena *arena);
void msw_tables_json(const msw_gpu_tables *gpus, size_t n_gpus, msw_arena *arena);

#endif

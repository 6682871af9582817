/* Ranges, holes, repeats and falling latencies of a kernel table. */
#include <math.h>
#include <stdlib.h>

#include "tables.h"
#include "msw/base/num.h"

static const double us_per_s = 1e6;

static msw_table_column examine_column(const char *name, const double *values, size_t n, msw_arena *arena) {
  msw_table_column column = {.name = name, .values = values};
  if (!values || n == 0) return column;
  double *sorted = msw_arena_array(arena, n, sizeof *sorted);
  for (size_t i_row = 0; i_row < n; i_row++) sorted[i_row] = values[i_row];
  qsort(sorted, n, sizeof *sorted, msw_compare_numbers);
  column.min = sorted[0];
  column.max = sorted[n - 1];
  column.n_distinct = 1;
  for (size_t i_row = 1; i_row < n; i_row++) column.n_distinct += !msw_same_number(sorted[i_row - 1], sorted[i_row]);
  return column;
}

static void examine_sizes(const msw_kernel_table *table, msw_table_report *report, msw_arena *arena) {
  const struct { const char *name; const double *values; } known[] = {
      {"m", table->m},
      {"k", table->k},
      {"n", table->n},
      {"batch", table->batch},
      {"cached_len", table->cached_len},
      {"seq_len", table->seq_len},
      {"kv_len", table->kv_len}};
  for (size_t i_size = 0; i_size < sizeof known / sizeof known[0]; i_size++)
    if (known[i_size].values && report->n_sizes < MSW_MAX_TABLE_SIZES)
      report->sizes[report->n_sizes++] = examine_column(known[i_size].name, known[i_size].values, table->n_rows, arena);
}

/* Rows sorted by all sizes, `last` being the one that changes fastest. */
typedef struct { const msw_table_report *report; size_t last; } row_order;

static int compare_size(const row_order *order, size_t i_size, size_t a, size_t b) {
  const double *values = order->report->sizes[i_size].values;
  return (values[a] > values[b]) - (values[a] < values[b]);
}

/* Sizes but the last. */
static int compare_others(const row_order *order, size_t a, size_t b) {
  for (size_t i_size = 0; i_size < order->report->n_sizes; i_size++) {
    int compared = i_size == order->last ? 0 : compare_size(order, i_size, a, b);
    if (compared) return compared;
  }
  return 0;
}

static int by_sizes(const void *a, const void *b, void *context) {
  const row_order *order = context;
  size_t left = *(const size_t *)a, right = *(const size_t *)b;
  int compared = compare_others(order, left, right);
  if (!compared) compared = compare_size(order, order->last, left, right);
  return compared ? compared : (left > right) - (left < right);
}

/* Sorts along one size and looks at neighbours: falls along it, and repeats (the same whatever the size). */
static msw_table_falls examine_along(const msw_kernel_table *table, const msw_table_report *report, size_t i_size,
                                     size_t *n_duplicates, msw_arena *arena) {
  row_order order = {report, i_size};
  msw_table_falls falls = {0};
  size_t *rows = msw_arena_array(arena, table->n_rows, sizeof *rows);
  for (size_t i_row = 0; i_row < table->n_rows; i_row++) rows[i_row] = i_row;
  qsort_r(rows, table->n_rows, sizeof *rows, by_sizes, &order);
  *n_duplicates = 0;
  for (size_t i_row = 1; i_row < table->n_rows; i_row++) {
    size_t before = rows[i_row - 1], row = rows[i_row];
    if (compare_others(&order, before, row) != 0) continue;
    if (compare_size(&order, i_size, before, row) == 0) {
      ++*n_duplicates;
      continue;
    }
    falls.n_pairs++;
    double fall = 1.0 - table->latency_us[row] / table->latency_us[before];
    falls.n_falls += fall > 0.0;
    falls.worst = fmax(falls.worst, fall);
  }
  return falls;
}

static void examine_mfu(const msw_kernel_table *table, msw_table_report *report) {
  for (size_t i_row = 0; i_row < table->n_rows; i_row++) {
    double mfu = table->flop[i_row] * us_per_s / table->latency_us[i_row] / table->peak_flop_per_s;
    report->n_mfu_above_1 += mfu > 1.0;
    report->max_mfu = fmax(report->max_mfu, mfu);
    if (!table->file_mfu) continue;
    report->n_file_mfu_above_1 += table->file_mfu[i_row] > 1.0;
    report->max_file_mfu = fmax(report->max_file_mfu, table->file_mfu[i_row]);
  }
}

msw_table_report msw_table_examine(const msw_kernel_table *table, msw_arena *arena) {
  msw_table_report report = {.n_grid = table->n_rows ? 1 : 0};
  examine_sizes(table, &report, arena);
  report.latency_us = examine_column("latency_us", table->latency_us, table->n_rows, arena);
  report.file_mfu = examine_column("mfu", table->file_mfu, table->n_rows, arena);
  for (size_t i_size = 0; i_size < report.n_sizes; i_size++) {
    report.falls[i_size] = examine_along(table, &report, i_size, &report.n_duplicates, arena);
    report.n_grid *= report.sizes[i_size].n_distinct;   /* at most n_rows^3, and tables have some 1e5 rows */
  }
  report.n_holes = report.n_grid - (table->n_rows - report.n_duplicates);
  examine_mfu(table, &report);
  return report;
}

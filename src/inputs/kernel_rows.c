/* Reads the rows of one kernel table into arrays. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernel_internal.h"
#include "msw/base/file.h"
#include "msw/base/hash.h"
#include "msw/base/str.h"
#include "time_cell.h"

static const size_t MAX_TABLE_BYTES = (size_t)1 << 30;
static const int64_t MAX_SIZE = 1000000000;
static const double MAX_MFU = 1e6;   /* old tables divide by other GPUs' peaks and exceed 1; finite sums of anything */

typedef struct { int sizes[MSW_N_KERNEL_SIZES], dtype, kv_dtype, latency_us, mfu; } column_set;

/* A table that is being filled: its file, the rows of it that are kept, and where their numbers go. */
typedef struct {
  const msw_csv *csv;
  const msw_kernel_layout *layout;
  column_set columns;
  size_t n_rows;
  size_t *csv_rows;                        /* [n_rows] */
  double *sizes[MSW_N_KERNEL_SIZES];       /* [n_rows] each */
  double *latency_us, *mfu;                /* [n_rows]; mfu NULL without such a column */
} table_filling;

static int find_column(const msw_csv *csv, const char *name, bool needed, msw_diag *diag) {
  return needed ? msw_csv_need(csv, name, diag) : msw_csv_find(csv, name);
}

static bool find_columns(table_filling *filling, msw_diag *diag) {
  const size_t n_errors_before = diag->n_errors;
  const msw_csv *csv = filling->csv;
  column_set *columns = &filling->columns;
  for (size_t i_size = 0; i_size < MSW_N_KERNEL_SIZES; i_size++) {
    const msw_kernel_size *size = &filling->layout->sizes[i_size];
    columns->sizes[i_size] = size->name ? find_column(csv, size->name, size->absent < 0, diag) : MSW_CSV_NO_COL;
  }
  columns->dtype = find_column(csv, "dtype", filling->layout->needs_dtype, diag);
  columns->kv_dtype = find_column(csv, "kv_dtype", filling->layout->needs_kv_dtype, diag);
  columns->latency_us = find_column(csv, "latency_us", true, diag);
  columns->mfu = find_column(csv, "mfu", false, diag);
  return diag->n_errors == n_errors_before;
}

/* ---- Number formats ---- */

typedef struct { msw_dtype dtype, kv_dtype; } dtype_pair;

static msw_dtype read_dtype(const msw_csv *csv, size_t i_csv, int col, msw_dtype absent, msw_diag *diag) {
  if (col == MSW_CSV_NO_COL) return absent;
  msw_dtype dtype = MSW_DTYPE_NONE;
  const char *text = msw_csv_cell(csv, i_csv, col);
  if (msw_dtype_parse(text, &dtype)) return dtype;
  msw_arena scratch = {0};
  msw_error(diag, msw_csv_loc(csv, i_csv), csv->names[col], "known are bf16, fp16, fp32, fp8, int8 and fp4",
            "%s is no known number format", msw_csv_shown(&scratch, csv, i_csv, col));
  msw_arena_free(&scratch);
  return MSW_DTYPE_NONE;
}

static dtype_pair read_pair(const table_filling *filling, size_t i_csv, msw_dtype absent, msw_diag *diag) {
  const msw_dtype dtype = read_dtype(filling->csv, i_csv, filling->columns.dtype, absent, diag);
  return (dtype_pair){dtype, read_dtype(filling->csv, i_csv, filling->columns.kv_dtype, dtype, diag)};
}

/* Keeps the rows with the number formats of the file's first row: MFU of different formats does not mix. */
static dtype_pair keep_rows(table_filling *filling, msw_dtype absent, msw_arena *arena, msw_diag *diag) {
  const size_t n_errors_before = diag->n_errors;
  const msw_csv *csv = filling->csv;
  dtype_pair first = {0};
  filling->csv_rows = msw_arena_array(arena, csv->n_rows, sizeof *filling->csv_rows);
  for (size_t i_csv = 0; i_csv < csv->n_rows; i_csv++) {
    const dtype_pair pair = read_pair(filling, i_csv, absent, diag);
    if (i_csv == 0) first = pair;
    if (pair.dtype == first.dtype && pair.kv_dtype == first.kv_dtype) filling->csv_rows[filling->n_rows++] = i_csv;
    if (msw_csv_is_hopeless(csv, i_csv, n_errors_before, diag)) break;
  }
  if (diag->n_errors == n_errors_before && filling->n_rows < csv->n_rows)
    msw_warn(diag, (msw_loc){.file = csv->file}, "dtype", "keep one number format to a file",
             "%zu of %zu rows are not in the first row's %s (KV %s) and are left out", csv->n_rows - filling->n_rows,
             csv->n_rows, msw_dtype_name(first.dtype), msw_dtype_name(first.kv_dtype));
  return first;
}

/* ---- Numbers ---- */

static void read_size(table_filling *filling, size_t i_row, size_t i_size, msw_diag *diag) {
  const msw_kernel_size *size = &filling->layout->sizes[i_size];
  if (!size->name) return;
  int64_t value = size->absent;
  const int col = filling->columns.sizes[i_size];
  if (col != MSW_CSV_NO_COL)
    msw_csv_int(filling->csv, filling->csv_rows[i_row], col, size->min, MAX_SIZE, diag, &value);
  filling->sizes[i_size][i_row] = (double)value;
}

static void read_row(table_filling *filling, size_t i_row, msw_diag *diag) {
  const msw_csv *csv = filling->csv;
  const size_t i_csv = filling->csv_rows[i_row];
  for (size_t i_size = 0; i_size < MSW_N_KERNEL_SIZES; i_size++) read_size(filling, i_row, i_size, diag);
  msw_read_time_us(csv, i_csv, filling->columns.latency_us, 1.0, diag, &filling->latency_us[i_row]);
  if (filling->mfu) msw_csv_number(csv, i_csv, filling->columns.mfu, 0.0, MAX_MFU, diag, &filling->mfu[i_row]);
}

static void read_rows(table_filling *filling, msw_arena *arena, msw_diag *diag) {
  for (size_t i_size = 0; i_size < MSW_N_KERNEL_SIZES; i_size++)
    if (filling->layout->sizes[i_size].name)
      filling->sizes[i_size] = msw_arena_array(arena, filling->n_rows, sizeof(double));
  filling->latency_us = msw_arena_array(arena, filling->n_rows, sizeof(double));
  if (filling->columns.mfu != MSW_CSV_NO_COL) filling->mfu = msw_arena_array(arena, filling->n_rows, sizeof(double));
  const size_t n_errors_before = diag->n_errors;
  for (size_t i_row = 0; i_row < filling->n_rows; i_row++) {
    read_row(filling, i_row, diag);
    if (msw_csv_is_hopeless(filling->csv, filling->csv_rows[i_row], n_errors_before, diag)) return;
  }
}

/* Half of the last digit that a column's cells are written with. */
static double half_digit(const table_filling *filling, int col) {
  long most = 0;
  for (size_t i_row = 0; i_row < filling->n_rows && col != MSW_CSV_NO_COL; i_row++) {
    const char *cell = msw_csv_cell(filling->csv, filling->csv_rows[i_row], col);
    const char *point = strchr(cell, '.'), *exponent = strpbrk(cell, "eE");
    long n_decimals = point ? (long)strspn(point + 1, "0123456789") : 0;
    if (exponent) n_decimals -= strtol(exponent + 1, NULL, 10);
    if (n_decimals > most) most = n_decimals;
  }
  return .5 * pow(10.0, -(double)most);
}

/* ---- The table ---- */

static void set_arrays(const table_filling *filling, msw_kernel_table *table) {
  double *const *sizes = filling->sizes;
  table->n_rows = filling->n_rows;
  table->latency_us = filling->latency_us;
  table->file_mfu = filling->mfu;
  switch (table->kind) {
  case MSW_KERNEL_GEMM: table->m = sizes[0], table->k = sizes[1], table->n = sizes[2]; break;
  case MSW_KERNEL_PREFILL_ATTENTION:
    table->batch = sizes[0], table->cached_len = sizes[1], table->seq_len = sizes[2];
    break;
  case MSW_KERNEL_DECODE_ATTENTION: table->batch = sizes[0], table->kv_len = sizes[1]; break;
  }
}

static double flop_of_row(const msw_kernel_table *table, size_t i_row) {
  const double heads = (double)table->shape.num_heads / (double)table->shape.tp;
  const double head_dim = (double)table->shape.head_dim;
  if (table->kind == MSW_KERNEL_GEMM) return 2.0 * table->m[i_row] * table->k[i_row] * table->n[i_row];
  if (table->kind == MSW_KERNEL_DECODE_ATTENTION)
    return 4.0 * heads * head_dim * table->kv_len[i_row] * table->batch[i_row];
  const double seq_len = table->seq_len[i_row];
  const double skipped = table->causal ? seq_len * seq_len / 2.0 : 0.0;
  return 4.0 * heads * head_dim * (seq_len * (table->cached_len[i_row] + seq_len) - skipped) * table->batch[i_row];
}

static void set_flop(msw_kernel_table *table, msw_arena *arena) {
  double *flop = msw_arena_array(arena, table->n_rows, sizeof *flop);
  for (size_t i_row = 0; i_row < table->n_rows; i_row++) flop[i_row] = flop_of_row(table, i_row);
  table->flop = flop;
}

static void set_lines(const table_filling *filling, msw_kernel_table *table, msw_arena *arena) {
  int *lines = msw_arena_array(arena, filling->n_rows, sizeof *lines);
  for (size_t i_row = 0; i_row < filling->n_rows; i_row++) lines[i_row] = filling->csv->lines[filling->csv_rows[i_row]];
  table->lines = lines;
}

static msw_status load_csv(const char *path, const msw_kernel_layout *layout, msw_arena *arena, msw_diag *diag,
                           msw_kernel_table *table, msw_csv *csv) {
  char *text = NULL;
  size_t len = 0;
  const msw_status read = msw_read_file(path, MAX_TABLE_BYTES, arena, diag, &text, &len);
  if (read != MSW_OK) return read;
  msw_sha256_of(text, len, table->sha256);
  return msw_kernel_parse_csv(text, len, table->file, layout, arena, diag, csv);
}

msw_status msw_kernel_read(const char *path, const msw_kernel_layout *layout, const msw_kernel_source *source,
                           msw_arena *arena, msw_diag *diag, msw_kernel_table *table, msw_kernel_rounding *rounding) {
  const size_t n_errors_before = diag->n_errors;
  msw_csv csv = {0};
  table->file = msw_strdup(arena, path);
  const msw_status loaded = load_csv(path, layout, arena, diag, table, &csv);
  if (loaded != MSW_OK) return loaded;

  table_filling filling = {.csv = &csv, .layout = layout};
  if (!find_columns(&filling, diag)) return MSW_BAD_INPUT;
  if (csv.n_rows == 0) msw_error(diag, (msw_loc){.file = table->file}, NULL, NULL, "has no rows");
  const dtype_pair pair = keep_rows(&filling, source->dtype, arena, diag);
  read_rows(&filling, arena, diag);
  if (diag->n_errors > n_errors_before) return MSW_BAD_INPUT;

  table->dtype = pair.dtype;
  table->kv_dtype = table->kind == MSW_KERNEL_GEMM ? MSW_DTYPE_NONE : pair.kv_dtype;
  table->causal = table->kind == MSW_KERNEL_PREFILL_ATTENTION && (!source->says_causal || source->causal);
  set_arrays(&filling, table);
  set_flop(table, arena);
  set_lines(&filling, table, arena);
  msw_kernel_warn_of_repeats(table, diag);
  rounding->mfu = half_digit(&filling, filling.columns.mfu);
  rounding->latency_us = half_digit(&filling, filling.columns.latency_us);
  return MSW_OK;
}

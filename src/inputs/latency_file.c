/* Reads one table of latencies: CSV text to rows, through the layout that its columns show. */
#include <string.h>

#include "latency_internal.h"
#include "msw/base/file.h"
#include "msw/base/hash.h"
#include "msw/base/str.h"
#include "time_cell.h"

static const size_t MAX_TABLE_BYTES = (size_t)1 << 30;
static const int64_t MAX_SIZE = 1000000000000;   /* 10^12: bytes of a message; products of two stay exact enough */

/* A table that is being read. */
typedef struct {
  msw_csv csv;
  const msw_latency_layout *layout;
  int columns[MSW_MAX_LATENCY_COLUMNS], latency;
  msw_latency_source *source;
  const char *engine;
  bool is_cut_off;                     /* the last line has no line end */
} table_reading;

/* ---- Text */

/* Hands problems on, in a file name that lives as long as the diag. */
static void forward(const msw_diag *from, const char *path, msw_diag *to) {
  for (size_t i_problem = 0; i_problem < from->n; i_problem++) {
    const msw_problem *problem = &from->items[i_problem];
    const msw_loc loc = {path, problem->loc.line, problem->loc.col};
    if (problem->severity == MSW_ERROR)
      msw_error(to, loc, problem->path, problem->hint, "%s", problem->message);
    else
      msw_warn(to, loc, problem->path, problem->hint, "%s", problem->message);
  }
}

/* The text and the cells, many times the size of what is kept, go into `scratch`. */
static msw_status load_csv(table_reading *reading, msw_arena *scratch, msw_diag *diag) {
  char *text = NULL;
  size_t len = 0;
  const char *path = reading->source->file.path;
  const msw_status read = msw_read_file(path, MAX_TABLE_BYTES, scratch, diag, &text, &len);
  if (read != MSW_OK) return read;
  msw_sha256_of(text, len, reading->source->file.sha256);
  reading->is_cut_off = len > 0 && !strchr("\r\n", text[len - 1]);

  msw_diag own = {0};
  const msw_status parsed = msw_csv_parse(text, len, path, scratch, &own, &reading->csv);
  forward(&own, path, diag);
  msw_diag_free(&own);
  reading->csv.file = path;
  return parsed;
}

/* ---- Columns */

static bool find_columns(table_reading *reading, msw_diag *diag) {
  const size_t n_errors_before = diag->n_errors;
  for (size_t i_col = 0; i_col < MSW_MAX_LATENCY_COLUMNS; i_col++) {
    const msw_latency_column *column = &reading->layout->columns[i_col];
    if (!column->name) break;
    const bool is_required = column->absent == MSW_LATENCY_REQUIRED;
    reading->columns[i_col] = is_required ? msw_csv_need(&reading->csv, column->name, diag)
                                          : msw_csv_find(&reading->csv, column->name);
  }
  reading->latency = msw_csv_need(&reading->csv, reading->layout->latency, diag);
  return diag->n_errors == n_errors_before;
}

/* ---- Rows */

static void read_int(const table_reading *reading, size_t i_row, size_t i_col, msw_diag *diag, int64_t *out) {
  const msw_latency_column *column = &reading->layout->columns[i_col];
  *out = column->absent;
  if (reading->columns[i_col] != MSW_CSV_NO_COL)
    msw_csv_int(&reading->csv, i_row, reading->columns[i_col], column->min, MAX_SIZE, diag, out);
}

static const char *read_text(const table_reading *reading, size_t i_row, size_t i_col, msw_diag *diag) {
  const msw_latency_column *column = &reading->layout->columns[i_col];
  const int i_csv = reading->columns[i_col];
  const char *text = i_csv == MSW_CSV_NO_COL ? "" : msw_csv_cell(&reading->csv, i_row, i_csv);
  if (text[0] == '\0' && column->absent == MSW_LATENCY_REQUIRED)
    msw_error(diag, msw_csv_loc(&reading->csv, i_row), column->name, NULL, "is empty, expected a name");
  return text;
}

/* False when it is a number format that no model has. */
static bool read_cell(const table_reading *reading, size_t i_row, size_t i_col, msw_diag *diag, msw_latency_cells *cells) {
  const msw_latency_column *column = &reading->layout->columns[i_col];
  void *at = (char *)cells + column->offset;
  const int i_csv = reading->columns[i_col];
  const char *text = i_csv == MSW_CSV_NO_COL ? "" : msw_csv_cell(&reading->csv, i_row, i_csv);
  switch (column->cell) {
  case MSW_CELL_FORMAT: return msw_latency_parse_format(text, at);
  case MSW_CELL_TEXT: *(const char **)at = read_text(reading, i_row, i_col, diag); break;
  case MSW_CELL_INT: read_int(reading, i_row, i_col, diag, at); break;
  }
  return true;
}

static uint32_t hash_text(const char *text) {
  uint32_t hash = 0x811c9dc5u;   /* FNV-1a of 32 bits */
  for (; *text; text++) hash = (hash ^ (unsigned char)*text) * 0x01000193u;
  return hash;
}

static void read_row(msw_latency_loading *loading, const table_reading *reading, size_t i_row) {
  const size_t n_errors_before = loading->diag->n_errors;
  const msw_latency_layout *layout = reading->layout;
  msw_latency_cells cells = {.key.kind = layout->kind, .kernel = "", .backend = ""};
  const size_t line = (size_t)reading->csv.lines[i_row];
  bool is_format = true;
  for (size_t i_col = 0; i_col < MSW_MAX_LATENCY_COLUMNS && layout->columns[i_col].name; i_col++)
    is_format = read_cell(reading, i_row, i_col, loading->diag, &cells) && is_format;
  msw_read_time_us(&reading->csv, i_row, reading->latency, layout->us_per_unit, loading->diag, &cells.latency_us);
  if (loading->diag->n_errors > n_errors_before) return;

  msw_latency_key key = cells.key;
  msw_latency_row row = {.source = reading->source, .line = (uint32_t)line, .kernel = hash_text(cells.kernel),
                         .latency_us = cells.latency_us};
  msw_latency_oddity oddity = layout->convert(&cells, reading->engine, &key, &row);
  if (!is_format) oddity = MSW_LATENCY_ODD_FORMAT;
  if (oddity == MSW_LATENCY_SOUND)
    msw_latency_add_row(loading, &key, row);
  else
    msw_latency_count(reading->source, oddity, line);
}

static void read_rows(msw_latency_loading *loading, const table_reading *reading) {
  const size_t n_errors_before = loading->diag->n_errors;
  size_t n_rows = reading->csv.n_rows;
  reading->source->file.n_rows = n_rows;
  if (n_rows == 0) msw_error(loading->diag, (msw_loc){.file = reading->csv.file}, NULL, NULL, "has no rows");
  if (reading->is_cut_off && n_rows > 0)
    msw_latency_count(reading->source, MSW_LATENCY_CUT_OFF, (size_t)reading->csv.lines[--n_rows]);
  for (size_t i_row = 0; i_row < n_rows; i_row++) {
    read_row(loading, reading, i_row);
    if (msw_csv_is_hopeless(&reading->csv, i_row, n_errors_before, loading->diag)) return;
  }
}

void msw_latency_read_file(msw_latency_loading *loading, const char *path, const char *engine,
                           const msw_latency_layout *layout) {
  msw_arena scratch = {0};
  table_reading reading = {.layout = layout, .engine = engine};
  reading.source = msw_latency_source_new(path, loading->gpu->name, engine, loading->arena);
  if (load_csv(&reading, &scratch, loading->diag) == MSW_OK) {
    if (!layout) reading.layout = msw_latency_layout_of(&reading.csv, loading->diag);
    if (reading.layout && find_columns(&reading, loading->diag)) {
      msw_latency_add_source(loading, reading.source);
      read_rows(loading, &reading);
    }
  }
  msw_arena_free(&scratch);
}

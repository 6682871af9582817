/* Cells of a CSV table: columns by name, numbers with limits, quoting for output. */
#include <math.h>
#include <string.h>

#include "msw/base/num.h"
#include "msw/base/str.h"
#include "csv_reading.h"
#include "number_words.h"
#include "source_text.h"

int msw_csv_find(const msw_csv *csv, const char *name) {
  for (size_t i_col = 0; i_col < csv->n_cols; i_col++)
    if (strcmp(csv->names[i_col], name) == 0) return (int)i_col;
  return MSW_CSV_NO_COL;
}

/* Why a column may be missing: a name misspelt, or a file with other separators. */
static const char *missing_hint(const msw_csv *csv, const char *name, msw_diag *diag) {
  if (csv->n_cols == 1 && strpbrk(csv->names[0], ";\t")) return "cells are separated by commas";
  return msw_did_you_mean(diag, msw_nearest(name, csv->names, csv->n_cols));
}

int msw_csv_need(const msw_csv *csv, const char *name, msw_diag *diag) {
  int col = msw_csv_find(csv, name);
  if (col == MSW_CSV_NO_COL)
    msw_error(diag, (msw_loc){.file = csv->file, .line = csv->header_line}, NULL, missing_hint(csv, name, diag),
              "missing column \"%s\"", name);
  return col;
}

msw_loc msw_csv_loc(const msw_csv *csv, size_t row) { return (msw_loc){.file = csv->file, .line = csv->lines[row]}; }

bool msw_csv_is_hopeless(const msw_csv *csv, size_t row, size_t n_errors_before, msw_diag *diag) {
  if (diag->n_errors < n_errors_before + MSW_CSV_MAX_ERRORS) return false;
  if (row + 1 < csv->n_rows) msw_note(diag, msw_csv_loc(csv, row), "nothing behind this line is read");
  return true;
}

const char *msw_csv_shown(msw_arena *arena, const msw_csv *csv, size_t row, int col) {
  const char *cell = msw_csv_cell(csv, row, col);
  return *cell ? msw_text_quote(arena, cell, strlen(cell)) : "an empty cell";
}

/* "latency_us: expected a number > 0, found "nan"". */
static void report_cell(const msw_csv *csv, size_t row, int col, const char *kind, double min, double max,
                        msw_diag *diag) {
  msw_arena scratch = {0};
  msw_error(diag, msw_csv_loc(csv, row), csv->names[col], NULL, "expected %s%s, found %s", kind,
            msw_limits_in_signs(&scratch, min, max), msw_csv_shown(&scratch, csv, row, col));
  msw_arena_free(&scratch);
}

bool msw_csv_number(const msw_csv *csv, size_t row, int col, double min, double max, msw_diag *diag, double *out) {
  double value;
  if (msw_parse_double(msw_csv_cell(csv, row, col), &value) && value >= min && value <= max) {
    *out = value;
    return true;
  }
  report_cell(csv, row, col, "a number", min, max, diag);
  return false;
}

bool msw_csv_int(const msw_csv *csv, size_t row, int col, int64_t min, int64_t max, msw_diag *diag, int64_t *out) {
  int64_t value;
  if (msw_read_integer(msw_csv_cell(csv, row, col), &value) == MSW_INTEGER && value >= min && value <= max) {
    *out = value;
    return true;
  }
  report_cell(csv, row, col, "an integer", msw_int_min_limit(min), msw_int_max_limit(max), diag);
  return false;
}

const char *msw_csv_quote(msw_arena *arena, const char *cell) {
  size_t n = strlen(cell);
  bool outer_blank = n > 0 && (strchr(" \t", cell[0]) || strchr(" \t", cell[n - 1]));
  if (!outer_blank && !strpbrk(cell, ",\"\r\n")) return cell;
  char *quoted = msw_arena_array(arena, n + 2, 2);   /* at worst every character is a quote */
  char *out = quoted;
  *out++ = '"';
  for (; *cell; cell++) {
    if (*cell == '"') *out++ = '"';
    *out++ = *cell;
  }
  *out = '"';
  return quoted;
}

/* Collects the cells that libcsv finds into rows of equal length under a header of distinct names. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "csv_reading.h"
#include "msw/base/str.h"
#include "source_text.h"

/* Far more than any table has, and few enough to look for each column in all. Names of more bytes are no names. */
enum { MAX_COLUMNS = 4096, MAX_NAME_BYTES = 255 };

void msw_csv_fault(msw_csv_reading *reading, int line, int col, const char *hint, const char *fmt, ...) {
  if (++reading->n_errors > MSW_CSV_MAX_ERRORS) return;
  msw_arena scratch = {0};
  va_list args;
  va_start(args, fmt);
  const char *message = msw_vformat(&scratch, fmt, args);
  va_end(args);
  msw_error(reading->diag, (msw_loc){reading->file, line, col}, NULL, hint, "%s", message);
  msw_arena_free(&scratch);
}

void msw_csv_add_cell(msw_csv_reading *reading, const char *text, size_t n) {
  char *copy = reading->cell_text + reading->cell_used;
  memcpy(copy, text, n);
  copy[n] = '\0';
  reading->cell_used += n + 1;
  reading->cells = msw_grow(reading->cells, &reading->cap_cells, reading->n_cells + 1, sizeof *reading->cells);
  reading->cells[reading->n_cells++] = copy;
}

void msw_csv_drop_row(msw_csv_reading *reading) {
  reading->n_cells = reading->n_rows * reading->n_cols;
  reading->in_row = false;
}

/* ---- Header */

/* A column name with its number, for finding names that are given twice. */
typedef struct { const char *name; size_t i_col; } named_column;

static int by_name_then_column(const void *a, const void *b) {
  const named_column *left = a, *right = b;
  int order = strcmp(left->name, right->name);
  if (order != 0) return order;
  return left->i_col < right->i_col ? -1 : left->i_col > right->i_col;
}

static void report_duplicate(msw_csv_reading *reading, const named_column *first, const named_column *again) {
  msw_arena scratch = {0};
  msw_csv_fault(reading, reading->row_line, 0, NULL, "columns %zu and %zu have the same name %s", first->i_col + 1,
                again->i_col + 1, msw_text_quote(&scratch, again->name, strlen(again->name)));
  msw_arena_free(&scratch);
}

static void check_name(msw_csv_reading *reading, size_t i_col) {
  size_t n_bytes = strlen(reading->names[i_col]);
  if (n_bytes == 0) msw_csv_fault(reading, reading->row_line, 0, NULL, "column %zu has no name", i_col + 1);
  if (n_bytes <= MAX_NAME_BYTES) return;
  msw_csv_fault(reading, reading->row_line, 0, NULL, "the name of column %zu has %zu bytes, at most %d can be read", i_col + 1,
                n_bytes, MAX_NAME_BYTES);
}

static void check_header(msw_csv_reading *reading) {
  if (reading->n_cols > MAX_COLUMNS) {
    msw_csv_fault(reading, reading->row_line, 0, NULL, "%zu columns, at most %d can be read", reading->n_cols, MAX_COLUMNS);
    return;
  }
  named_column *columns = msw_alloc_zero(reading->n_cols, sizeof *columns);
  for (size_t i_col = 0; i_col < reading->n_cols; i_col++) {
    columns[i_col] = (named_column){reading->names[i_col], i_col};
    check_name(reading, i_col);
  }
  qsort(columns, reading->n_cols, sizeof *columns, by_name_then_column);
  for (size_t i_col = 1, i_first = 0; i_col < reading->n_cols; i_col++) {
    if (strcmp(columns[i_first].name, columns[i_col].name) != 0)
      i_first = i_col;
    else if (columns[i_col].name[0] != '\0')
      report_duplicate(reading, &columns[i_first], &columns[i_col]);
  }
  free(columns);
}

static void end_header(msw_csv_reading *reading) {
  const char **names = msw_arena_array(reading->arena, reading->n_cells, sizeof *names);
  memcpy(names, reading->cells, reading->n_cells * sizeof *names);
  reading->names = names;
  reading->n_cols = reading->n_cells;
  reading->header_line = reading->row_line;
  check_header(reading);
}

/* ---- Rows */

static void report_ragged(msw_csv_reading *reading, const char *first, size_t n_found) {
  const char *hint = NULL;
  if (first[0] == '#')
    hint = "comments may stand before the header only";
  else if (n_found == 1 && reading->n_cols > 1 && strpbrk(first, ";\t"))
    hint = "cells are separated by commas";
  msw_csv_fault(reading, reading->row_line, 0, hint, "expected %zu cell%s as in the header, found %zu", reading->n_cols,
                reading->n_cols == 1 ? "" : "s", n_found);
}

static void end_data_row(msw_csv_reading *reading) {
  size_t row_start = reading->n_rows * reading->n_cols;
  size_t n_found = reading->n_cells - row_start;
  if (n_found != reading->n_cols) {
    report_ragged(reading, reading->cells[row_start], n_found);
    return;
  }
  reading->lines = msw_grow(reading->lines, &reading->cap_rows, reading->n_rows + 1, sizeof *reading->lines);
  reading->lines[reading->n_rows++] = reading->row_line;
}

void msw_csv_end_row(msw_csv_reading *reading) {
  if (reading->names)
    end_data_row(reading);
  else
    end_header(reading);
  msw_csv_drop_row(reading);
}

/* The state of reading one CSV text, shared by the feeder (csv.c) and the collector of rows (csv_rows.c). */
#ifndef MSW_FORMATS_CSV_READING_H
#define MSW_FORMATS_CSV_READING_H

#include <stdbool.h>
#include <stddef.h>

#include "msw/formats/csv.h"

enum { MSW_CSV_MAX_ERRORS = 20 };

typedef struct {
  const char *file;
  msw_arena *arena;
  msw_diag *diag;
  size_t n_errors;        /* found in this file; beyond MSW_CSV_MAX_ERRORS only counted */
  /* Text of all cells, one after the other, each with its NUL. It never outgrows the source: a cell's separator, or the
   * end of the file, pays for its NUL. */
  char *cell_text;
  size_t cell_used;
  const char **cells;     /* [n_rows][n_cols] and then the cells of the row being read, heap */
  size_t n_cells, cap_cells;
  int *lines;             /* [n_rows], heap */
  size_t n_rows, cap_rows;
  const char *const *names;   /* [n_cols], NULL until the header is read */
  size_t n_cols;
  int header_line;
  bool in_row;            /* a row has begun and not ended: a quoted cell may span lines */
  int row_line;           /* where it began */
} msw_csv_reading;

void msw_csv_fault(msw_csv_reading *reading, int line, int col, const char *hint, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));
void msw_csv_add_cell(msw_csv_reading *reading, const char *text, size_t n);
/* Ends the row: the first becomes the header, ragged ones become errors. */
void msw_csv_end_row(msw_csv_reading *reading);
/* Forgets the cells of the row being read. */
void msw_csv_drop_row(msw_csv_reading *reading);

#endif

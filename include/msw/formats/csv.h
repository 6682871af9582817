/* CSV files through libcsv: a header line, then rows of text cells that know their line number.
 * Handled here because libcsv does not: BOM, CRLF, line numbers, ragged rows, unclosed quotes, stray NUL bytes, '#' comment
 * lines before the header, blank lines, text that is not UTF-8. Cells are trimmed of blanks outside quotes.
 */
#ifndef MSW_FORMATS_CSV_H
#define MSW_FORMATS_CSV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "msw/base/diag.h"
#include "msw/base/mem.h"

typedef struct {
  const char *file;            /* as given, in the arena */
  size_t n_cols, n_rows;
  const char *const *names;    /* [n_cols] header cells */
  const char *const *cells;    /* [n_rows][n_cols] row-major; "" for empty */
  const int *lines;            /* [n_rows] line of each row's first character, 1-based */
  int header_line;             /* the header's */
} msw_csv;

enum { MSW_CSV_NO_COL = -1 };

/* Loads a file (up to 2 GiB, 4096 columns). Ragged rows, header names that are given twice, empty or longer than 255 bytes, a
 * missing header and syntax errors are all reported (first 20 of a file, the rest counted) and make it return MSW_BAD_INPUT;
 * *csv is then zeroed. */
msw_status msw_csv_load(const char *path, msw_arena *arena, msw_diag *diag, msw_csv *csv);
/* The same from memory; `file` is copied. */
msw_status msw_csv_parse(const char *text, size_t len, const char *file, msw_arena *arena, msw_diag *diag, msw_csv *csv);

/* Column by header name (exact), MSW_CSV_NO_COL when absent. */
int msw_csv_find(const msw_csv *csv, const char *name);
/* Column by name; absence is an error that lists the nearest header. */
int msw_csv_need(const msw_csv *csv, const char *name, msw_diag *diag);

static inline const char *msw_csv_cell(const msw_csv *csv, size_t row, int col) {
  return csv->cells[row * csv->n_cols + (size_t)col];
}
msw_loc msw_csv_loc(const msw_csv *csv, size_t row);   /* file and line; column 0 */

/* For readers of rows: true when those up to `row` have so many errors (20) that further ones would say nothing new. A note then
 * tells that the rows behind are not read. */
bool msw_csv_is_hopeless(const msw_csv *csv, size_t row, size_t n_errors_before, msw_diag *diag);
/* Cell as messages show it: in double quotes, control characters escaped, cut where it is long; "an empty cell". In the arena. */
const char *msw_csv_shown(msw_arena *arena, const msw_csv *csv, size_t row, int col);

/* Cell as a finite number within [min, max]; otherwise an error naming row and column and false. Infinite bounds and
 * INT64_MIN, INT64_MAX do not limit; a min in (0, DBL_MIN] is shown as "> 0". Integers may be written 8.0 or 1e13. */
bool msw_csv_number(const msw_csv *csv, size_t row, int col, double min, double max, msw_diag *diag, double *out);
bool msw_csv_int(const msw_csv *csv, size_t row, int col, int64_t min, int64_t max, msw_diag *diag, int64_t *out);

/* Quotes a cell for output where needed (comma, quote, line end, outer blanks); in the arena, or `cell` itself. */
const char *msw_csv_quote(msw_arena *arena, const char *cell);

#endif

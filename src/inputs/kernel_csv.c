/* The text of a kernel table as CSV. Some public tables lack the header line; their rows still have the standard
 * columns, so the line is supplied and line numbers are put right. */
#include <string.h>

#include "kernel_internal.h"
#include "msw/base/num.h"
#include "msw/base/str.h"

/* The line that the CSV reader would take for the header: no blank one, no comment. */
static const char *first_line(const char *text) {
  static const char BYTE_ORDER_MARK[] = "\xEF\xBB\xBF";
  const char *line = msw_starts_with(text, BYTE_ORDER_MARK) ? text + sizeof BYTE_ORDER_MARK - 1 : text;
  for (;;) {
    line += strspn(line, " \t\r\n");
    if (*line != '#') return line;
    line += strcspn(line, "\n");
  }
}

/* Cuts the cell at *at out of a line; *at moves to the next one, NULL behind the last. */
static const char *cut_cell(const char **at, msw_arena *arena) {
  const char *start = *at + strspn(*at, " \t");
  size_t len = strcspn(start, ",");
  *at = start[len] == ',' ? start + len + 1 : NULL;
  while (len > 0 && strchr(" \t", start[len - 1])) len--;
  return msw_strndup(arena, start, len);
}

const char *msw_kernel_headless_row(const msw_kernel_layout *layout, const char *text, msw_arena *arena) {
  const char *line = first_line(text);
  const char *cells = msw_strndup(arena, line, strcspn(line, "\r\n"));
  const char *names = layout->header;
  while (names && cells) {
    double number = 0.0;
    msw_dtype dtype = MSW_DTYPE_NONE;
    const bool is_dtype = msw_ends_with(cut_cell(&names, arena), "dtype");
    const char *cell = cut_cell(&cells, arena);
    if (is_dtype ? !msw_dtype_parse(cell, &dtype) : !msw_parse_double(cell, &number)) return NULL;
  }
  return !names && !cells ? line : NULL;
}

/* Hands problems on with their lines moved by `shift`. */
static void forward_shifted(const msw_diag *from, int shift, msw_diag *to) {
  for (size_t i_problem = 0; i_problem < from->n; i_problem++) {
    const msw_problem *problem = &from->items[i_problem];
    msw_loc loc = problem->loc;
    if (loc.line > 0) loc.line += shift;
    if (problem->severity == MSW_ERROR)
      msw_error(to, loc, problem->path, problem->hint, "%s", problem->message);
    else
      msw_warn(to, loc, problem->path, problem->hint, "%s", problem->message);
  }
}

static msw_csv shifted(const msw_csv *csv, int shift, msw_arena *arena) {
  int *lines = msw_arena_array(arena, csv->n_rows, sizeof *lines);
  for (size_t i_row = 0; i_row < csv->n_rows; i_row++) lines[i_row] = csv->lines[i_row] + shift;
  msw_csv moved = *csv;
  moved.lines = lines;
  return moved;
}

msw_status msw_kernel_parse_csv(const char *text, size_t len, const char *file, const msw_kernel_layout *layout,
                                msw_arena *arena, msw_diag *diag, msw_csv *csv) {
  const char *row = msw_kernel_headless_row(layout, text, arena);
  if (!row) return msw_csv_parse(text, len, file, arena, diag, csv);

  int n_lines_before = 0;
  for (const char *c = text; c < row; c++) n_lines_before += *c == '\n';
  const msw_loc loc = {.file = file, .line = n_lines_before + 1};
  msw_warn(diag, loc, NULL, NULL, "no header line: the columns are taken to be %s", layout->header);

  const size_t header_len = strlen(layout->header), rows_len = len - (size_t)(row - text);
  char *whole = msw_arena_alloc(arena, header_len + 1 + rows_len + 1);
  memcpy(whole, layout->header, header_len);
  whole[header_len] = '\n';
  memcpy(whole + header_len + 1, row, rows_len);
  const int shift = n_lines_before - 1;   /* the supplied line is the file's line 0 */

  msw_diag own = {0};
  const msw_status status = msw_csv_parse(whole, header_len + 1 + rows_len, file, arena, &own, csv);
  forward_shifted(&own, shift, diag);
  msw_diag_free(&own);
  if (status == MSW_OK) *csv = shifted(csv, shift, arena);
  return status;
}

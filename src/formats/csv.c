/* Reads CSV text. libcsv, strict, cuts it into cells; here it is fed line by line, so that every row knows its line and
 * reading goes on behind a line that is wrong. */
#include "msw/formats/csv.h"

#include <stdlib.h>
#include <string.h>

#include <csv.h>

#include "csv_reading.h"
#include "msw/base/file.h"
#include "msw/base/str.h"
#include "source_text.h"

static const size_t MAX_BYTES = ((size_t)2 << 30) - 1;   /* a line number is an int */
enum { CELL_BLOCK_BYTES = 1 << 16 };                      /* libcsv's buffer for one cell grows by this */

static void on_cell(void *text, size_t n, void *reading) { msw_csv_add_cell(reading, text, n); }

static void on_row(int terminator, void *reading) {
  (void)terminator;
  msw_csv_end_row(reading);
}

static void start_parser(struct csv_parser *parser) {
  csv_init(parser, CSV_STRICT | CSV_STRICT_FINI | CSV_APPEND_NULL);   /* cannot fail: it allocates nothing */
  csv_set_realloc_func(parser, msw_realloc);
  csv_set_free_func(parser, free);
  csv_set_blk_size(parser, CELL_BLOCK_BYTES);
}

static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

/* Bytes of the first line of n >= 1 bytes, with its LF, CRLF or lone CR. */
static size_t line_length(const char *text, size_t n) {
  const char *lf = memchr(text, '\n', n);
  size_t length = lf ? (size_t)(lf - text) + 1 : n;
  const char *cr = memchr(text, '\r', length);
  if (!cr || (cr + 1 < text + length && cr[1] == '\n')) return length;
  return (size_t)(cr - text) + 1;
}

/* Whether a line between rows is to be passed over: blank, or a comment before the header. */
static bool is_skipped(const msw_csv_reading *reading, const char *line, size_t n) {
  size_t at = 0;
  while (at < n && is_blank(line[at])) at++;
  return at == n || (line[at] == '#' && !reading->names);
}

/* libcsv stopped at a quote in the wrong place, or at what follows a closing one. */
static void report_quote(msw_csv_reading *reading, const char *line, size_t at, int line_number) {
  msw_arena scratch = {0};
  const char *hint = "quote the whole cell and double the quotes in it";
  if (reading->row_line != line_number)
    hint = msw_format(&scratch, "is a quote not closed in the row that begins on line %d?", reading->row_line);
  if (line[at] == '"')
    msw_csv_fault(reading, line_number, (int)at + 1, hint, "found a quote within a cell");
  else
    msw_csv_fault(reading, line_number, (int)at + 1, hint, "expected a comma after the closing quote, found %s",
                  msw_text_char(&scratch, line + at, 1));
  msw_arena_free(&scratch);
}

/* Feeds one line. False when nothing behind it can be read: its error is in the header. */
static bool feed_line(msw_csv_reading *reading, struct csv_parser *parser, const char *line, size_t n,
                      int line_number) {
  if (!reading->in_row) {
    if (is_skipped(reading, line, n)) return true;
    reading->in_row = true;
    reading->row_line = line_number;
  }
  size_t used = csv_parse(parser, line, n, on_cell, on_row, reading);
  if (used == n) return true;
  report_quote(reading, line, used, line_number);
  msw_csv_drop_row(reading);
  csv_free(parser);
  start_parser(parser);
  return reading->names != NULL;
}

/* Where the quote stands that is still open at the end of the text, in the row that begins at `row`. */
static size_t open_quote(const char *text, size_t row, size_t len) {
  bool is_open = false;
  size_t open_at = row, closed_at = len;
  for (size_t at = row; at < len; at++) {
    if (text[at] != '"') continue;
    is_open = !is_open;
    if (!is_open)
      closed_at = at;
    else if (closed_at + 1 != at)   /* a doubled quote has opened nothing */
      open_at = at;
  }
  return open_at;
}

static void finish(msw_csv_reading *reading, struct csv_parser *parser, const char *text, size_t row, size_t len) {
  if (csv_fini(parser, on_cell, on_row, reading) == 0) return;
  msw_loc loc = msw_text_loc(reading->file, text, open_quote(text, row, len));
  msw_csv_fault(reading, loc.line, loc.col, "everything behind it was taken for one cell",
                "this quote is never closed");
}

static void read_rows(msw_csv_reading *reading, const char *text, size_t len) {
  struct csv_parser parser;
  start_parser(&parser);
  size_t row = 0;
  int line_number = 1;
  bool go_on = true;
  for (size_t at = 0; at < len && go_on; line_number++) {
    size_t n = line_length(text + at, len - at);
    if (!reading->in_row) row = at;
    go_on = feed_line(reading, &parser, text + at, n, line_number);
    at += n;
  }
  if (go_on) finish(reading, &parser, text, row, len);
  if (reading->n_errors == 0 && !reading->names)
    msw_csv_fault(reading, 0, 0, NULL, "expected a header line, found %s", len == 0 ? "an empty file" : "none");
  csv_free(&parser);
}

/* libcsv passes NUL bytes through, and they would cut cells short. */
static bool check_text(const char *text, size_t len, const char *file, msw_diag *diag) {
  const char *nul = len > 0 ? memchr(text, '\0', len) : NULL;
  if (!msw_text_check_utf8(text, len, file, diag)) return false;
  if (!nul) return true;
  msw_error(diag, msw_text_loc(file, text, (size_t)(nul - text)), NULL, "is it a text file?", "found a NUL byte");
  return false;
}

/* Moves what was read into the arena. */
static void keep(const msw_csv_reading *reading, msw_csv *csv) {
  size_t n_cells = reading->n_rows * reading->n_cols;
  const char **cells = msw_arena_array(reading->arena, n_cells, sizeof *cells);
  int *lines = msw_arena_array(reading->arena, reading->n_rows, sizeof *lines);
  if (n_cells > 0) memcpy(cells, reading->cells, n_cells * sizeof *cells);
  if (n_cells > 0) memcpy(lines, reading->lines, reading->n_rows * sizeof *lines);
  *csv = (msw_csv){.file = reading->file, .n_cols = reading->n_cols, .n_rows = reading->n_rows, .names = reading->names,
                   .cells = cells, .lines = lines, .header_line = reading->header_line};
}

msw_status msw_csv_parse(const char *text, size_t len, const char *file, msw_arena *arena, msw_diag *diag,
                         msw_csv *csv) {
  *csv = (msw_csv){0};
  msw_csv_reading reading = {.file = msw_strdup(arena, file), .arena = arena, .diag = diag};
  if (len > MAX_BYTES) {
    msw_error(diag, (msw_loc){.file = reading.file}, NULL, NULL, "larger than 2 GiB");
    return MSW_BAD_INPUT;
  }
  size_t bom = msw_text_bom(text, len);
  if (!check_text(text + bom, len - bom, reading.file, diag)) return MSW_BAD_INPUT;
  reading.cell_text = msw_arena_alloc(arena, len - bom + 1);
  read_rows(&reading, text + bom, len - bom);
  if (reading.n_errors == 0) keep(&reading, csv);
  if (reading.n_errors > MSW_CSV_MAX_ERRORS)
    msw_error(diag, (msw_loc){.file = reading.file}, NULL, NULL, "%zu more errors are not shown",
              reading.n_errors - MSW_CSV_MAX_ERRORS);
  free(reading.cells);
  free(reading.lines);
  return reading.n_errors == 0 ? MSW_OK : MSW_BAD_INPUT;
}

msw_status msw_csv_load(const char *path, msw_arena *arena, msw_diag *diag, msw_csv *csv) {
  *csv = (msw_csv){0};
  msw_arena scratch = {0};
  char *text = NULL;
  size_t len = 0;
  msw_status status = msw_read_file(path, MAX_BYTES, &scratch, diag, &text, &len);
  if (status == MSW_OK) status = msw_csv_parse(text, len, path, arena, diag, csv);
  msw_arena_free(&scratch);
  return status;
}

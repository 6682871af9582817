/* Aligning text whose characters are UTF-8. */
#include "columns.h"

#include <string.h>

#include "msw/base/str.h"

msw_columns msw_columns_new(const char *align, msw_arena *arena) {
  return (msw_columns){.arena = arena, .align = align, .n_cols = strlen(align)};
}

void msw_columns_add(msw_columns *columns, const char *cell) {
  if (columns->n == columns->cap) {
    const size_t first_cap = 64;
    columns->cap = columns->cap ? columns->cap * 2 : first_cap;
    const char **cells = msw_arena_array(columns->arena, columns->cap, sizeof *cells);
    if (columns->n > 0) memcpy(cells, columns->cells, columns->n * sizeof *cells);
    columns->cells = cells;
  }
  columns->cells[columns->n++] = cell;
}

void msw_columns_end_row(msw_columns *columns) {
  while (columns->n % columns->n_cols != 0) msw_columns_add(columns, "");
}

/* Characters, not bytes: continuation bytes of UTF-8 do not count. */
static size_t width_of(const char *text) {
  size_t width = 0;
  for (; *text; text++) width += ((unsigned char)*text & 0xC0U) != 0x80U;
  return width;
}

static void add_blanks(msw_buf *line, size_t n) {
  while (n-- > 0) msw_buf_add(line, " ");
}

static void add_cell(msw_buf *line, const char *cell, char align, size_t width) {
  size_t padding = width - width_of(cell);
  if (align == 'r') add_blanks(line, padding);
  msw_buf_add(line, cell);
  if (align != 'r') add_blanks(line, padding);
}

static void print_line(msw_buf *line, FILE *out) {
  while (line->len > 0 && line->text[line->len - 1] == ' ') line->len--;
  fwrite(line->text, 1, line->len, out);
  fputc('\n', out);
  line->len = 0;
}

void msw_columns_print(const msw_columns *columns, int indent, FILE *out) {
  msw_arena arena = {0};
  size_t *widths = msw_arena_array(&arena, columns->n_cols, sizeof *widths);
  for (size_t i_cell = 0; i_cell < columns->n; i_cell++) {
    size_t width = width_of(columns->cells[i_cell]), i_col = i_cell % columns->n_cols;
    if (width > widths[i_col]) widths[i_col] = width;
  }
  msw_buf line = {0};
  for (size_t i_cell = 0; i_cell < columns->n; i_cell++) {
    size_t i_col = i_cell % columns->n_cols;
    add_blanks(&line, i_col == 0 ? (size_t)indent : 2);
    add_cell(&line, columns->cells[i_cell], columns->align[i_col], widths[i_col]);
    if (i_col + 1 == columns->n_cols) print_line(&line, out);
  }
  msw_buf_free(&line);
  msw_arena_free(&arena);
}

void msw_print_wrapped(const char *text, int indent, FILE *out) {
  enum { PAGE_WIDTH = 100 };
  int at = 0;
  while (*text) {
    size_t len = strcspn(text, " ");
    bool wraps = at > 0 && at + 1 + (int)len > PAGE_WIDTH;
    if (wraps) fputc('\n', out);
    if (at == 0 || wraps) at = fprintf(out, "%*s", indent, "");
    else at += fprintf(out, " ");
    fwrite(text, 1, len, out);
    at += (int)len;
    text += len + (text[len] == ' ');
  }
  if (at > 0) fputc('\n', out);
}

/* Text in aligned columns, for people. */
#ifndef MSW_CLI_COLUMNS_H
#define MSW_CLI_COLUMNS_H

#include <stddef.h>
#include <stdio.h>

#include "msw/base/mem.h"

typedef struct {
  msw_arena *arena;
  const char *align;     /* one character per column: 'l' or 'r' */
  size_t n_cols;
  const char **cells;    /* [n] row-major; the last row may be unfinished */
  size_t n, cap;
} msw_columns;

/* `align` is borrowed. Cells are borrowed too: texts in the arena or literals. */
msw_columns msw_columns_new(const char *align, msw_arena *arena);
void msw_columns_add(msw_columns *columns, const char *cell);
/* Fills the current row up with empty cells. */
void msw_columns_end_row(msw_columns *columns);
/* Every line begins with `indent` blanks, columns are two blanks apart, no line ends in a blank. */
void msw_columns_print(const msw_columns *columns, int indent, FILE *out);

/* Words separated by blanks, wrapped at 100 characters; every line begins with `indent` blanks. */
void msw_print_wrapped(const char *text, int indent, FILE *out);

#endif

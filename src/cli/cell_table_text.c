/* Rows of cells for people. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cell_table.h"
#include "columns.h"
#include "msw/base/num.h"

enum { COUNT_BYTES = 48 };

/* 1234567.8 -> "1 234 568" */
static const char *whole_number(double value, msw_arena *arena) {
  char digits[COUNT_BYTES];
  const char *sign = value < 0 ? "-" : "";
  return msw_format(arena, "%s%s", sign, msw_human_count((uint64_t)llround(fabs(value)), digits, sizeof digits));
}

const char *msw_plain_number(double value, msw_arena *arena) {
  const double first_grouped = 9999.5, first_in_powers = 1e15;
  if (isnan(value)) return "-";
  if (fabs(value) >= first_grouped && fabs(value) < first_in_powers) return whole_number(value, arena);
  return msw_format(arena, "%.4g", value);
}

static const char *plain_cell(const msw_cell_column *column, double cell, msw_arena *arena) {
  if (isnan(cell)) return "-";
  return column->axis ? column->axis->texts[(size_t)cell] : msw_plain_number(cell, arena);
}

/* "1", the unit of numbers without one, says nothing. */
static const char *shown_units(const msw_cell_column *column) { return strcmp(column->units, "1") == 0 ? "" : column->units; }

static bool has_units(const msw_cell_table *table) {
  for (size_t i_col = 0; i_col < table->n_columns; i_col++)
    if (!table->columns[i_col].is_for_machines && shown_units(&table->columns[i_col])[0] != '\0') return true;
  return false;
}

static void add_headings(const msw_cell_table *table, msw_columns *columns) {
  for (size_t i_col = 0; i_col < table->n_columns; i_col++)
    if (!table->columns[i_col].is_for_machines) msw_columns_add(columns, table->columns[i_col].name);
  for (size_t i_col = 0; has_units(table) && i_col < table->n_columns; i_col++)
    if (!table->columns[i_col].is_for_machines) msw_columns_add(columns, shown_units(&table->columns[i_col]));
}

static char *alignment(const msw_cell_table *table, msw_arena *arena) {
  char *align = msw_arena_alloc(arena, table->n_columns + 1);
  size_t n = 0;
  for (size_t i_col = 0; i_col < table->n_columns; i_col++) {
    const msw_cell_column *column = &table->columns[i_col];
    if (!column->is_for_machines) align[n++] = column->axis && column->axis->is_text ? 'l' : 'r';
  }
  return align;
}

void msw_cell_table_text(const msw_cell_table *table, size_t most, msw_arena *arena) {
  const int indent = 2;
  const size_t n_shown = table->n_rows < most ? table->n_rows : most;
  double *cells = msw_arena_array(arena, table->n_columns, sizeof *cells);
  msw_columns columns = msw_columns_new(alignment(table, arena), arena);
  if (columns.n_cols == 0 || table->n_rows == 0) return;
  add_headings(table, &columns);
  for (size_t i_row = 0; i_row < n_shown; i_row++) {
    table->row(table->context, i_row, cells);
    for (size_t i_col = 0; i_col < table->n_columns; i_col++)
      if (!table->columns[i_col].is_for_machines)
        msw_columns_add(&columns, plain_cell(&table->columns[i_col], cells[i_col], arena));
  }
  msw_columns_print(&columns, indent, stdout);
  char left[COUNT_BYTES];
  if (n_shown < table->n_rows)
    printf("  ... and %s more; --csv has them all\n", msw_human_count(table->n_rows - n_shown, left, sizeof left));
}

/* Tables whose rows are cells of a result: where they stand, and numbers. For people, as CSV and as JSON; a million rows are
 * fine, they are made one at a time.
 */
#ifndef MSW_CLI_CELL_TABLE_H
#define MSW_CLI_CELL_TABLE_H

#include "msw/base/str.h"
#include "msw/output/result.h"

typedef struct {
  const char *name;                /* key in CSV and JSON, heading in text */
  const char *units;               /* for people; "" for none */
  const msw_result_axis *axis;     /* cells are positions along it; NULL: they are numbers */
  bool is_float32;                 /* numbers print exactly with 9 digits */
  bool is_for_machines;            /* not in text */
} msw_cell_column;

typedef struct {
  const msw_cell_column *columns;
  size_t n_columns, n_rows;
  /* Fills cells [n_columns]; NaN: nothing is there. */
  void (*row)(const void *context, size_t i_row, double *cells);
  const void *context;
} msw_cell_table;

void msw_cell_table_csv(const msw_cell_table *table, msw_buf *out);
/* An array of objects, each on a line of its own; ends without a line end. */
void msw_cell_table_json(const msw_cell_table *table, msw_buf *out);
/* At most `most` rows, and how many more there are. */
void msw_cell_table_text(const msw_cell_table *table, size_t most, msw_arena *arena);

/* A number as text that reads back the same: of a float32 with 9 digits, else the shortest. */
const char *msw_exact_number(double value, bool is_float32, msw_buf *room);
/* As people read it: four digits that count, thousands apart. In the arena. */
const char *msw_plain_number(double value, msw_arena *arena);

#endif

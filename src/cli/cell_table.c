/* Rows of cells as CSV and JSON. */
#include "cell_table.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "msw/base/num.h"
#include "msw/formats/csv.h"
#include "msw/formats/json.h"

const char *msw_exact_number(double value, bool is_float32, msw_buf *room) {
  const msw_json number = {.type = MSW_JSON_NUMBER, .number = value};
  room->len = 0;
  if (isnan(value)) return "";
  if (isinf(value)) return value > 0 ? "inf" : "-inf";
  if (is_float32) msw_buf_printf(room, "%.9g", value);
  else msw_json_write(&number, 0, room);
  return room->text;
}

/* ---- CSV */

static void add_csv_cell(const msw_cell_column *column, double cell, msw_arena *arena, msw_buf *room, msw_buf *out) {
  if (isnan(cell)) return;
  if (column->axis) msw_buf_add(out, msw_csv_quote(arena, column->axis->texts[(size_t)cell]));
  else msw_buf_add(out, msw_exact_number(cell, column->is_float32, room));
}

void msw_cell_table_csv(const msw_cell_table *table, msw_buf *out) {
  msw_arena arena = {0};
  msw_buf room = {0};
  double *cells = msw_alloc(table->n_columns * sizeof *cells);
  for (size_t i_col = 0; i_col < table->n_columns; i_col++)
    msw_buf_printf(out, "%s%s", i_col ? "," : "", msw_csv_quote(&arena, table->columns[i_col].name));
  msw_buf_add(out, "\n");
  for (size_t i_row = 0; i_row < table->n_rows; i_row++) {
    table->row(table->context, i_row, cells);
    for (size_t i_col = 0; i_col < table->n_columns; i_col++) {
      if (i_col) msw_buf_add(out, ",");
      add_csv_cell(&table->columns[i_col], cells[i_col], &arena, &room, out);
    }
    msw_buf_add(out, "\n");
  }
  msw_arena_free(&arena);
  msw_buf_free(&room);
  free(cells);
}

/* ---- JSON */

/* Any value as one line of JSON. */
static char *json_text(msw_arena *arena, const msw_json *value) {
  msw_buf text = {0};
  msw_json_write(value, 0, &text);
  char *kept = msw_strdup(arena, text.text);
  msw_buf_free(&text);
  return kept;
}

static char *json_string(msw_arena *arena, const char *string) {
  return json_text(arena, &(msw_json){.type = MSW_JSON_STRING, .text = string});
}

/* What a column's cells look like: texts of positions, made once. */
typedef struct { const char *key; const char *const *positions; } json_column;

static json_column column_in_json(const msw_cell_column *column, msw_arena *arena) {
  json_column made = {.key = json_string(arena, column->name)};
  if (!column->axis) return made;
  const char **positions = msw_arena_array(arena, column->axis->n, sizeof *positions);
  for (size_t i = 0; i < column->axis->n; i++)
    positions[i] = column->axis->is_text
                       ? json_string(arena, column->axis->texts[i])
                       : json_text(arena, &(msw_json){.type = MSW_JSON_NUMBER, .number = column->axis->values[i]});
  made.positions = positions;
  return made;
}

static void add_json_cell(const msw_cell_column *column, const json_column *made, double cell, msw_buf *room, msw_buf *out) {
  if (!isfinite(cell)) msw_buf_add(out, "null");
  else if (column->axis) msw_buf_add(out, made->positions[(size_t)cell]);
  else msw_buf_add(out, msw_exact_number(cell, column->is_float32, room));
}

void msw_cell_table_json(const msw_cell_table *table, msw_buf *out) {
  msw_arena arena = {0};
  msw_buf room = {0};
  double *cells = msw_alloc(table->n_columns * sizeof *cells);
  json_column *made = msw_arena_array(&arena, table->n_columns, sizeof *made);
  for (size_t i_col = 0; i_col < table->n_columns; i_col++) made[i_col] = column_in_json(&table->columns[i_col], &arena);
  msw_buf_add(out, "[");
  for (size_t i_row = 0; i_row < table->n_rows; i_row++) {
    table->row(table->context, i_row, cells);
    msw_buf_add(out, i_row ? ",\n    " : "\n    ");
    for (size_t i_col = 0; i_col < table->n_columns; i_col++) {
      msw_buf_printf(out, "%s%s: ", i_col ? ", " : "{", made[i_col].key);
      add_json_cell(&table->columns[i_col], &made[i_col], cells[i_col], &room, out);
    }
    msw_buf_add(out, "}");
  }
  msw_buf_add(out, table->n_rows ? "\n  ]" : "]");
  msw_arena_free(&arena);
  msw_buf_free(&room);
  free(cells);
}

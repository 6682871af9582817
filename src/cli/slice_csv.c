/* A slice as CSV: one row for each cell. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cell_table.h"
#include "msw/base/str.h"
#include "msw/formats/csv.h"
#include "slice_job.h"

/* Columns of axes: those along zips stand for the zip. */
typedef struct { const char *name; size_t i_dim; const char *const *texts; /* quoted, by position in the file */ } axis_column;

typedef struct {
  const msw_slice_order *order;
  msw_arena *arena;
  msw_out_file *file;
  axis_column columns[2 * MSW_H5_MAX_RANK];
  size_t n_columns;
  const msw_result_field **fields;   /* NULL for formulas */
  msw_buf line, number;
} csv_slice;

static void add_column(csv_slice *csv, const msw_result_axis *axis) {
  const msw_result_positions *positions = &csv->order->selection->dims[axis->i_dim];
  const char **texts = msw_arena_array(csv->arena, axis->n, sizeof *texts);
  for (size_t i = 0; i < positions->n; i++) texts[positions->at[i]] = msw_csv_quote(csv->arena, axis->texts[positions->at[i]]);
  if (csv->n_columns < sizeof csv->columns / sizeof *csv->columns)
    csv->columns[csv->n_columns++] = (axis_column){axis->name, axis->i_dim, texts};
}

static void add_columns(csv_slice *csv) {
  const msw_result_block *block = csv->order->block;
  for (size_t i_dim = 0; i_dim < block->rank; i_dim++) {
    const size_t n_before = csv->n_columns;
    for (size_t i = 0; i < block->n_zipped; i++)
      if (block->zipped[i].i_dim == i_dim) add_column(csv, &block->zipped[i]);
    if (csv->n_columns == n_before) add_column(csv, &block->axes[i_dim]);
  }
}

static void write_line(csv_slice *csv) {
  fwrite(csv->line.text, 1, csv->line.len, csv->file->stream);
  csv->line.len = 0;
}

static void write_header(csv_slice *csv) {
  for (size_t i = 0; i < csv->n_columns; i++) msw_buf_printf(&csv->line, "%s%s", i ? "," : "", csv->columns[i].name);
  for (size_t i = 0; i < csv->order->n_fields; i++) {
    const char *text = msw_formula_text(csv->order->formulas, csv->order->fields[i]);
    msw_buf_printf(&csv->line, "%s%s", i || csv->n_columns ? "," : "", msw_csv_quote(csv->arena, text));
  }
  msw_buf_add(&csv->line, "\n");
  write_line(csv);
}

/* Names of a code, or of bits joined by '|'; cells that are not there have every bit. */
static void add_names(msw_buf *line, const msw_result_field *field, double value) {
  const uint32_t code = (uint32_t)value;
  const char *separator = "";
  if (field->type == MSW_FIELD_U32 && code == UINT32_MAX) return;
  for (size_t i = 0; i < field->n_meanings; i++) {
    const bool is_named =
        field->type == MSW_FIELD_U32 ? (code & field->meanings[i].value) != 0 : code == field->meanings[i].value;
    if (!is_named) continue;
    msw_buf_add(line, separator);
    msw_buf_add(line, field->meanings[i].name);
    separator = "|";
  }
}

static void add_value(csv_slice *csv, size_t i_field, double value) {
  const msw_result_field *field = csv->fields[i_field];
  if (i_field > 0 || csv->n_columns > 0) msw_buf_add(&csv->line, ",");
  if (isnan(value)) return;
  if (field && field->n_meanings > 0) add_names(&csv->line, field, value);
  else msw_buf_add(&csv->line, msw_exact_number(value, field && field->stored == MSW_H5_F32, &csv->number));
}

static void write_cell(csv_slice *csv, const msw_slice_stretch *stretch, size_t i_cell) {
  uint64_t at[MSW_H5_MAX_RANK], rest = stretch->first_cell + i_cell;
  for (size_t i_dim = csv->order->block->rank; i_dim-- > 0;) {
    const msw_result_positions *positions = &csv->order->selection->dims[i_dim];
    at[i_dim] = positions->at[rest % positions->n];
    rest /= positions->n;
  }
  for (size_t i = 0; i < csv->n_columns; i++) {
    if (i > 0) msw_buf_add(&csv->line, ",");
    msw_buf_add(&csv->line, csv->columns[i].texts[at[csv->columns[i].i_dim]]);
  }
  for (size_t i_field = 0; i_field < csv->order->n_fields; i_field++) add_value(csv, i_field, stretch->values[i_field][i_cell]);
  msw_buf_add(&csv->line, "\n");
  write_line(csv);
}

static msw_status visit(void *context, const msw_slice_stretch *stretch) {
  csv_slice *csv = context;
  for (size_t i_cell = 0; i_cell < stretch->n_cells; i_cell++)
    if (!stretch->holds || stretch->holds[i_cell]) write_cell(csv, stretch, i_cell);
  return MSW_OK;
}

msw_status msw_slice_csv(const msw_slice_order *order, const char *path, msw_diag *diag) {
  msw_arena arena = {0};
  msw_out_file file;
  csv_slice csv = {.order = order, .arena = &arena, .file = &file};
  msw_status status = msw_out_file_open(path, diag, &file);
  if (status != MSW_OK) return status;
  csv.fields = msw_arena_array(&arena, order->n_fields, sizeof *csv.fields);
  for (size_t i_field = 0; i_field < order->n_fields; i_field++) csv.fields[i_field] = msw_slice_field(order, i_field);
  add_columns(&csv);
  write_header(&csv);
  status = msw_slice_read(order, visit, &csv, diag);
  msw_buf_free(&csv.line);
  msw_buf_free(&csv.number);
  msw_arena_free(&arena);
  return msw_out_file_close(&file, status, diag);
}

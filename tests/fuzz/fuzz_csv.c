/* Any bytes as a CSV table: no crash; refused with an error or accepted without; cells that are quoted and written again
 * read back the same; lines grow from row to row. */
#include <float.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "fuzz.h"
#include "msw/base/str.h"
#include "msw/formats/csv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_columns(const msw_csv *csv, msw_diag *diag) {
  fuzz_require(csv->n_cols > 0);
  for (size_t i_col = 0; i_col < csv->n_cols; i_col++) {
    fuzz_require(csv->names[i_col][0] != '\0');
    fuzz_require(msw_csv_find(csv, csv->names[i_col]) == (int)i_col);   /* so no name is there twice */
  }
  msw_csv_need(csv, "latency_us", diag);
}

static void check_rows(const msw_csv *csv, size_t size, msw_diag *diag) {
  int line = csv->header_line;
  fuzz_require(line >= 1);
  for (size_t i_row = 0; i_row < csv->n_rows; i_row++) {
    fuzz_require(csv->lines[i_row] > line && (size_t)csv->lines[i_row] <= size);
    line = csv->lines[i_row];
    double number = 0;
    int64_t integer = 0;
    if (msw_csv_number(csv, i_row, 0, DBL_MIN, DBL_MAX, diag, &number)) fuzz_require(number > 0);
    if (msw_csv_int(csv, i_row, 0, 1, INT64_MAX, diag, &integer)) fuzz_require(integer > 0 && number > 0);
  }
}

static void write_row(msw_buf *out, msw_arena *arena, const char *const *cells, size_t n_cols) {
  for (size_t i_col = 0; i_col < n_cols; i_col++) {
    if (i_col > 0) msw_buf_add(out, ",");
    bool is_alone = n_cols == 1 && cells[i_col][0] == '\0';   /* or the line would be blank */
    bool is_special = i_col == 0 && (cells[i_col][0] == '#' || msw_starts_with(cells[i_col], "\xEF\xBB\xBF"));
    const char *quoted = msw_csv_quote(arena, cells[i_col]);
    bool add_quotes = (is_alone || is_special) && quoted == cells[i_col];
    msw_buf_printf(out, add_quotes ? "\"%s\"" : "%s", quoted);
  }
  msw_buf_add(out, "\n");
}

static void check_round_trip(const msw_csv *csv, msw_arena *arena) {
  msw_buf out = {0};
  msw_diag diag = {0};
  msw_csv again;
  write_row(&out, arena, csv->names, csv->n_cols);
  for (size_t i_row = 0; i_row < csv->n_rows; i_row++)
    write_row(&out, arena, csv->cells + i_row * csv->n_cols, csv->n_cols);
  fuzz_require(msw_csv_parse(out.text, out.len, "written.csv", arena, &diag, &again) == MSW_OK);
  fuzz_require(again.n_cols == csv->n_cols && again.n_rows == csv->n_rows);
  for (size_t i_cell = 0; i_cell < csv->n_rows * csv->n_cols; i_cell++)
    fuzz_require(strcmp(again.cells[i_cell], csv->cells[i_cell]) == 0);
  msw_diag_free(&diag);
  msw_buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  msw_arena arena = {0};
  msw_diag diag = {0};
  msw_csv csv;
  msw_status status = msw_csv_parse((const char *)data, size, "fuzz.csv", &arena, &diag, &csv);
  fuzz_require((status == MSW_OK) == (diag.n_errors == 0));
  if (status == MSW_OK) {
    check_columns(&csv, &diag);
    check_rows(&csv, size, &diag);
    check_round_trip(&csv, &arena);
  } else {
    fuzz_require(csv.n_cols == 0 && csv.n_rows == 0);
  }
  msw_diag_free(&diag);
  msw_arena_free(&arena);
  return 0;
}

/* Reads a steps CSV: one forward pass a row. */
#include "msw/inputs/steps.h"

#include "msw/base/file.h"
#include "msw/base/hash.h"
#include "msw/base/str.h"
#include "msw/formats/csv.h"

static const int64_t MAX_TP = 65536;
static const size_t MAX_STEPS_BYTES = (size_t)1 << 30;

typedef struct { int model, tp, decode, prefill; } column_set;

static bool find_columns(const msw_csv *csv, msw_diag *diag, column_set *columns) {
  columns->model = msw_csv_need(csv, "model", diag);
  columns->tp = msw_csv_need(csv, "tp", diag);
  columns->decode = msw_csv_need(csv, "decode", diag);
  columns->prefill = msw_csv_need(csv, "prefill", diag);
  return columns->model >= 0 && columns->tp >= 0 && columns->decode >= 0 && columns->prefill >= 0;
}

static void read_row(const msw_csv *csv, size_t i_row, const column_set *columns, msw_arena *arena, msw_diag *diag,
                     msw_step_row *row) {
  row->loc = msw_csv_loc(csv, i_row);
  row->cells = &csv->cells[i_row * csv->n_cols];
  row->model = row->cells[columns->model];
  if (row->model[0] == '\0') msw_error(diag, row->loc, "model", NULL, "is empty, expected the name of a model");
  msw_csv_int(csv, i_row, columns->tp, 1, MAX_TP, diag, &row->tp);
  const bool decode_is_good = msw_parse_decode(row->cells[columns->decode], row->loc, arena, diag, &row->step);
  const bool prefill_is_good = msw_parse_prefill(row->cells[columns->prefill], row->loc, arena, diag, &row->step);
  if (decode_is_good && prefill_is_good && row->step.n_decode + row->step.n_prefill == 0)
    msw_error(diag, row->loc, NULL, NULL, "decode and prefill are both empty, expected one request at least");
}

static msw_status load_csv(const char *path, msw_arena *arena, msw_diag *diag, msw_steps *steps, msw_csv *csv) {
  char *text = NULL;
  size_t len = 0;
  const msw_status read = msw_read_file(path, MAX_STEPS_BYTES, arena, diag, &text, &len);
  if (read != MSW_OK) return read;
  msw_sha256_of(text, len, steps->sha256);
  return msw_csv_parse(text, len, steps->file, arena, diag, csv);
}

msw_status msw_steps_load(const char *path, msw_arena *arena, msw_diag *diag, msw_steps *steps) {
  const size_t n_errors_before = diag->n_errors;
  *steps = (msw_steps){.file = msw_strdup(arena, path)};
  msw_csv csv = {0};
  const msw_status loaded = load_csv(path, arena, diag, steps, &csv);
  if (loaded != MSW_OK) return loaded;
  column_set columns = {0};
  if (!find_columns(&csv, diag, &columns)) return MSW_BAD_INPUT;

  msw_step_row *rows = msw_arena_array(arena, csv.n_rows, sizeof *rows);
  for (size_t i_row = 0; i_row < csv.n_rows; i_row++) read_row(&csv, i_row, &columns, arena, diag, &rows[i_row]);
  if (diag->n_errors > n_errors_before) return MSW_BAD_INPUT;
  steps->names = csv.names;
  steps->n_cols = csv.n_cols;
  steps->rows = rows;
  steps->n_rows = csv.n_rows;
  return MSW_OK;
}

/* Reads files of measured steps. */
#include "msw/inputs/measured.h"

#include <string.h>

#include "measured_parts.h"
#include "msw/base/file.h"
#include "msw/base/hash.h"
#include "msw/base/str.h"

static const size_t MAX_MEASURED_BYTES = (size_t)1 << 30;

const char *const msw_measured_names[MSW_N_MEASURED_COLUMNS] = {
    "source", "gpu", "engine", "model", "tp", "weight_dtype", "kv_dtype", "decode_requests", "decode_kv_tokens",
    "prefill_requests", "prefill_tokens", "prefill_cached_tokens", "latency_us", "n_obs"};

static msw_status load_file(const char *path, msw_arena *arena, msw_diag *diag, msw_measured_file *file, msw_csv *csv) {
  char *text = NULL;
  size_t len = 0;
  file->path = msw_strdup(arena, path);
  const msw_status read = msw_read_file(path, MAX_MEASURED_BYTES, arena, diag, &text, &len);
  if (read != MSW_OK) return read;
  msw_sha256_of(text, len, file->sha256);
  const msw_status parsed = msw_csv_parse(text, len, file->path, arena, diag, csv);
  file->n_rows = csv->n_rows;
  return parsed;
}

static void read_rows(const msw_csv *csv, msw_arena *arena, msw_diag *diag, msw_measured_row *rows) {
  int columns[MSW_N_MEASURED_COLUMNS];
  bool has_all = true;
  for (int i_col = 0; i_col < MSW_N_MEASURED_COLUMNS; i_col++) {
    columns[i_col] = msw_csv_need(csv, msw_measured_names[i_col], diag);
    has_all = has_all && columns[i_col] != MSW_CSV_NO_COL;
  }
  if (csv->n_rows == 0) msw_error(diag, (msw_loc){.file = csv->file}, NULL, NULL, "has no rows");
  const size_t n_errors_before = diag->n_errors;
  for (size_t i_row = 0; has_all && i_row < csv->n_rows; i_row++) {
    msw_measured_read_row(csv, i_row, columns, arena, diag, &rows[i_row]);
    if (msw_csv_is_hopeless(csv, i_row, n_errors_before, diag)) return;
  }
}

msw_status msw_measured_load(const char *const *paths, size_t n_paths, msw_arena *arena, msw_diag *diag,
                             msw_measured *measured) {
  const size_t n_errors_before = diag->n_errors;
  msw_status status = MSW_OK;
  *measured = (msw_measured){.n_files = n_paths};
  msw_measured_file *files = msw_arena_array(arena, n_paths, sizeof *files);
  msw_csv *tables = msw_arena_array(arena, n_paths, sizeof *tables);
  for (size_t i_file = 0; i_file < n_paths; i_file++) {
    const msw_status loaded = load_file(paths[i_file], arena, diag, &files[i_file], &tables[i_file]);
    if (loaded != MSW_OK) status = loaded;
    measured->n_rows += files[i_file].n_rows;
  }
  msw_measured_row *rows = msw_arena_array(arena, measured->n_rows, sizeof *rows);
  size_t n_before = 0;
  for (size_t i_file = 0; i_file < n_paths; i_file++) {
    if (tables[i_file].names) read_rows(&tables[i_file], arena, diag, rows + n_before);
    n_before += files[i_file].n_rows;
  }
  if (status == MSW_OK && diag->n_errors > n_errors_before) status = MSW_BAD_INPUT;
  if (status != MSW_OK) return status;
  measured->files = files;
  measured->rows = rows;
  msw_measured_gather(tables, arena, diag, measured);
  return MSW_OK;
}

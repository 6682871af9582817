/* The columns of measured files: united, read as numbers where they are, and those that follow from the rows. */
#include <math.h>
#include <string.h>

#include "measured_parts.h"
#include "msw/base/num.h"
#include "msw/base/str.h"

static const char *const DERIVED[] = {"phase", "batch", "kv_len", "seq_len", "cached_len", "stall"};
enum { N_DERIVED = sizeof DERIVED / sizeof *DERIVED };

static bool is_derived(const char *name) {
  bool found = false;
  for (size_t i_name = 0; i_name < N_DERIVED; i_name++) found = found || strcmp(DERIVED[i_name], name) == 0;
  return found;
}

static void add_column(msw_measured *measured, msw_measured_column column, msw_arena *arena) {
  msw_measured_column *columns = msw_arena_array(arena, measured->n_columns + 1, sizeof *columns);
  if (measured->n_columns > 0) memcpy(columns, measured->columns, measured->n_columns * sizeof *columns);
  columns[measured->n_columns++] = column;
  measured->columns = columns;
}

/* NULL where some cell is a text, or all are empty. */
static const double *numbers_of(const char *const *texts, size_t n_rows, msw_arena *arena) {
  double *numbers = msw_arena_array(arena, n_rows, sizeof *numbers);
  bool has_number = false;
  for (size_t i_row = 0; i_row < n_rows; i_row++) {
    const bool is_number = msw_parse_double(texts[i_row], &numbers[i_row]);
    if (!is_number && texts[i_row][0] != '\0') return NULL;
    if (!is_number) numbers[i_row] = NAN;
    has_number = has_number || is_number;
  }
  return has_number ? numbers : NULL;
}

/* The cells of a name in all files. */
static const char *const *cells_of(const msw_csv *files, const msw_measured *measured, const char *name, msw_arena *arena) {
  const char **texts = msw_arena_array(arena, measured->n_rows, sizeof *texts);
  size_t at = 0;
  for (size_t i_file = 0; i_file < measured->n_files; i_file++) {
    const int col = msw_csv_find(&files[i_file], name);
    for (size_t i_row = 0; i_row < files[i_file].n_rows; i_row++)
      texts[at++] = col == MSW_CSV_NO_COL ? "" : msw_csv_cell(&files[i_file], i_row, col);
  }
  return texts;
}

/* `columns` is what measured->columns points to, with room for all of the files. */
static void add_given(const msw_csv *files, const char *name, msw_arena *arena, msw_measured *measured,
                      msw_measured_column *columns) {
  if (msw_measured_find(measured, name)) return;
  const char *const *texts = cells_of(files, measured, name, arena);
  columns[measured->n_columns++] = (msw_measured_column){name, texts, numbers_of(texts, measured->n_rows, arena), false};
}

static msw_measured_column *make_room(const msw_csv *files, size_t n_files, msw_arena *arena) {
  size_t n_columns = MSW_N_MEASURED_COLUMNS;
  for (size_t i_file = 0; i_file < n_files; i_file++) n_columns += files[i_file].n_cols;
  return msw_arena_array(arena, n_columns, sizeof(msw_measured_column));
}

void msw_measured_derive(msw_measured *measured, const char *name, const double *numbers, msw_arena *arena) {
  const char **texts = msw_arena_array(arena, measured->n_rows, sizeof *texts);
  for (size_t i_row = 0; i_row < measured->n_rows; i_row++) texts[i_row] = msw_format(arena, "%.17g", numbers[i_row]);
  add_column(measured, (msw_measured_column){name, texts, numbers, true}, arena);
}

static void add_phase(msw_measured *measured, msw_arena *arena) {
  const char **texts = msw_arena_array(arena, measured->n_rows, sizeof *texts);
  for (size_t i_row = 0; i_row < measured->n_rows; i_row++) texts[i_row] = msw_phase_name(measured->rows[i_row].phase);
  add_column(measured, (msw_measured_column){"phase", texts, NULL, true}, arena);
}

static void add_sizes(msw_measured *measured, msw_arena *arena) {
  enum { BATCH, KV_LEN, SEQ_LEN, CACHED_LEN, N_SIZES };
  static const char *const names[N_SIZES] = {"batch", "kv_len", "seq_len", "cached_len"};
  double *sizes[N_SIZES];
  for (int i_size = 0; i_size < N_SIZES; i_size++)
    sizes[i_size] = msw_arena_array(arena, measured->n_rows, sizeof *sizes[i_size]);
  for (size_t i_row = 0; i_row < measured->n_rows; i_row++) {
    const msw_step *step = &measured->rows[i_row].step;
    sizes[BATCH][i_row] = step->n_decode > 0 ? msw_decode_requests(step) : msw_prefill_requests(step);
    if (step->n_decode > 0) sizes[KV_LEN][i_row] = step->decode[0].kv_len;
    if (step->n_prefill > 0) sizes[SEQ_LEN][i_row] = step->prefill[0].new_len;
    if (step->n_prefill > 0) sizes[CACHED_LEN][i_row] = step->prefill[0].cached_len;
  }
  for (int i_size = 0; i_size < N_SIZES; i_size++) msw_measured_derive(measured, names[i_size], sizes[i_size], arena);
}

void msw_measured_gather(const msw_csv *files, msw_arena *arena, msw_diag *diag, msw_measured *measured) {
  msw_measured_column *columns = make_room(files, measured->n_files, arena);
  measured->columns = columns;
  for (int i_col = 0; i_col < MSW_N_MEASURED_COLUMNS; i_col++)
    add_given(files, msw_measured_names[i_col], arena, measured, columns);
  for (size_t i_file = 0; i_file < measured->n_files; i_file++)
    for (size_t i_col = 0; i_col < files[i_file].n_cols; i_col++) {
      const char *name = files[i_file].names[i_col];
      if (!is_derived(name)) add_given(files, name, arena, measured, columns);
      else
        msw_warn(diag, (msw_loc){.file = files[i_file].file, .line = files[i_file].header_line}, NULL, NULL,
                 "column \"%s\" is not used: it is worked out from the requests", name);
    }
  add_phase(measured, arena);
  add_sizes(measured, arena);
}

const msw_measured_column *msw_measured_find(const msw_measured *measured, const char *name) {
  for (size_t i_col = 0; i_col < measured->n_columns; i_col++)
    if (strcmp(measured->columns[i_col].name, name) == 0) return &measured->columns[i_col];
  return NULL;
}

const msw_measured_column *msw_measured_need(const msw_measured *measured, const char *name, const char *path,
                                             msw_diag *diag) {
  const msw_measured_column *column = msw_measured_find(measured, name);
  if (column) return column;
  const char **names = msw_arena_array(&diag->arena, measured->n_columns, sizeof *names);
  for (size_t i_col = 0; i_col < measured->n_columns; i_col++) names[i_col] = measured->columns[i_col].name;
  const char *nearest = msw_nearest(name, names, measured->n_columns);
  msw_error(diag, (msw_loc){0}, path, msw_did_you_mean(diag, nearest), "there is no column '%s'", name);
  return NULL;
}

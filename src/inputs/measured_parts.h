/* What the measured*.c files share. */
#ifndef MSW_INPUTS_MEASURED_PARTS_H
#define MSW_INPUTS_MEASURED_PARTS_H

#include "msw/formats/csv.h"
#include "msw/inputs/measured.h"

/* The columns that every file must have, by the order of DESIGN. */
typedef enum {
  MSW_MEASURED_SOURCE, MSW_MEASURED_GPU, MSW_MEASURED_ENGINE, MSW_MEASURED_MODEL, MSW_MEASURED_TP,
  MSW_MEASURED_WEIGHT_DTYPE, MSW_MEASURED_KV_DTYPE, MSW_MEASURED_DECODE_REQUESTS, MSW_MEASURED_DECODE_KV_TOKENS,
  MSW_MEASURED_PREFILL_REQUESTS, MSW_MEASURED_PREFILL_TOKENS, MSW_MEASURED_PREFILL_CACHED_TOKENS,
  MSW_MEASURED_LATENCY_US, MSW_MEASURED_N_OBS,
  MSW_N_MEASURED_COLUMNS
} msw_measured_given;
extern const char *const msw_measured_names[MSW_N_MEASURED_COLUMNS];

/* Reads and checks one row; `columns` are its places in the file. */
void msw_measured_read_row(const msw_csv *csv, size_t i_row, const int columns[MSW_N_MEASURED_COLUMNS], msw_arena *arena,
                           msw_diag *diag, msw_measured_row *row);

/* Fills columns and n_columns from the files' cells [n_files] and the rows, which are all read. */
void msw_measured_gather(const msw_csv *files, msw_arena *arena, msw_diag *diag, msw_measured *measured);

#endif

/* What the files of `mfusweep slice` share. */
#ifndef MSW_CLI_SLICE_JOB_H
#define MSW_CLI_SLICE_JOB_H

#include "msw/analysis/slice.h"
#include "result_options.h"

/* Long format: the axes' columns, then the fields'. `path` NULL: stdout. Cells for which the condition does not hold are left
 * out. */
msw_status msw_slice_csv(const msw_slice_order *order, const char *path, msw_diag *diag);
/* gnuplot's binary matrix of one field over two axes: float32, n and its n x values, then for each y that and its n values. */
msw_status msw_slice_gnuplot(const msw_slice_order *order, const char *path, msw_diag *diag);

/* A file that gets its name when all of it is there. */
typedef struct { FILE *stream; const char *path, *temp; msw_arena arena; } msw_out_file;
msw_status msw_out_file_open(const char *path, msw_diag *diag, msw_out_file *file);      /* NULL: stdout */
msw_status msw_out_file_close(msw_out_file *file, msw_status status,
                              msw_diag *diag); /* the status so far, or that of closing */

#endif

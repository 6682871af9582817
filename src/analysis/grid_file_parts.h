/* What grid_file.c and grid_file_describe.c share. */
#ifndef MSW_ANALYSIS_GRID_FILE_PARTS_H
#define MSW_ANALYSIS_GRID_FILE_PARTS_H

#include "grid_file.h"

struct msw_grid_file {
  const msw_grid_layout *layout;
  int n_threads;
  msw_diag *diag;
  msw_arena arena;
  const char *path, *temp;
  msw_h5 file, *datasets;       /* [n_variables] */
};

/* Attributes, coordinates and variables. */
msw_status msw_grid_describe(msw_grid_file *file);

#endif

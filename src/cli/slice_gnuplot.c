/* A slice as gnuplot's binary matrix. */
#include <math.h>
#include <stdio.h>

#include "slice_job.h"

typedef struct {
  const msw_slice_order *order;
  size_t i_x, i_y;       /* dimensions */
  msw_out_file file;
} matrix;

static void put(matrix *m, double value) {
  const float number = (float)value;
  fwrite(&number, sizeof number, 1, m->file.stream);
}

/* Texts have only positions. */
static double coordinate(const matrix *m, size_t i_dim, size_t i) {
  const msw_result_axis *axis = &m->order->block->axes[i_dim];
  const uint64_t at = m->order->selection->dims[i_dim].at[i];
  return axis->is_text ? (double)i : axis->values[at];
}

static msw_status visit(void *context, const msw_slice_stretch *stretch) {
  matrix *m = context;
  const size_t n_x = m->order->selection->dims[m->i_x].n;
  for (size_t i_cell = 0; i_cell < stretch->n_cells; i_cell++) {
    const uint64_t cell = stretch->first_cell + i_cell;
    if (cell % n_x == 0) put(m, coordinate(m, m->i_y, (size_t)(cell / n_x)));
    put(m, !stretch->holds || stretch->holds[i_cell] ? stretch->values[0][i_cell] : (double)NAN);
  }
  return MSW_OK;
}

msw_status msw_slice_gnuplot(const msw_slice_order *order, const char *path, msw_diag *diag) {
  size_t dims[MSW_H5_MAX_RANK];
  if (msw_slice_dims(order, dims) != 2) return MSW_BAD_INPUT;   /* the command has said so */
  matrix m = {.order = order, .i_y = dims[0], .i_x = dims[1]};
  msw_status status = msw_out_file_open(path, diag, &m.file);
  if (status != MSW_OK) return status;
  const size_t n_x = order->selection->dims[m.i_x].n;
  put(&m, (double)n_x);
  for (size_t i = 0; i < n_x; i++) put(&m, coordinate(&m, m.i_x, i));
  status = msw_slice_read(order, visit, &m, diag);
  return msw_out_file_close(&m.file, status, diag);
}

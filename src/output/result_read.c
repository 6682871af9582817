/* A field of a selection as one array. */
#include <string.h>

#include "msw/output/result_scan.h"

typedef struct {
  size_t rank, length[MSW_H5_MAX_RANK];
  double *out;
} target;

/* Rows of a piece to their places; pieces share no cell, so that threads need no lock. */
static bool put_piece(void *context, const msw_scan_piece *piece) {
  const target *to = context;
  const size_t inner = to->rank > 0 ? to->rank - 1 : 0, n_row = to->rank > 0 ? piece->count[inner] : 1;
  size_t at[MSW_H5_MAX_RANK] = {0};
  for (size_t i_row = 0; i_row < piece->n_cells / n_row; i_row++) {
    size_t cell = 0;
    for (size_t i_dim = 0; i_dim < to->rank; i_dim++) cell = cell * to->length[i_dim] + piece->first[i_dim] + at[i_dim];
    memcpy(to->out + cell, piece->values[0] + i_row * n_row, n_row * sizeof *to->out);
    for (size_t i_dim = inner; i_dim-- > 0;) {
      if (++at[i_dim] < piece->count[i_dim]) break;
      at[i_dim] = 0;
    }
  }
  return true;
}

msw_status msw_result_read(const msw_result *result, const msw_result_block *block, const msw_result_field *field,
                           const msw_selection *selection, int n_threads, double *out, msw_diag *diag) {
  const msw_scan_stream stream = {.field = field, .pinned_dim = -1};
  const msw_scan scan = {.result = result, .block = block, .selection = selection, .streams = &stream, .n_streams = 1,
                         .pinned_dim = -1, .n_threads = n_threads};
  target to = {.rank = block->rank, .out = out};
  for (size_t i_dim = 0; i_dim < block->rank; i_dim++) to.length[i_dim] = selection->dims[i_dim].n;
  return msw_result_scan(&scan, put_piece, &to, diag);
}

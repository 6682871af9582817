/* Formulas at the cells of a search. */
#include "msw/analysis/cell_search.h"

msw_status msw_cell_search_scan(const msw_cell_search *search, msw_scan_visit *visit, void *context, msw_diag *diag) {
  msw_scan scan = {.result = search->result, .block = search->block, .selection = search->selection, .pinned_dim = -1,
                   .n_threads = search->n_threads, .stop = search->stop};
  scan.streams = msw_formulas_streams(search->formulas, &scan.n_streams);
  return msw_result_scan(&scan, visit, context, diag);
}

const double *msw_cell_search_where(const msw_cell_search *search, const msw_scan_piece *piece, msw_formula_work *work) {
  if (search->i_where == MSW_NO_FORMULA) return NULL;
  return msw_formula_values(search->formulas, search->i_where, search->selection, piece, work);
}

/* The piece that is only this cell of it. `values`: room for as many pointers as the piece has streams. */
static msw_scan_piece piece_of_cell(const msw_cell_search *search, const msw_scan_piece *piece, size_t i_cell,
                                    const double **values) {
  msw_scan_piece one = {.n_cells = 1, .values = values, .i_thread = piece->i_thread};
  size_t n_streams = 0;
  msw_formulas_streams(search->formulas, &n_streams);
  for (size_t i_stream = 0; i_stream < n_streams; i_stream++) values[i_stream] = piece->values[i_stream] + i_cell;
  for (size_t i_dim = search->block->rank; i_dim-- > 0;) {
    one.first[i_dim] = piece->first[i_dim] + i_cell % piece->count[i_dim];
    one.count[i_dim] = 1;
    i_cell /= piece->count[i_dim];
  }
  return one;
}

void msw_cell_search_show(const msw_cell_search *search, const msw_scan_piece *piece, size_t i_cell, msw_formula_work *work,
                          double *shown) {
  if (search->n_shown == 0) return;
  const double *values[MSW_SCAN_MAX_STREAMS];
  const msw_scan_piece one = piece_of_cell(search, piece, i_cell, values);
  for (size_t i = 0; i < search->n_shown; i++)
    shown[i] = *msw_formula_values(search->formulas, search->shown[i], search->selection, &one, work);
}

void msw_cell_place(const msw_result_block *block, uint64_t cell, uint64_t at[MSW_H5_MAX_RANK]) {
  for (size_t i_dim = block->rank; i_dim-- > 0;) {
    at[i_dim] = cell % block->dims[i_dim];
    cell /= block->dims[i_dim];
  }
}

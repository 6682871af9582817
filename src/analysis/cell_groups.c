/* Numbers of groups and of cells. */
#include "cell_groups.h"

#include "msw/base/num.h"

bool msw_cell_groups_make(const msw_result_block *block, const msw_selection *selection, const bool *is_key, uint64_t most,
                          msw_cell_groups *groups) {
  *groups = (msw_cell_groups){.block = block, .selection = selection, .n_groups = 1};
  bool is_countable = true;
  for (size_t i_dim = block->rank; i_dim-- > 0;) {
    groups->is_key[i_dim] = is_key[i_dim];
    if (!is_key[i_dim]) continue;
    groups->stride[i_dim] = groups->n_groups;
    is_countable = msw_mul_u64(groups->n_groups, selection->dims[i_dim].n, &groups->n_groups) && is_countable;
  }
  if (!is_countable) groups->n_groups = UINT64_MAX;
  return groups->n_groups <= most;
}

void msw_cell_group_place(const msw_cell_groups *groups, uint64_t i_group, uint64_t at[MSW_H5_MAX_RANK]) {
  for (size_t i_dim = 0; i_dim < groups->block->rank; i_dim++) {
    at[i_dim] = 0;
    if (!groups->is_key[i_dim]) continue;
    at[i_dim] = groups->selection->dims[i_dim].at[i_group / groups->stride[i_dim]];
    i_group %= groups->stride[i_dim];
  }
}

msw_piece_rows msw_piece_rows_begin(const msw_cell_groups *groups, const msw_scan_piece *piece) {
  const size_t rank = groups->block->rank;   /* 0: what was reduced over all axes, one cell */
  msw_piece_rows rows = {.groups = groups, .piece = piece, .n = rank ? piece->count[rank - 1] : 1};
  rows.n_rows = rows.n ? piece->n_cells / rows.n : 0;
  rows.step = rank ? groups->stride[rank - 1] : 0;
  return rows;
}

bool msw_piece_rows_next(msw_piece_rows *rows) {
  const size_t rank = rows->groups->block->rank;
  const msw_scan_piece *piece = rows->piece;
  size_t outer = rows->i_row;
  if (rows->i_row == rows->n_rows) return false;
  rows->first_cell = rows->i_row++ * rows->n;
  rows->group = rank ? piece->first[rank - 1] * rows->step : 0;
  for (size_t i_dim = rank ? rank - 1 : 0; i_dim-- > 0;) {
    rows->group += (piece->first[i_dim] + outer % piece->count[i_dim]) * rows->groups->stride[i_dim];
    outer /= piece->count[i_dim];
  }
  return true;
}

uint64_t msw_piece_cell(const msw_cell_groups *groups, const msw_scan_piece *piece, size_t i_cell) {
  uint64_t cell = 0, stride = 1;
  for (size_t i_dim = groups->block->rank; i_dim-- > 0;) {
    const size_t i_position = piece->first[i_dim] + i_cell % piece->count[i_dim];
    cell += groups->selection->dims[i_dim].at[i_position] * stride;
    stride *= groups->block->dims[i_dim];
    i_cell /= piece->count[i_dim];
  }
  return cell;
}

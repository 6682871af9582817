/* Cells of pieces put into groups: one for each combination of the selected positions of some dimensions. Shared by best.c and
 * front.c.
 */
#ifndef MSW_ANALYSIS_CELL_GROUPS_H
#define MSW_ANALYSIS_CELL_GROUPS_H

#include "msw/output/result_scan.h"

typedef struct {
  const msw_result_block *block;
  const msw_selection *selection;
  bool is_key[MSW_H5_MAX_RANK];       /* dimensions whose positions tell groups apart */
  uint64_t stride[MSW_H5_MAX_RANK];   /* of a key in the groups' numbers; 0 for other dimensions */
  uint64_t n_groups;
} msw_cell_groups;

/* False when there are more than `most`; n_groups is then how many, UINT64_MAX where that has no number. */
bool msw_cell_groups_make(const msw_result_block *block, const msw_selection *selection, const bool *is_key, uint64_t most,
                          msw_cell_groups *groups);
/* For each dimension the position in the file that the group stands at; 0 for those that are no keys. */
void msw_cell_group_place(const msw_cell_groups *groups, uint64_t i_group, uint64_t at[MSW_H5_MAX_RANK]);

/* Rows of a piece along the last dimension: cells [first_cell, first_cell + n) are in the groups group, group + step … */
typedef struct {
  const msw_cell_groups *groups;
  const msw_scan_piece *piece;
  size_t i_row, n_rows;
  size_t first_cell, n;
  uint64_t group, step;
} msw_piece_rows;
msw_piece_rows msw_piece_rows_begin(const msw_cell_groups *groups, const msw_scan_piece *piece);
bool msw_piece_rows_next(msw_piece_rows *rows);   /* false after the last row */

/* Number of a piece's cell in the file. */
uint64_t msw_piece_cell(const msw_cell_groups *groups, const msw_scan_piece *piece, size_t i_cell);

/* A condition's value: 0 and NaN are false. */
static inline bool msw_holds(double value) { return value < 0 || value > 0; }

#endif
